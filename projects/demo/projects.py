"""Projects of the demonstration: who leads them, where, on what, with how much."""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from atlas.demo import part
from atlas.models import Country, PolicyMarker, Theme
from atlas.services.partners import authorities_of_places
from projects.demo import world
from projects.demo.partnerships import SOURCE
from projects.demo.places import own_point
from projects.demo.texts import NORTH, TEXTS, ThemeText
from projects.demo.words import at, of, of_said, said
from projects.demo.world import KIND_SHARES, THEME_SHARES, TODAY, Abroad, Actor, Town, World, allocate
from projects.models import BudgetSource, Origin, PartKind, Partnership, Project, ProjectPublication, ProjectRole
from projects.services import NewIndicator, NewParty, NewProject, create_projects

NAMESPACE = uuid.UUID("6f0f0f5e-5a0c-4c57-9d0a-2d4b4b1f7c11")
NOTICE = "Projet fictif, créé pour la démonstration de l’atlas."
HUNDRED = Decimal(100)
# Usual budget of a whole project, in thousands of euros.
SIZE = {"communes": 45, "intercommunalites": 110, "regions": 260, "departements": 150}
STATES = [ProjectPublication.PUBLISHED] * 94 + [ProjectPublication.TO_REFRESH] * 6


@part("Projets")
def make_projects() -> str:
    """Write those that are not there yet: each has its identifier for ever."""
    writer = Writer(World(world.TARGETS))
    here = set(Project.objects.filter(origin=Origin.DEMO).values_list("uuid", flat=True))
    invented = list(writer.projects())
    rows = [row for row in invented if row.uuid not in here]
    if rows:
        create_projects(rows, actor=None, origin=Origin.DEMO)
    return f"{len(rows)} créés, {len(invented) - len(rows)} déjà là"


class Writer:
    """Draws projects by fixed chance, over the cast of the partnerships."""

    def __init__(self, cast: World) -> None:
        self.cast = cast
        # Its own draw: the same whatever was drawn before from the cast.
        self.random = cast.random = random.Random(world.SEED + 1)  # noqa: S311
        self.authorities = authorities_of_places(
            {place.pk for places in cast.places.values() for place in places}, is_demo=True
        )
        self.countries = {country.iso2: country for country in Country.objects.filter(iso2__in=cast.countries)}
        self.themes = {theme.code: theme for theme in Theme.objects.prefetch_related("sdgs", "purpose_codes")}
        self.markers = dict(PolicyMarker.objects.order_by("code").values_list("code", "pk"))
        links = Partnership.objects.filter(origin=Origin.DEMO).order_by("pk")
        self.partnerships: dict[tuple[int, int], int] = {}
        self.linked: set[int] = set()
        for pk, french, foreign in links.values_list("pk", "french_ids", "foreign_ids"):
            self.linked.update(foreign)
            for pair in ((one, other) for one in french for other in foreign):
                self.partnerships.setdefault(pair, pk)

    def projects(self) -> Iterator[NewProject]:
        """All of them. Kinds of leads and groups of themes are dealt like cards, so that their numbers are exact."""
        number = self.cast.targets.projects
        leads = self._leads(allocate(number, KIND_SHARES))
        groups = [group for group, n in allocate(number, THEME_SHARES).items() for _n in range(n)]
        self.random.shuffle(leads)
        self.random.shuffle(groups)
        rank = 0
        for code, quota in self.cast.projects.items():
            places = self._partners(code, quota)
            for place in places:
                group, lead = leads[rank]
                yield self._project(rank, lead, group, place, code, groups[rank])
                rank += 1

    # --- Who and where ------------------------------------------------------------------------------------------------

    def _leads(self, quotas: dict[str, int]) -> list[tuple[str, Actor]]:
        """Of each kind: the whole cast once (but for communes, which twinnings already show), then large ones again."""
        leads = []
        for group, quota in quotas.items():
            first = [] if group == "communes" else self.cast.french[group][:quota]
            rows = [*first, *self.cast.draw(group, quota - len(first))]
            leads += [(group, row) for row in rows]
        return leads

    def _partners(self, code: str, quota: int) -> list[Town]:
        """Towns that have no link yet come first; then large ones, again and again."""
        cast = self.cast.places[code]
        alone = [place for place in cast if self.authorities[place.pk] not in self.linked][:quota]
        weights = [place.population**0.45 for place in cast]
        return [*alone, *self.random.choices(cast, weights, k=quota - len(alone))]

    def _companion(self, lead: Actor) -> Actor | None:
        """Another authority of the same région, for the projects that several lead together."""
        near = [row for row in self.cast.draw("intercommunalites", 12) if row.region_id == lead.region_id]
        return next((row for row in near if row.pk != lead.pk), None)

    # --- The whole ----------------------------------------------------------------------------------------------------

    def _project(self, rank: int, lead: Actor, size: str, place: Town, code: str, group: str) -> NewProject:
        abroad, partner = self.cast.countries[code], self.authorities[place.pk]
        theme, text = self._theme(group, abroad)
        words = self._words(lead, place, code)
        starts_on, ends_on = self._dates(abroad)
        own, budget = self._budget(size, abroad, starts_on, ends_on)
        confirmed_on = TODAY - timedelta(days=self.random.randrange(900)) if self.random.random() < 0.4 else None
        fields: dict[str, Any] = {
            "title": self.random.choice(text.titles).format(**words)[:200],
            **self._texts(text, words, abroad, starts_on),
            "beneficiary_count": self._beneficiaries(text),
            "partnership_id": self.partnerships.get((lead.pk, partner)),
            "starts_on": starts_on,
            "ends_on": ends_on,
            "declared_status": self._declared(abroad, ends_on),
            "publication": self.random.choice(STATES),
            "published_at": datetime(starts_on.year, starts_on.month, 1, 9, tzinfo=UTC),
            "confirmed_on": confirmed_on,
            "foreign_confirmed_on": confirmed_on if confirmed_on and self.random.random() < 0.4 else None,
            "source": SOURCE,
        }
        return NewProject(
            fields=fields,
            parties=self._parties(lead, partner, place, own),
            countries=((self.countries[code].pk, HUNDRED),),
            themes=self._themes(theme, group, abroad),
            purpose_codes=tuple(sorted(purpose.pk for purpose in theme.purpose_codes.all())[:1]),
            sdgs=tuple(sorted(goal.pk for goal in theme.sdgs.all())),
            places=(partner,),
            points=own_point(rank, theme.code, place, self.countries[code].pk),
            budget=budget,
            indicators=self._indicators(text, starts_on, ends_on),
            markers=self._markers(theme.code),
            uuid=uuid.uuid5(NAMESPACE, str(rank)),
        )

    def _words(self, lead: Actor, place: Town, code: str) -> dict[str, str]:
        return {
            "lieu": place.name,
            "a_lieu": at(place.name),
            "de_lieu": of(place.name),
            "qui": said(lead),
            "de_qui": of_said(lead),
            "pays": self.countries[code].name_fr,
        }

    # --- On what ------------------------------------------------------------------------------------------------------

    def _theme(self, group: str, abroad: Abroad) -> tuple[Theme, ThemeText]:
        """A theme of the group that suits the country."""
        place = "border" if abroad.border and self.random.random() < 0.5 else "south" if abroad.south else "north"
        texts = TEXTS[group] if abroad.south else TEXTS[group] | NORTH[group]
        fit = [code for code, text in texts.items() if place in text.where]
        code = self.random.choice(fit or [code for code, text in texts.items() if "north" in text.where])
        return self.themes[code], texts[code]

    def _themes(self, theme: Theme, group: str, abroad: Abroad) -> tuple[tuple[int, Decimal], ...]:
        """The main theme, and a second one for a third of the projects."""
        if self.random.random() > 0.35:
            return ((theme.pk, HUNDRED),)
        other, _text = self._theme(self.random.choice([name for name in TEXTS if name != group]), abroad)
        main = Decimal(self.random.choice([60, 70, 75, 80]))
        return ((theme.pk, main), (other.pk, HUNDRED - main))

    def _markers(self, theme: str) -> tuple[tuple[int, int], ...]:
        """Gender for most, environment for some: the first two markers of the DAC."""
        found = []
        for code, screened, main in (("1", 0.6, "egalite-femmes-hommes"), ("2", 0.4, "climat")):
            if code in self.markers and self.random.random() < screened:
                score = 2 if theme == main else self.random.choices([0, 1, 2], [50, 42, 8])[0]
                found.append((self.markers[code], score))
        return tuple(found)

    def _texts(self, text: ThemeText, words: dict[str, str], abroad: Abroad, starts_on: date) -> dict[str, str]:
        chance = self.random
        actions = chance.sample(text.actions, min(len(text.actions), 2 + chance.randrange(2)))
        joined = " et ".join([", ".join(actions[:-1]), actions[-1]])
        since = chance.choice(
            [
                "Né d’une visite d’élus en {year}, ce projet réunit {qui} et {lieu} ({pays}).",
                "{Qui} et {lieu} ({pays}) travaillent ensemble depuis plusieurs années ; ce projet prolonge leurs échanges.",
                "À la demande {de_lieu} ({pays}), {qui} mobilise ses services et ses partenaires.",
                "{Qui} accompagne {lieu} ({pays}) dans une action définie en commun.",
                "Premier projet commun {de_qui} et {de_lieu} ({pays}).",
            ]
        ).format(**words, Qui=words["qui"][:1].upper() + words["qui"][1:], year=starts_on.year - 1)
        return {
            "summary": f"{since} Il s’agit {of(joined)}. {NOTICE}",
            "objectives": f"{chance.choice(text.need)} Le projet veut y répondre avec les services {words['de_lieu']} et "
            "les habitants, et laisser sur place les moyens de continuer.",
            "activities": "\n".join(f"{n}. {action[:1].upper()}{action[1:]}." for n, action in enumerate(actions, 1)),
            "expected_results": chance.choice(text.results),
            "beneficiaries": chance.choice(text.public),
        }

    def _beneficiaries(self, text: ThemeText) -> int | None:
        low, high = text.indicators[0][2:]
        return _round(self.random.triangular(low, high, low * 2)) if self.random.random() < 0.7 else None

    # --- When, with how much ------------------------------------------------------------------------------------------

    def _dates(self, abroad: Abroad) -> tuple[date, date]:
        """One to four years, most of them recent; none begins where everything had stopped."""
        last = min(abroad.years[1] + 8, TODAY.year)
        first = min(max(2006, abroad.years[0]), last - 3)
        year = last - int((last - first + 1) * self.random.random() ** 1.6)
        starts_on = date(year, self.random.choice([1, 1, 2, 3, 4, 5, 6, 9, 10]), 1)
        starts_on = min(starts_on, TODAY.replace(day=1))
        months = self.random.choice([12, 12, 18, 24, 24, 36, 36, 48])
        return starts_on, starts_on + timedelta(days=round(months * 30.44) - 1)

    def _declared(self, abroad: Abroad, ends_on: date) -> str:
        """What dates do not say: suspended, cancelled."""
        if ends_on < TODAY:
            return "5" if self.random.random() < 0.02 else ""
        return "6" if self.random.random() < (0.3 if abroad.troubled else 0.01) else ""

    def _budget(
        self, size: str, abroad: Abroad, starts_on: date, ends_on: date
    ) -> tuple[int, tuple[tuple[int, str, Decimal, Decimal | None], ...]]:
        """Total of the French side's own money, and the lines by year and source."""
        chance = self.random
        total = min(2_000_000, int(SIZE[size] * 1000 * chance.lognormvariate(0, 0.7))) * (1 if abroad.south else 0.5)
        parts = {BudgetSource.OWN_CASH: 0.35, BudgetSource.OWN_IN_KIND: 0.1}
        if chance.random() < 0.55:
            parts[BudgetSource.MEAE] = 0.3 if abroad.south else 0.2
        if abroad.south and chance.random() < 0.15:
            parts[BudgetSource.AFD] = 0.5
        elif not abroad.south and chance.random() < 0.3:
            parts[BudgetSource.EU] = 0.4
        if chance.random() < 0.6:
            parts[BudgetSource.FOREIGN_AUTHORITY] = 0.1
        if chance.random() < 0.2:
            parts[BudgetSource.FOUNDATION] = 0.1
        scale = total / sum(parts.values())
        years = range(starts_on.year, ends_on.year + 1)
        lines = []
        for source, weight in parts.items():
            for year in years:
                planned = Decimal(max(100, round(weight * scale / len(years), -2)))
                obtained = planned * chance.choice([1, 1, 1, Decimal("0.9"), Decimal("0.8")])
                lines.append((year, source, planned, obtained if year < TODAY.year else None))
        own = sum(planned for _year, source, planned, _obtained in lines if source == BudgetSource.OWN_CASH)
        return int(own), tuple(lines)

    def _indicators(self, text: ThemeText, starts_on: date, ends_on: date) -> tuple[NewIndicator, ...]:
        """One or two; what is over says what was reached."""
        told = []
        for title, unit, low, high in text.indicators[: 1 + self.random.randrange(2)]:
            target = Decimal(_round(self.random.triangular(low, high, low * 1.5)))
            reached = Decimal(round(float(target) * self.random.triangular(0.5, 1.2, 0.95)))
            period = (starts_on, ends_on, target, reached if ends_on < TODAY else None)
            told.append(
                NewIndicator(
                    title, unit, target=target, baseline=Decimal(0), baseline_year=starts_on.year, periods=(period,)
                )
            )
        return tuple(told)

    def _parties(self, lead: Actor, partner: int, place: Town, own: int) -> tuple[NewParty, ...]:
        parties = [
            NewParty(PartKind.COLLECTIVITY, ProjectRole.LEAD, lead.pk, cash=Decimal(own)),
            NewParty(PartKind.FOREIGN_AUTHORITY, ProjectRole.IMPLEMENTING, partner),
        ]
        if self.random.random() < 0.12 and (companion := self._companion(lead)):
            parties.append(NewParty(PartKind.COLLECTIVITY, ProjectRole.CO_LEAD, companion.pk))
        if self.random.random() < 0.45:
            name = self.random.choice(
                ["Association {qui}-{lieu}", "Comité de jumelage {de_lieu}", "Amis {de_lieu}", "{lieu} Solidarité"]
            ).format(qui=lead.name, lieu=place.name, de_lieu=of(place.name))
            parties.append(NewParty(PartKind.ASSOCIATION, ProjectRole.IMPLEMENTING, name=name[:200]))
        if self.random.random() < 0.06:
            parties.append(
                NewParty(PartKind.UNIVERSITY, ProjectRole.IMPLEMENTING, name=f"Université {of(place.name)}"[:200])
            )
        return tuple(parties)


def _round(value: float) -> int:
    """Two significant digits: nobody plans 1,037 beneficiaries."""
    digits = max(0, len(str(int(value))) - 2)
    return max(1, round(value / 10**digits) * 10**digits)
