"""Where django-allauth meets our services: accounts, mobiles, codes, journal."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexiang.accounts import forms, services, sms
from kexiang.accounts.models import Person
from kexiang.audit import services as audit
from kexiang.core.context import Site

# Notices of allauth that also are facts for the journal.
JOURNALLED = {
    "account/email/password_changed": "person.password_changed",
    "account/email/password_set": "person.password_changed",
    "account/email/password_reset": "person.password_reset",
    "account/email/email_changed": "person.email_changed",
    "account/email/email_confirm": "person.email_confirmed",
    "account/email/email_deleted": "person.email_deleted",
    "mfa/email/totp_activated": "person.second_factor_on",
    "mfa/email/totp_deactivated": "person.second_factor_off",
    "mfa/email/recovery_codes_generated": "person.recovery_codes_made",
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # untyped
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("这个账号已停用,请联系系统管理员。"),
        "username_password_mismatch": _("用户名或密码不对,请核对后重试。"),
        "email_password_mismatch": _("邮箱或密码不对,请核对后重试。"),
        "phone_password_mismatch": _("手机号或密码不对,请核对后重试。"),
        "incorrect_code": _("验证码不对,请核对短信后重新输入。"),
        "incorrect_password": _("密码不对,请重新输入。"),
        "enter_current_password": _("当前密码不对,请重新输入。"),
        "too_many_login_attempts": _("登录失败次数过多,请5分钟后再试,或改用短信验证码登录。"),
        "phone_taken": _("这个手机号已有账号,请直接登录。"),
        "email_taken": _("这个邮箱已有账号,请换一个。"),
        "duplicate_email": _("这个邮箱已绑定在您的账号上。"),
        "invalid_login": _("登录信息有误,请核对后重试。"),
        "invalid_password_reset": _("重置密码的验证已失效,请重新申请。"),
        "rate_limited": _("操作过于频繁,请稍后再试。"),
        "same_as_current": _("与现在的相同,无需修改。"),
    }

    def new_user(self, request: HttpRequest) -> Person:
        return Person(created_at=timezone.now())

    def save_user(
        self, request: HttpRequest, user: Person, form: BaseForm, commit: bool = True
    ) -> Person:
        person = super().save_user(request, user, form, commit=False)
        return services.save_signed_up(person=person, at=timezone.now()) if commit else person

    def generate_unique_username(self, txts: list[str | None], regex: str | None = None) -> str:
        return services.fresh_username()

    def phone_form_field(self, **kwargs: Any) -> forms.MobileField:
        kwargs.pop("label", None)
        return forms.MobileField(**kwargs)

    def set_phone(self, user: Person, phone: str, verified: bool) -> None:
        """A number that is not proven waits aside; it cannot keep its owner from signing up."""
        if verified:
            services.confirm_mobile(person=user, mobile=phone, at=timezone.now())
            return
        user.pending_mobile = phone
        if user.pk:
            user.save(update_fields=["pending_mobile"])

    def get_phone(self, user: Person) -> tuple[str, bool] | None:
        if user.mobile:
            return user.mobile, True
        return (user.pending_mobile, False) if user.pending_mobile else None

    def set_phone_verified(self, user: Person, phone: str) -> None:
        services.confirm_mobile(person=user, mobile=phone, at=timezone.now())

    def get_user_by_phone(self, phone: str) -> Person | None:
        return Person.objects.filter(mobile=phone, is_active=True).first()

    def send_verification_code_sms(
        self, user: Person, phone: str, code: str, **kwargs: Any
    ) -> None:
        text = _("验证码 %(code)s,用于登录或验证手机号,请勿告诉他人。")
        at = timezone.now()
        sms.post(phone, str(text) % {"code": code}, at=at, lives=sms.CODE_LIVES)

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        text = _("有人用本手机号登录,但此号尚未注册。如是本人,请先注册。")
        sms.post(phone, str(text), at=timezone.now())

    def send_account_already_exists_sms(self, phone: str) -> None:
        text = _("本手机号已有账号,请直接登录;忘记密码可用短信验证码登录。")
        sms.post(phone, str(text), at=timezone.now())

    def format_email_subject(self, subject: str) -> str:
        return f"[{Site(self.request).place.short}] {subject}"

    def post_login(self, request: HttpRequest, user: Person, **kwargs: Any) -> HttpResponse:
        method = request.session.get("account_authentication_methods") or [{}]
        audit.record(
            kind="person.signed_in",
            subject=f"person:{user.uid}",
            actor=user.uid,
            at=timezone.now(),
            data={"method": str(method[-1].get("method", ""))},
        )
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def send_notification_mail(
        self, template_prefix: str, user: Person, *args: Any, **kwargs: Any
    ) -> None:
        if kind := JOURNALLED.get(template_prefix):
            subject = f"person:{user.uid}"
            audit.record(kind=kind, subject=subject, actor=user.uid, at=timezone.now())
        super().send_notification_mail(template_prefix, user, *args, **kwargs)


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # untyped
    def get_totp_label(self, user: Person) -> str:
        return user.username

    def get_totp_issuer(self) -> str:
        return Site(self.request).place.short
