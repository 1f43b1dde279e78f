"""French figures, plurals and dates; the tags that lists share."""

from collections import namedtuple
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.formats import date_format
from django.utils.translation import override

from atlas.templatetags import atlas_tags


def render(source: str, **context) -> str:
    return Template("{% load atlas_tags %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (0, 0, "0"),
        (999, 0, "999"),
        (1234, 0, "1\u202f234"),
        (1234567.891, 1, "1\u202f234\u202f567,9"),
        (Decimal("0.5"), 0, "1"),
        (Decimal("-1234.5"), 2, "-1\u202f234,50"),
        (None, 0, ""),
        ("", 0, ""),
    ],
)
def test_number_has_narrow_spaces_and_a_comma(value, decimals, shown):
    assert atlas_tags.number(value, decimals) == shown


@pytest.mark.parametrize(
    ("euros", "shown"),
    [(1_234_500_000, "1\u202f234,5\u00a0M€"), (Decimal("174300000"), "174,3\u00a0M€"), (0, "0,0\u00a0M€")],
)
def test_millions_are_written_as_the_field_writes_them(euros, shown):
    assert atlas_tags.millions(euros) == shown


@pytest.mark.parametrize(
    ("count", "words", "shown"),
    [
        (0, "projet", "0\u00a0projet"),
        (1, "projet", "1\u00a0projet"),
        (-1, "projet", "-1\u00a0projet"),
        (2, "projet", "2\u00a0projets"),
        (0, "pays,pays", "0\u00a0pays"),
        (3, "appel à projets,appels à projets", "3\u00a0appels à projets"),
        (36355, "collectivité,collectivités", "36\u202f355\u00a0collectivités"),
    ],
)
def test_zero_and_one_are_singular_in_french(count, words, shown):
    assert atlas_tags.plural(count, words) == shown


@pytest.mark.parametrize(
    ("day", "precision", "shown"),
    [
        (date(1987, 5, 12), "day", "12 mai 1987"),
        (date(1987, 5, 1), "day", "1er mai 1987"),
        (date(1987, 8, 1), "month", "août 1987"),
        (date(1987, 1, 1), "year", "1987"),
        (date(1987, 5, 12), "unknown", "date inconnue"),
        (None, "unknown", "date inconnue"),
        (None, "day", "date inconnue"),
    ],
)
def test_a_date_says_no_more_than_is_known(day, precision, shown):
    assert atlas_tags.partial_date(day, precision) == shown


def test_the_first_of_the_month_is_ordinal():
    assert atlas_tags.full_date(date(2027, 1, 1)) == "1er janvier 2027"
    assert atlas_tags.full_date(date(2027, 5, 31)) == "31 mai 2027"
    assert atlas_tags.full_date(None) == ""
    assert date_format(date(2027, 1, 1)) == "1er janvier 2027", "where no template writes it, as in the admin"
    with override("en"):
        assert date_format(date(2027, 1, 1)) == "1 January 2027"


def test_a_moment_is_dated_by_the_clock_of_paris():
    moment = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert render("{{ moment|full_date }}", moment=moment) == "1er janvier 2027"


@pytest.mark.parametrize(
    ("path", "url", "exact", "current"),
    [("/pays/sn/", "/pays/", False, True), ("/pays/", "/", True, False), ("/", "/", True, True), ("/jumelages/", "/pays/", False, False)],
)  # fmt: skip
def test_navigation_marks_the_page_and_its_section(path, url, exact, current):
    assert atlas_tags.is_current({"request": RequestFactory().get(path)}, url, exact) is current


def test_navigation_does_without_a_request():
    assert atlas_tags.is_current({}, "/") is False


Choice = namedtuple("Choice", "value label")


def criteria(query: str, **given):
    region = SimpleNamespace(name="region", selected=[Choice("53", "Bretagne"), Choice("84", "Corse")])
    filters = {"after": SimpleNamespace(label="Signé à partir de"), "active": SimpleNamespace(label="Avec partenaires")}
    filterset = SimpleNamespace(criteria=given, filters=filters)
    return atlas_tags.active_criteria({"request": RequestFactory().get(f"/?{query}")}, filterset, [region])


def test_each_criterion_can_be_taken_away_alone():
    tags = criteria("region=53&q=rennes&page=3&sort=name", region=["53"], q="rennes", sort="name")
    assert tags == [
        {"label": "Bretagne", "url": "?q=rennes&sort=name"},
        {"label": "«\u00a0rennes\u00a0»", "url": "?region=53&sort=name"},
    ]


def test_one_value_of_a_criterion_leaves_the_others():
    tags = criteria("region=53&region=84", region=["53", "84"])
    assert [tag["url"] for tag in tags] == ["?region=84", "?region=53"]


def test_the_last_criterion_leads_back_to_the_whole_list():
    assert criteria("active=true", active=True) == [{"label": "Avec partenaires\u00a0: oui", "url": "?"}]


def test_trail_pairs_labels_and_addresses():
    assert (
        render("{% trail 'Pays' '/pays/' as above %}{{ above|length }}{{ above.0.0 }}{{ above.0.1 }}") == "1Pays/pays/"
    )
    with pytest.raises(ValueError, match="shorter"):
        atlas_tags.trail("Pays")
