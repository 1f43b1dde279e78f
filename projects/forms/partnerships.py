"""The record of a partnership, on one page: nature, dates as far as they are known, parties, themes."""

from calendar import monthrange
from datetime import date
from typing import Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from atlas.forms.base import DayInput, DsfrModelForm, OrderedDays, WebField
from atlas.forms.steps import RowSet, row_set
from atlas.models import Collectivity, Theme
from projects import services
from projects.forms.authorities import AuthorityRow, PicksAuthorities, key_of
from projects.forms.themes import all_themes, theme_groups
from projects.models import DatePrecision, Partnership, PartnershipKind, PartnershipStatus, PartyRole
from projects.services.partnership_sheet import FORMALITIES


class PartnershipForm(DsfrModelForm):
    """What binds the two sides is folded: one opens it to say it."""

    folded, folded_title = FORMALITIES, _("Échéance, délibération, texte de l’accord")
    kind = forms.ChoiceField(label=_("Nature"), choices=[("", _("Choisir")), *PartnershipKind.choices])
    title = forms.CharField(
        label=_("Intitulé"),
        max_length=300,
        required=False,
        help_text=_("Seulement s’il en porte un : à défaut, la fiche porte le nom des parties."),
    )
    signed_year = forms.IntegerField(
        label=_("Année de signature"), min_value=1900, max_value=2100, required=False, localize=False
    )
    signed_month = forms.TypedChoiceField(
        label=_("Mois"), coerce=int, empty_value=None, required=False, choices=[("", _("Inconnu")), *MONTHS.items()]
    )
    signed_day = forms.IntegerField(label=_("Jour"), min_value=1, max_value=31, required=False)
    status = forms.ChoiceField(label=_("Situation"), choices=PartnershipStatus.choices)
    ended_on = forms.DateField(label=_("Terminé le"), widget=DayInput, required=False)
    themes = forms.TypedMultipleChoiceField(
        label=_("Thèmes"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(label=_("Note"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4}))

    deliberation_url = WebField(label=_("Délibération en ligne"))
    agreement_url = WebField(label=_("Texte de l’accord en ligne"))

    class Meta:
        model = Partnership
        fields = FORMALITIES
        widgets = dict.fromkeys(("expires_on", "deliberated_on", "last_active_on"), DayInput)
        help_texts = {
            "expires_on": _("Le jour où il prend fin, s’il n’est pas reconduit."),
            "is_tacitly_renewed": _("L’accord continue après son échéance, sauf si une partie y met fin."),
            "languages": _("Séparées par des virgules : français, wolof."),
            "is_triangular": _("Une autorité d’un troisième pays y prend part, ou en reçoit les fruits."),
        }

    field_order = (
        *("kind", "title", "signed_year", "signed_month", "signed_day", "status", "ended_on", "themes", "note"),
        *FORMALITIES,
    )

    def __init__(self, *args, themes: list[Theme], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["themes"].choices = theme_groups(themes)

    def clean(self) -> dict[str, Any]:
        """Adds `signed_on` and `signed_precision`: the date as far as it is known."""
        cleaned = super().clean()
        year, month, day = (cleaned.get(f"signed_{part}") for part in ("year", "month", "day"))
        if month and not year:
            self.add_error("signed_year", _("Indiquez l’année."))
        if day and not month:
            self.add_error("signed_month", _("Indiquez le mois."))
        if year and month and day and day > monthrange(year, month)[1]:
            self.add_error("signed_day", _("Ce mois n’a pas tant de jours."))
        if self.errors:
            return cleaned
        precision = (
            DatePrecision.DAY if day else DatePrecision.MONTH if month else DatePrecision.YEAR if year else "unknown"
        )
        cleaned["signed_on"] = date(year, month or 1, day or 1) if year else None
        cleaned["signed_precision"] = precision
        ended = cleaned.get("ended_on")
        if ended and cleaned["signed_on"] and ended < cleaned["signed_on"]:
            self.add_error("ended_on", _("La fin ne peut pas précéder la signature."))
        if ended and cleaned.get("status") != PartnershipStatus.ENDED:
            self.add_error("status", _("Un partenariat qui porte une date de fin est terminé."))
        expires = cleaned.get("expires_on")
        if expires and cleaned["signed_on"] and expires < cleaned["signed_on"]:
            self.add_error("expires_on", _("L’échéance ne peut pas précéder la signature."))
        return cleaned


class PartnershipPartyForm(OrderedDays, AuthorityRow):
    role = forms.ChoiceField(label=_("Rôle"), choices=[("", _("Choisir")), *PartyRole.choices])
    since = forms.DateField(label=_("Depuis le"), widget=DayInput, required=False)
    until = forms.DateField(label=_("Jusqu’au"), widget=DayInput, required=False)

    days = ("since", "until")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("authority") and not self.errors:
            self.add_error("authority", _("Choisissez l’autorité dans l’atlas."))
        return cleaned


class PartnershipPartyRows(RowSet):
    def clean(self) -> None:
        seen = set()
        for form in self.kept_forms:
            authority = form.cleaned_data.get("authority")
            if authority and key_of(authority) in seen:
                form.add_error("role", _("Cette autorité figure déjà dans le partenariat."))
            seen.add(authority and key_of(authority))


class PartnershipStep(PicksAuthorities):
    """Also the page that creates a partnership, when `record` is None."""

    slug, title = "fiche", _("Fiche du partenariat")
    hint = _(
        "Une autre collectivité française que vous nommez parmi les parties en est prévenue, et confirme ou refuse."
    )
    main_class, rows_first = PartnershipForm, True
    set_classes = {"parties": row_set(PartnershipPartyForm, PartnershipPartyRows, title=_("Parties"), add_label="")}

    def main_arguments(self) -> dict[str, Any]:
        self.themes = all_themes()
        initial = {"status": PartnershipStatus.ACTIVE}
        if record := self.record:
            known = {"day": 3, "month": 2, "year": 1}.get(record.signed_precision, 0)
            day = record.signed_on
            initial = {name: getattr(record, name) for name in SHOWN} | {
                "signed_year": day.year if known else None,
                "signed_month": day.month if known > 1 else None,
                "signed_day": day.day if known > 2 else None,
                "themes": list(record.themes.values_list("pk", flat=True)),
            }
        return {"data": self.data, "initial": initial, "themes": self.themes}

    def initial_rows(self, name: str) -> list[dict[str, Any]]:
        if self.record is None:
            return [{"authority": key_of(self.collectivity), "role": PartyRole.LEAD}]
        return [
            {"authority": key_of(party.authority), "role": party.role, "since": party.since, "until": party.until}
            for party in self.record.parties.select_related("collectivity", "foreign_authority")
        ]

    def picked_values(self, chosen) -> dict[str, Any]:
        return {"role": PartyRole.MEMBER if isinstance(chosen, Collectivity) else PartyRole.LEAD}

    def save(self, *, read_version: int | None) -> Partnership:
        fields = {
            name: value for name, value in self.main.cleaned_data.items() if name not in DATE_PARTS and name != "themes"
        }
        chosen = set(self.main.cleaned_data["themes"])
        themes = [theme for theme in self.themes if theme.pk in chosen]
        parties = self.sides(self.sets["parties"].rows())
        if self.record is None:
            return services.create_partnership(self.collectivity, parties, actor=self.actor, themes=themes, **fields)
        return services.update_partnership(
            self.record, parties, actor=self.actor, themes=themes, read_version=read_version, **fields
        )


DATE_PARTS = ("signed_year", "signed_month", "signed_day")
SHOWN = ("kind", "title", "status", "ended_on", "note", *FORMALITIES)
