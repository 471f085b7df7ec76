"""Django's settings, derived from `Environment`; nothing here is meant to be edited for an installation."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import structlog

from tallystick.config.environment import environment

ENV = environment()
HOME = ENV.home
PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = ENV.secret_key or ENV.kept_secret("session")
DEBUG = ENV.debug
ALLOWED_HOSTS = list(ENV.allowed_hosts)

INSTALLED_APPS = [
    "tallystick.financials",
    "tallystick.integration",
    "tallystick.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # What answers further down, also where it refuses or breaks, gets these headers too.
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "tallystick.web.sign_in.middleware.second_factor_first",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_USER_MODEL = "financials.User"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"

ROOT_URLCONF = "tallystick.web.urls"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


def _database() -> dict[str, Any]:
    if ENV.database_url is None:
        HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": HOME / "tally.sqlite3",
            # A transaction that reads and then writes would fail at once with "database is locked" when another one
            # wrote in between; taking the write lock at the start lets it wait its turn instead.
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                # A page of couplings is a few megabytes: with the usual 4 MB of journal every commit would copy it back.
                # What undoes one statement of a transaction is kept in memory: as a file it is written for every row that
                # a trigger follows, which was three quarters of the cost of a row.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;"
                " PRAGMA wal_autocheckpoint=8000; PRAGMA temp_store=MEMORY;",
            },
        }
    host = ENV.database_url.hosts()[0]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": (ENV.database_url.path or "/").removeprefix("/"),
        "USER": unquote(host["username"] or ""),
        "PASSWORD": unquote(host["password"] or ""),
        "HOST": unquote(host["host"] or ""),
        "PORT": str(host["port"] or ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**dict(ENV.database_url.query_params())},
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_AGE = ENV.session_hours * 3600  # after signing in, whether or not the session is used
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # pages carry the token; no script reads the cookie
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.base_url.startswith("https://")
CSRF_TRUSTED_ORIGINS = [ENV.base_url] if ENV.base_url else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
# Our users are named by e-mail, and axes would look for that name; the credentials of Django call it `username`.
AXES_USERNAME_FORM_FIELD = "username"
AXES_LOCKOUT_TEMPLATE = "sign_in/locked.html"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# Who may call web services from a browser: a function from the short name of a company to the origins.
ODATA_ALLOWED_ORIGINS = "tallystick.web.crm.origins.allowed_origins"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "console": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {
            "()": "structlog.stdlib.ProcessorFormatter",
            "foreign_pre_chain": [
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
            ],
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        },
    },
    "filters": {"without_links": {"()": "tallystick.config.log_hygiene.WithoutSignInLinks"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": ENV.log_format, "filters": ["without_links"]}
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"tallystick": {"level": ENV.log_level}},
}
