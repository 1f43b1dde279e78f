"""Both sides, seen from the space: send the link, follow it, accept or refuse what the partner proposes."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from atlas.models import ForeignAuthority
from projects import services
from projects.forms.partner import AskPartnerForm
from projects.models import PartnerRequest, Partnership, Project
from projects.views.space import OfRecord


class Partner(OfRecord):
    """Buttons bear names: `_ask`, and `_revoke`, `_accept`, `_refuse` with the number of the request."""

    def get(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        self.check_writer()
        return self.show(AskPartnerForm(partners=self.partners()))

    def post(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        self.check_writer()
        if "_ask" in request.POST:
            return self._ask()
        for name, act in ACTIONS.items():
            if pk := request.POST.get(name):
                return self._act(self._request(pk), *act)
        return redirect(request.path)

    def rows(self) -> Any:
        return super().rows().for_list()

    def partners(self) -> Any:
        ids = self.record.parties.filter(foreign_authority__isnull=False).values("foreign_authority")
        return ForeignAuthority.objects.visible_to(self.request.user).filter(pk__in=ids)

    def _ask(self) -> HttpResponse:
        form = AskPartnerForm(self.request.POST, partners=self.partners())
        if form.is_valid():
            try:
                asked = services.ask_partner(
                    self.record, collectivity=self.collectivity, actor=self.request.user, **form.cleaned_data
                )
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                messages.success(self.request, _("Le lien est envoyé à %(email)s.") % {"email": asked.email})
                return redirect(self.request.path)
        return self.show(form, 422)

    def _request(self, pk: str) -> PartnerRequest:
        if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
            raise Http404
        return get_object_or_404(self.record.partner_requests, pk=pk)

    def _act(self, asked: PartnerRequest, act: Any, done: Any) -> HttpResponse:
        try:
            act(asked, self.request.user)
        except ValidationError as error:
            messages.error(self.request, " ".join(error.messages))
        else:
            messages.success(self.request, done())
        return redirect(self.request.path)

    def show(self, form: AskPartnerForm, status: int = 200) -> HttpResponse:
        rows = self.record.partner_requests.select_related("foreign_authority", "sent_by", "decided_by")
        return self.render(
            "projects/space/partner.html",
            status,
            record=self.record,
            is_project=isinstance(self.record, Project),
            form=form,
            has_partner=form.fields["foreign_authority"].queryset.exists(),
            requests=[(asked, self._proposals(asked)) for asked in rows],
        )

    def _proposals(self, asked: PartnerRequest) -> list[tuple[str, str, str]]:
        """Name of the field, value read by the partner, value proposed: as people read them."""
        return [
            (field.verbose_name, *(_shown(field, change[side]) for side in ("before", "after")))
            for name, change in asked.corrections.items()
            for field in [self.record._meta.get_field(name)]
        ]


def _shown(field: Any, text: str) -> str:
    return str(dict(field.flatchoices).get(text, text)) if field.choices else text


ACTIONS = {
    "_revoke": (
        lambda asked, user: services.revoke_request(asked, actor=user),
        lambda: _("Le lien ne vaut plus."),
    ),
    "_accept": (
        lambda asked, user: services.decide_corrections(asked, accept=True, actor=user),
        lambda: _("Les corrections sont appliquées à la fiche."),
    ),
    "_refuse": (
        lambda asked, user: services.decide_corrections(asked, accept=False, actor=user),
        lambda: _("Les corrections sont refusées : la fiche reste telle quelle."),
    ),
}


class ProjectPartner(Partner):
    model = Project


class PartnershipPartner(Partner):
    model = Partnership
