"""Words of the catalogue that other contexts may use: states, actions and frozen results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class RecordState(TextChoices):
    """States of a resource record, labelled exactly as ux.md B2 does."""

    DRAFT = "draft", pgettext_lazy("record", "草稿")
    UNIT_CHECK = "unit_check", pgettext_lazy("record", "待单位审核")
    DEPT_CHECK = "dept_check", pgettext_lazy("record", "待主管部门审核")
    CITY_CHECK = "city_check", pgettext_lazy("record", "待市级审核")
    PUBLISHED = "published", pgettext_lazy("record", "已发布")
    CHANGE_CHECK = "change_check", pgettext_lazy("record", "变更审核中")
    RETURNED = "returned", pgettext_lazy("record", "退回修改")
    REFUSED = "refused", pgettext_lazy("record", "不予通过")
    WITHDRAWN = "withdrawn", pgettext_lazy("record", "已撤回")
    TAKEN_DOWN = "taken_down", pgettext_lazy("record", "已下架")
    CANCELLED = "cancelled", pgettext_lazy("record", "已注销")


class RecordAction(TextChoices):
    """What can be done to a record; labels are the buttons of ux.md B2."""

    SUBMIT = "submit", pgettext_lazy("record action", "提交")
    APPROVE = "approve", pgettext_lazy("record action", "审核通过")
    SKIP = "skip", pgettext_lazy("record action", "免审(该环节未设置)")
    RETURN = "return", pgettext_lazy("record action", "退回修改")
    REFUSE = "refuse", pgettext_lazy("record action", "不予通过")
    WITHDRAW = "withdraw", pgettext_lazy("record action", "撤回")
    TAKE_DOWN = "take_down", pgettext_lazy("record action", "下架")
    RESTORE = "restore", pgettext_lazy("record action", "恢复")
    CANCEL = "cancel", pgettext_lazy("record action", "注销")
    OPEN_CHANGE = "open_change", pgettext_lazy("record action", "提交变更")
    CLOSE_CHANGE = "close_change", pgettext_lazy("record action", "变更办结")


class ChangeState(TextChoices):
    """States of a change to a published record; the published version stays visible."""

    DRAFT = "draft", pgettext_lazy("change", "草稿")
    UNIT_CHECK = "unit_check", pgettext_lazy("change", "待单位审核")
    DEPT_CHECK = "dept_check", pgettext_lazy("change", "待主管部门审核")
    CITY_CHECK = "city_check", pgettext_lazy("change", "待市级审核")
    ACCEPTED = "accepted", pgettext_lazy("change", "变更已发布")
    RETURNED = "returned", pgettext_lazy("change", "退回修改")
    REFUSED = "refused", pgettext_lazy("change", "不予通过")
    WITHDRAWN = "withdrawn", pgettext_lazy("change", "已撤回")


class Visibility(TextChoices):
    """Who may find a published record (A-31, AA-05)."""

    PUBLIC = "public", pgettext_lazy("visibility", "向社会公开")
    REGISTERED = "registered", pgettext_lazy("visibility", "登录用户可见")
    UNIT = "unit", pgettext_lazy("visibility", "仅本单位可见")
    RESTRICTED = "restricted", pgettext_lazy("visibility", "有特殊限制(不进入检索)")


class Level(TextChoices):
    """The office that stands behind an act."""

    UNIT = "unit", pgettext_lazy("level", "单位")
    DEPT = "dept", pgettext_lazy("level", "主管部门或县区")
    CITY = "city", pgettext_lazy("level", "市科技局")
    SYSTEM = "system", pgettext_lazy("level", "系统")


class ImportMode(TextChoices):
    ALL_OR_NOTHING = "all_or_nothing", pgettext_lazy("import", "全部正确才导入")
    VALID_ROWS = "valid_rows", pgettext_lazy("import", "只导入正确的行")


class ImportState(TextChoices):
    UPLOADED = "uploaded", pgettext_lazy("import", "待核对列")
    CHECKING = "checking", pgettext_lazy("import", "校验中")
    CHECKED = "checked", pgettext_lazy("import", "已校验")
    RUNNING = "running", pgettext_lazy("import", "导入中")
    DONE = "done", pgettext_lazy("import", "已完成")
    FAILED = "failed", pgettext_lazy("import", "未导入")
    UNDOING = "undoing", pgettext_lazy("import", "撤销中")
    UNDONE = "undone", pgettext_lazy("import", "已撤销")


class ImportAction(TextChoices):
    CHECK = "check", pgettext_lazy("import action", "校验")
    CHECKED = "checked", pgettext_lazy("import action", "校验完成")
    REOPEN = "reopen", pgettext_lazy("import action", "重新核对")
    RUN = "run", pgettext_lazy("import action", "开始导入")
    FINISH = "finish", pgettext_lazy("import action", "导入完成")
    FAIL = "fail", pgettext_lazy("import action", "中止")
    UNDO = "undo", pgettext_lazy("import action", "撤销导入")
    UNDONE = "undone", pgettext_lazy("import action", "撤销完成")


class FaultSort(TextChoices):
    """What kind of fault a cell has, for counting them (ux.md B1)."""

    MISSING = "missing", pgettext_lazy("fault", "必填的没有填")
    VALUE = "value", pgettext_lazy("fault", "填写的内容不对")
    TWICE = "twice", pgettext_lazy("fault", "编号重复")
    OWNER = "owner", pgettext_lazy("fault", "单位没有找到")


class PhotoOutcome(TextChoices):
    """Where a photo of the zip belongs."""

    ROW = "row", pgettext_lazy("photo", "对应表中一行")
    RECORD = "record", pgettext_lazy("photo", "对应已有记录")
    UNKNOWN = "unknown", pgettext_lazy("photo", "没有对应")
    TWICE = "twice", pgettext_lazy("photo", "对应多条")
    REFUSED = "refused", pgettext_lazy("photo", "不能使用")


class ExportState(TextChoices):
    WAITING = "waiting", pgettext_lazy("export", "等待")
    RUNNING = "running", pgettext_lazy("export", "生成中")
    DONE = "done", pgettext_lazy("export", "可下载")
    FAILED = "failed", pgettext_lazy("export", "未完成")


class ExportAction(TextChoices):
    BEGIN = "begin", pgettext_lazy("export action", "开始生成")
    FINISH = "finish", pgettext_lazy("export action", "完成")
    FAIL = "fail", pgettext_lazy("export action", "中止")


class FlagKind(TextChoices):
    ERROR_WORD = "error_word", pgettext_lazy("flag", "错敏词")
    DUPLICATE = "duplicate", pgettext_lazy("flag", "疑似重复")


CHANGE_FILES = "change"


def files_subject(uid: str, audience: str) -> str:
    """The subject of a record's files (``files.StoredFile.subject``) for one audience.

    ``record:<uid>`` for public fields, ``record:<uid>:registered``, ``:unit`` and
    ``:restricted`` for fields with fewer readers, ``record:<uid>:change`` for the new files of
    a change nobody has accepted yet.
    """
    return f"record:{uid}" if audience == "public" else f"record:{uid}:{audience}"


@dataclass(frozen=True, slots=True)
class SecrecyCheck:
    """Who declares, at publication, to have made the secrecy check (AA-01, A-05)."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """A suspicious word in a public text: where it stands and what is usually meant."""

    field: str
    label: str
    word: str
    suggestion: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """One field of two revisions side by side, already in words.

    The pieces make up the whole text, each with whether the other side lacks it.
    """

    name: str
    label: str
    old: str
    new: str
    added: Sequence[str] = ()
    removed: Sequence[str] = ()
    old_pieces: Sequence[tuple[str, bool]] = ()
    new_pieces: Sequence[tuple[str, bool]] = ()


@dataclass(frozen=True, slots=True)
class Value:
    """One labelled value of a record page.

    ``kind`` is the field type; ``items`` holds pictures, files, links and table rows.
    """

    name: str
    label: str
    text: str
    type: str = "text"
    unit: str = ""
    items: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    values: Sequence[Value]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its date and its definition (ux.md B1 rule 10)."""

    name: str
    label: str
    value: Decimal | int
    unit: str
    as_of: date
    definition: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """What a list shows of a record."""

    uid: str
    kind: str
    kind_label: str
    number: str
    title: str
    subtitle: str
    summary: str
    url: str
    owner: str
    owner_uid: str
    owner_code: str
    region: str
    region_name: str
    state: str
    state_label: str
    year: int | None = None
    price: str = ""
    current_state: str = ""
    open_state: str = ""
    badges: Sequence[str] = ()
    image: str = ""
    completeness: int = 0
    updated_at: datetime | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
