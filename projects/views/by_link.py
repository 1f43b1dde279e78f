"""What pages that a link opens for somebody without account have in common: their language, and what a void link answers."""

from django.http import HttpRequest
from django.utils.translation import get_language_info

from projects.models import RequestLanguage

STATUSES = {"unknown": 404, "too_many": 429}  # the others were valid once: 410


def language_of(request: HttpRequest, otherwise: str = "") -> str:
    """The language asked for, else the one of the person, else that of the browser among those we speak."""
    wanted = request.GET.get("langue", "")
    if wanted in RequestLanguage.values:
        return wanted
    if otherwise:
        return otherwise
    for code in request.headers.get("Accept-Language", "").replace(" ", "").lower().split(","):
        if code[:2] in RequestLanguage.values:
            return code[:2]
    return RequestLanguage.FRENCH


def languages() -> list[tuple[str, str]]:
    """Code and own name of each, to choose from."""
    return [(code, get_language_info(code)["name_local"].capitalize()) for code in RequestLanguage.values]
