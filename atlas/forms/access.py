"""The form by which anybody asks for access to an authority: its fields in any order, and none that locks another."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from atlas.forms.accounts import email_field
from atlas.forms.base import DsfrForm
from atlas.models import User
from atlas.services import access

MISSING = "absente"


class AccessForm(DsfrForm):
    """`choice` shows once something was looked for: what was found, and a way out when it is not there."""

    authority = forms.CharField(
        label=_("Votre collectivité"),
        max_length=200,
        help_text=_("Son nom, son SIREN, son SIRET ou son code INSEE. Un ancien nom mène à la commune d’aujourd’hui."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    choice = forms.ChoiceField(label=_("Laquelle ?"), required=False, widget=forms.RadioSelect)
    function = forms.CharField(
        label=_("Votre fonction"),
        max_length=200,
        help_text=_("Par exemple : chargée de mission, élu délégué, directrice."),
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    first_name = forms.CharField(
        label=_("Prénom"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label=_("Nom"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    email = email_field()
    message = forms.CharField(
        label=_("Message"),
        max_length=2000,
        required=False,
        help_text=_("Ce qui aidera la personne qui décide à vous reconnaître."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any = None, *, user: Any, initial: dict[str, str] | None = None) -> None:
        super().__init__(data, initial=initial)
        typed = (self["authority"].value() or "").replace("\x00", "").strip()[:200]
        self.candidates = access.find_authorities(typed) if typed else []
        found = access.described(self.candidates)
        self.fields["choice"].choices = [*found, (MISSING, _("Elle n’est pas dans l’atlas : demander son ajout"))]
        self.exact = [one.collectivity for one in self.candidates if one.is_exact]
        if typed:
            # A name that says exactly one authority of today needs no choice.
            self.fields["choice"].required = len(self.exact) != 1
            self.fields["choice"].initial = self.exact[0].slug if len(self.exact) == 1 else None
            self.fields["choice"].error_messages["required"] = _choose(bool(self.candidates))
        else:
            self.fields["choice"].widget = forms.HiddenInput()
        if user.is_authenticated:
            for name in ("first_name", "last_name", "email"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Adds `wanted`, unless an error says what lacks."""
        cleaned = super().clean()
        typed, chosen = cleaned.get("authority", ""), cleaned.get("choice", "")
        if chosen == MISSING:
            digits = sum(char.isdigit() for char in typed) >= 5 and len(typed) <= 20
            cleaned["wanted"] = access.Wanted(siren=typed) if digits else access.Wanted(name=typed)
        elif chosen:
            found = {one.collectivity.slug: one.collectivity for one in self.candidates}
            cleaned["wanted"] = access.Wanted(found[chosen])
        elif len(self.exact) == 1:
            cleaned["wanted"] = access.Wanted(self.exact[0])
        return cleaned

    def send(self, user: User | None) -> None:
        """Ask, as `user` or as a visitor. Raises ValidationError."""
        given = self.cleaned_data
        words = {"function": given["function"], "message": given["message"]}
        if user:
            access.ask_access(given["wanted"], actor=user, **words)
        else:
            names = {"first_name": given["first_name"], "last_name": given["last_name"]}
            access.ask_as_visitor(given["email"], given["wanted"], **names, **words)


def _choose(is_found: bool) -> Any:
    if is_found:
        return _("Choisissez votre collectivité, ou demandez son ajout.")
    return _("Rien de tel dans l’atlas. Corrigez le nom ou le numéro, ou demandez son ajout.")
