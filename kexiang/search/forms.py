"""The form of a saved search."""

from django import forms
from django.utils.translation import gettext_lazy as _

from kexiang.search.models import SavedSearch


class SavedSearchForm(forms.Form):
    """Name and how often to be told; the question itself comes from the results page."""

    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("自己能认出的名字,不重复。"))
    frequency = forms.ChoiceField(
        label=_("提醒"),
        choices=SavedSearch.Frequency.choices,
        initial=SavedSearch.Frequency.WEEKLY,
        help_text=_("有新资源符合条件时,在工作台提醒;邮箱已验证的,同时发邮件。"),
    )


class ChangeForm(SavedSearchForm):
    is_paused = forms.BooleanField(
        label=_("暂停提醒"), required=False, help_text=_("暂停期间出现的新资源不会补发。")
    )
