"""Where a submitted record stands, for the one who handed it in, without signing in (B3.7).

Whoever asks names the number and the last four digits of the mobile number of the person who
handed the record in. A wrong number and wrong digits get the same answer, and the answer tells
no reason, no name and no content: for those one signs in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from kexiang.accounts import queries as accounts
from kexiang.catalog import queries as catalog
from kexiang.catalog.types import RecordState
from kexiang.core.counting import counted
from kexiang.kernel.errors import NotFound, TooMany
from kexiang.kinds import queries as kinds
from kexiang.portal import words
from kexiang.reference import queries as reference

TRIES = 5
LOCKED_S = 3600
WAITING = (RecordState.UNIT_CHECK, RecordState.DEPT_CHECK, RecordState.CITY_CHECK)


@dataclass(frozen=True, slots=True)
class Progress:
    """The state line of one record: who has it now, since when, until when, what to do."""

    number: str
    kind: str
    state: str
    tone: str
    holder: str
    since: datetime | None
    due: date | None
    advice: str


def progress(number: str, tail: str) -> Progress:
    """What the asker may know. Raises ``NotFound`` for anything that does not fit together.

    After ``TRIES`` wrong answers for a number nobody can ask for it for an hour
    (``TooMany``): four digits must not be found by trying.
    """
    number = number.strip().upper()[:32]
    key = f"progress:{blake2b(number.encode(), digest_size=16).hexdigest()}"
    if counted(key, seconds=LOCKED_S) > TRIES:
        raise TooMany(_("这个编号查询失败次数过多,请一小时后再试,或登录后查看。"), LOCKED_S)
    row = catalog.submission(number)
    person = (row["submitted_by"] or row["created_by"]) if row else ""
    if row is None or not accounts.mobile_ends_with(person, tail.strip()):
        raise NotFound(
            _("编号与手机尾号不符。请核对编号,并填写提交人手机号的后四位;登录后也可以查看。")
        )
    cache.delete(key)  # whoever knows the digits has not been trying
    return _worded(row)


def _worded(row: Mapping[str, Any]) -> Progress:
    state = RecordState(row["state"])
    waiting = state in WAITING
    since = row["submitted_at"] if waiting else row["updated_at"]
    return Progress(
        number=row["number"],
        kind=words.label(kinds.kind(row["kind"])),
        state=str(state.label),
        tone=_TONES.get(state, "info"),
        holder=_holder(state, bool(row["department"])),
        since=since,
        due=_due(since) if waiting else None,
        advice=_advice(state),
    )


_TONES = {
    RecordState.PUBLISHED: "ok",
    RecordState.CHANGE_CHECK: "ok",
    RecordState.RETURNED: "warn",
    RecordState.REFUSED: "bad",
    RecordState.TAKEN_DOWN: "end",
    RecordState.CANCELLED: "end",
    RecordState.WITHDRAWN: "end",
}


def _holder(state: RecordState, has_department: bool) -> str:
    """The office that has it now, by its part, never by a person's name (ux.md B1.11)."""
    middle = _("主管部门") if has_department else _("县(市、区)科技主管部门")
    return {
        RecordState.DRAFT: _("填报人"),
        RecordState.RETURNED: _("填报人"),
        RecordState.WITHDRAWN: _("填报人"),
        RecordState.UNIT_CHECK: _("本单位管理员"),
        RecordState.DEPT_CHECK: middle,
        RecordState.CITY_CHECK: _("市科技局业务科室"),
        RecordState.CHANGE_CHECK: _("审核部门(已发布的内容照常展示)"),
    }.get(state, "")


def _due(since: datetime | None) -> date | None:
    days = int(reference.parameter("record.acceptance_workdays", default=0))
    return reference.workdays_add(since.date(), days) if since and days else None


def _advice(state: RecordState) -> str:
    """What is missing or what happens next."""
    days = int(reference.parameter("record.acceptance_workdays", default=0))
    limit = ngettext("受理时限为%(n)s个工作日。", "受理时限为%(n)s个工作日。", days) % {"n": days}
    return {
        RecordState.DRAFT: _("还没有提交。请登录后补齐必填项再提交。"),
        RecordState.RETURNED: _("需要修改:请登录查看退回意见,改好后用同一编号再次提交。"),
        RecordState.WITHDRAWN: _("已由填报人撤回,可登录后修改再提交。"),
        RecordState.REFUSED: _("办理已结束。理由和依据请登录查看。"),
        RecordState.TAKEN_DOWN: _("暂时不对外展示。原因请登录查看。"),
        RecordState.CANCELLED: _("已注销,不再对外展示。"),
        RecordState.PUBLISHED: pgettext("progress", "已对外公开。"),
        RecordState.CHANGE_CHECK: _("变更正在审核,公开的仍是上一版。"),
    }.get(state) or (limit if days else _("正在按顺序审核。"))
