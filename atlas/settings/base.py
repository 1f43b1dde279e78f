"""Settings common to every way of running the portal. The other modules of this package hold differences only."""

from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(env("ATLAS_VAR", default=str(BASE_DIR / "var")))

# --- What the portal is ------------------------------------------------------------------------------------------
SITE_NAME = _("Atlas de la coopération décentralisée")
# The State identity (Marianne block and font) is reserved to State bodies: off unless the operator is entitled to it.
STATE_IDENTITY = env.bool("ATLAS_STATE_IDENTITY", default=False)
DEMO = False
# Part of every ETag: a new release makes pages anew.
RELEASE = env("ATLAS_RELEASE", default="0.1.0")
SITE_URL = env("ATLAS_SITE_URL", default="http://localhost:8000")
# Who answers for the portal, as its legal pages must say; what is left empty shows as «à compléter par l'exploitant».
PUBLISHER = env("ATLAS_PUBLISHER", default="")
PUBLICATION_DIRECTOR = env("ATLAS_PUBLICATION_DIRECTOR", default="")
HOSTING_NOTICE = env("ATLAS_HOSTING_NOTICE", default="")
DPO_CONTACT = env("ATLAS_DPO_CONTACT", default="")
CONTACT_EMAIL = env("ATLAS_CONTACT_EMAIL", default="secretariat.dgm-dctciv@diplomatie.gouv.fr")

# --- Applications ------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "atlas.apps.AtlasConfig",
    "projects.apps.ProjectsConfig",
    "apd.apps.ApdConfig",
    "calls.apps.CallsConfig",
    "expect.apps.ExpectConfig",
    "network.apps.NetworkConfig",
    "atlas.apps.AtlasAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "pgtrigger",
    "pghistory",
    "axes",
    "csp",
    "widget_tweaks",
    "dsfr",
    "leaflet",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "atlas.urls"
WSGI_APPLICATION = "atlas.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "atlas.context.portal",
            ],
        },
    }
]

# --- Data --------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default="postgres:///atlas")}
DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
DATABASES["default"].setdefault("OPTIONS", {})
# Typing suggestions tolerate mistakes: «sant etiene» and «Saint-Étienne» have a word similarity near 0.5.
DATABASES["default"]["OPTIONS"]["options"] = "-c pg_trgm.word_similarity_threshold=0.45 -c jit=off"
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["CONN_MAX_AGE"] = 600

REDIS_URL = env("REDIS_URL", default="redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "atlas",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People ------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "atlas.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "atlas.proconnect.ProConnectBackend",  # answers only its own callback, and only when it is switched on
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "account"
LOGOUT_REDIRECT_URL = "home"
PASSWORD_RESET_TIMEOUT = 24 * 3600
INVITE_AGAIN_SECONDS = 600  # the same invitation does not leave twice sooner

NOTICE_LINK_PAUSE_MINUTES = 10  # nor does that of a notice

# Lock-out: ten failures for a pair (address, account) close the door for half an hour.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.5
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "username"
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
# ProConnect comes back by GET: whoever fails there is not guessing a password.
AXES_NEVER_LOCKOUT_GET = True
AXES_CLIENT_IP_CALLABLE = "atlas.views.accounts.client_address"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

# ProConnect (login of the State): on when its client is configured, see atlas/proconnect.py.
PROCONNECT_DOMAIN = env("PROCONNECT_DOMAIN", default="")
PROCONNECT_CLIENT_ID = env("PROCONNECT_CLIENT_ID", default="")
PROCONNECT_CLIENT_SECRET = env("PROCONNECT_CLIENT_SECRET", default="")
PROCONNECT_ISSUER = f"https://{PROCONNECT_DOMAIN}/api/v2"
PROCONNECT_SIGN_ALGO = env("PROCONNECT_SIGN_ALGO", default="RS256")
PROCONNECT_ENABLED = bool(PROCONNECT_DOMAIN and PROCONNECT_CLIENT_ID and PROCONNECT_CLIENT_SECRET)

# --- Language ----------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("Français"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["atlas.settings.formats"]
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# --- Files -------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = "/media/"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# A file over UPLOAD_MAX_BYTES is dropped while it arrives, neither kept in memory nor on disk.
FILE_UPLOAD_HANDLERS = [
    "atlas.forms.uploads.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
UPLOAD_MAX_BYTES = env.int("ATLAS_UPLOAD_MAX_BYTES", default=25 * 1024 * 1024)
DOCUMENT_MAX_BYTES = env.int("ATLAS_DOCUMENT_MAX_BYTES", default=20 * 1024 * 1024)
PHOTO_MAX_BYTES = env.int("ATLAS_PHOTO_MAX_BYTES", default=15 * 1024 * 1024)
# Pixels of a photo as sent (a bomb announces billions), and its longest side once kept.
PHOTO_MAX_PIXELS = 60_000_000
PHOTO_MAX_SIDE = 2_000
# XLSX: that many rows straight away, more in the background; how many of these one account may await.
EXPORT_DIRECT_ROWS = env.int("ATLAS_EXPORT_DIRECT_ROWS", default=5_000)
EXPORTS_AT_ONCE = env.int("ATLAS_EXPORTS_AT_ONCE", default=3)
# Records by the spreadsheet: lines of one workbook.
SHEET_MAX_ROWS = env.int("ATLAS_SHEET_MAX_ROWS", default=2_000)

# --- E-mail ------------------------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env("ATLAS_FROM_EMAIL", default="atlas@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Security ----------------------------------------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# Tiles of the national map service, by a setting: a template such as https://…/{z}/{x}/{y}.png. Empty: vector outlines only.
MAP_TILES_URL = env("ATLAS_MAP_TILES_URL", default="")
MAP_TILES_ATTRIBUTION = env("ATLAS_MAP_TILES_ATTRIBUTION", default="")
_tiles_host = ["/".join(MAP_TILES_URL.split("/")[:3]).replace("{s}", "*")] if MAP_TILES_URL else []
# No nonce and nothing inline: a page answered from a cache, or by 304, keeps a valid policy.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *_tiles_host],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- API ---------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "EXCEPTION_HANDLER": "atlas.api.errors.problem",
    # PostgreSQL writes the JSON: its decimals are numbers, and the schema must say so.
    "COERCE_DECIMAL_TO_STRING": False,
    # For one address: pages and records, and whole files (CSV, GeoJSON).
    "DEFAULT_THROTTLE_RATES": {
        "read": env("ATLAS_API_RATE", default="600/min"),
        "export": env("ATLAS_API_EXPORT_RATE", default="60/min"),
        "ask": env("ATLAS_ASK_RATE", default="20/hour"),  # requests for access by visitors
        "link": env("ATLAS_LINK_RATE", default="30/min"),  # pages behind a secret link
        "propose": env("ATLAS_PROPOSE_RATE", default="10/hour"),  # notices and replies sent without account
    },
    # Trusted proxies in front of the portal: that many addresses at the end of X-Forwarded-For are believed.
    "NUM_PROXIES": env.int("ATLAS_PROXIES", default=0),
}
SPECTACULAR_SETTINGS = {
    "TITLE": SITE_NAME,
    "DESCRIPTION": _(
        "Données publiques de l’atlas français de la coopération décentralisée. Lecture seule, sans compte ni clé. "
        "Les critères sont ceux des pages du site : même question, mêmes fiches."
    ),
    "VERSION": "1.0.0",
    "CONTACT": {"email": CONTACT_EMAIL},
    "LICENSE": {"name": "Licence Ouverte 2.0", "url": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"},
    "SORT_OPERATION_PARAMETERS": False,
    "SERVE_INCLUDE_SCHEMA": False,
    # Names of the code lists in the schema: several members called `kind` or `status` differ by theirs.
    "ENUM_NAME_OVERRIDES": {
        "AuthorityLevel": "atlas.models.AuthorityLevel",
        "CollectivityKind": "atlas.models.CollectivityKind",
        "Continent": "atlas.models.Continent",
        "DatePrecision": "projects.models.DatePrecision",
        "EventKind": "atlas.models.EventKind",
        "NoticeDirection": "projects.models.NoticeDirection",
        "NoticeLanguage": "projects.models.NoticeLanguage",
        "NoticeOutcome": "projects.models.NoticeOutcome",
        "SoughtKind": "projects.models.SoughtKind",
        "SoughtLevel": "projects.models.SoughtLevel",
        "SoughtSize": "projects.models.SoughtSize",
        "ActivityStatus": "projects.models.ActivityStatus",
        "BudgetSource": "projects.models.BudgetSource",
        "PartKind": "projects.models.PartKind",
        "PartnershipKind": "projects.models.PartnershipKind",
        "ProjectRole": "projects.models.ProjectRole",
        "PartyRole": "projects.models.PartyRole",
        "ResultKind": "projects.models.ResultKind",
        "PartnershipStatus": "projects.models.PartnershipStatus",
        "PositionPrecision": "atlas.models.PositionPrecision",
        "StatGroup": "atlas.models.StatGroup",
        "StatusCategory": "atlas.models.StatusCategory",
        "StatusList": "atlas.models.StatusList",
    },
}

# --- Staff tools -------------------------------------------------------------------------------------------------
# A cell that begins like a formula leaves as text: a spreadsheet must not run what an applicant wrote.
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_SKIP_ADMIN_ACTION_EXPORT_UI = True
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "change"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"
# Between preview and confirmation the file waits where every web process finds it.
IMPORT_EXPORT_TMP_STORAGE_CLASS = "import_export.tmp_storages.CacheStorage"

# --- Background work ---------------------------------------------------------------------------------------------
# Celery has its own name for a Redis behind a Unix socket.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_TIME_LIMIT = 600
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "prune-data-changes": {"task": "atlas.tasks.prune_data_changes", "schedule": crontab(hour=3, minute=10)},
    "keep-counts": {"task": "atlas.tasks.keep_counts", "schedule": crontab()},
    "clear-sessions": {"task": "atlas.tasks.clear_sessions", "schedule": crontab(hour=3, minute=20)},
    "forget-unconfirmed-notices": {
        "task": "projects.tasks.forget_unconfirmed_notices",
        "schedule": crontab(hour=3, minute=35),
    },
    # As alerts: what one run could not do, the next does; each person is told once for each date.
    "remind-notices": {"task": "projects.tasks.remind_notices", "schedule": crontab(hour="7-12", minute=25)},
    "forget-drafts": {"task": "atlas.tasks.forget_drafts", "schedule": crontab(hour=3, minute=25)},
    "forget-sheets": {"task": "projects.tasks.forget_sheets", "schedule": crontab(hour=3, minute=45)},
    # Several times, so that what one run could not do is done by the next: each period is told once.
    "send-alerts": {"task": "atlas.tasks.send_alerts", "schedule": crontab(hour="7-12", minute=5)},
    "forget-alerts": {"task": "atlas.tasks.forget_alerts", "schedule": crontab(hour=3, minute=50)},
    "resume-exports": {"task": "atlas.tasks.resume_exports", "schedule": crontab(minute="*/5")},
    "forget-exports": {"task": "atlas.tasks.forget_exports", "schedule": crontab(hour=3, minute=35)},
    "forget-contacts": {"task": "atlas.tasks.forget_contacts", "schedule": crontab(hour=3, minute=27)},
    "forget-unconfirmed": {"task": "atlas.tasks.forget_unconfirmed", "schedule": crontab(hour=3, minute=28)},
    # Each minute costs one query while nothing changes.
    "refresh-panorama": {"task": "projects.tasks.refresh_panorama", "schedule": crontab()},
    "refresh-panorama-nightly": {
        "task": "projects.tasks.refresh_panorama",
        "schedule": crontab(hour=3, minute=40),
        "kwargs": {"force": True},
    },
    "refresh-verification": {"task": "projects.tasks.refresh_verification", "schedule": crontab()},
    "forget-log-ins": {"task": "atlas.tasks.forget_log_ins", "schedule": crontab(hour=3, minute=30)},
}

# --- History -----------------------------------------------------------------------------------------------------
# Reference rows arrive by tens of thousands: only changes and deletions are worth an event, the first state is the row itself.
PGHISTORY_DEFAULT_TRACKERS = None
# Reading asks nobody's name: a public answer varies with no cookie, and its statements carry no context.
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
