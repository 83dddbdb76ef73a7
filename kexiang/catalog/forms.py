"""What people fill in around a record: the first question, reasons, filters, columns of a file."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kexiang.catalog.queries import RecordFilter
from kexiang.catalog.types import ImportState, RecordState, Visibility

ANY = ("", _("全部"))
COMPLETE = [ANY, ("low", _("低于 60%")), ("middle", _("60%–84%")), ("high", _("85% 以上"))]
STATES = [
    ANY,
    ("shown", _("已发布(含变更审核中)")),
    ("waiting", _("审核中(各环节)")),
    *RecordState.choices,
]
FRESH = [ANY, ("stale", _("久未更新")), ("fresh", _("近期更新或确认"))]


class StartForm(forms.Form):
    """Kind and unit of a new entry, and the question that comes before everything (A-24, AA-01)."""

    kind = forms.ChoiceField(label=_("资源类型"))
    owner = forms.ChoiceField(label=_("填报单位"))
    secret = forms.ChoiceField(
        label=_("是否涉密或有特殊限制"),
        choices=[
            ("no", _("否,不涉密,也没有限制公开的特殊规定")),
            ("yes", _("是,涉密或有特殊限制")),
        ],
        widget=forms.RadioSelect,
        help_text=_("涉密不上网。选“是”将结束填写,平台不保存任何内容。"),
    )

    def __init__(
        self, data: Any = None, *, kinds: list[Any], owners: list[Any], **more: Any
    ) -> None:
        super().__init__(data, **more)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["owner"].choices = owners  # type: ignore[attr-defined]
        if len(owners) == 1:
            self.fields["owner"].initial = owners[0][0]


class VisibilityForm(forms.Form):
    visibility = forms.ChoiceField(
        label=_("公开范围"),
        choices=Visibility.choices,
        help_text=_("非涉密、无特殊规定限制的资源应向社会公开。"),
    )


class FilterForm(forms.Form):
    """Above the lists of records."""

    q = forms.CharField(label=_("名称、型号或编号"), required=False, max_length=100)
    kind = forms.ChoiceField(label=_("类型"), required=False)
    state = forms.ChoiceField(label=_("状态"), required=False, choices=STATES)
    complete = forms.ChoiceField(label=_("完整度"), required=False, choices=COMPLETE)
    fresh = forms.ChoiceField(label=_("更新情况"), required=False, choices=FRESH)

    def __init__(self, data: Any = None, *, kinds: list[Any], **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["kind"].choices = [ANY, *kinds]  # type: ignore[attr-defined]

    def wanted(self, **more: Any) -> RecordFilter:
        """The filter; what is not understood is left out rather than an error."""
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value}
        return RecordFilter(**{**found, **more})


class ImportFilterForm(forms.Form):
    """Above the list of imports."""

    q = forms.CharField(label=_("文件名"), required=False, max_length=100)
    kind = forms.ChoiceField(label=_("类型"), required=False)
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[ANY, *ImportState.choices])
    sort = forms.ChoiceField(
        label=_("排序"),
        required=False,
        choices=[
            ("newest", _("最近上传")),
            ("oldest", _("最早上传")),
            ("name", _("文件名")),
            ("bad", _("有误行数从多到少")),
        ],
    )

    def __init__(self, data: Any = None, *, kinds: list[Any], **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["kind"].choices = [ANY, *kinds]  # type: ignore[attr-defined]

    @property
    def wanted(self) -> dict[str, str]:
        """What was understood of the question."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class UploadForm(forms.Form):
    """The first page of the import."""

    kind = forms.ChoiceField(label=_("资源类型"))
    owner = forms.ChoiceField(label=_("填报单位"), required=False)
    file = forms.FileField(
        label=_("表格文件"),
        help_text=_(
            ".xlsx、.xls、.csv 或 .jsonl,不超过 200 MB。可先下载模板填写,也可直接用本单位台账。"
        ),
    )
    photos = forms.FileField(
        label=_("照片压缩包"),
        required=False,
        help_text=_(
            "可选。zip,文件名为资产编号、仪器编号或平台编号,如“编号.jpg”“编号_1.jpg”,或每个编号一个文件夹。"
        ),
    )
    secret = forms.ChoiceField(
        label=_("表中是否有涉密或有特殊限制的资源"),
        choices=[("no", _("否,已逐条核对")), ("yes", _("有"))],
        widget=forms.RadioSelect,
        help_text=_("有涉密条目时请先从表中删除再上传,平台不保存任何涉密内容。"),
    )
    publish = forms.BooleanField(label=_("导入后直接发布,并由本人承担保密审查"), required=False)

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        kinds: list[Any],
        owners: list[Any],
        may_publish: bool,
        **more: Any,
    ) -> None:
        super().__init__(data, files, **more)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        any_owner = [("", _("由表中的单位名称列决定"))] if may_publish else []
        self.fields["owner"].choices = [*any_owner, *owners]  # type: ignore[attr-defined]
        self.fields["owner"].required = not may_publish
        if not may_publish:
            del self.fields["publish"]
