"""The data of journal lines as labelled lines of Chinese, for the page.

The journal holds codes, uids and names of fields only. What they are called is known to the
contexts that own them; these fill the slot ``audit.words`` with a callable ``(*, codes) -> dict``:
``codes`` maps a key of the data (``organisation``, ``fields``, …) to the codes found under it on
this page, the answer maps ``(key, code)`` to words. A code without words is shown as it is.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kexiang.audit.models import Event
from kexiang.core.providers import providers

SLOT = "audit.words"
SHOWN = 5
"""So many of a longer list are named; the file for download holds all of them."""
LABELS: Mapping[str, Any] = {
    "again": gettext_lazy("重新上传"),
    "attribute": gettext_lazy("项目"),
    "bad": gettext_lazy("有误行数"),
    "declared": gettext_lazy("涉密申明"),
    "fields": gettext_lazy("涉及字段"),
    "form": gettext_lazy("导出格式"),
    "frequency": gettext_lazy("通知频率"),
    "from": gettext_lazy("原状态"),
    "good": gettext_lazy("正确行数"),
    "import": gettext_lazy("导入批次"),
    "kept": gettext_lazy("保留条数"),
    "kind": gettext_lazy("资源类别"),
    "membership": gettext_lazy("授权编号"),
    "method": gettext_lazy("登录方式"),
    "organisation": gettext_lazy("单位"),
    "owner": gettext_lazy("所属单位"),
    "photos": gettext_lazy("图片张数"),
    "reason_code": gettext_lazy("原因类别"),
    "record": gettext_lazy("资源记录"),
    "records": gettext_lazy("资源记录"),
    "region": gettext_lazy("地区"),
    "role": gettext_lazy("角色"),
    "rows": gettext_lazy("条数"),
    "scopes": gettext_lazy("权限"),
    "sha256": gettext_lazy("文件校验值"),
    "to": gettext_lazy("新状态"),
    "token": gettext_lazy("令牌编号"),
    "valid_from": gettext_lazy("自何日起"),
    "value": gettext_lazy("取值"),
    "version": gettext_lazy("版本"),
}
WORDS: Mapping[tuple[str, str], Any] = {
    ("declared", "not_secret"): gettext_lazy("不涉密"),
    ("frequency", "daily"): gettext_lazy("每天"),
    ("frequency", "weekly"): gettext_lazy("每周"),
    ("method", "password"): gettext_lazy("密码"),
    ("method", "code"): gettext_lazy("短信验证码"),
    ("method", "mfa"): gettext_lazy("两步验证"),
    ("method", "demo"): gettext_lazy("演示账号"),
}

Line = tuple[str, str]


def lines(events: Iterable[Event]) -> dict[int, list[Line]]:
    """Per event (by pk) its data as ``(label, text)``; providers are asked once for all."""
    rows = list(events)
    words = _words(rows)
    return {
        row.pk: [_line(key, value, words) for key, value in row.data.items() if _is_said(value)]
        for row in rows
    }


def _is_said(value: Any) -> bool:
    return value not in ("", [], {}, None)


def _words(rows: list[Event]) -> dict[tuple[str, str], str]:
    codes: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for key, value in row.data.items():
            codes[key].update(_codes(value))
    found = {pair: str(word) for pair, word in WORDS.items()}
    for provider in providers(SLOT):
        found |= provider(codes=codes)
    return found


def _codes(value: Any) -> list[str]:
    """The codes that are shown of a value: of a long list the first ones."""
    many = value if isinstance(value, list) else [value]
    return [one for one in many[:SHOWN] if isinstance(one, str)]


def _line(key: str, value: Any, words: Mapping[tuple[str, str], str]) -> Line:
    label = str(LABELS.get(key, key))
    if isinstance(value, list):
        named = "、".join(_text(key, one, words) for one in value[:SHOWN])
        more = len(value) - SHOWN
        if more > 0:
            named += ngettext("等 %d 项", "等 %d 项", len(value)) % len(value)
        return label, named
    return label, _text(key, value, words)


def _text(key: str, value: Any, words: Mapping[tuple[str, str], str]) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, dict):
        return ";".join("".join(_line(k, v, words)) for k, v in value.items())
    text = str(value)
    return words.get((key, text), text)
