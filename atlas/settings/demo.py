"""The portal that `run.py` starts: real behaviour, demonstration accounts and data, and never a production service."""

import os
import secrets

from django.core.exceptions import ImproperlyConfigured

from .base import *  # noqa: F403
from .base import DATABASES, VAR_DIR

# Only a production service is given these; anybody may log in here as an administrator.
_production = [name for name in ("SECRET_KEY", "ALLOWED_HOSTS") if os.environ.get(name)]
if _production:
    raise ImproperlyConfigured(
        f"{' et '.join(_production)} : réglages de production, or voici ceux de la démonstration. "
        "Indiquez DJANGO_SETTINGS_MODULE=atlas.settings.prod."
    )

DEMO = True
DEBUG = False
ALLOWED_HOSTS = ["*"]


def _local_secret() -> str:
    """A key of this checkout's own, made at first use and kept in var/: sessions live through restarts."""
    path = VAR_DIR / "secret-key"
    try:
        return path.read_text()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        key = secrets.token_urlsafe(50)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
            handle.write(key)
        return key


SECRET_KEY = _local_secret()
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
# Files are served from where they lie: compressing the whole design system at start would take minutes.
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10}
