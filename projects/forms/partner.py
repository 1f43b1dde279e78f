"""Both sides: the question to a foreign partner, and its answer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from atlas.forms.base import DayInput, DsfrForm
from atlas.models import ForeignAuthority
from projects.models import ActivityStatus, PartnerAnswer, Partnership, PartnershipStatus, Project, RequestLanguage
from projects.services.partner_requests import CORRECTABLE


class AskPartnerForm(DsfrForm):
    """To whom the link goes, and in which language."""

    foreign_authority = forms.ModelChoiceField(
        queryset=ForeignAuthority.objects.none(), label=_("Partenaire"), empty_label=None
    )
    email = forms.EmailField(
        label=_("Adresse électronique du partenaire"),
        max_length=254,
        help_text=_("Format attendu : nom@domaine.org. Elle ne sert qu’à cette demande et n’est pas publiée."),
    )
    language = forms.ChoiceField(label=_("Langue de la page et du courriel"), choices=RequestLanguage)

    def __init__(self, *args: Any, partners: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if partners is not None:
            self.fields["foreign_authority"].queryset = partners


class PartnerAnswerForm(DsfrForm):
    """«Exact», or what is to be corrected; and who says so. The fields of the record follow its kind."""

    answer = forms.ChoiceField(
        label=_("Votre réponse"),
        widget=forms.RadioSelect,
        choices=[
            (PartnerAnswer.CONFIRMED, _("Ces informations sont exactes")),
            (PartnerAnswer.CORRECTED, _("Je propose des corrections")),
        ],
    )
    name = forms.CharField(
        label=_("Votre prénom et votre nom"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    function = forms.CharField(
        label=_("Votre fonction"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    comment = forms.CharField(
        label=_("Commentaire"),
        help_text=_("Par exemple si le nom de votre collectivité est mal écrit."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, record: Partnership | Project, *args: Any, **kwargs: Any) -> None:
        names = CORRECTABLE[type(record)]
        super().__init__(*args, initial={name: getattr(record, name) for name in names}, **kwargs)
        self.correctable = names
        for name in names:
            self.fields[name] = FIELDS[type(record)][name]()
            self.fields[name].widget.attrs["class"] = "fr-select" if "status" in name else "fr-input"

    def main_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("name", "function", "comment")]

    def correction_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.correctable]

    def corrections(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.correctable}


def _day(label: Any):
    return lambda: forms.DateField(label=label, required=False, widget=DayInput)


FIELDS = {
    Partnership: {
        "title": lambda: forms.CharField(label=_("Intitulé"), required=False, max_length=300),
        "signed_on": _day(_("Date de signature")),
        "status": lambda: forms.ChoiceField(label=_("Situation"), choices=PartnershipStatus),
        "ended_on": _day(_("Date de fin")),
    },
    Project: {
        "title": lambda: forms.CharField(label=_("Intitulé"), max_length=200),
        "starts_on": _day(_("Début")),
        "ends_on": _day(_("Fin")),
        "declared_status": lambda: forms.ChoiceField(
            label=_("Situation"), required=False, choices=[("", _("Selon les dates")), *ActivityStatus.choices]
        ),
    },
}


class ConsentForm(DsfrForm):
    note = forms.CharField(
        label=_("Motif, si vous refusez"),
        help_text=_("Qui a nommé votre collectivité le lira."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
