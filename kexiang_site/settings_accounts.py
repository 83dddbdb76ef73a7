"""Signing in: what django-allauth, SMS port and mail are told. Imported by ``settings.py``."""

import os

from kexiang_site import env

AUTH_USER_MODEL = "accounts.Person"
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/work/"
ACCOUNT_ADAPTER = "kexiang.accounts.views.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    name: f"kexiang.accounts.forms.{form}"
    for name, form in {
        "login": "LoginForm",
        "signup": "SignupForm",
        "request_login_code": "RequestLoginCodeForm",
        "add_email": "AddEmailForm",
        "reset_password": "ResetPasswordForm",
    }.items()
}
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_LOGIN_METHODS = {"username", "email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["phone*", "password1*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PHONE_VERIFICATION_ENABLED = True
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_USERNAME_MIN_LENGTH = 3
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ACCOUNT_RATE_LIMITS = (
    False
    if os.environ.get("KEXIANG_RATE_LIMIT") == "off"
    else {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key", "signup": "20/m/ip"}
)
MFA_ADAPTER = "kexiang.accounts.views.adapter.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "科享"
MFA_TOTP_TOLERANCE = 1
USERSESSIONS_TRACK_ACTIVITY = False

SMS_BACKEND = os.environ.get("KEXIANG_SMS_BACKEND") or "file"
SMS_URL = os.environ.get("KEXIANG_SMS_URL", "")
SMS_TOKEN = os.environ.get("KEXIANG_SMS_TOKEN", "")
SMS_SIGNATURE = os.environ.get("KEXIANG_SMS_SIGNATURE", "【科技资源共享】")
if SMS_BACKEND not in {"file", "console", "webhook"}:
    raise ValueError("KEXIANG_SMS_BACKEND: 只支持 file、console、webhook。")
if SMS_BACKEND == "webhook" and not SMS_URL.startswith(("https://", "http://")):
    raise ValueError("KEXIANG_SMS_URL: 使用 webhook 时须填写短信网关的 http(s) 地址。")

DEMO_HOSTS = env.words("KEXIANG_DEMO_HOSTS")

MAIL = env.mail(os.environ.get("KEXIANG_EMAIL_URL", ""))
EMAIL_BACKEND = "kexiang.core.mail.QueuedBackend"
MAIL_BACKEND = os.environ.get("KEXIANG_EMAIL_BACKEND") or MAIL.backend
EMAIL_HOST, EMAIL_PORT = MAIL.host or "localhost", MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL.user, MAIL.password
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL.starttls, MAIL.tls
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = (
    os.environ.get("KEXIANG_EMAIL_FROM") or MAIL.user or "kexiang@localhost"
)
