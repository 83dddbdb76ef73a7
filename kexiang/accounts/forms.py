"""What people type: sign-in, profile, organisations, roles. Forms parse; services decide."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from allauth.account import forms as allauth
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kexiang.accounts import rules
from kexiang.accounts.types import (
    ADMIN_ROLES,
    CODE_SYSTEMS,
    FREE_ROLES,
    GRANTED_ROLES,
    REGION_ROLES,
    Attribute,
    Role,
    Scope,
)
from kexiang.reference import queries as reference

EMPTY = ("", _("请选择"))


class MobileField(forms.CharField):
    """A mainland mobile number, cleaned to E.164."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("手机号"))
        kwargs.setdefault("max_length", 32)
        attrs = {"type": "tel", "autocomplete": "tel-national", "inputmode": "tel"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return rules.mobile(text)
        except ValueError as error:
            raise forms.ValidationError(gettext(str(error))) from None


def _choose(form: forms.Form, name: str, choices: Iterable[Any]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared a few lines above
    field.choices = list(choices)


def _relabel(form: forms.Form, **labels: Any) -> None:
    for name, label in labels.items():
        if name in form.fields:
            form.fields[name].label = label
            form.fields[name].widget.attrs.pop("placeholder", None)


class LoginForm(allauth.LoginForm):  # type: ignore[misc]  # untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(
            self, login=_("用户名、手机号或邮箱"), password=_("密码"), remember=_("在本机保持登录")
        )
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["password"].help_text = ""

    def clean_login(self) -> str:
        """A mobile number is looked up as E.164, everything else as it is stored."""
        text = rules.fold(super().clean_login())
        try:
            return rules.mobile(text)
        except ValueError:
            return text.lower()


class SignupForm(allauth.SignupForm):  # type: ignore[misc]  # untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, password1=_("密码"))
        self.fields["password1"].help_text = _("至少 10 位,不要全是数字,不要用常见密码。")


class RequestLoginCodeForm(allauth.RequestLoginCodeForm):  # type: ignore[misc]  # untyped
    """Codes go to the mobile; an address cannot be asked for here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("email", None)
        self.fields["phone"].required = True


class AddEmailForm(allauth.AddEmailForm):  # type: ignore[misc]  # untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, email=_("新邮箱"))


class ResetPasswordForm(allauth.ResetPasswordForm):  # type: ignore[misc]  # untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, email=_("邮箱"))


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("姓名"), max_length=64, help_text=_("办事、预约和评审时使用的真实姓名。")
    )


class NewPasswordForm(forms.Form):
    password = forms.CharField(
        label=_("新密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("至少 10 位,不要全是数字,不要用常见密码。"),
    )


class CloseAccountForm(forms.Form):
    confirm = forms.CharField(
        label=_("请输入“注销账号”以确认"),
        max_length=16,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_confirm(self) -> str:
        text = rules.fold(self.cleaned_data["confirm"])
        if text != "注销账号":
            raise forms.ValidationError(_("请完整输入“注销账号”四个字。"))
        return text


class TokenForm(forms.Form):
    LIFETIMES = ((30, _("30 天")), (90, _("90 天")), (180, _("180 天")), (365, _("一年")))

    name = forms.CharField(label=_("用途"), max_length=64, help_text=_("例如:本校设备系统对接。"))
    scopes = forms.MultipleChoiceField(
        label=_("权限"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(label=_("有效期"), choices=LIFETIMES, coerce=int, initial=90)

    @property
    def lifetime(self) -> timedelta:
        return timedelta(days=self.cleaned_data["days"])


def region_choices() -> list[tuple[str, str]]:
    """The place's own city, counties and zones, as the pack knows them."""
    home = reference.active_pack().region
    below = [(r.code, r.name) for r in reference.regions(under=home, deep=True)]
    return [("", str(_("请选择"))), (home, reference.region_name(home)), *below]


class OrganisationForm(forms.Form):
    """Facts of an organisation; core facts are left out for unit administrators."""

    CORE = ("name", "credit_code", "region", "code", "is_department", "is_public")

    name = forms.CharField(label=_("单位名称"), max_length=200, help_text=_("与公章一致的全称。"))
    credit_code = forms.CharField(
        label=_("统一社会信用代码"), max_length=40, required=False, help_text=_("18 位。")
    )
    region = forms.ChoiceField(label=_("所在地区"))
    code = forms.CharField(
        label=_("网址代码"),
        max_length=32,
        required=False,
        help_text=_("单位子站网址的最后一段,留空则按名称首字母生成。"),
    )
    is_department = forms.BooleanField(label=_("是主管部门"), required=False)
    is_public = forms.BooleanField(label=_("在门户公开"), required=False, initial=True)
    name_en = forms.CharField(label=_("英文名称"), max_length=200, required=False)
    address = forms.CharField(label=_("地址"), max_length=200, required=False)
    responsible = forms.CharField(
        label=_("单位负责人"),
        max_length=64,
        required=False,
        help_text=_("开放共享的责任人(法人责任)。"),
    )
    contact = forms.CharField(label=_("联系人"), max_length=64, required=False)
    phone = forms.CharField(label=_("值班电话"), max_length=32, required=False)
    email = forms.EmailField(label=_("邮箱"), required=False)
    website = forms.URLField(label=_("网站"), required=False, assume_scheme="https")
    opening_hours = forms.CharField(label=_("开放时间"), max_length=120, required=False)
    introduction = forms.CharField(
        label=_("单位简介"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, core: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "region", region_choices())
        if not core:
            for name in self.CORE:
                del self.fields[name]


class FactForm(forms.Form):
    """One dated fact: what it is, and from which day."""

    value = forms.ChoiceField(label=_("取值"), required=False)
    valid_from = forms.DateField(
        label=_("自何日起"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(
        self, *args: Any, attribute: str, departments: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"].label = Attribute(attribute).label
        if attribute == Attribute.DEPARTMENT:
            choices = departments
        else:
            system = CODE_SYSTEMS[Attribute(attribute)]
            choices = [(item.code, item.label) for item in reference.codes(system)]
        _choose(self, "value", [("", _("(无,自该日起不再适用)")), *choices])


class InviteForm(forms.Form):
    """A member of one's unit, by mobile number."""

    mobile = MobileField(help_text=_("成员用此手机号和短信验证码登录。"))
    name = forms.CharField(label=_("姓名"), max_length=64)
    role = forms.ChoiceField(label=_("角色"))
    ends_on = forms.DateField(
        label=_("截止日期"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("留空为长期。"),
    )

    def __init__(self, *args: Any, roles: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "role", [EMPTY, *((r, Role(r).label) for r in roles)])


class PersonForm(forms.Form):
    """A new account, opened by the system administrator."""

    name = forms.CharField(label=_("姓名"), max_length=64)
    username = forms.CharField(
        label=_("用户名"), max_length=64, required=False, help_text=_("留空则自动生成。")
    )
    mobile = MobileField(required=False)
    email = forms.EmailField(label=_("邮箱"), required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not (values.get("mobile") or values.get("email") or self.errors):
            self.add_error("mobile", _("手机号和邮箱至少填一项,否则本人无法登录。"))
        return values


class GrantForm(forms.Form):
    """A role for a person: with an organisation, a region, or neither, as the role needs."""

    role = forms.ChoiceField(label=_("角色"))
    organisation = forms.CharField(
        label=_("单位"),
        required=False,
        max_length=200,
        help_text=_("单位内的角色填单位全称、网址代码或统一社会信用代码。"),
    )
    region = forms.ChoiceField(
        label=_("地区"), required=False, help_text=_("主管部门的角色选择地区。")
    )
    ends_on = forms.DateField(
        label=_("截止日期"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("留空为长期。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "role", [EMPTY, *((r, r.label) for r in Role if r in GRANTED_ROLES)])
        _choose(self, "region", region_choices())

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        role = values.get("role", "")
        if role in REGION_ROLES and not values.get("region"):
            self.add_error("region", _("这个角色分地区,请选择地区。"))
        if role in FREE_ROLES | ADMIN_ROLES and (
            values.get("region") or values.get("organisation")
        ):
            self.add_error("role", _("这个角色不分单位和地区,请清空单位和地区。"))
        return values


class Filter(forms.Form):
    """The filter row of a list; every field is optional and faults are told, not swallowed."""

    SIZES = (20, 50, 100)

    q = forms.CharField(label=_("关键词"), required=False, max_length=100)
    sort = forms.CharField(required=False, max_length=24, widget=forms.HiddenInput)
    page = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    size = forms.TypedChoiceField(
        required=False,
        choices=[(n, n) for n in SIZES],
        coerce=int,
        empty_value=20,  # type: ignore[arg-type]  # the stubs know only text
        widget=forms.HiddenInput,
    )


class PeopleFilter(Filter):
    role = forms.ChoiceField(
        label=_("角色"), required=False, choices=[("", _("全部")), *Role.choices]
    )
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[("", _("全部")), ("active", _("正常")), ("locked", _("已停用"))],
    )


class MembersFilter(Filter):
    role = forms.ChoiceField(
        label=_("角色"), required=False, choices=[("", _("全部")), *Role.choices]
    )


class OrganisationFilter(Filter):
    region = forms.ChoiceField(label=_("地区"), required=False)
    nature = forms.ChoiceField(label=_("单位性质"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = ("", _("全部"))
        _choose(self, "region", [everything, *region_choices()[1:]])
        natures = reference.codes(CODE_SYSTEMS[Attribute.NATURE])
        _choose(self, "nature", [everything, *((i.code, i.label) for i in natures)])
