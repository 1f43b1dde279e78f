"""With whom, and where: the steps that name authorities."""

from collections import Counter
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from atlas.forms.base import AmountField
from atlas.forms.steps import RowForm, RowSet, row_set
from atlas.models import Collectivity, Country, PositionPrecision
from projects import services
from projects.forms.authorities import AuthorityRow, Chosen, PicksAuthorities, key_of
from projects.models import PartKind, Project, ProjectRole

OTHERS = [choice for choice in PartKind.choices if choice[0] not in ("collectivity", "foreign_authority")]


class PartyForm(AuthorityRow):
    """A party: an authority of the atlas, or another organisation by its name."""

    kind = forms.ChoiceField(label=_("Nature"), choices=[("", _("Choisir")), *OTHERS], required=False)
    name = forms.CharField(label=_("Nom de l’organisme"), max_length=200, required=False)
    role = forms.ChoiceField(label=_("Rôle"), choices=[("", _("Choisir")), *ProjectRole.choices])
    cash = AmountField(label=_("Apport en numéraire (€)"), required=False)
    in_kind = AmountField(label=_("Apport valorisé (€)"), required=False)

    field_order = ("authority", "kind", "name", "role", "cash", "in_kind")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.chosen:
            del self.fields["kind"], self.fields["name"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "kind" in self.fields and "authority" not in self.errors:
            for name, message in (("kind", _("Dites ce qu’est cet organisme.")), ("name", _("Nommez cet organisme."))):
                if not cleaned.get(name):
                    self.add_error(name, message)
        return cleaned


class PartyRows(RowSet):
    def clean(self) -> None:
        """One lead, and nobody twice in a role: said on the row that is one too many."""
        seen: Counter = Counter()
        for form in self.kept_forms:
            row = form.cleaned_data
            if row.get("role") == ProjectRole.LEAD:
                seen["lead"] += 1
                if seen["lead"] > 1:
                    form.add_error("role", _("Un projet a un seul chef de file."))
            authority = row.get("authority")
            pair = (key_of(authority) if authority else f"name:{row.get('name')}", row.get("role"))
            seen[pair] += 1
            if seen[pair] > 1:
                form.add_error("role", _("Ce rôle lui est déjà donné."))


class PartiesStep(PicksAuthorities):
    slug, title = "parties", _("Parties")
    hint = _(
        "La collectivité chef de file, ses partenaires à l’étranger, et les autres organismes. Une autre collectivité française "
        "que vous nommez en est prévenue, et confirme ou refuse."
    )
    set_classes = {
        "parties": row_set(PartyForm, PartyRows, title=_("Parties"), add_label=_("Ajouter un autre organisme"))
    }

    def initial_rows(self, name: str) -> list[dict[str, Any]]:
        return [
            {
                "authority": key_of(party.authority) if party.authority else "",
                "kind": party.kind,
                "name": party.name,
                "role": party.role,
                "cash": party.cash,
                "in_kind": party.in_kind,
            }
            for party in self.record.parties.select_related("collectivity", "foreign_authority")
        ]

    def picked_values(self, chosen: Chosen) -> dict[str, Any]:
        return {"role": ProjectRole.CO_LEAD if isinstance(chosen, Collectivity) else ProjectRole.IMPLEMENTING}

    def save(self, *, read_version: int | None) -> Project:
        parties = self.sides(self.sets["parties"].rows())
        for row in parties:
            kinds = {"collectivity": PartKind.COLLECTIVITY, "foreign_authority": PartKind.FOREIGN_AUTHORITY}
            row["kind"] = next((kind for side, kind in kinds.items() if row[side]), row.get("kind"))
            row["name"] = "" if row["kind"] in kinds.values() else row["name"]
        return services.set_parties(self.record, parties, actor=self.actor, read_version=read_version)


def check_shares(rows: RowSet, what: str, twice: Any) -> None:
    """Shares of the same whole: alone, a row takes it all; together they may not pass 100. Each once."""
    kept = rows.kept_forms
    seen = set()
    for form in kept:
        if (value := form.cleaned_data.get(what)) in seen:
            form.add_error(what, twice)
        seen.add(value or object())
    if len(kept) == 1 and kept[0].cleaned_data.get("share") is None:
        kept[0].cleaned_data["share"] = 100
    for form in kept:
        if not form.errors and not form.cleaned_data.get("share"):
            form.add_error("share", _("Indiquez sa part, en %."))
    total = sum(form.cleaned_data.get("share") or 0 for form in kept)
    if total > 100 and kept:
        message = _("Les parts font %(total)s %% : ramenez-les à 100 %%.") % {"total": f"{total:g}".replace(".", ",")}
        kept[-1].add_error("share", message)


def share_field() -> AmountField:
    return AmountField(label=_("Part (%)"), required=False, max_value=100, max_digits=5)


class CountryForm(RowForm):
    country = forms.TypedChoiceField(label=_("Pays"), coerce=int)
    share = share_field()


class CountryRows(RowSet):
    def clean(self) -> None:
        check_shares(self, "country", _("Ce pays figure déjà dans le projet."))


class PlaceForm(AuthorityRow):
    """A place: an authority of the atlas, or a name and a point."""

    name = forms.CharField(label=_("Lieu"), max_length=200, required=False)
    latitude = forms.FloatField(label=_("Latitude"), required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(label=_("Longitude"), required=False, min_value=-180, max_value=180)
    precision = forms.ChoiceField(
        label=_("Exactitude"), choices=[("", _("Choisir")), *PositionPrecision.choices], required=False
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in ("latitude", "longitude"):
            self.fields[name].widget.attrs["step"] = "any"
        if self.chosen:
            for name in ("name", "latitude", "longitude", "precision"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "name" in self.fields and "authority" not in self.errors:
            for name, message in (
                ("name", _("Nommez ce lieu.")),
                ("latitude", _("Indiquez sa latitude, en degrés.")),
                ("longitude", _("Indiquez sa longitude, en degrés.")),
            ):
                if cleaned.get(name) in (None, "") and name not in self.errors:
                    self.add_error(name, message)
        return cleaned


class PlacesStep(PicksAuthorities):
    slug, title = "lieux", _("Pays et lieux")
    hint = _("Les pays où le projet a lieu, avec la part du budget de chacun ; puis les lieux, pour la carte.")
    picker, picker_label, kinds = "places", _("Ajouter le territoire d’une autorité étrangère"), ("partner",)
    set_classes = {
        "countries": row_set(CountryForm, CountryRows, title=_("Pays"), add_label=_("Ajouter un pays"), ready=True),
        "places": row_set(PlaceForm, title=_("Lieux"), add_label=_("Ajouter un lieu par ses coordonnées")),
    }

    @cached_property
    def near_countries(self) -> set[int]:
        """Those of the foreign parties."""
        foreign = self.record.parties.filter(foreign_authority__isnull=False)
        return set(foreign.values_list("foreign_authority__country", flat=True))

    def initial_rows(self, name: str) -> list[dict[str, Any]]:
        if name == "countries":
            stored = [{"country": link.country_id, "share": link.share} for link in self.record.country_shares.all()]
            # Nothing said yet: the country of the partners, when there is but one, is most often the answer.
            return stored or [
                {"country": pk, "share": 100} for pk in self.near_countries if len(self.near_countries) == 1
            ]
        return [
            {
                "authority": key_of(place.foreign_authority) if place.foreign_authority else "",
                "name": place.name,
                "latitude": place.latitude,
                "longitude": place.longitude,
                "precision": place.precision,
            }
            for place in self.record.places.select_related("foreign_authority")
        ]

    def row_arguments(self, name: str) -> dict[str, Any]:
        if name == "countries":
            near = self.near_countries  # first in the list
            every = list(Country.objects.values_list("pk", "name_fr"))
            first = [(pk, label) for pk, label in every if pk in near]
            return {
                "choices": {
                    "country": [
                        ("", _("Choisir un pays")),
                        *([(_("Pays des partenaires"), first)] if first else []),
                        (_("Autres pays"), [(pk, label) for pk, label in every if pk not in near]),
                    ]
                }
            }
        return super().row_arguments(name)

    def save(self, *, read_version: int | None) -> Project:
        rows = self.sets["countries"].rows()
        countries = Country.objects.in_bulk([row["country"] for row in rows])
        shares = [{"country": countries[row["country"]], "share": row["share"]} for row in rows]
        places = self.sides(self.sets["places"].rows())
        for place in places:
            place.pop("collectivity")
            place["precision"] = place.get("precision") or PositionPrecision.EXACT
            place.setdefault("name", "")
        return services.set_places(self.record, shares, places, actor=self.actor, read_version=read_version)
