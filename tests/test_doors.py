"""Page, files, API and map are doors to the same rows: whatever is asked, at a cost that does not grow, and nothing secret.

Everything here goes through addresses, as a visitor does.
"""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from atlas.models import SDG, Collectivity
from projects import figures, services
from projects.models import Partnership, Project
from tests.factories.atlas import (
    CollectivityFactory,
    CountryFactory,
    CountryStatusFactory,
    DepartmentFactory,
    ForeignAuthorityFactory,
    MembershipFactory,
    PostingFactory,
    RegionFactory,
    ThemeFactory,
    UserFactory,
)
from tests.factories.projects import NoticeFactory, PartnershipFactory, PartnershipPartyFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Doors:
    """The doors of a list, and how each names a row."""

    page: str
    export: str
    api: str
    attribute: str  # of a row
    column: str  # of the files
    queries: tuple[dict, ...]
    order: str = "name"
    layer: str = ""  # of the map

    def on_page(self, client: Client, query: dict) -> list[str]:
        """Keys of all the rows, page after page."""
        found, number = [], 1
        while True:
            page = client.get(reverse(self.page), {**query, "page": number}).context["page"]
            found += [str(getattr(row, self.attribute)) for row in page.object_list]
            if not page.has_next:
                assert page.total == len(found)
                return found
            number += 1

    def in_csv(self, client: Client, query: dict) -> list[str]:
        content = b"".join(client.get(reverse(self.export, args=["csv"]), query).streaming_content)
        return [row[self.column] for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))]

    def in_geojson(self, client: Client, query: dict) -> list[str]:
        content = b"".join(client.get(reverse(self.export, args=["geojson"]), query).streaming_content)
        return [feature["properties"][self.column] for feature in json.loads(content)["features"]]

    def in_api(self, client: Client, query: dict) -> list[str]:
        found, address = [], reverse(self.api)
        while address:
            answer = client.get(address, query).json()
            found += [row[self.attribute] for row in answer["results"]]
            address, query = answer["next"], {}
        assert answer["count"] == len(found)
        return found

    def by_cursor(self, client: Client, query: dict) -> set[str]:
        query = {name: value for name, value in query.items() if name != "sort"}
        found, address = [], f"{reverse(self.api)}?cursor=&page_size=7"
        asked = query
        while address:
            answer = client.get(address, asked).json() if asked is query else client.get(address).json()
            found += [row[self.attribute] for row in answer["results"]]
            address, asked = answer["next"], None
        assert len(found) == len(set(found))
        return set(found)


DOORS = {
    "collectivities": Doors(
        "collectivity_list", "collectivity_export", "api:collectivity-list", "slug", "adresse",
        ({}, {"region": "53"}, {"region": ["53", "84"], "kind": "metropole"}, {"population": ["10000-49999", "100000-"]},
         {"q": "villeneuve"}, {"q": "vileneuv 1"}, {"country": "SN", "sort": "-population"}, {"theme": "eau"},
         {"active": "true", "sort": "name"}, {"active": "false"}, {"former": "true"}, {"department": "35"},
         {"stat_group": "groupements"}, {"region": "53", "country": "BR"}, {"sort": "-partnerships"}),
    ),
    "partners": Doors(
        "foreign_authority_list", "foreign_authority_export", "api:foreign-authority-list", "slug", "adresse",
        ({}, {"country": "DE"}, {"country": ["SN", "BR"], "active": "true"}, {"continent": "Europe"}, {"region": "84"},
         {"q": "ndiaganiao"}, {"theme": "eau"}, {"population": "0-1999"}, {"sort": "name"}, {"sort": "-population"}),
    ),
    "countries": Doors(
        "country_list", "country_export", "api:country-list", "iso2", "code_iso2",
        ({}, {"continent": "Afrique"}, {"status": "LDC"}, {"active": "true"}, {"q": "allemagne"}, {"sort": "name"}),
    ),
    "partnerships": Doors(
        "projects:partnership_list", "projects:partnership_export", "api:partnership-list", "uuid", "identifiant",
        ({}, {"kind": "twinning"}, {"region": "53", "country": "SN"}, {"country": ["DE", "BR"]}, {"theme": "eau"},
         {"signed_from": "1990", "signed_to": "1999"}, {"confirmed": "true"}, {"confirmed": "false"}, {"status": "ended"},
         {"q": "villeneuve"}, {"collectivity": "thionville-57672"}, {"partner": "gao-ml"}, {"partner": "nowhere"},
         {"sort": "signed"}, {"sort": "name"}, {"sort": "-updated"}),
        layer="jumelages",
    ),
    "projects": Doors(
        "projects:project_list", "projects:project_export", "api:project-list", "slug", "adresse",
        ({}, {"country": "SN"}, {"country": ["SN", "DE"], "region": "53"}, {"theme": "eau"}, {"status": "4"}, {"status": ["2", "5"]},
         {"kind": "metropole"}, {"collectivity": "thionville-57672"}, {"partner": "gao-ml"}, {"place": "gao-ml"},
         {"partner": "nowhere"}, {"q": "adduction"}, {"q": "thionville"}, {"q": "thionvile"}, {"from_year": "2000", "to_year": "2010"},
         {"confirmed": "true"}, {"sort": "start"}, {"sort": "title"}, {"sort": "-budget"}),
        order="title",
        layer="projets",
    ),
    "notices": Doors(
        "projects:notice_list", "projects:notice_export", "api:notice-list", "slug", "adresse",
        ({}, {"direction": "offer"}, {"author": "foreign"}, {"author": "french", "theme": "eau"}, {"country": ["SN", "BR"]},
         {"region": "84"}, {"sought": ["training", "expertise"]}, {"language": "es"}, {"q": "formation"}, {"q": "vileneuv"},
         {"collectivity": "thionville-57672"}, {"partner": "gao-ml"}, {"past": "true"}, {"past": "true", "sort": "title"},
         {"sort": "expires"}, {"sort": "title"}, {"sort": "-published"}),
        layer="bourse",
    ),
}  # fmt: skip


@pytest.fixture
def world():
    """More rows of each list than a page holds, of all sorts: past, without position, merged, unsigned, unpublished."""
    bretagne, rhone = RegionFactory(code="53", name="Bretagne"), RegionFactory(code="84", name="Auvergne-Rhône-Alpes")
    ille = DepartmentFactory(code="35", region=bretagne)
    countries = [CountryStatusFactory().country, CountryFactory(iso2="DE", continent="Europe")]
    countries.append(CountryFactory(iso2="BR", continent="Amérique"))
    for number in range(26):
        CountryFactory(iso2=f"X{chr(65 + number)}")
    water = ThemeFactory(code="eau")
    thionville = CollectivityFactory(name="Thionville", slug="thionville-57672", region=rhone)
    gao = ForeignAuthorityFactory(name_fr="Gao", slug="gao-ml", country=countries[0])
    CollectivityFactory(name="Villeneuve-Past", former=True, region=bretagne)
    CollectivityFactory(kind="metropole", region=rhone, population=900_000, longitude=None, latitude=None)
    ForeignAuthorityFactory(merged_into=gao, slug="gao-bis")
    for number in range(30):
        french = CollectivityFactory(
            region=bretagne if number % 2 else rhone,
            department=ille if number % 4 == 1 else None,
            kind="metropole" if number % 7 == 3 else "commune",
            population=number * 10_000,
        )
        foreign = ForeignAuthorityFactory(country=countries[number % 3], population=number * 500)
        if number % 5 == 4:
            continue  # nobody's partners
        row = PartnershipFactory(
            french=thionville if number % 9 == 8 else french,
            foreign=gao if number % 8 == 7 else foreign,
            kind="twinning" if number % 3 else "friendship_charter",
            status="ended" if number % 6 == 5 else "active",
            signed_on=date(1980 + number, 1, 1) if number % 4 else None,
            signed_precision="year" if number % 4 else "unknown",
            confirmed_on=date(2026, 1, 1) if number % 2 else None,
            draft=number % 11 == 10,
            digest=False,
        )
        row.themes.set([water] if number % 4 == 2 else [])
    for _ in range(8):
        PartnershipFactory(french=thionville, digest=False)
    for number in range(30):
        project = ProjectFactory(
            french=thionville if number % 6 == 5 else CollectivityFactory(region=bretagne, kind="metropole"),
            foreign=gao if number % 5 == 4 else ForeignAuthorityFactory(country=countries[number % 3]),
            theme=water if number % 3 else ThemeFactory(),
            starts_on=date(1990 + number, 1, 1),
            ends_on=date(1995 + number, 1, 1) if number % 4 else None,
            declared_status="5" if number % 7 == 6 else "",
            confirmed_on=date(2026, 1, 1) if number % 2 else None,
            draft=number % 13 == 12,
            digest=False,
        )
        if number % 8 == 7:
            project.places.create(foreign_authority=gao)
    services.refresh_project_digest()
    for number in range(40):
        author = {"collectivity": thionville if number % 9 == 7 else CollectivityFactory(name=f"Villeneuve {number}")}
        if number % 3 == 2:
            author = {"foreign": True, "foreign_authority": gao} if number % 2 else {"foreign": True}
        NoticeFactory(
            **author,
            draft=number % 11 == 10,
            expired=number % 10 == 9,
            title=f"Formation au service de l’eau {number}" if number % 4 == 1 else f"Jumelage d’écoles {number}",
            direction="offer" if number % 2 else "request",
            sought=["training", "tool"] if number % 4 == 1 else ["partnership"],
            languages=["fr", "es"] if number % 5 == 1 else ["fr"],
            theme=water if number % 4 == 1 else None,
            country=countries[2] if number % 6 == 1 else None,
        )
    services.refresh_partnership_digest()
    services.refresh_activity()


@pytest.mark.parametrize("doors", DOORS.values(), ids=DOORS)
def test_every_door_gives_the_same_rows_for_the_same_question(client, world, doors, subtests):
    everything = doors.on_page(client, {})
    assert len(everything) > 25, "several pages"
    for query in doors.queries:
        with subtests.test(query=query):
            rows = doors.on_page(client, query)
            assert rows or query == {"partner": "nowhere"}, "a question that nothing answers proves nothing"
            assert doors.in_csv(client, query) == rows
            assert doors.in_api(client, query) == rows
            assert doors.by_cursor(client, query) == set(rows)
            placed = doors.in_geojson(client, query)
            assert placed == [row for row in rows if row in set(placed)]
            assert set(rows) - set(placed) <= unplaced()


def unplaced() -> set[str]:
    """Keys of the rows that no map can show."""
    return set(Collectivity.objects.filter(longitude=None).values_list("slug", flat=True))


def test_the_map_counts_the_rows_of_the_list(client, world, subtests):
    for doors in (doors for doors in DOORS.values() if doors.layer):
        for query in doors.queries:
            with subtests.test(layer=doors.layer, query=query):
                payload = client.get(reverse("map_points", args=[doors.layer, "points"]), query).json()
                assert payload["total"] == len(doors.on_page(client, query))
                assert payload["placed"] == len(doors.in_geojson(client, query))
                assert client.get(reverse("map_layer", args=[doors.layer]), query).context["total"] == payload["total"]


def test_a_facet_announces_the_rows_that_a_click_gives(client, world, subtests):
    for doors in DOORS.values():
        for query in ({}, doors.queries[1]):
            for facet in client.get(reverse(doors.page), query).context["facets"]:
                for choice in facet.choices[:4]:
                    with subtests.test(page=doors.page, query=query, facet=facet.name, value=choice.value):
                        asked = {**query, facet.name: choice.value}
                        assert client.get(reverse(doors.page), asked).context["page"].total == choice.count


# --- Cost -----------------------------------------------------------------------------------------------------------


def cost(client: Client, address: str, query: dict) -> int:
    """Queries of a request that finds no count in the cache; what is kept by process is warm."""
    client.get(address, query)
    cache.clear()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        response = client.get(address, query)
        assert response.status_code == 200
        if response.streaming:
            b"".join(response.streaming_content)
    return len(asked)


def addresses() -> Iterator[tuple[str, dict, int]]:
    """(address, query, most queries): the lists, the sheets, the API and the suggestions of the issue."""
    for doors in DOORS.values():
        for query in ({}, {"q": "villeneuve"}, {"sort": doors.order}):
            yield reverse(doors.page), query, 5
            yield reverse(doors.api), query, 4
            yield reverse(doors.api), {**query, "facets": "true"}, 4
            yield reverse(doors.export, args=["csv"]), query, 4
            yield reverse(doors.export, args=["geojson"]), query, 4
    yield reverse("collectivity_detail", args=["thionville"]), {}, 8
    yield reverse("collectivity_detail", args=["lorraine"]), {}, 8
    yield reverse("foreign_authority_detail", args=["gao"]), {}, 8
    yield reverse("country_detail", args=["sn"]), {}, 8
    yield reverse("projects:partnership_detail", args=[MANY_PARTIES]), {}, 8
    yield reverse("projects:notice_detail", args=["eau"]), {}, 8
    yield reverse("suggest"), {"q": "vileneuve"}, 1
    yield reverse("suggest"), {"q": "vi"}, 1
    yield reverse("suggest"), {"q": "vileneuve", "types": "partner", "pays": "SN,ML", "avec": "thionville"}, 1


MANY_PARTIES = "5a1b0f39-3a0e-4d0e-9b1e-0c4f3d1a2b3c"


def test_a_page_costs_as_much_with_sixty_rows_as_with_three(client):
    SDG.objects.create(number=6, name_fr="Eau", name_en="Water")  # labels of an empty family are asked again and again
    lorraine = CollectivityFactory(kind="metropole", name="Lorraine", slug="lorraine")
    thionville = CollectivityFactory(name="Thionville", slug="thionville", epci=lorraine)
    gao = ForeignAuthorityFactory(name_fr="Gao", slug="gao", country=CountryStatusFactory().country)
    many = PartnershipFactory(uuid=MANY_PARTIES, french=thionville, foreign=gao)
    notice = NoticeFactory(slug="eau", collectivity=thionville)

    def grow(rows: int) -> None:
        for _ in range(rows):
            theme = ThemeFactory()
            french, foreign = CollectivityFactory(epci=lorraine), ForeignAuthorityFactory(country=gao.country)
            ends = ({"french": thionville, "foreign": foreign}, {"french": french, "foreign": gao})
            for parties in ends:
                PartnershipFactory(digest=False, **parties).themes.add(theme)
                ProjectFactory(digest=False, theme=theme, **parties)
            PartnershipPartyFactory(partnership=many, collectivity=french)
            many.themes.add(theme)
            NoticeFactory(collectivity=thionville, country=gao.country)
            NoticeFactory(foreign=True, foreign_authority=gao)
            notice.themes.add(theme)
        services.refresh_partnership_digest()
        services.refresh_project_digest()
        services.refresh_activity()

    grow(3)
    few = {(address, str(query)): cost(client, address, query) for address, query, _most in addresses()}
    grow(57)
    grown, dear = [], []
    for address, query, most in addresses():
        before, now = few[address, str(query)], cost(client, address, query)
        grown += [f"{address} {query}: {before} → {now}"] if now != before else []
        dear += [f"{address} {query}: {now} > {most}"] if now > most else []
    assert not grown
    assert not dear


def test_the_queue_of_an_embassy_costs_as_much_with_sixty_records_as_with_three():
    RegionFactory(code="53")  # labels of an empty family are asked again and again
    posting = PostingFactory(kind="embassy")
    posting.countries.set([CountryFactory(iso2="SN")])
    embassy, dakar = Client(), ForeignAuthorityFactory(country=CountryFactory(iso2="SN"))
    embassy.force_login(posting.user)

    def grow(rows: int) -> None:
        for _ in range(rows):
            PartnershipFactory(foreign=dakar, digest=False)
            ProjectFactory(foreign=dakar, digest=False)
        services.refresh_partnership_digest()
        services.refresh_project_digest()

    queue = reverse("projects:verification")
    grow(3)
    link, project = Partnership.objects.first(), Project.objects.first()
    asked = [
        (queue, query) for query in ({}, {"reason": "never"}, {"record": "project", "country": "SN"}, {"q": "eau"})
    ]
    asked += [(reverse("projects:partnership_verification", args=[link.uuid]), {})]
    asked += [(reverse("projects:project_verification", args=[project.uuid]), {})]
    few = [cost(embassy, *one) for one in asked]
    grow(57)
    # A page of one kind of record alone asks less.
    assert all(cost(embassy, *one) <= before for one, before in zip(asked, few, strict=True))
    assert max(few) <= 20


# --- Drafts ---------------------------------------------------------------------------------------------------------

TITLE = "Négociation confidentielle"


@pytest.fixture
def draft() -> Partnership:
    """An unpublished partnership between two authorities that have no other."""
    country = CountryFactory(iso2="BR")
    return PartnershipFactory(
        draft=True,
        title=TITLE,
        french=CollectivityFactory(name="Thionville", slug="thionville", region=RegionFactory(code="44")),
        foreign=ForeignAuthorityFactory(name_fr="Olinda", slug="olinda", country=country),
    )


def read(client: Client, address: str, query: dict | None = None) -> str:
    response = client.get(address, query or {})
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode()


def where_a_draft_might_show(draft: Partnership) -> Iterator[tuple[str, dict]]:
    """Every door that tells of partnerships."""
    doors = DOORS["partnerships"]
    for query in ({}, {"q": "thionville"}, {"collectivity": "thionville"}, {"partner": "olinda"}, {"country": "BR"}):
        yield reverse(doors.page), query
        yield reverse(doors.export, args=["csv"]), query
        yield reverse(doors.export, args=["geojson"]), query
        for option in ({}, {"format": "csv"}, {"format": "geojson"}, {"cursor": ""}, {"facets": "true"}):
            yield reverse(doors.api), query | option
        yield reverse("map"), query
        yield reverse("map_points", args=["jumelages", "points"]), query
        yield reverse("map_points", args=["jumelages", "noms"]), query
    for side, party in (("france", draft.french_ids[0]), ("etranger", draft.foreign_ids[0])):
        yield reverse("map_sheet", args=["jumelages"]), {"cote": side, "id": party}
    yield reverse("projects:partnership_detail", args=[draft.uuid]), {}
    yield reverse("api:partnership-detail", args=[draft.uuid]), {}
    yield reverse("home"), {}
    yield reverse("search"), {"q": "thionville"}
    yield reverse("search"), {"q": "confidentielle"}
    yield reverse("suggest"), {"q": "negociation"}
    for name, key in (("collectivity", "thionville"), ("foreign_authority", "olinda"), ("country", "br")):
        yield reverse(f"{name}_detail", args=[key]), {}
        yield reverse(f"api:{name.replace('_', '-')}-detail", args=[key]), {}


@pytest.fixture(params=["visitor", "account", "member of another authority"])
def stranger(request) -> Client:
    client = Client()
    if request.param == "account":
        client.force_login(UserFactory())
    if request.param == "member of another authority":
        client.force_login(MembershipFactory(role="representative").user)
    return client


def test_a_draft_shows_through_no_door(stranger, draft, subtests):
    for address, query in where_a_draft_might_show(draft):
        with subtests.test(address=address, query=query):
            content = read(stranger, address, query)
            assert str(draft.uuid) not in content
            assert TITLE not in content


def test_a_draft_has_no_address(stranger, draft):
    for name in ("projects:partnership_detail", "api:partnership-detail"):
        assert stranger.get(reverse(name, args=[draft.uuid])).status_code == 404


def test_a_draft_is_counted_nowhere(stranger, draft):
    for doors in DOORS.values():
        for asked in ({"active": "true"}, {"country": "BR"}, {"region": "44"}, {}):
            if doors.layer:
                assert stranger.get(reverse(doors.page), asked).context["page"].total == 0
                assert stranger.get(reverse(doors.api), asked if "active" not in asked else {}).json()["count"] == 0
            elif "active" in asked:
                assert stranger.get(reverse(doors.page), asked).context["page"].total == 0
                assert stranger.get(reverse(doors.api), asked).json()["count"] == 0
    figures.refresh()
    assert not any(figure["total"] for figure in figures.measure(None).values())
    assert stranger.get(reverse("home")).context["countries"] == []
    payload = stranger.get(reverse("map_points", args=["jumelages", "points"])).json()
    assert (payload["total"], payload["french"]["id"], payload["foreign"]["id"]) == (0, [], [])
    assert stranger.get(reverse("map")).context["countries"] == []


@pytest.mark.parametrize("who", ["staff", "own member"])
def test_those_who_write_a_draft_see_it_on_pages_and_never_in_the_public_api(who, draft):
    client = Client()
    if who == "staff":
        client.force_login(UserFactory(staff=True))
    else:
        client.force_login(MembershipFactory(collectivity_id=draft.french_ids[0]).user)
    assert TITLE in read(client, reverse("projects:partnership_detail", args=[draft.uuid]))
    assert str(draft.uuid) in read(client, reverse("projects:partnership_list"))
    assert str(draft.uuid) in read(client, reverse("projects:partnership_export", args=["csv"]))
    assert client.get(reverse("api:partnership-list")).json()["count"] == 0
    assert client.get(reverse("api:partnership-detail", args=[draft.uuid])).status_code == 404


def test_what_staff_looked_at_is_not_kept_for_visitors(draft):
    """Counts are kept by question: whoever asks is part of the question."""
    officer, visitor = Client(), Client()
    officer.force_login(UserFactory(staff=True))
    assert officer.get(reverse("projects:partnership_list")).context["page"].total == 1
    assert visitor.get(reverse("projects:partnership_list")).context["page"].total == 0
