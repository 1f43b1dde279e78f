"""The page that a foreign partner opens by its link, without an account and in its language."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from atlas.pages import unindexed
from atlas.throttling import LinkThrottle
from projects import services
from projects.forms.partner import PartnerAnswerForm
from projects.models import PartnerAnswer, PartnerRequest, Partnership
from projects.services.links import VoidLink
from projects.views.by_link import STATUSES, language_of, languages


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """What the record says; POST takes the answer. The address bears the secret: it is neither indexed nor passed on."""
    if not LinkThrottle().allow_request(request, None):
        return _void(request, "too_many", None)
    try:
        asked = services.open_request(token)
        with override(language_of(request, asked.language)):
            return unindexed(_answer(request, token, asked))
    except VoidLink as error:
        return _void(request, error.code, error.link)


def _answer(request: HttpRequest, token: str, asked: PartnerRequest) -> HttpResponse:
    """Raises VoidLink when somebody answered meanwhile."""
    record = asked.subject
    if request.method == "GET":
        return _page(request, asked, PartnerAnswerForm(record))
    form = PartnerAnswerForm(record, request.POST)
    if not form.is_valid():
        return _page(request, asked, form, 422)
    given = form.cleaned_data
    corrected = given["answer"] == PartnerAnswer.CORRECTED
    try:
        done = services.answer_request(
            token,
            answer=given["answer"],
            name=given["name"],
            function=given["function"],
            comment=given["comment"],
            corrections=form.corrections() if corrected else None,
        )
    except VoidLink:
        raise
    except ValidationError as error:
        form.add_error(None, error.messages)
        return _page(request, asked, form, 422)
    return render(request, "projects/partner/thanks.html", _context(request, done))


def _page(request: HttpRequest, asked: PartnerRequest, form: PartnerAnswerForm, status: int = 200) -> HttpResponse:
    context = _context(request, asked) | {"form": form}
    return render(request, "projects/partner/confirm.html", context, status=status)


def _context(request: HttpRequest, asked: PartnerRequest | None) -> dict[str, Any]:
    record = asked.subject if asked else None
    parties = list(record.parties.select_related("collectivity", "foreign_authority")) if record else []
    return {
        "asked": asked,
        "record": record,
        "is_partnership": isinstance(record, Partnership),
        "parties": [str(party) for party in parties],
        "themes": [theme.name_in(get_language()) for theme in record.themes.all()] if record else [],
        "languages": languages(),
    }


def _void(request: HttpRequest, code: str, asked: PartnerRequest | None) -> HttpResponse:
    with override(language_of(request, asked.language if asked else "")):
        context = _context(request, asked) | {"code": code}
        return unindexed(render(request, "projects/partner/void.html", context, status=STATUSES.get(code, 410)))
