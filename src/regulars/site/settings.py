"""Django settings. What differs between deployments comes from `business.toml` and environment."""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONCE, NONE, SELF, STRICT_DYNAMIC
from django.utils.translation import gettext_lazy as _

from regulars.kit import keys, postgres
from regulars.site.business import CURRENCIES, current

SITE = Path(__file__).parent
BUSINESS = current()
VAR = BUSINESS.folder
PRODUCTION = os.environ.get("REGULARS_PRODUCTION") == "1"
DEBUG = False

SECRET_KEY = keys.read_or_make_secret(VAR / "keys" / "sessions.key").hex()
MASTER_KEY = keys.read_or_make_secret(VAR / "keys" / "master.key")
ALLOWED_HOSTS = [*BUSINESS.hosts, "[::1]"]

REGULARS_CURRENCY = BUSINESS.currency
REGULARS_CURRENCY_SIGN = CURRENCIES[BUSINESS.currency]
STANDING_CLOCK = BUSINESS.standing_clock

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_vite",
    "procrastinate.contrib.django",
    "regulars.kit",
    "regulars.people",
    "regulars.offer",
    "regulars.messaging",
    "regulars.booking",
    "regulars.sales",
    "regulars.intake",
    "regulars.understanding",
    "regulars.portal",
    "regulars.site",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "regulars.site.toasts.ToastMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "regulars.site.middleware.ActorMiddleware",
]

ROOT_URLCONF = "regulars.site.urls"
WSGI_APPLICATION = "regulars.site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "regulars.site.shell.shell",
            ],
            "builtins": ["django.templatetags.i18n"],
        },
    }
]

_address = postgres.address(
    VAR.parent, BUSINESS.code, for_tests=bool(os.environ.get("REGULARS_TEST_SERVER"))
)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _address.name,
        "USER": _address.user,
        "PASSWORD": _address.password,
        "HOST": _address.host,
        "PORT": _address.port,
        "OPTIONS": dict(_address.options),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "kit.User"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = "sign-in"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
TIME_ZONE = BUSINESS.time_zone
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = SITE / "static" / "build"
STATICFILES_DIRS: list[Path] = []
WHITENOISE_USE_FINDERS = True
DJANGO_VITE = {
    "default": {
        "manifest_path": SITE / "static" / "build" / ".vite" / "manifest.json",
        "static_url_prefix": "build",
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20
FILE_UPLOAD_TEMP_DIR = VAR / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)

# How messages go out: over SMTP when a mail server is named, and outside production to the console.
SMTP_HOST = os.environ.get("REGULARS_SMTP_HOST", "")
SMTP_SECURITY = os.environ.get("REGULARS_SMTP_SECURITY", "starttls")
SMTP_PORT = int(os.environ.get("REGULARS_SMTP_PORT", "465" if SMTP_SECURITY == "tls" else "587"))
SMTP_USER = os.environ.get("REGULARS_SMTP_USER", "")
SMTP_PASSWORD = os.environ.get("REGULARS_SMTP_PASSWORD", "")
SMTP_FROM = os.environ.get("REGULARS_SMTP_FROM", f"{BUSINESS.name} <regulars@localhost>")
_channels = os.environ.get("REGULARS_CHANNELS", "").split(",")
MESSAGE_CHANNELS = [name.strip() for name in _channels if name.strip()]
if SMTP_HOST:
    MESSAGE_CHANNELS.append("regulars.messaging.channels.email.open_channel")
if not PRODUCTION:
    MESSAGE_CHANNELS.append("regulars.messaging.channels.development.open_channel")
PUBLIC_ADDRESS = os.environ.get("REGULARS_ADDRESS") or (
    f"https://{BUSINESS.hosts[0]}" if PRODUCTION else f"http://{BUSINESS.hosts[0]}:8000"
)

# The browser runs only scripts that carry this response's nonce, and what they load.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [NONCE, STRICT_DYNAMIC],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = f"regulars_{BUSINESS.code}"
CSRF_COOKIE_NAME = f"regulars_{BUSINESS.code}_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": os.environ.get("REGULARS_LOG", "WARNING")},
}
