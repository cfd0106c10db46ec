"""Django's settings, put together from ``anlan.config.environment``."""

from __future__ import annotations

import sys

from csp.constants import NONE, SELF
from django.contrib.messages import constants as messages
from django.utils.translation import gettext_lazy as _

from anlan.base.bucket import Keys, address_of, read_keys
from anlan.config import database
from anlan.config.environment import ROOT, WrongSettings, environment
from anlan.config.secret import secret_key

ENVIRONMENT = environment()

DATA = ENVIRONMENT.data
KEYS = DATA / "keys"
SIGNER = DATA / "signer"
SIGNER_SOCKET = ENVIRONMENT.signer_socket or DATA / "signer.sock"
# Then SIGNER is not where its key lies, and nothing may be made or printed there.
SIGNER_IS_APART = ENVIRONMENT.signer_socket is not None
BACKUP_VAULT = ENVIRONMENT.backup_vault
BACKUP_STORE = (
    address_of(
        ENVIRONMENT.backup_store,
        endpoint=ENVIRONMENT.backup_endpoint,
        region=ENVIRONMENT.backup_region,
    )
    if ENVIRONMENT.backup_store
    else None
)
BACKUP_KEYS = (
    Keys(
        ENVIRONMENT.backup_key_id.get_secret_value(),
        ENVIRONMENT.backup_secret.get_secret_value(),
    )
    if ENVIRONMENT.backup_key_id and ENVIRONMENT.backup_secret
    else read_keys(ENVIRONMENT.backup_keys)
)
BACKUP_LOCK = ENVIRONMENT.backup_lock
RECORDINGS_ROOTS = ENVIRONMENT.recordings_roots
RECORDER_HOSTS = ENVIRONMENT.recorder_hosts
TSA_URL = ENVIRONMENT.tsa_url
TSA_CERTIFICATES = ENVIRONMENT.tsa_certificates
DEEP_CHECK_MB_S = ENVIRONMENT.deep_check_mb_s
CLAMAV = ENVIRONMENT.clamav
FONT_DIR = ENVIRONMENT.font_dir
MOST_UPLOAD_BYTES = ENVIRONMENT.most_upload_gb * 1024**3
try:
    SECRET_KEY = (
        ENVIRONMENT.secret_key.get_secret_value()
        if ENVIRONMENT.secret_key
        else secret_key(KEYS)
    )
except OSError as error:  # somebody else's folder, or a file
    raise WrongSettings(
        f"ANLAN_DATA: {error.filename or KEYS}: {error.strerror}"
    ) from None
DEBUG = ENVIRONMENT.debug
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
TRUSTED_PROXIES = ENVIRONMENT.trusted_proxies
PUBLIC_URL = ENVIRONMENT.public_url.rstrip("/")
DEMO = ENVIRONMENT.demo
HOST = ENVIRONMENT.host
PORT = ENVIRONMENT.port
WEB_THREADS = ENVIRONMENT.web_threads
# While PostgreSQL computes in a process of its own, a second page can.
PAGES_AT_ONCE = 2 if ENVIRONMENT.database_url else 1

INSTALLED_APPS = [
    "anlan.play.apps.PlayConfig",
    "anlan.desk.apps.DeskConfig",
    "anlan.phone.apps.PhoneConfig",
    "anlan.portal.apps.PortalConfig",
    "anlan.api.apps.ApiConfig",
    "anlan.incidents.apps.IncidentsConfig",
    "anlan.investigation.apps.InvestigationConfig",
    "anlan.evidence.apps.EvidenceConfig",
    "anlan.resolution.review.apps.ReviewConfig",
    "anlan.resolution.counselling.apps.CounsellingConfig",
    "anlan.resolution.mediation.apps.MediationConfig",
    "anlan.resolution.legal.apps.LegalConfig",
    "anlan.resolution.apps.ResolutionConfig",
    "anlan.cases.apps.CasesConfig",
    "anlan.customers.apps.CustomersConfig",
    "anlan.notify.apps.NotifyConfig",
    "anlan.law.apps.LawConfig",
    "anlan.accounts.apps.AccountsConfig",
    "anlan.ledger.apps.LedgerConfig",
    "anlan.config.apps.AnlanConfig",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "django_cotton.apps.SimpleAppConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "anlan.base.frames.with_room",  # first: everything stands on it
    "anlan.config.proxies.ProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "anlan.accounts.middleware.MomentMiddleware",
    "anlan.accounts.middleware.LanguageMiddleware",
    "anlan.accounts.middleware.SharedPhoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "anlan.desk.middleware.RefusalMiddleware",
    "anlan.api.middleware.MethodMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "anlan.config.urls"
WSGI_APPLICATION = "anlan.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            # Set up by hand: the automatic set-ups of template_partials and cotton
            # silently undo each other.
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": [
                "template_partials.templatetags.partials",
                "django_cotton.templatetags.cotton",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "anlan.desk.templatetags.fixed",
                "anlan.desk.templatetags.screen",
                "anlan.desk.templatetags.rows",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "anlan.desk.context.screen",
            ],
        },
    }
]

DATABASES = {
    "default": database.postgresql(ENVIRONMENT.database_url.get_secret_value())
    if ENVIRONMENT.database_url
    else database.sqlite(DATA / "anlan.sqlite3")
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "anlan.accounts.backend.Backend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"
    },
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "anlan.accounts.adapter.AccountAdapter"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = ENVIRONMENT.proof_minutes * 60  # seconds
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "安澜 Anlan"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # http://localhost is a secure context

AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "account/locked.html"

SESSION_ENGINE = "anlan.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600  # seconds: one long shift
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
CSRF_FAILURE_VIEW = "anlan.desk.views.csrf_failed"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("英语"))]
MESSAGE_TAGS = {messages.SUCCESS: "ok", messages.WARNING: "warn", messages.ERROR: "bad"}
LOCALE_PATHS = [ROOT / "src" / "anlan" / "locale"]
USE_I18N = True
USE_TZ = True
# No setting: a paper that says 14:02 for the court says it wherever the server stands. All
# of China has one time, and the days of the law are its days (``base.clock``).
TIME_ZONE = "Asia/Shanghai"
FIRST_DAY_OF_WEEK = 1

STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "build" / "static"
STATICFILES_DIRS = [("vendor", ROOT / "build" / "vendor")]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "anlan.desk.joined.JoinedFinder",  # one style sheet and one script of many files
]
# Hashed names once they are collected; `collectstatic` is who makes the list of them.
HASHED_STATIC = (STATIC_ROOT / "staticfiles.json").exists()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if HASHED_STATIC or "collectstatic" in sys.argv
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not HASHED_STATIC

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # bytes, of a form without files
TEST_RUNNER = "django.test.runner.DiscoverRunner"
SILENCED_SYSTEM_CHECKS = ["axes.W006"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
        "json": {"()": "anlan.config.logs.JsonFormatter"},
    },
    "filters": {"hide_secrets": {"()": "anlan.config.logs.HideSecrets"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["hide_secrets"],
            "formatter": ENVIRONMENT.log_format,
        }
    },
    "root": {"handlers": ["console"], "level": ENVIRONMENT.log_level},
    "loggers": {
        "axes": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        # They tell of each request with its signature, if they are let.
        **{name: {"level": "WARNING"} for name in ("boto3", "botocore", "urllib3")},
    },
}
