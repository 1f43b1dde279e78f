"""What every template knows of the portal."""

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict:
    """Name, address, identity, whom to write to, and whether the data are a demonstration."""
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL.rstrip("/"),
        "contact_email": settings.CONTACT_EMAIL,
        "demo": settings.DEMO,
        "state_identity": settings.STATE_IDENTITY,
    }
