"""The exchange in the space of an authority: its notices, their form, publication, renewal, closing."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from atlas.forms.accounts import TransitionForm
from atlas.forms.steps import Step
from atlas.models import StatusChange
from atlas.permissions import may
from atlas.views.space import InSpace, SpacePage, StepPage, check
from atlas.workflow import Transition
from projects import services
from projects.completeness import notice_lacks
from projects.forms.notices import CloseNoticeForm, NoticeStep
from projects.models import NoticePublication, Partnership, PartnershipNotice

EDITABLE = ("draft", "submitted", "published")
DONE = {
    "submit": lambda: _("L’annonce est proposée à la publication."),
    "publish": lambda: _("L’annonce est publiée : chacun peut la lire et y répondre."),
    "close": lambda: _("L’annonce est close."),
    "withdraw": lambda: _("L’annonce est retirée."),
    "reopen": lambda: _("L’annonce est redevenue un brouillon."),
}


class NoticeList(SpacePage):
    """«Mes annonces»: those of the authority, changed last first."""

    template_name = "projects/space/notice_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = PartnershipNotice.objects.visible_to(self.request.user).filter(collectivity=self.collectivity)
        return super().get_context_data(
            notices=list(own.for_list().order_by("-updated_at", "-pk")),
            can_add=may(self.request.user, "projects.add_partnershipnotice", self.collectivity),
            **kwargs,
        )


class NoticeCreate(StepPage):
    """A notice that does not exist yet."""

    template_name = "projects/space/notice_form.html"

    def get_step(self, data: QueryDict | None = None) -> Step:
        check(may(self.request.user, "projects.add_partnershipnotice", self.collectivity))
        return NoticeStep(None, actor=self.request.user, collectivity=self.collectivity, data=data)

    def get_success_url(self, step: Step, record: Any) -> str:
        return reverse("space:notice", args=[self.collectivity.slug, record.uuid])

    def saved_message(self, record: Any) -> str:
        return _("Le brouillon est créé : relisez-le, puis publiez-le.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(notice=None, **kwargs)


class OfNotice(InSpace):
    """A page about one notice of the authority. For a notice of others it does not exist."""

    def rows(self) -> QuerySet:
        visible = PartnershipNotice.objects.visible_to(self.request.user)
        return visible.filter(collectivity=self.collectivity).for_detail()

    def read(self) -> PartnershipNotice:
        """The row as it stands now."""
        return get_object_or_404(self.rows(), uuid=self.kwargs["uuid"])

    @cached_property
    def notice(self) -> PartnershipNotice:
        return self.read()

    def address(self, name: str = "space:notice") -> str:
        return reverse(name, args=[self.collectivity.slug, self.kwargs["uuid"]])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(notice=self.notice, **kwargs)


class Notice(OfNotice):
    """What the notice says, what it lacks, what may be done with it. POST `_renew`: one click for one span more."""

    def get(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        notice = self.notice
        changes = StatusChange.objects.filter(
            content_type=ContentType.objects.get_for_model(PartnershipNotice), object_id=notice.pk
        ).select_related("actor")
        labels = dict(NoticePublication.choices)
        can_write = may(request.user, "projects.change_partnershipnotice", notice)
        return self.render(
            "projects/space/notice.html",
            lacks=notice_lacks(notice) if notice.publication in ("draft", "submitted") else [],
            can_edit=can_write and notice.publication in EDITABLE,
            can_renew=can_write and notice.publication == NoticePublication.PUBLISHED,
            transitions=services.notice_moves(notice, actor=request.user),
            changes=[(change, labels.get(change.target, change.target)) for change in changes[:20]],
        )

    def post(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        if "_renew" in request.POST:
            try:
                renewed = services.renew_notice(self.notice, actor=request.user)
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
            else:
                day = renewed.expires_on.strftime("%d/%m/%Y")
                messages.success(request, _("L’annonce est renouvelée jusqu’au %(day)s.") % {"day": day})
        return redirect(self.address())


class NoticeUpdate(OfNotice, StepPage):
    """Its form."""

    template_name = "projects/space/notice_form.html"

    def get_step(self, data: QueryDict | None = None) -> Step:
        check(may(self.request.user, "projects.change_partnershipnotice", self.notice))
        if self.notice.publication not in EDITABLE:
            raise Http404
        return NoticeStep(self.read(), actor=self.request.user, collectivity=self.collectivity, data=data)

    def get_success_url(self, step: Step, record: Any) -> str:
        return self.address()


class NoticeMove(OfNotice):
    """Publish, close, withdraw…: a page that says what it does, then POST. Closing asks what came of it."""

    def get(self, request: HttpRequest, uuid: Any, transition: str) -> HttpResponse:
        chosen = self.chosen(transition)
        return self.show(chosen, self.form(chosen))

    def post(self, request: HttpRequest, uuid: Any, transition: str) -> HttpResponse:
        chosen = self.chosen(transition)
        form = self.form(chosen, request.POST)
        if form.is_valid():
            try:
                services.move_notice(self.notice, transition, actor=request.user, **form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                messages.success(request, DONE[transition]())
                return redirect(self.address())
        return self.show(chosen, form, 422)

    def chosen(self, name: str) -> Transition:
        """The transition, when it may be fired now. Raises Http404."""
        moves = services.notice_moves(self.notice, actor=self.request.user)
        if found := next((one for one in moves if one.name == name), None):
            return found
        raise Http404

    def form(self, chosen: Transition, data: QueryDict | None = None) -> TransitionForm | CloseNoticeForm:
        if chosen.name == "close":
            own = Partnership.objects.visible_to(self.request.user).filter(french_ids__contains=[self.collectivity.pk])
            return CloseNoticeForm(data, partnerships=own.for_list())
        return TransitionForm(data, needs_note=chosen.needs_note)

    def show(self, chosen: Transition, form: Any, status: int = 200) -> HttpResponse:
        lacks = notice_lacks(self.notice) if chosen.target in ("submitted", "published") else []
        return self.render(
            "projects/space/move.html",
            status,
            record=self.notice,
            transition=chosen,
            form=form,
            lacks=[(text, self.address("space:notice_update")) for text in lacks],
            back=self.address(),
            trail_template="projects/space/_notice_trail.html",
        )
