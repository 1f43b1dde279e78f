"""Choosing an authority of the atlas by its name, misspelt or not: a search step that works without JavaScript."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from atlas.forms.steps import RowForm, Step, add_row
from atlas.models import Collectivity, ForeignAuthority, ForeignPlace
from atlas.search import Near, places, suggest
from atlas.services.partners import authorities_of_places

Chosen = Collectivity | ForeignAuthority | ForeignPlace
FOUND = 12


def key_of(authority: Chosen) -> str:
    """How a form names a row: «collectivity:rennes-35238», «partner:thies-sn», «place:2244802»."""
    if isinstance(authority, ForeignPlace):
        return f"place:{authority.pk}"
    return f"{'collectivity' if isinstance(authority, Collectivity) else 'partner'}:{authority.slug}"


def resolve(keys: Iterable[str]) -> dict[str, Chosen]:
    """The rows that keys name, those that exist (three queries at most). A past authority has the kind «former»."""
    named: dict[str, dict[str, str]] = {"collectivity": {}, "partner": {}, "place": {}}
    for key in set(keys):
        kind, _colon, slug = key.partition(":")
        kind = "collectivity" if kind == "former" else kind
        if kind in named and slug and (kind != "place" or (slug.isascii() and slug.isdigit() and len(slug) < 10)):
            named[kind][slug] = key
    found: dict[str, Chosen] = {}
    for model, kind, column in (
        (Collectivity, "collectivity", "slug"),
        (ForeignAuthority, "partner", "slug"),
        (ForeignPlace, "place", "pk"),
    ):
        if slugs := named[kind]:
            rows = model.objects.filter(**{f"{column}__in": list(slugs)}).select_related(
                "region", "department" if model is Collectivity else "country"
            )
            found |= {slugs[str(getattr(row, column))]: row for row in rows}
    return found


class AuthorityField(forms.CharField):
    """The key of a chosen authority, hidden; the page shows its name."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs) -> None:
        super().__init__(required=kwargs.pop("required", False), max_length=300, **kwargs)
        self.found: Mapping[str, Chosen] = {}

    def clean(self, value: Any) -> Chosen | None:
        key = super().clean(value)
        if not key:
            return None
        if key not in self.found:
            raise ValidationError(_("Cette autorité n’est plus dans l’atlas : cherchez-la de nouveau."), code="unknown")
        return self.found[key]

    def describe(self, value: str) -> str:
        chosen = self.found.get(value)
        return str(chosen) if chosen else ""


class AuthorityRow(RowForm):
    """A row about an authority of the atlas, or else something that bears a name of its own."""

    authority = AuthorityField(label=_("Autorité"))

    def __init__(self, *args, found: Mapping[str, Chosen] | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["authority"].found = found or {}

    @property
    def chosen(self) -> Chosen | None:
        return self.fields["authority"].found.get(self["authority"].value())

    @property
    def legend(self) -> str:
        """What the row is about."""
        chosen = self.chosen
        if isinstance(chosen, Collectivity):
            where = chosen.department or chosen.region
            return f"{chosen}, {where}" if where else str(chosen)
        return f"{chosen} ({chosen.country})" if chosen else ""


class PicksAuthorities(Step):
    """A step where authorities are searched by name and picked, each making a row of the set `picker`."""

    picker = "parties"
    tools = "projects/space/_picker.html"
    picker_label: Any = _("Ajouter une collectivité ou une autorité étrangère")
    kinds: tuple[str, ...] = ("collectivity", "former", "partner")

    def prepare(self) -> None:
        keys = [row["authority"] for row in self.initial_rows(self.picker) if row.get("authority")]
        if self.data is not None:
            keys += [value for name, value in self.data.items() if name.endswith("-authority")]
        self.found = resolve(keys)

    def row_arguments(self, name: str) -> dict[str, Any]:
        return super().row_arguments(name) | ({"found": self.found} if name == self.picker else {})

    def act(self, data: QueryDict) -> tuple[QueryDict, dict[str, Any]] | None:
        if key := data.get("_pick"):
            if not (chosen := resolve([key]).get(key)):
                return data, {"found": [], "asked": ""}
            return add_row(data, self.picker, authority=key_of(chosen), **self.picked_values(chosen)), {}
        asked = data.get("_find_name", "").strip()
        # A name typed and not picked: whatever the button, it is searched rather than lost.
        if "_find" in data or (asked and "_add" not in data):
            return data, {"found": self._search(asked), "asked": asked}
        return super().act(data)

    def picked_values(self, chosen: Chosen) -> dict[str, Any]:
        """First values of the row of an authority just picked."""
        return {}

    @cached_property
    def near(self) -> Near:
        """Where the record takes place and whose it is: names from there come first."""
        countries = list(self.record.country_codes) if self.record else []
        chosen = [one.country.iso2 for one in self.found.values() if isinstance(one, ForeignAuthority)]
        return Near(list(dict.fromkeys(countries + chosen)), [self.collectivity.slug])

    @property
    def suggest_url(self) -> str:
        """Where the same names are suggested while one types."""
        about = {"types": ",".join(self.kinds), "pays": ",".join(self.near.countries), "avec": self.collectivity.slug}
        return f"{reverse('suggest')}?{urlencode({name: value for name, value in about.items() if value})}"

    def _search(self, asked: str) -> list:
        found = suggest(asked, FOUND, kinds=self.kinds, near=self.near)
        return found + places(asked, limit=FOUND // 2, near=self.near)

    def sides(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Rows whose `authority` becomes `collectivity` or `foreign_authority`; a place becomes its local authority."""
        chosen = [row["authority"].pk for row in rows if isinstance(row["authority"], ForeignPlace)]
        made = authorities_of_places(chosen) if chosen else {}
        authorities = ForeignAuthority.objects.in_bulk(set(made.values())) if made else {}
        sided = []
        for row in rows:
            one = row.pop("authority")
            if isinstance(one, ForeignPlace):
                one = authorities[made[one.pk]]
            french, foreign = isinstance(one, Collectivity), isinstance(one, ForeignAuthority)
            sided.append(row | {"collectivity": one if french else None, "foreign_authority": one if foreign else None})
        return sided
