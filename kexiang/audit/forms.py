from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class DayField(forms.DateField):
    """An optional business date, picked in the browser's own calendar."""

    def __init__(self, label: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(label=label, required=False, widget=widget)


class JournalFilter(forms.Form):
    """The filter row of the journal."""

    SIZES = (20, 50, 100)

    kind = forms.CharField(
        label=_("事项代码(前几个字母)"),
        required=False,
        max_length=80,
    )
    subject = forms.CharField(label=_("对象"), required=False, max_length=80)
    person = forms.CharField(label=_("操作人编号"), required=False, max_length=40)
    since = DayField(_("自"))
    until = DayField(_("至"))
    sort = forms.ChoiceField(
        label=_("排序"),
        required=False,
        choices=[("-id", _("新的在前")), ("id", _("旧的在前"))],
    )
    page = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    size = forms.TypedChoiceField(
        required=False,
        choices=[(n, n) for n in SIZES],
        coerce=int,
        empty_value=20,  # type: ignore[arg-type]  # the stubs know only text
        widget=forms.HiddenInput,
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and until < since:
            self.add_error("until", _("结束日期不能早于开始日期。"))
        return values
