"""The exchange in the space of an authority: its notices, their form, publication, renewal, closing."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from atlas.forms.steps import Step
from atlas.models import StatusChange
from atlas.permissions import may, require
from atlas.views.space import SpacePage, StepPage
from atlas.workflow import Transition
from projects import services
from projects.completeness import notice_lacks, offered
from projects.forms.notices import CloseNoticeForm, NoticeStep
from projects.models import NoticePublication, Partnership, PartnershipNotice
from projects.views.space import Move, OfRecord

EDITABLE = ("draft", "submitted", "published")
DONE = {
    "submit": gettext_lazy("L’annonce est proposée à la publication."),
    "publish": gettext_lazy("L’annonce est publiée : chacun peut la lire et y répondre."),
    "close": gettext_lazy("L’annonce est close."),
    "withdraw": gettext_lazy("L’annonce est retirée."),
    "reopen": gettext_lazy("L’annonce est redevenue un brouillon."),
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
        require(may(self.request.user, "projects.add_partnershipnotice", self.collectivity))
        return NoticeStep(None, actor=self.request.user, collectivity=self.collectivity, data=data)

    def get_success_url(self, step: Step, record: Any) -> str:
        return reverse("space:notice", args=[self.collectivity.slug, record.uuid])

    def saved_message(self, record: Any) -> str:
        return _("Le brouillon est créé : relisez-le, puis publiez-le.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(notice=None, **kwargs)


class OfNotice(OfRecord):
    """A page about one notice of the authority. For a notice of others it does not exist."""

    model = PartnershipNotice

    def rows(self) -> QuerySet:
        visible = PartnershipNotice.objects.visible_to(self.request.user)
        return visible.filter(collectivity=self.collectivity).for_detail()

    def address(self, name: str = "space:notice") -> str:
        return reverse(name, args=[self.collectivity.slug, self.kwargs["uuid"]])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(notice=self.record, **kwargs)


class Notice(OfNotice):
    """What the notice says, what it lacks, what may be done with it. POST `_renew`: one click for one span more."""

    def get(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        notice = self.record
        changes = StatusChange.objects.filter(
            content_type=ContentType.objects.get_for_model(PartnershipNotice), object_id=notice.pk
        ).select_related("actor")
        labels = dict(NoticePublication.choices)
        can_write = may(request.user, "projects.change_partnershipnotice", notice)
        lacks = notice_lacks(notice) if notice.publication in ("draft", "submitted") else []
        return self.render(
            "projects/space/notice.html",
            lacks=lacks,
            can_edit=can_write and notice.publication in EDITABLE,
            can_renew=can_write and notice.publication == NoticePublication.PUBLISHED,
            transitions=offered(services.notice_moves(notice, actor=request.user), lacks),
            changes=[(change, labels.get(change.target, change.target)) for change in changes[:20]],
        )

    def post(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        if "_renew" in request.POST:
            try:
                renewed = services.renew_notice(self.record, actor=request.user)
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
            else:
                day = date_format(renewed.expires_on)
                messages.success(request, _("L’annonce est renouvelée jusqu’au %(day)s.") % {"day": day})
        return redirect(self.address())


class NoticeUpdate(OfNotice, StepPage):
    """Its form."""

    template_name = "projects/space/notice_form.html"

    def get_step(self, data: QueryDict | None = None) -> Step:
        require(may(self.request.user, "projects.change_partnershipnotice", self.record))
        if self.record.publication not in EDITABLE:
            raise Http404
        return NoticeStep(self.read(), actor=self.request.user, collectivity=self.collectivity, data=data)

    def get_success_url(self, step: Step, record: Any) -> str:
        return self.address()


class NoticeMove(OfNotice, Move):
    """Closing asks what came of the notice."""

    trail_template = "projects/space/_notice_trail.html"
    done = DONE

    def moves(self) -> list[Transition]:
        return services.notice_moves(self.record, actor=self.request.user)

    def form(self, chosen: Transition, data: QueryDict | None = None) -> forms.Form:
        if chosen.name == "close":
            own = Partnership.objects.visible_to(self.request.user).filter(french_ids__contains=[self.collectivity.pk])
            return CloseNoticeForm(data, partnerships=own.for_list())
        return super().form(chosen, data)

    def fire(self, name: str, **given: Any) -> None:
        services.move_notice(self.record, name, actor=self.request.user, **given)

    def lacks(self, chosen: Transition) -> list[tuple[str, str]]:
        texts = notice_lacks(self.record) if chosen.target in ("submitted", "published") else []
        return [(text, self.address("space:notice_update")) for text in texts]

    def back(self) -> str:
        return self.address()
