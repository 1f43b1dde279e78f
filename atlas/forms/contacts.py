"""The form of a contact, and the day on which a mandate ends."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atlas.forms.base import DayInput, DsfrForm, DsfrModelForm, OrderedDays
from atlas.forms.steps import Step
from atlas.models import Contact
from atlas.services import contacts


class ContactForm(OrderedDays, DsfrModelForm):
    """`consent_note` shows only for a person who objected before."""

    crossed = _("La fin des fonctions ne peut pas précéder leur début.")

    class Meta:
        model = Contact
        fields = [
            *("first_name", "last_name", "function", "standing", "email", "phone", "languages"),
            *("starts_on", "ends_on", "visibility", "consent_note"),
        ]
        widgets = {
            "standing": forms.RadioSelect,
            "visibility": forms.RadioSelect,
            "starts_on": DayInput,
            "ends_on": DayInput,
            "email": forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email", "spellcheck": "false"}),
            "phone": forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
            "consent_note": forms.HiddenInput,
        }
        help_texts = {
            "function": _("Par exemple : adjointe aux relations internationales, chargé de mission coopération."),
            "email": _("Une adresse professionnelle. La personne y reçoit un message qui lui dit comment s’opposer."),
            "languages": _("Séparées par des virgules : français, anglais, wolof."),
            "ends_on": _("Le dernier jour. Laissez vide tant que la personne est en fonction."),
            "visibility": _("Une personne en dehors de ses fonctions n’est plus montrée au public."),
            "consent_note": _("Par exemple : par courriel du 3 mars. Votre mot est gardé avec le contact."),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in ("last_name", "function", "email"):
            self.fields[name].required = True
        if self["consent_note"].value():
            self.show_consent()

    def show_consent(self) -> None:
        self.fields["consent_note"].widget = forms.Textarea(attrs={"rows": 3, "class": "fr-input"})

    def _post_clean(self) -> None:
        """The rules of the model, and whether this person objected before."""
        super()._post_clean()
        if not self.errors:
            try:
                contacts.require_consent(self.instance)
            except ValidationError as refusal:
                self.show_consent()
                self.add_error(None, refusal)


class ContactStep(Step):
    """Also the page that enters a contact, when `record` is None."""

    slug, title = "contact", _("Contact")
    main_class = ContactForm

    def main_arguments(self) -> dict[str, Any]:
        fresh = {} if self.record else {"instance": Contact(collectivity=self.collectivity)}
        return super().main_arguments() | fresh

    def refuse(self, error: ValidationError) -> None:
        if "consent_note" in getattr(error, "error_dict", {}):
            self.main.show_consent()
        super().refuse(error)

    def save(self, *, read_version: int | None) -> Contact:
        fields = {name: self.main.cleaned_data[name] for name in ContactForm.Meta.fields}
        if self.record is None:
            return contacts.create_contact(self.collectivity, actor=self.actor, **fields)
        return contacts.update_contact(self.record, actor=self.actor, read_version=read_version, **fields)


class EndForm(DsfrForm):
    """The last day in office."""

    ends_on = forms.DateField(
        label=_("Dernier jour en fonction"), widget=DayInput, initial=timezone.localdate, required=True
    )
