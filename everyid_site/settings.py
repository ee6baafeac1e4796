"""Django settings. Values from outside come through ``env.py`` alone."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

from everyid_site.embedded.endpoint import database_settings
from everyid_site.env import BASE_DIR, environment, quiet_vendors

ENV = environment()
quiet_vendors()
STATE_DIR: Path = ENV.state_dir


def _secret_key() -> str:
    """The given key, or one that is made at first start and kept in the state folder."""
    if ENV.secret_key:
        return ENV.secret_key
    path = STATE_DIR / "secret_key"
    if not path.exists():
        STATE_DIR.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f"secret_key.{secrets.token_hex(4)}")
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(50))
        with suppress(FileExistsError):  # another process was first: its key stands
            path.hardlink_to(made)
        made.unlink()
    return path.read_text().strip()


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


SECRET_KEY = _secret_key()
DEBUG = ENV.debug
# This machine's own names besides: by them the server is asked how it is.
ALLOWED_HOSTS = [*_split(ENV.allowed_hosts), "127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = _split(ENV.trusted_origins)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.secure_cookies
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# The whole path of the data, in the order it runs. Dropping a line drops the stage.
PIPELINE = (
    "ingest.stages.probe",  # container, streams, time base, timecode
    "ingest.stages.shots",  # one decode: cuts, keyframes, proxy, poster, sprite
    "recognition.stages.tracks",  # looks on at that decode: detect, track, choose crops
    "recognition.stages.embeddings",  # keyframes and crops → vectors
    "recognition.stages.descriptions",  # attributes, scene, caption
    "recognition.stages.identities",  # assign to identities, cluster the rest
    "ingest.stages.lines",  # what is said: subtitles in the file and beside it
)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "everyid_site",
    "ingest",
    "recognition",
    "search",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "everyid_site.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "everyid_site.middleware.LoginReturn",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "everyid_site.middleware.NoNul",
    "everyid_site.errors.DomainErrors",
]

ROOT_URLCONF = "everyid_site.urls"
WSGI_APPLICATION = "everyid_site.wsgi.application"

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
                "everyid_site.context.site",
            ],
            "builtins": ["everyid_site.quick_urls", "everyid_site.compiled"],
        },
    },
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "jinja2"],
        "OPTIONS": {"environment": "everyid_site.compiled.environment"},
    },
]

DATABASES: dict[str, Any] = {"default": database_settings(ENV)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "search:home"
LOGOUT_REDIRECT_URL = "login"
CSRF_FAILURE_VIEW = "everyid_site.views.forged"

LANGUAGE_CODE = "en"
TIME_ZONE = ENV.time_zone
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "everyid_site.static_files.StaticFiles"},
}

# Footage: originals/ holds what was uploaded, derived/ what stages made. Never served as static.
MEDIA_ROOT = STATE_DIR / "media"
FILE_UPLOAD_TEMP_DIR = STATE_DIR / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)  # Django checks that it is there
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
MAX_UPLOAD_BYTES = ENV.max_upload_mb * 1_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000

PROFILE = ENV.profile
WEIGHTS_DIR = ENV.weights_folder
NETWORKS_FILE = ENV.networks_file
WEIGHTS_MIRROR = ENV.weights_mirror
HUB_ENDPOINT = ENV.hub_endpoint
HUB_TOKEN = ENV.hub_token
OFFLINE = ENV.offline
NETWORK_THREADS = ENV.threads or None
NETWORK_DEVICE = ENV.device
# Role → network, over the profile's; the name that settings use for a person network is reid.
NETWORK_OVERRIDES = {
    "detector": ENV.detector,
    "open_set": ENV.open_set,
    "person": ENV.reid,
    "attributes": ENV.attributes,
    "image_text": ENV.image_text,
    "scene": ENV.scene,
    "captions": ENV.captions,
}
CAPTIONS_SERVER = {
    "url": ENV.captions_url,
    "network": ENV.captions_network,
    "key": ENV.captions_key,
}

CELERY_BROKER_URL = ENV.broker_url or "everyid+postgres://"
CELERY_WORKER_CONCURRENCY = ENV.worker_concurrency
# A run whose heartbeat is older than this has lost its worker and is queued again.
HEARTBEAT_TIMEOUT_S = 30

SITE_URL = ENV.site_url.rstrip("/")
WEBHOOKS_PRIVATE = ENV.webhooks_private
EMAIL_HOST, EMAIL_PORT = ENV.email_host, ENV.email_port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = ENV.email_user, ENV.email_password
EMAIL_USE_TLS, EMAIL_USE_SSL = ENV.email_tls == "starttls", ENV.email_tls == "tls"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = ENV.email_from

MCP_TOKEN = ENV.mcp_token
RATES = {
    "read": ENV.rate_read,
    "search": ENV.rate_search,
    "export": ENV.rate_export,
    "write": ENV.rate_write,
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "ingest.authentication.ApiTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["everyid_site.throttling.Limits"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "everyid_site.errors.api_exception_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "EveryID",
    "DESCRIPTION": "Find people and moments in your own footage.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "everyid_site.schema.type_ids",
        "everyid_site.schema.document_problems",
        "everyid_site.reference.documenting.document_operations",
    ],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": ENV.log_level},
}
