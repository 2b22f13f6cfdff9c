"""One settings file, driven by the environment.

Without any variable it is the embedded installation: SQLite, a file broker, demo accounts,
everything that changes under ``var/``. With ``COCORA_MODE=served`` it is a real one, and it
refuses to start without its secrets. ``docs/operators.md`` lists every variable.
"""

import secrets
import sys
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

MODE = env.str("COCORA_MODE", "embedded")
if MODE not in {"embedded", "served"}:
    raise ImproperlyConfigured("COCORA_MODE is 'embedded' or 'served'.")
SERVED = MODE == "served"
DEBUG = env.bool("COCORA_DEBUG", False)
# In a demo installation two-factor sign-in can be put off; in a served one it can't.
DEMO = not SERVED and env.bool("COCORA_DEMO", True)
PORT = env.int("COCORA_PORT", 8000)

# Everything that changes while running lives under one folder.
DATA_DIR = Path(env.str("COCORA_DATA", str(BASE_DIR / "var"))).resolve()
FOLDERS = "broker broker/processed control files logs mail scratch static"
for folder in FOLDERS.split():
    (DATA_DIR / folder).mkdir(parents=True, exist_ok=True)
SCRATCH_DIR = DATA_DIR / "scratch"


def embedded_secret() -> str:
    """The key of an embedded installation: made once, kept beside its database."""
    path = DATA_DIR / "secret-key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


if SERVED:
    SECRET_KEY = env.str("COCORA_SECRET_KEY")
    if len(SECRET_KEY) < 50:
        raise ImproperlyConfigured("COCORA_SECRET_KEY needs at least 50 characters.")
    SITE_URL = env.str("COCORA_URL").rstrip("/")
    if not SITE_URL.startswith("https://"):
        raise ImproperlyConfigured("COCORA_URL is the public address and starts with https://")
else:
    SECRET_KEY = embedded_secret()
    SITE_URL = f"http://localhost:{PORT}"
SITE_HOST = environ.urlparse(SITE_URL).hostname
ALLOWED_HOSTS = [SITE_HOST, "127.0.0.1", *env.list("COCORA_HOSTS", default=[])]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "cocora.common",
    "cocora.audit",
    "cocora.accounts",
    "cocora.jobs",
    "programmes",
    "participants",
    "sessions.apps.ProgrammeSessionsConfig",
    "handbooks",
    "cocora.home",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "csp",
    "django_htmx",
    "whitenoise.runserver_nostatic",
    "django.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "cocora.common.middleware.request_id",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "cocora.accounts.middleware.require_second_factor",
    "cocora.common.middleware.keep_private",
]

ROOT_URLCONF = "cocora.urls"
WSGI_APPLICATION = "cocora.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cocora.home.context.navigation",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = ["cocora"]
CRISPY_TEMPLATE_PACK = "cocora"

# --- Database -----------------------------------------------------------------------------
# SQLite: WAL and IMMEDIATE, because read-then-write under the default fails with "database is
# locked" as soon as web and worker write together. No ATOMIC_REQUESTS: under IMMEDIATE every
# reading request would queue for the write lock.
DATABASES = {
    "default": env.db_url("COCORA_DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'cocora.sqlite3'}")
}
ON_SQLITE = DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
if ON_SQLITE:
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
    # A file in tests too: one in memory has a single connection, which a live server must share.
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if SERVED and ON_SQLITE:
    raise ImproperlyConfigured("A served installation needs COCORA_DATABASE_URL with PostgreSQL.")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Limits on sign-in attempts and used one-time codes must hold across processes, and without Redis.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cocora_cache",
        # Beyond this number entries are thrown away at random, and the limits with them.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- Celery -------------------------------------------------------------------------------
# Every broker may lose a message when a process dies. The job row (cocora.jobs) is the outbox:
# a sweep sends it again, a lease and a fencing number let its effect happen once.
CELERY_BROKER_URL = env.str("COCORA_BROKER_URL", "" if SERVED else "filesystem://localhost")
if not CELERY_BROKER_URL:
    raise ImproperlyConfigured("A served installation needs COCORA_BROKER_URL with Redis.")
REDIS_TRANSPORT: dict[str, object] = {
    # Longer than the longest task, or Redis delivers a running one twice.
    "visibility_timeout": 3600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    # Who orders a book does not wait for a broker that is away: the sweep sends the job later.
    "max_retries": 0,
    "socket_connect_timeout": 2,
}
if CELERY_BROKER_URL.startswith("filesystem"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(DATA_DIR / "broker"),
        "data_folder_out": str(DATA_DIR / "broker"),
        "control_folder": str(DATA_DIR / "control"),
        "processed_folder": str(DATA_DIR / "broker" / "processed"),
        "store_processed": False,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = REDIS_TRANSPORT
# A worker waits for its broker as long as it takes; the default gives up after 100 tries.
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_SERIALIZER = "json"
# Tasks of a capability, which Celery does not look for by itself.
CELERY_IMPORTS = ["sessions.scheduling.tasks"]
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# Seconds. A pool of one has no limits of its own: cocora.celery ends the process that takes longer.
CELERY_TASK_TIME_LIMIT = 1800
# A pool of processes shares a lock, and one that is killed may keep it for ever. So a worker is one
# process, and there are several of them.
CELERY_WORKER_POOL = "solo"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(SCRATCH_DIR / "beat-schedule")
# What the clock sent while no worker was free is thrown away unread, not done a hundred times.
SOON = {"options": {"expires": 60}}
CELERY_BEAT_SCHEDULE = {
    "sweep-jobs": {"task": "cocora.jobs.tasks.sweep", "schedule": 10.0, **SOON},
    "deliver-mail": {
        "task": "cocora.accounts.tasks.deliver_waiting_mail",
        "schedule": 15.0,
        **SOON,
    },
    # Each is sent once: the database knows who was reminded of what.
    "send-reminders": {
        "task": "sessions.scheduling.tasks.send_reminders",
        "schedule": 900.0,
        **SOON,
    },
    # Lists of people that nobody has confirmed within a day.
    "forget-lists": {"task": "participants.tasks.forget_lists", "schedule": 3600.0, **SOON},
    # Missed while the machine was off, it is done at the next start.
    "forget": {"task": "participants.tasks.forget", "schedule": crontab(hour=2, minute=30)},
}

# --- Accounts -----------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "cocora.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_PREVENT_ENUMERATION = "strict"
# Asking for a new password costs the same for known and unknown addresses: see the form.
ACCOUNT_FORMS = {
    "login": "cocora.accounts.forms.SignInForm",
    "change_password": "cocora.accounts.forms.PasswordChangeForm",
    "reset_password": "cocora.accounts.forms.PasswordResetForm",
    "reset_password_from_key": "cocora.accounts.forms.NewPasswordForm",
    "reauthenticate": "cocora.accounts.forms.PasswordAgainForm",
}
MFA_FORMS = {
    "authenticate": "cocora.accounts.forms.CodeForm",
    "activate_totp": "cocora.accounts.forms.NewAppForm",
    "add_webauthn": "cocora.accounts.forms.PasskeyForm",
}
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("COCORA_PROXIES", 1 if SERVED else 0)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "CoCoRa"
MFA_ADAPTER = "cocora.accounts.adapter.SecondFactorAdapter"
# Every address was proven by an invitation, so a new one may wait for its confirmation although a
# second factor is set up; else these people could never change theirs.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# A passkey needs https, or localhost in an embedded installation.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SERVED

# Secrets at rest (second factors, waiting mail) are sealed with the first of these keys and
# opened with any of them; put a new key in front to change it.
FIELD_KEYS = [key for key in env.list("COCORA_FIELD_KEY", default=[]) if key]
if SERVED and not FIELD_KEYS:
    raise ImproperlyConfigured(
        "COCORA_FIELD_KEY is missing: at least 50 random characters, kept apart from the backup."
    )
if SERVED and any(len(key) < 50 for key in FIELD_KEYS):
    raise ImproperlyConfigured("COCORA_FIELD_KEY needs at least 50 characters, in every key.")
FIELD_KEYS = FIELD_KEYS or [SECRET_KEY]

# --- Mail ---------------------------------------------------------------------------------
if SERVED:
    globals().update(env.email_url("COCORA_EMAIL_URL"))
else:
    EMAIL_BACKEND = "cocora.home.mailbox.EmailBackend"
    EMAIL_FILE_PATH = str(DATA_DIR / "mail")
# A mail server that says nothing must not hold a worker.
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("COCORA_FROM_EMAIL", "CoCoRa <no-reply@localhost>")

# --- Security -----------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_NAME = "cocora"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SERVED
if SERVED:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
# A series of 500 dates is sent back with five fields each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3_000
FILE_UPLOAD_HANDLERS = ["cocora.common.uploads.MemoryUploadHandler"]

# --- Files --------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("COCORA_STATIC", str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "cocora.common.staticfinder.NodePackages",
]
FILES_DIR = DATA_DIR / "files"
# "linked" keeps the chapters of books and joins them; "plain" lets WeasyPrint do all, every time.
PRINT_ENGINE = env.str("COCORA_PRINT_ENGINE", "linked")
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(FILES_DIR), "base_url": None},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 60

# --- Language and time --------------------------------------------------------------------
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("COCORA_TIME_ZONE", "UTC")
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]

# --- Logs: ids and counts, never names or free text ---------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "cocora.common.logs.Discreet",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # WeasyPrint reports every unknown CSS property; our own faults are a test's work.
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        # One line for every sweep, every ten seconds, would bury what matters.
        "celery": {"level": "WARNING"},
        # By default these have handlers of their own, which would write every link as it is.
        "django": {"handlers": []},
        "django.server": {"handlers": [], "propagate": True},
        "gunicorn.error": {"handlers": [], "propagate": True},
    },
}

TESTING = "pytest" in sys.modules
