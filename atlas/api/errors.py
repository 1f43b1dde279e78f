"""Errors of the API: problem details (RFC 9457) in French, one shape for all."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions

MEDIA_TYPE = "application/problem+json"

# Status → (anchor of the documentation page, title).
TITLES = {
    400: ("requete-invalide", _("Requête invalide")),
    404: ("introuvable", _("Introuvable")),
    405: ("methode-refusee", _("Méthode refusée")),
    406: ("format-indisponible", _("Format indisponible")),
    429: ("trop-de-requetes", _("Trop de requêtes")),
}


def invalid(**errors: Any) -> exceptions.ValidationError:
    """A 400 about named parameters: `invalid(page=_("…"))`."""
    return exceptions.ValidationError({name: [message] for name, message in errors.items()})


def _detail(exc: exceptions.APIException) -> str:
    match exc:
        case exceptions.ValidationError():
            return str(_("Un paramètre au moins est à corriger ; « errors » dit lequel et comment."))
        case exceptions.MethodNotAllowed():
            return str(_("L’API se lit seulement : GET, HEAD et OPTIONS."))
        case exceptions.NotAcceptable():
            offered = sorted(renderer.media_type for renderer in exc.available_renderers)
            return str(_("Cette adresse répond en : %(offered)s.") % {"offered": ", ".join(offered)})
        case exceptions.Throttled():
            return str(_("Nouvelle requête possible dans %(wait)d secondes.") % {"wait": exc.wait or 1})
    return str(exc.detail)


def problem(exc: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Exception handler of Django REST framework. None lets an unforeseen error be logged and answered as a 500."""
    if isinstance(exc, Http404):
        exc = exceptions.NotFound(_("Rien ne se trouve à cette adresse."))
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    if not isinstance(exc, exceptions.APIException):
        return None
    anchor, title = TITLES.get(exc.status_code, ("", HTTPStatus(exc.status_code).phrase))
    response = JsonResponse(
        {
            "type": context["request"].build_absolute_uri(f"{reverse('api:documentation')}#{anchor}"),
            "title": str(title),
            "status": exc.status_code,
            "detail": _detail(exc),
            "errors": exc.detail if isinstance(exc.detail, dict) else {},
        },
        status=exc.status_code,
        content_type=MEDIA_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )
    if isinstance(exc, exceptions.Throttled):
        response["Retry-After"] = str(int(exc.wait or 1))
    if isinstance(exc, exceptions.MethodNotAllowed):
        response["Allow"] = "GET, HEAD, OPTIONS"
    return response
