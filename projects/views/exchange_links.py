"""Conversations for foreign authorities, by their link and in their language: answer a French notice, read, write, stop."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from atlas.throttling import ProposeThrottle
from projects import services
from projects.forms.exchange import ReplyForm
from projects.models import NoticeContact, NoticeConversation, PartnershipNotice, Side
from projects.services import exchange
from projects.views.by_link import language_of
from projects.views.exchange_space import act, blank, thread
from projects.views.proposals import by_link, page


@never_cache
@require_http_methods(["GET", "POST"])
def reply(request: HttpRequest, slug: str) -> HttpResponse:
    """A first message to a French author; it is passed on once the link sent to the address given was opened."""
    rows = PartnershipNotice.objects.visible_to(request.user).in_force().filter(collectivity__isnull=False)
    notice = get_object_or_404(rows.for_detail(), slug=slug)
    with override(language_of(request)):
        if request.method == "GET":
            return page(request, "reply", form=ReplyForm(initial={"language": get_language()}), notice=notice)
        form = ReplyForm(request.POST)
        if form.is_robot:
            return page(request, "sent", email=request.POST.get("email", ""))
        if form.is_valid():
            if not ProposeThrottle().allow_request(request, None):
                return page(request, "void", 429, code="too_many", contact=None)
            try:
                services.reply_by_contact(
                    notice,
                    form.said_country(),
                    form.said_authority(),
                    text=form.cleaned_data["text"],
                    **form.said_who(),
                )
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                return page(request, "sent", email=form.cleaned_data["email"])
        return page(request, "reply", 422, form=form, notice=notice)


@by_link
def conversation(request: HttpRequest, contact: NoticeContact, uuid: Any) -> HttpResponse:
    """A thread, for whoever holds the link of one of its sides."""
    found = exchange.of_contact(contact).filter(uuid=uuid).first()
    if found is None:
        raise Http404
    side = Side.AUTHOR if found.notice.contact_id == contact.pk else Side.REPLIER
    forms, status = None, 200
    if request.method == "POST":
        if "_confirm" in request.POST:
            exchange.confirm_reply(contact)
        else:
            forms = act(found, side, request, contact=contact)
        if forms is None:
            return redirect(f"{request.path}?langue={get_language()}&fait=1")
        status = 422
    else:
        exchange.mark_read(found, side)
    other = NoticeConversation.other(side)
    return page(
        request,
        "conversation",
        status,
        contact=contact,
        conversation=found,
        side=side,
        other_name=found.name_of(other),
        unconfirmed=contact.confirmed_at is None,
        **thread(found, side),
        **blank(found, forms),
    )
