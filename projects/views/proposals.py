"""The exchange for foreign authorities, without account and in their language: propose a notice, then keep it by a link."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from atlas.models import Region
from atlas.pages import unindexed
from atlas.throttling import LinkThrottle, ProposeThrottle
from projects.forms.notices import values_of, written
from projects.forms.proposals import CloseOwnForm, ProposeForm, ReviseForm
from projects.models import NoticeContact, Side
from projects.services import notice_links as links
from projects.services.exchange import of_contact
from projects.services.links import VoidLink
from projects.views.by_link import STATUSES, language_of, languages


def page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """A page of somebody without account: it bears its languages, and is neither kept nor indexed."""
    token = request.resolver_match.kwargs.get("token", "")
    given = {"languages": languages(), "saved": request.GET.get("fait", ""), "token": token}
    return unindexed(render(request, f"projects/exchange/{template}.html", given | context, status=status))


def _regions() -> list[Region]:
    return list(Region.objects.order_by("name"))


@never_cache
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """The form; POST keeps a draft and sends the link that confirms the address."""
    with override(language_of(request)):
        if request.method == "GET":
            initial = {"direction": "request", "language": get_language(), "languages": [get_language()]}
            return page(request, "propose", form=ProposeForm(regions=_regions(), initial=initial))
        form = ProposeForm(request.POST, regions=_regions())
        if form.is_robot:
            return page(request, "sent", email=request.POST.get("email", ""))
        if form.is_valid():
            if not ProposeThrottle().allow_request(request, None):
                return page(request, "void", 429, code="too_many", contact=None)
            given = form.cleaned_data
            try:
                links.propose_notice(
                    form.said_country(), form.said_authority(), **form.said_who(), **written(form.said_notice())
                )
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                return page(request, "sent", email=given["email"])
        return page(request, "propose", 422, form=form)


def by_link(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that the holder of a link opens: `view(request, contact, …)`, in its language. The address bears the secret."""

    @never_cache
    @require_http_methods(["GET", "POST"])
    @wraps(view)
    def opened(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        if not LinkThrottle().allow_request(request, None):
            with override(language_of(request)):
                return page(request, "void", 429, code="too_many", contact=None)
        try:
            contact = links.open_contact(token)
        except VoidLink as error:
            return _void(request, error)
        with override(language_of(request, contact.language)):
            return view(request, contact, **kwargs)

    return opened


def _void(request: HttpRequest, error: VoidLink) -> HttpResponse:
    """An expired link can be asked anew: it leaves for the address on record, whoever asks."""
    contact = error.link
    with override(language_of(request, contact.language if contact else "")):
        refusal, sent = "", False
        if request.method == "POST" and error.code == "expired" and "_again" in request.POST:
            try:
                links.renew_link(contact)
                sent = True
            except ValidationError as again:
                refusal = " ".join(again.messages)
        status = 200 if sent else STATUSES.get(error.code, 410)
        return page(request, "void", status, code=error.code, contact=contact, sent=sent, refusal=refusal)


ACTIONS: dict[str, Callable[[NoticeContact, HttpRequest], Any]] = {
    "_confirm": lambda contact, request: links.confirm_notice(contact),
    "_renew": lambda contact, request: links.renew_own_notice(contact),
    "_withdraw": lambda contact, request: links.withdraw_own_notice(contact),
    "_close": lambda contact, request: links.close_own_notice(contact, outcome=request.POST.get("outcome", "")),
    "_revoke": lambda contact, request: links.renew_link(contact, revoke=True),
}


@by_link
def follow(request: HttpRequest, contact: NoticeContact) -> HttpResponse:
    """One's notice, where it stands, and what one may do: each button bears the name of what it does."""
    refusal = ""
    if request.method == "POST":
        name = next((name for name in ACTIONS if name in request.POST), "")
        if not name:
            return redirect(request.get_full_path())
        try:
            ACTIONS[name](contact, request)
        except ValidationError as error:
            refusal = " ".join(error.messages)
        else:
            if name == "_revoke":
                return page(request, "sent", email=contact.email)
            return redirect(f"{request.path}?langue={get_language()}&fait={name[1:]}")
    notice, conversations = links.own_notice(contact), list(of_contact(contact).with_unread(contact))
    if notice is None:
        if not conversations:
            raise Http404
        return redirect(f"conversations/{conversations[0].uuid}/?langue={get_language()}")
    return page(
        request,
        "follow",
        422 if refusal else 200,
        contact=contact,
        notice=notice,
        refusal=refusal,
        close_form=CloseOwnForm(),
        conversations=[(one, one.name_of(Side.REPLIER)) for one in conversations],
        note=links.last_note(notice),
    )


@by_link
def revise(request: HttpRequest, contact: NoticeContact) -> HttpResponse:
    """Correct one's notice; a published one is checked again."""
    notice = links.own_notice(contact)
    if notice is None or notice.publication not in links.EDITABLE:
        raise Http404
    if request.method == "POST":
        form = ReviseForm(request.POST, regions=_regions())
        seen = request.POST.get("version", "")
        if form.is_valid():
            try:
                links.revise_notice(
                    contact,
                    read_version=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else None,
                    **written(form.cleaned_data),
                )
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                return redirect(f"../?langue={get_language()}&fait=revise")
        return page(request, "revise", 422, contact=contact, notice=notice, form=form)
    form = ReviseForm(initial=values_of(notice, ("themes", "regions")), regions=_regions())
    return page(request, "revise", contact=contact, notice=notice, form=form)
