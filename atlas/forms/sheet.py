"""The form of an authority's own sheet."""

from django import forms
from django.utils.translation import gettext_lazy as _

from atlas.forms.base import DsfrModelForm, WebField
from atlas.forms.steps import Step
from atlas.models import Collectivity
from atlas.services.collectivities import WRITABLE, describe


class SheetForm(DsfrModelForm):
    website = WebField(label=_("Site internet"))

    class Meta:
        model = Collectivity
        fields = WRITABLE
        widgets = {
            "postal_address": forms.Textarea(attrs={"rows": 4}),
            "email": forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email", "spellcheck": "false"}),
            "phone": forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
        }
        help_texts = {
            "email": _("L’adresse d’un service, que chacun peut lire. Les personnes sont dans les contacts."),
            "phone": _("Le numéro d’un service, que chacun peut lire."),
        }


class SheetStep(Step):
    slug, title = "fiche", _("Fiche de la collectivité")
    main_class = SheetForm

    def prepare(self) -> None:
        self.read = {name: getattr(self.record, name) for name in WRITABLE}

    def save(self, *, read_version: int | None) -> Collectivity:
        return describe(self.record, actor=self.actor, read=self.read, **self.main.cleaned_data)
