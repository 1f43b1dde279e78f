"""What every template knows of the portal."""

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict:
    """Name, identity and whether the data are a demonstration."""
    return {"site_name": settings.SITE_NAME, "demo": settings.DEMO, "state_identity": settings.STATE_IDENTITY}
