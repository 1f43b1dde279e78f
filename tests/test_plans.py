"""At the size of the real atlas: searches and criteria read the index made for them, and a file never fills the memory."""

import tracemalloc
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from atlas.exports import COLLECTIVITY_COLUMNS, copy_csv, geojson
from atlas.filters import CollectivityFilterSet, FacetedFilterSet
from atlas.models import Collectivity
from projects.filters import PartnershipFilterSet, ProjectFilterSet
from projects.models import Partnership, Project
from tests.factories.atlas import CollectivityFactory, CountryFactory, RegionFactory, UserFactory

pytestmark = pytest.mark.django_db

# As many rows as the atlas holds, made by the database. One in two hundred is of region 53 or works with Sénégal.
_CROWDS: dict[type[Model], tuple[int, str]] = {
    Collectivity: (
        37_000,
        """INSERT INTO atlas_collectivity (created_at, updated_at, kind, insee_code, name, slug, zone, coord_source, website,
               is_local_authority, is_current, partnership_count, partner_countries, partner_themes, population, longitude,
               latitude)
           SELECT now(), now(), 'commune', 'x' || n, 'Commune ' || left(md5(n::text), 12), 'x' || n, 'metro', '', '', true,
               true, n %% 20, ARRAY[CASE WHEN n %% 200 = 0 THEN 'SN' ELSE 'X' || chr(65 + n %% 26) END]::varchar[],
               '{}', n, 2.0, 48.0
           FROM generate_series(1, %s) n""",
    ),
    Partnership: (
        10_000,
        """INSERT INTO projects_partnership (created_at, updated_at, uuid, version, kind, title, status, publication, signed_on,
               signed_precision, note, origin, source, french_ids, foreign_ids, region_codes, country_codes, theme_codes,
               party_names)
           SELECT now(), now(), gen_random_uuid(), 1, 'twinning', '', 'active', 'published', date '1950-01-01' + n, 'day', '',
               'import', '', ARRAY[n], ARRAY[n],
               ARRAY[CASE WHEN n %% 200 = 0 THEN '53' ELSE 'X' || n %% 90 END]::varchar[],
               ARRAY[CASE WHEN n %% 200 = 0 THEN 'SN' ELSE 'X' || chr(65 + n %% 26) END]::varchar[],
               '{}', 'commune ' || left(md5(n::text), 12) || ' / ' || left(md5((-n)::text), 12)
           FROM generate_series(1, %s) n""",
    ),
    Project: (
        10_000,
        """INSERT INTO projects_project (created_at, updated_at, uuid, version, title, title_en, title_local, slug, summary,
               summary_en, summary_local, objectives, activities, expected_results, beneficiaries, website, starts_on,
               declared_status, publication, published_at, origin, source, french_ids, foreign_ids, place_ids,
               region_codes, country_codes, theme_codes, sdg_numbers, lead_kinds, party_names)
           SELECT now(), now(), gen_random_uuid(), 1, 'Projet ' || left(md5(n::text), 12), '', '', 'x' || n, '', '', '', '', '',
               '', '', '', date '1950-01-01' + n, '', 'published', now(), 'import', '', ARRAY[n], ARRAY[n], ARRAY[n],
               ARRAY[CASE WHEN n %% 200 = 0 THEN '53' ELSE 'X' || n %% 90 END]::varchar[],
               ARRAY[CASE WHEN n %% 200 = 0 THEN 'SN' ELSE 'X' || chr(65 + n %% 26) END]::varchar[],
               '{}', '{}', '{}', 'commune ' || left(md5(n::text), 12) || ' / ' || left(md5((-n)::text), 12)
           FROM generate_series(1, %s) n""",
    ),
}


def crowd(model: type[Model]) -> None:
    rows, statement = _CROWDS[model]
    table = model._meta.db_table
    RegionFactory(code="53")
    CountryFactory(iso2="SN")
    with connection.cursor() as cursor:
        cursor.execute(statement, [rows])
        # What the database does by itself soon after a load: fold new entries into the indexes, count the rows.
        cursor.execute(
            """SELECT gin_clean_pending_list(index.oid) FROM pg_index i JOIN pg_class index ON index.oid = i.indexrelid
               JOIN pg_am method ON method.oid = index.relam AND method.amname = 'gin'
               WHERE i.indrelid = %s::regclass""",
            [table],
        )
        cursor.execute(f"ANALYZE {table}")


def asked(filterset_class: type[FacetedFilterSet], **criteria: Any) -> FacetedFilterSet:
    """The question of a visitor."""
    rows = filterset_class._meta.model.objects.visible_to(AnonymousUser())
    filterset = filterset_class(criteria, queryset=rows)
    assert not filterset.errors
    return filterset


def plans(work: Callable[[], Any]) -> list[str]:
    """How the database goes about each statement of some work, as it says itself."""
    with CaptureQueriesContext(connection) as sent:
        work()
    found = []
    with connection.cursor() as cursor:
        for query in sent.captured_queries:
            cursor.execute("EXPLAIN " + query["sql"].replace("%", "%%"), [])
            found.append("\n".join(row[0] for row in cursor.fetchall()))
    return found


SEARCHED = [
    (CollectivityFilterSet, "atlas_coll_search", "atlas_coll_search"),
    (PartnershipFilterSet, "projects_part_names", "projects_part_names"),
    (ProjectFilterSet, "projects_proj_search", "projects_proj_names"),
]
CRITERIA = {
    CollectivityFilterSet: {"country": (["SN"], "atlas_coll_countries")},
    PartnershipFilterSet: {
        "country": (["SN"], "projects_part_countries"),
        "region": (["53"], "projects_part_regions"),
    },
    ProjectFilterSet: {"country": (["SN"], "projects_proj_countries"), "region": (["53"], "projects_proj_regions")},
}
FIRST_PAGE = {
    CollectivityFilterSet: "atlas_coll_activity",
    PartnershipFilterSet: "projects_part_recent",
    ProjectFilterSet: "projects_proj_recent",
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("filterset_class", "exact", "near"), SEARCHED, ids=lambda given: getattr(given, "__name__", None)
)
def test_a_list_reads_its_indexes_and_not_its_table(filterset_class, exact, near, subtests):
    model = filterset_class._meta.model
    crowd(model)
    reads_all = f"Seq Scan on {model._meta.db_table}"
    for word, index in (("c4ca4238a0b9", exact), ("c4ca4238a0bx", near)):  # the name of the first row, and one near it
        with subtests.test("page of a search", word=word):
            page = plans(lambda word=word: list(asked(filterset_class, q=word).rows()[:25]))
            assert f"Bitmap Index Scan on {index}" in page[-1], page
            assert not [plan for plan in page if reads_all in plan]
        with subtests.test("facets of a search", word=word):
            *_before, facets = plans(lambda word=word: asked(filterset_class, q=word)._count())
            assert facets.count(f"Bitmap Index Scan on {index}") == 1, facets  # the rows are found once for all facets
            assert reads_all not in facets
    for name, (value, index) in CRITERIA[filterset_class].items():
        with subtests.test("criterion", name=name):
            *_labels, plan = plans(
                lambda name=name, value=value: asked(filterset_class, **{name: value}).qs.order_by().count()
            )
            assert f"Bitmap Index Scan on {index}" in plan
            assert reads_all not in plan
    with subtests.test("the first page of everything"):  # twenty-five rows are read, in the order of an index
        *_labels, plan = plans(lambda: list(asked(filterset_class).rows()[:25]))
        assert f"using {FIRST_PAGE[filterset_class]} on" in plan
        assert reads_all not in plan
    if model is Project:
        for criteria in ({"status": ["2"]}, {"status": ["2"], "confirmed": "false"}):
            # What most criteria look at stands in the index of the usual order: the table gives the rows of the page alone.
            with subtests.test("a page without an index of its criteria", **criteria):
                *_labels, plan = plans(lambda criteria=criteria: list(asked(filterset_class, **criteria).page(0, 25)))
                assert "Index Only Scan using projects_proj_recent on" in plan or "projects_proj_countries" in plan, (
                    plan
                )
                assert reads_all not in plan
        for order, index in (("title", "title"), ("start", "oldest"), ("-budget", "budget"), ("-updated", "updated")):
            with subtests.test("the first page in an order", order=order):
                *_labels, plan = plans(lambda order=order: list(asked(filterset_class, sort=order).rows()[:25]))
                assert f"using projects_proj_{index} on" in plan
    if model is not Collectivity:
        for side in ("french_ids", "foreign_ids", *(["place_ids"] if model is Project else [])):
            with subtests.test("rows of one authority", side=side):
                *_labels, plan = plans(
                    lambda side=side: list(model.objects.filter(**{f"{side}__contains": [123]}).order_by())
                )
                assert f"Bitmap Index Scan on {model._meta.db_table[:13]}_{side.removesuffix('_ids')}" in plan


# --- Files ----------------------------------------------------------------------------------------------------------


def sent_and_held(content: Iterable[bytes]) -> tuple[int, int]:
    """Bytes of a file sent block by block, and the most that was held at once meanwhile."""
    tracemalloc.start()
    try:
        sent = sum(len(block) for block in content)
        return sent, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_a_file_holds_in_memory_a_small_part_of_itself():
    crowd(Collectivity)
    rows = asked(CollectivityFilterSet).rows()
    for content, way in (
        (copy_csv(rows, COLLECTIVITY_COLUMNS), "COPY "),
        (geojson(rows.on_map(), COLLECTIVITY_COLUMNS), "DECLARE "),
    ):
        sent, held = sent_and_held(content)
        assert sent > 3_000_000
        assert held < sent / 4, way


# --- Who keeps a page -----------------------------------------------------------------------------------------------

LISTS = [
    "home",
    "map",
    "collectivity_list",
    "foreign_authority_list",
    "country_list",
    "projects:partnership_list",
    "projects:project_list",
]


@pytest.mark.parametrize("name", LISTS)
def test_a_visitor_who_holds_the_page_is_told_so_until_the_data_change(client, name):
    CollectivityFactory()
    first = client.get(reverse(name))
    assert set(first["Cache-Control"].split(", ")) == {"public", "no-cache"}
    assert "Cookie" in first["Vary"]
    held = {"If-None-Match": first["ETag"]}
    again = client.get(reverse(name), headers=held)
    assert (again.status_code, again.content) == (304, b"")
    CollectivityFactory()
    assert client.get(reverse(name), headers=held).status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_the_page_of_a_member_is_nobody_elses(client, name):
    held = {"If-None-Match": client.get(reverse(name))["ETag"]}
    member = Client()
    member.force_login(UserFactory())
    page = member.get(reverse(name), headers=held)
    assert page.status_code == 200
    assert "ETag" not in page
    assert set(page["Cache-Control"].split(", ")) >= {"private", "no-cache"}
