"""One settings file. What a bureau may change lives in packs; what an operator may, in env.py."""

import os
from pathlib import Path

from kexiang_site import env
from kexiang_site.settings_accounts import *  # noqa: F403 -- signing in has a file of its own

HOME: Path = env.home()
DEMO: bool = env.flag("KEXIANG_DEMO")
TRAINING: bool = DEMO and env.flag("KEXIANG_TRAINING")
DEBUG: bool = env.flag("KEXIANG_DEBUG")
SECRET_KEY = env.secret_key(HOME)
ALLOWED_HOSTS = env.words("KEXIANG_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("KEXIANG_TRUSTED_ORIGINS")
PACK = os.environ.get("KEXIANG_PACK", env.DEFAULT_PACK)
PACK_FOLDERS = [folder for folder in (HOME / "packs", env.packs()) if folder.is_dir()]
SEARCH_URL = os.environ.get("KEXIANG_SEARCH_URL") or f"tantivy:///{HOME / 'index'}"
FILES_URL = os.environ.get("KEXIANG_FILES_URL") or f"file:///{HOME / 'files'}"
FILES_ACCEL = os.environ.get("KEXIANG_FILES_ACCEL", "")
METRICS_TOKEN = os.environ.get("KEXIANG_METRICS_TOKEN", "")
RATE_LIMIT: bool = os.environ.get("KEXIANG_RATE_LIMIT", "on") != "off"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "template_partials",
    "kexiang.core",
    "kexiang.audit",
    "kexiang.reference",
    "kexiang.accounts",  # before allauth, whose templates it restyles
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "kexiang.files",
    "kexiang.search",
    "kexiang.kinds",
    "kexiang.catalog",
    "kexiang.portal",
    "kexiang_site",
]
MIDDLEWARE = [
    "kexiang.core.middleware.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kexiang.core.middleware.SecurityHeadersMiddleware",
    "kexiang.core.middleware.NoNulMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "kexiang.core.middleware.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "kexiang.accounts.middleware.ActorMiddleware",
    "kexiang.core.middleware.RateLimitMiddleware",
    "kexiang.core.http.DomainErrorMiddleware",
]
ROOT_URLCONF = "kexiang_site.urls"
WSGI_APPLICATION = "kexiang_site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "kexiang.core.context.site",
            ],
        },
    }
]
FORM_RENDERER = "kexiang.core.forms.FormRenderer"

DATABASE_URL = os.environ.get("KEXIANG_DATABASE_URL") or f"sqlite:///{HOME / 'kexiang.sqlite3'}"
DATABASES = {"default": env.database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHE_URL = os.environ.get("KEXIANG_CACHE_URL", "")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache"
        if CACHE_URL
        else "kexiang.core.shared_cache.SharedCache",
        "LOCATION": CACHE_URL or str(HOME / "cache" / "shared.sqlite3"),
    },
}
TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default", "express"],  # core/jobs.py
    }
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "kexiang.accounts.passwords.LongEnough",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/work/"
CSRF_FAILURE_VIEW = "kexiang.core.views.csrf_failure"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).resolve().parent / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATICFILES_DIRS = [Path(__file__).resolve().parent / "static"]
STATIC_ROOT = HOME / "static"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
HTTPS: bool = env.flag("KEXIANG_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# With HTTPS a reverse proxy stands in front, by default on this host.
TRUSTED_PROXIES = frozenset(env.words("KEXIANG_TRUSTED_PROXIES", "127.0.0.1,::1" if HTTPS else ""))
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
