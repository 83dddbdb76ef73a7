"""Words that must not stand on a screen (ux.md B2)."""

import re

from tests.architecture import sources

FORBIDDEN = (
    "黑名单",
    "失信",
    "信用分",
    "处罚",
    "通报批评",
    "审批收费",
    "顾客",
    "买家",
    "购物车",
    "好差评",
    "仪表盘",
    "看板",
    "工单",
    "系统错误 500",
    "系统错误500",
    "涉密仪器",
    "千人计划",
)
_WORDS = re.compile("|".join(FORBIDDEN))


def test_templates_use_none_of_the_forbidden_words() -> None:
    wrong = [
        f"{sources.name(path)}:{number}: {found[0]}"
        for path in sources.templates()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (found := _WORDS.search(re.sub(r"{#.*?#}", "", line)))
    ]

    assert wrong == []


def test_refusals_are_more_than_no_permission() -> None:
    """“无权限” alone is forbidden (ux.md B1.5)."""
    wrong = [
        sources.name(path)
        for path in [*sources.python_files("kexiang"), *sources.templates()]
        if re.search(r"[\"'>](您?(无|没有)权限)[。!]?[\"'<]", path.read_text(encoding="utf-8"))
    ]

    assert wrong == []
