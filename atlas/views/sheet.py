"""The sheet of an authority, by its members."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from atlas.forms.sheet import SheetStep
from atlas.forms.steps import Step
from atlas.models import Collectivity
from atlas.permissions import may, require
from atlas.views.space import StepPage


class AuthoritySheet(StepPage):
    """What the reference says, to read; how to reach the authority, to write. Readers are led to the public sheet."""

    template_name = "atlas/space/sheet.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if may(request.user, "atlas.change_collectivity", self.collectivity):
            return super().get(request, *args, **kwargs)
        return redirect(self.collectivity.get_absolute_url())

    def get_step(self, data: QueryDict | None = None) -> Step:
        require(may(self.request.user, "atlas.change_collectivity", self.collectivity))
        stored = Collectivity.objects.visible_to(self.request.user).get(pk=self.collectivity.pk)
        return SheetStep(stored, actor=self.request.user, collectivity=self.collectivity, data=data)

    def get_success_url(self, step: Step, record: Any) -> str:
        return reverse("space:authority", args=[self.collectivity.slug])

    def saved_message(self, record: Any) -> str:
        return _("La fiche est enregistrée : chacun peut la lire.")
