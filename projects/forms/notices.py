"""The form of a notice, on one page; and what is asked to close one."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from atlas.forms.base import AmountField, DsfrForm
from atlas.forms.steps import Step
from atlas.models import Country, Region, Theme
from projects import services
from projects.forms.themes import all_themes, theme_groups
from projects.models import (
    NoticeDirection,
    NoticeLanguage,
    NoticeOutcome,
    Partnership,
    PartnershipKind,
    PartnershipNotice,
    SoughtKind,
    SoughtLevel,
    SoughtSize,
)

ANY = _("Ne cochez rien si cela importe peu.")


def _several(label: Any, choices: Any, **kwargs: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, choices=choices, widget=forms.CheckboxSelectMultiple, **kwargs)


def _long(label: Any, length: int, rows: int = 6, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


def worded(name: str, language: str) -> str:
    """A name, marked with its language where it is not that of the page."""
    return format_html('<span lang="{}">{}</span>', language, name) if language else name


class NoticeForm(DsfrForm):
    """What a notice says, whoever writes it. Only the title is needed for a draft."""

    needed_later = ("sought", "need", "territory", "themes", "languages")

    direction = forms.ChoiceField(
        label=_("Votre annonce est"),
        widget=forms.RadioSelect,
        choices=[
            (NoticeDirection.REQUEST, _("une demande : nous cherchons")),
            (NoticeDirection.OFFER, _("une offre : nous proposons")),
        ],
    )
    title = forms.CharField(
        label=_("Titre"), max_length=150, help_text=_("En une ligne : ce que vous cherchez ou proposez, et où.")
    )
    sought = _several(_("Ce que vous cherchez ou proposez"), SoughtKind.choices, required=False)
    need = _long(
        _("En quelques phrases"),
        4000,
        required=False,
        help_text=_("Ce que vous cherchez ou proposez, ce que vous apportez, et quand."),
    )
    motives = _long(_("Pourquoi"), 2000, 4, required=False, help_text=_("Ce qui vous y pousse."))
    territory = _long(
        _("Qui vous êtes"),
        4000,
        required=False,
        help_text=_("Population, économie, atouts, partenariats que vous avez déjà. N’indiquez aucune adresse."),
    )
    themes = forms.TypedMultipleChoiceField(
        label=_("Thèmes"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    levels = _several(_("Type d’autorité recherché"), SoughtLevel.choices, required=False, help_text=ANY)
    sizes = _several(_("Taille recherchée"), SoughtSize.choices, required=False, help_text=ANY)
    languages = _several(_("Langues de travail"), NoticeLanguage.choices, required=False)
    budget = AmountField(
        label=_("Budget prévu (€)"),
        required=False,
        help_text=_("Laissez vide s’il n’y en a pas. Une annonce n’ouvre droit à aucun cofinancement."),
    )

    def __init__(self, *args: Any, themes: Sequence[Theme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["themes"].choices = theme_groups(themes, lambda theme: worded(*theme.name_in(get_language())))


class FrenchNoticeForm(NoticeForm):
    """A French author says in which countries it seeks."""

    countries = forms.TypedMultipleChoiceField(
        label=_("Pays recherchés"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Ne cochez rien si le pays importe peu."),
    )

    def __init__(self, *args: Any, countries: Sequence[Country], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["countries"].choices = [(country.pk, country.name_fr) for country in countries]


SOUGHT_FIRST = ("direction", "title", "sought", "need", "motives", "territory", "themes", "languages")


class ForeignNoticeForm(NoticeForm):
    """A foreign author says in which régions of France it seeks."""

    regions = forms.TypedMultipleChoiceField(
        label=_("Régions françaises recherchées"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=ANY,
    )

    def __init__(self, *args: Any, regions: Sequence[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["regions"].choices = [(region.pk, region.name) for region in regions]


def values_of(notice: PartnershipNotice, links: Sequence[str]) -> dict[str, Any]:
    """First values of the form of a notice."""
    columns = {name: getattr(notice, name) for name in services.NOTICE_FIELDS}
    return columns | {name: list(getattr(notice, name).values_list("pk", flat=True)) for name in links}


def written(cleaned: dict[str, Any]) -> dict[str, Any]:
    """What the services take: rows in the place of their numbers."""
    fields = dict(cleaned)
    for name, model in (("themes", Theme), ("countries", Country), ("regions", Region)):
        if name in fields:
            fields[name] = list(model.objects.filter(pk__in=fields[name]))
    return fields


class NoticeStep(Step):
    """A notice of a French authority, in its space; also the page that makes one, when `record` is None."""

    slug, title = "annonce", _("Votre annonce")
    main_class = FrenchNoticeForm

    def main_arguments(self) -> dict[str, Any]:
        countries = Country.objects.filter(is_french_territory=False).order_by("sort_name")
        initial = {"direction": NoticeDirection.REQUEST, "languages": [NoticeLanguage.FRENCH]}
        if self.record:
            initial = values_of(self.record, ("themes", "countries"))
        return {"data": self.data, "initial": initial, "themes": all_themes(), "countries": list(countries)}

    def save(self, *, read_version: int | None) -> PartnershipNotice:
        fields = written(self.main.cleaned_data)
        if self.record is None:
            return services.create_notice(self.collectivity, actor=self.actor, **fields)
        return services.update_notice(self.record, actor=self.actor, read_version=read_version, **fields)


class CloseNoticeForm(DsfrForm):
    """What a notice has given."""

    outcome = forms.ChoiceField(
        label=_("Qu’a donné cette annonce ?"), widget=forms.RadioSelect, choices=NoticeOutcome.choices
    )
    partnership = forms.ModelChoiceField(
        queryset=Partnership.objects.none(),
        label=_("Le partenariat qui en est né"),
        required=False,
        empty_label=_("Pas encore dans l’atlas"),
        help_text=_("Parmi les partenariats de votre collectivité ; créez-le d’abord s’il n’y est pas."),
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, partnerships: QuerySet | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if partnerships is None:
            del self.fields["partnership"]
            return
        field = self.fields["partnership"]
        field.queryset = partnerships
        field.label_from_instance = lambda row: (
            f"{PartnershipKind(row.kind).label} – {', '.join(str(party) for party in row.all_parties)}"
        )
