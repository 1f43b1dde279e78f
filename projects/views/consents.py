"""A record of others that names the authority: it agrees, or refuses to be named."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from atlas.permissions import may, require
from projects import services
from projects.forms.partner import ConsentForm
from projects.models import ConsentAnswer, Partnership, PartyConsent, Project
from projects.views.space import OfRecord


class Consent(OfRecord):
    """Buttons: `_agree`; `_refuse`, with a reason if one is given."""

    @cached_property
    def consent(self) -> PartyConsent:
        return get_object_or_404(
            self.record.consents.select_related("answered_by"), collectivity=self.collectivity, told_at__isnull=False
        )

    def rows(self) -> Any:
        return super().rows().for_detail()

    def get(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        return self.show(ConsentForm())

    def post(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        require(may(request.user, "projects.answer_partyconsent", self.consent))
        form = ConsentForm(request.POST)
        if not form.is_valid():
            return self.show(form, 422)
        answer = ConsentAnswer.AGREED if "_agree" in request.POST else ConsentAnswer.REFUSED
        try:
            services.answer_consent(self.consent, answer, actor=request.user, note=form.cleaned_data["note"])
        except ValidationError as error:
            form.add_error(None, error.messages)
            return self.show(form, 422)
        if answer == ConsentAnswer.REFUSED:
            messages.success(request, _("Votre collectivité n’est plus nommée dans cette fiche."))
            return redirect(f"space:{self.model._meta.model_name}_list", self.collectivity.slug)
        messages.success(
            request, _("Votre collectivité confirme prendre part à ce %(kind)s.") % {"kind": self.consent.kind}
        )
        return redirect(f"space:{self.model._meta.model_name}", self.collectivity.slug, uuid)

    def show(self, form: ConsentForm, status: int = 200) -> HttpResponse:
        return self.render(
            "projects/space/consent.html",
            status,
            record=self.record,
            consent=self.consent,
            form=form,
            can_answer=may(self.request.user, "projects.answer_partyconsent", self.consent),
        )


class ProjectConsent(Consent):
    model = Project


class PartnershipConsent(Consent):
    model = Partnership
