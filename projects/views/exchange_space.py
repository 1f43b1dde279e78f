"""Conversations in the space of an authority: what it received and sent, and the partnership that may come of it."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from atlas.permissions import may, require
from atlas.views.space import InSpace, SpacePage
from projects import services
from projects.forms.exchange import ConcludeForm, MessageForm, ReportForm, StatusForm
from projects.models import NoticeConversation, NoticeMessage, Partnership, PartnershipNotice, Side
from projects.services import exchange


@login_required
@never_cache
def reply_door(request: HttpRequest, slug: str) -> HttpResponse:
    """From the sheet of a notice to the space from which one answers it: the only one, or a choice."""
    notice = get_object_or_404(PartnershipNotice.objects.visible_to(request.user), slug=slug)
    members = request.user.memberships.exclude(role="reader").select_related("collectivity")
    writes = [one for one in members if one.collectivity_id != notice.collectivity_id]
    if len(writes) == 1:
        return redirect("space:notice_reply", writes[0].collectivity.slug, notice.slug)
    writes.sort(key=lambda one: one.collectivity.sort_name)
    return render(request, "projects/notice_reply_door.html", {"notice": notice, "memberships": writes})


class Reply(InSpace):
    """A first message to the author of a notice."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        found = self.rows().filter(notice=self.notice, collectivity=self.collectivity).first()
        if found:
            return redirect("space:conversation", self.collectivity.slug, found.uuid)
        return self.show(MessageForm())

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        form = MessageForm(request.POST)
        if form.is_valid():
            try:
                begun = services.reply(
                    self.notice, self.collectivity, actor=request.user, text=form.cleaned_data["text"]
                )
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                messages.success(request, _("Votre réponse est transmise : l’auteur de l’annonce est prévenu."))
                return redirect("space:conversation", self.collectivity.slug, begun.uuid)
        return self.show(form, 422)

    def rows(self) -> Any:
        return NoticeConversation.objects.visible_to(self.request.user)

    @cached_property
    def notice(self) -> PartnershipNotice:
        rows = (
            PartnershipNotice.objects.visible_to(self.request.user).in_force().exclude(collectivity=self.collectivity)
        )
        return get_object_or_404(rows.for_detail(), slug=self.kwargs["slug"])

    def show(self, form: MessageForm, status: int = 200) -> HttpResponse:
        require(may(self.request.user, "projects.add_partnershipnotice", self.collectivity))
        return self.render("projects/space/notice_reply.html", status, notice=self.notice, form=form)


class ConversationList(SpacePage):
    """What the authority received and sent, those that moved last first."""

    template_name = "projects/space/conversation_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = NoticeConversation.objects.visible_to(self.request.user).of_collectivity(self.collectivity)
        rows = rows.with_unread(self.collectivity).for_list().order_by("-updated_at", "-pk")
        return super().get_context_data(
            conversations=[
                (row, row.name_of(NoticeConversation.other(side_of(row, self.collectivity)))) for row in rows
            ],
            **kwargs,
        )


def side_of(conversation: NoticeConversation, collectivity: Any) -> str:
    return Side.AUTHOR if conversation.notice.collectivity_id == collectivity.pk else Side.REPLIER


class OfConversation(InSpace):
    """A page about one conversation of the authority. For those of others it does not exist."""

    @cached_property
    def conversation(self) -> NoticeConversation:
        rows = NoticeConversation.objects.visible_to(self.request.user).of_collectivity(self.collectivity)
        return get_object_or_404(rows.for_list(), uuid=self.kwargs["uuid"])

    @property
    def side(self) -> str:
        return side_of(self.conversation, self.collectivity)

    @property
    def can_write(self) -> bool:
        return may(self.request.user, "projects.add_partnershipnotice", self.collectivity)

    def address(self, name: str = "space:conversation") -> str:
        return reverse(name, args=[self.collectivity.slug, self.kwargs["uuid"]])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        other = NoticeConversation.other(self.side)
        return super().get_context_data(
            conversation=self.conversation,
            side=self.side,
            other_name=self.conversation.name_of(other),
            other_is_foreign=self.conversation.contact_of(other) is not None,
            can_write=self.can_write,
            **kwargs,
        )


class Conversation(OfConversation):
    """The thread. Buttons bear names: `_write`, `_status`, `_stop`, `_report` with the number of the message."""

    def get(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        if self.can_write:  # what a reader or the staff looks at stays unread for those who answer
            exchange.mark_read(self.conversation, self.side)
        return self.show()

    def post(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        require(self.can_write)
        forms = act(self.conversation, self.side, request, actor=request.user)
        return redirect(self.address()) if forms is None else self.show(forms, 422)

    def show(self, forms: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
        return self.render(
            "projects/space/conversation.html",
            status,
            **thread(self.conversation, self.side),
            **blank(self.conversation, forms),
        )


def thread(conversation: NoticeConversation, side: str) -> dict[str, Any]:
    """The messages, as both sides read them: (message, whether it is one's own)."""
    return {"thread": [(one, one.side == side) for one in conversation.messages.all()]}


def blank(conversation: NoticeConversation, forms: dict[str, Any] | None = None) -> dict[str, Any]:
    """The forms of a thread, but for the one that was just refused."""
    empty = {
        "message_form": MessageForm(),
        "status_form": StatusForm(initial={"status": conversation.status}),
        "report_form": ReportForm(),
        "reported": None,
        "refusal": "",
    }
    return empty | (forms or {})


def act(conversation: NoticeConversation, side: str, request: HttpRequest, **who: Any) -> dict[str, Any] | None:
    """What a button of a thread does, for an account (`actor`) or the holder of a link (`contact`).

    Returns None once done; else what the page shows of the refusal: the form, or a sentence.
    """
    posted = request.POST
    reported = None
    if "_stop" in posted:
        try:
            exchange.stop(conversation, side, **who)
        except ValidationError as error:
            return {"refusal": " ".join(error.messages)}
        return None
    if "_status" in posted:
        name, form = "status_form", StatusForm(posted)
    elif pk := posted.get("_report"):
        reported = _message(conversation, pk)
        name, form = "report_form", ReportForm(posted)
    else:
        name, form = "message_form", MessageForm(posted)
    if form.is_valid():
        given = form.cleaned_data
        try:
            if name == "status_form":
                exchange.say_status(conversation, side, given["status"], **who)
            elif reported:
                exchange.report(reported, side, given["reason"], **who)
            else:
                exchange.write(conversation, side, given["text"], **who)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return None
    return {name: form, "reported": reported and reported.pk}


def _message(conversation: NoticeConversation, pk: str) -> NoticeMessage:
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        raise Http404
    return get_object_or_404(conversation.messages.all(), pk=pk)


class Conclude(OfConversation):
    """The conversation has become a partnership: create it, or name the one that exists."""

    def get(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        return self.show(self.form())

    def post(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        form = self.form(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            try:
                made = services.conclude(
                    self.conversation,
                    self.collectivity,
                    actor=request.user,
                    kind=given["kind"],
                    existing=given["existing"],
                    close_notice=given.get("close_notice", False),
                )
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                messages.success(request, _("Le partenariat est là : complétez sa fiche, puis publiez-la."))
                return redirect("space:partnership", self.collectivity.slug, made.uuid)
        return self.show(form, 422)

    def form(self, data: Any = None) -> ConcludeForm:
        require(self.can_write)
        own = Partnership.objects.visible_to(self.request.user).filter(french_ids__contains=[self.collectivity.pk])
        return ConcludeForm(data, partnerships=own.for_list(), own_notice=self.side == Side.AUTHOR)

    def show(self, form: ConcludeForm, status: int = 200) -> HttpResponse:
        return self.render("projects/space/conversation_conclude.html", status, form=form)
