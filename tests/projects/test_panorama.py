"""The national figures: each counts what its rule says, can be opened, is kept ready, frozen and checked."""

import csv
import hashlib
import io
import json
from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.urls import resolve, reverse
from django.utils import timezone

from atlas.filters import lists
from atlas.models import CollectivityKind, DataChange
from projects import figures, services, tasks
from projects.figures import FIGURES, measure, shares
from projects.models import CountingRule, PanoramaSnapshot, PanoramaYear, PartnershipKind, Project, ProjectTheme
from projects.services import change_rule, check_panorama, freeze_panorama
from tests.factories.atlas import (
    CollectivityFactory,
    CountryFactory,
    ForeignAuthorityFactory,
    RegionFactory,
    ThemeFactory,
)
from tests.factories.projects import PartnershipFactory, ProjectFactory

pytestmark = pytest.mark.django_db

PAGE = "/panorama/"


@pytest.fixture
def world():
    """Two régions, three countries, two groups of themes; links and projects of several years, and what must not count."""
    bretagne, reunion = RegionFactory(code="53", name="Bretagne"), RegionFactory(code="04", name="La Réunion")
    rennes = CollectivityFactory(name="Rennes", region=bretagne)
    metropole = CollectivityFactory(name="Rennes Métropole", kind=CollectivityKind.METROPOLE, region=bretagne)
    island = CollectivityFactory(name="La Réunion", kind=CollectivityKind.REGION, region=reunion)
    gone = CollectivityFactory(name="Autrefois", region=bretagne, is_current=False)
    senegal, madagascar, canada = (CountryFactory(iso2=code, name_fr=code) for code in ("SN", "MG", "CA"))
    dakar, tana, montreal = (ForeignAuthorityFactory(country=country) for country in (senegal, madagascar, canada))
    water = ThemeFactory(code="environnement-climat-energie", name="Environnement", position=2)
    well = ThemeFactory(code="eau-potable", parent=water)
    other = ThemeFactory(code="autres", name="Autres", position=6)
    PartnershipFactory(french=rennes, foreign=dakar, signed_on=date(1990, 5, 1))
    PartnershipFactory(french=gone, foreign=montreal, signed_on=date(1980, 5, 1))
    PartnershipFactory(french=rennes, foreign=tana, signed_on=None, signed_precision="unknown")
    PartnershipFactory(french=island, foreign=tana, signed_on=date(2001, 5, 1), kind=PartnershipKind.COOPERATION)
    PartnershipFactory(french=island, foreign=montreal, draft=True)
    ProjectFactory(french=metropole, foreign=dakar, theme=well, starts_on=date(2010, 1, 1))
    ProjectFactory(french=island, foreign=tana, theme=well, starts_on=date(2015, 1, 1))
    ProjectFactory(french=island, foreign=montreal, theme=other, starts_on=date(2015, 6, 1))
    ProjectFactory(french=rennes, foreign=dakar, theme=well, starts_on=date(2005, 1, 1), publication="to_refresh")
    ProjectFactory(french=rennes, foreign=montreal, theme=well, draft=True)
    figures.refresh()


def totals(year: int | None = None) -> dict[str, int]:
    return {name: values["total"] for name, values in PanoramaYear.objects.get(year=year).figures.items()}


def lines(figure: str, year: int | None = None) -> dict[str, int]:
    return {key: n for key, _label, n, _share in PanoramaYear.objects.get(year=year).figures[figure]["rows"]}


def rows_of_list(url: str):
    """What the list at this address shows a visitor."""
    path, _mark, query = url.partition("?")
    filterset = lists.find(resolve(path).func.view_class.listed).ask(query, AnonymousUser())
    assert filterset.is_valid(), filterset.errors
    return filterset.qs


# --- What is counted ------------------------------------------------------------------------------------------------


def test_figures_count_what_is_published(world):
    assert totals() == {
        "collectivites-engagees": 3,
        "autorites-etrangeres": 3,
        "pays": 3,
        "partenariats-par-pays": 4,
        "projets": 4,
        "projets-par-pays": 4,
        "projets-par-theme": 4,
        "jumelages": 3,
        "projets-par-type": 4,
        "projets-par-region": 4,
        "jumelages-par-region": 3,
    }
    assert lines("projets-par-pays") == {"SN": 2, "CA": 1, "MG": 1}
    assert lines("projets-par-type") == {
        "communes": 1,
        "intercommunalites": 1,
        "regions": 2,
        "departements": 0,
        "autres": 0,
    }
    assert lines("jumelages-par-region") == {"53": 3}


def test_a_year_counts_what_was_signed_or_begun_by_its_end(world):
    early = totals(1995)
    assert (early["jumelages"], early["projets"], early["collectivites-engagees"], early["pays"]) == (2, 0, 1, 2)
    later = totals(2010)
    assert (later["projets"], later["collectivites-engagees"], later["pays"]) == (2, 3, 3)


def test_a_record_without_a_date_counts_from_the_year_it_entered(world):
    this_year = timezone.localdate().year
    assert totals(this_year) == totals()
    assert totals(this_year)["jumelages"] == totals(this_year - 1)["jumelages"] + 1


def test_a_project_of_no_theme_is_among_the_others(world):
    ProjectTheme.objects.filter(project=Project.objects.order_by("pk").first()).delete()
    figures.refresh()
    assert lines("projets-par-theme") == {"environnement-climat-energie": 2, "autres": 2}


def test_the_statement_over_all_years_agrees_with_the_definition_of_each_figure(world):
    for year in (None, 1985, 2001, 2012, 2015, timezone.localdate().year):
        measured = measure(year)
        for name, figure in FIGURES.items():
            assert measured[name]["total"] == figure.rows(year).distinct().count(), (name, year)
            for key, _label, n, _share in measured[name]["rows"]:
                assert n == figure.rows(year, key).count(), (name, year, key)


def test_the_list_behind_a_number_holds_as_many_rows(world, client):
    """Whether the list of the site or, where there is none, the file of the rows."""
    for year in ("", "2012"):
        context = client.get(PAGE, {"annee": year} if year else {}).context
        for block in context["blocks"].values():
            for url, n in [(block["url"], block["total"]), *((row.url, row.number) for row in block["rows"])]:
                if ".csv" in url:
                    answer = client.get(url)
                    content = b"".join(answer.streaming_content).decode("utf-8-sig")
                    assert len(list(csv.DictReader(io.StringIO(content)))) == n, url
                else:
                    assert rows_of_list(url).count() == n, url


@pytest.mark.parametrize(
    "numbers", [[1, 1, 1], [560, 600, 640, 880, 1040, 280], [1, 0, 0], [7, 13, 29, 1, 1, 1], [1] * 7]
)
def test_shares_add_to_exactly_100(numbers):
    parts = shares(numbers)
    assert sum(parts) == Decimal(100)
    assert all(
        abs(part - Decimal(100) * n / sum(numbers)) < Decimal("0.1") for part, n in zip(parts, numbers, strict=True)
    )


def test_shares_of_nothing_are_zero():
    assert shares([0, 0]) == [0, 0]
    assert shares([]) == []


# --- Kept ready -----------------------------------------------------------------------------------------------------


def test_figures_are_computed_again_when_data_change_and_only_then(world):
    assert not tasks.refresh_panorama()
    ProjectFactory(starts_on=date(2020, 1, 1))
    assert totals()["projets"] == 4
    assert tasks.refresh_panorama()
    assert totals()["projets"] == 5
    assert not tasks.refresh_panorama()
    assert tasks.refresh_panorama(force=True)


def test_computing_the_figures_renews_the_pages_that_show_them(world):
    before = DataChange.objects.version()
    tasks.refresh_panorama(force=True)
    assert DataChange.objects.version() != before


def test_years_that_hold_nothing_any_more_go_away(world):
    assert PanoramaYear.objects.filter(year=1980).exists()
    from projects.models import Partnership

    Partnership.objects.filter(signed_on__year=1980).delete()
    figures.refresh()
    assert PanoramaYear.objects.exclude(year=None).earliest("year").year == 1990


def test_the_number_of_queries_does_not_grow_with_the_data(world, django_assert_max_num_queries):
    with django_assert_max_num_queries(50):
        figures.refresh(force=True)


def test_the_panorama_takes_four_queries(world, client, django_assert_max_num_queries):
    client.get(PAGE)
    with django_assert_max_num_queries(4):
        assert client.get(PAGE).status_code == 200


def test_the_page_says_when_figures_were_computed_and_by_which_rule(world, client):
    page = client.get(PAGE).content.decode()
    assert "Chiffres calculés le" in page
    assert CountingRule.objects.get(figure="jumelages").text.split(",")[0] in page
    assert "Règle 1, en vigueur depuis le" in page


def test_before_the_first_computation_the_page_says_so(client):
    assert "pas encore été calculés" in client.get(PAGE).content.decode()


@pytest.mark.parametrize("year", ["abcd", "12", "1700", "99999", "²⁰¹⁵"])
def test_a_year_without_figures_is_not_found(world, client, year):
    assert client.get(PAGE, {"annee": year}).status_code == 404


def test_every_chart_has_a_title_a_description_and_its_table(world, client):
    page = client.get(PAGE).content.decode()
    assert page.count('role="img"') == page.count("<desc ") == 6
    assert page.count("<table") >= 5


# --- Files ----------------------------------------------------------------------------------------------------------


def test_the_file_of_a_figure_holds_its_lines_its_rule_and_its_time(world, client):
    answer = client.get(reverse("projects:panorama_file", args=["projets-par-theme"]), {"annee": "2015"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [(row["code"], row["nombre"], row["part_pourcent"]) for row in rows] == [
        ("", "4", ""),
        ("environnement-climat-energie", "3", "75.0"),
        ("autres", "1", "25.0"),
    ]
    assert {row["version_regle"] for row in rows} == {"1"}
    assert rows[0]["annee"] == "2015"
    assert rows[0]["calcule_le"]


@pytest.mark.parametrize(
    "path", ["inconnu.csv", "inconnu/fiches.csv", "projets-par-pays/fiches.csv?code=XX", "editions/1999-1.json"]
)
def test_a_file_of_nothing_is_not_found(world, client, path):
    assert client.get(f"{PAGE}{path}").status_code == 404


# --- Rules ----------------------------------------------------------------------------------------------------------


def test_the_first_rule_of_each_figure_is_written_once(world):
    assert set(CountingRule.objects.values_list("figure", "version")) == {(name, 1) for name in FIGURES}


def test_a_new_rule_ends_the_former_and_keeps_it(world, staff):
    CountingRule.objects.filter(figure="jumelages").update(valid_from=date(2020, 1, 1))
    change_rule(
        "jumelages", text="Jumelages actifs.", note="Sans les terminés.", actor=staff, valid_from=date(2024, 1, 1)
    )
    rules = figures.rules_in_force(date(2023, 6, 1)), figures.rules_in_force(date(2024, 1, 1))
    assert [rule["jumelages"].version for rule in rules] == [1, 2]
    assert rules[1]["jumelages"].written_by == staff
    figures.refresh(force=True)
    assert CountingRule.objects.filter(figure="jumelages").count() == 2


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"figure": "inconnu"}, "figure"),
        ({"note": ""}, "note"),
        ({"valid_from": date(2000, 1, 1)}, "valid_from"),
        ({"text": "", "valid_from": date(2100, 1, 1)}, "text"),
    ],
)
def test_a_rule_is_refused_where_it_is_wrong(world, given, field):
    asked = {"figure": "jumelages", "text": "Autre règle.", "note": "Pourquoi.", "valid_from": date(2100, 1, 1)} | given
    with pytest.raises(ValidationError) as refusal:
        change_rule(asked.pop("figure"), actor=None, **asked)
    assert list(refusal.value.message_dict) == [field]
    assert CountingRule.objects.filter(figure="jumelages", valid_to=None).count() == 1


# --- Frozen editions ------------------------------------------------------------------------------------------------


def test_a_frozen_panorama_keeps_figures_rules_and_a_file_with_its_digest(world, client):
    snapshot = freeze_panorama(2015, actor=None)
    content = snapshot.file.open().read()
    assert hashlib.sha256(content).hexdigest() == snapshot.sha256
    kept = json.loads(content)
    assert kept["chiffres"]["projets"]["total"] == 4
    assert kept["chiffres"]["projets-par-pays"]["lignes"][0] == {"code": "SN", "libelle": "SN", "nombre": 2}
    assert snapshot.rule_versions["projets"] == kept["chiffres"]["projets"]["version_de_la_regle"] == 1
    answer = client.get(reverse("projects:panorama_edition", args=[2015, 1]))
    assert b"".join(answer.streaming_content) == content
    assert snapshot.sha256 in client.get(PAGE).content.decode()


def test_check_finds_nothing_while_rows_stay_the_same(world, capsys):
    call_command("freeze_panorama", "2015")
    call_command("check_panorama", "2015")
    assert "à l’identique" in capsys.readouterr().out


def test_check_names_each_figure_that_differs_with_both_values(world, capsys):
    """The world of 2015 changes after it was frozen: a project is withdrawn."""
    call_command("freeze_panorama", "2015")
    Project.objects.filter(starts_on=date(2010, 1, 1)).update(publication="archived")
    with pytest.raises(CommandError):
        call_command("check_panorama", "2015")
    said = capsys.readouterr().err
    assert "projets\u00a0: 4 attendu, 3 trouvé" in said
    assert "projets-par-pays (SN)\u00a0: 2 attendu, 1 trouvé" in said
    assert "projets-par-type (Structures intercommunales)\u00a0: 1 (25.0 %) attendu, 0 (0.0 %) trouvé" in said
    assert "collectivites-engagees\u00a0: 3 attendu, 2 trouvé" in said
    assert "jumelages\u00a0:" not in said


def test_check_sees_a_line_that_is_new_and_one_that_is_gone(world):
    freeze_panorama(2015, actor=None)
    Project.objects.filter(starts_on=date(2015, 6, 1)).update(country_codes=["BJ"])
    CountryFactory(iso2="BJ", name_fr="Bénin")
    said = [str(one) for one in check_panorama(2015) if one.figure == "projets-par-pays"]
    assert said == [
        "projets-par-pays (CA)\u00a0: 1 attendu, rien trouvé",
        "projets-par-pays (Bénin)\u00a0: rien attendu, 1 trouvé",
    ]


def test_what_comes_later_does_not_change_a_frozen_year(world):
    freeze_panorama(2015, actor=None)
    ProjectFactory(starts_on=date(2016, 1, 1))
    assert check_panorama(2015) == []


def test_a_file_that_was_touched_is_seen(world):
    snapshot = freeze_panorama(2015, actor=None)
    name = snapshot.file.name
    default_storage.delete(name)
    assert [one.actual for one in check_panorama(2015)] == [None]
    default_storage.save(name, ContentFile(b"{}"))
    assert [one.figure for one in check_panorama(2015)] == ["empreinte du fichier"]


def test_a_year_is_frozen_again_only_with_a_reason(world):
    freeze_panorama(2015, actor=None)
    with pytest.raises(CommandError, match="déjà figé"):
        call_command("freeze_panorama", "2015")
    assert freeze_panorama(2015, actor=None, note="Un doublon retiré.").edition == 2
    assert PanoramaSnapshot.objects.count() == 2


@pytest.mark.parametrize("year", [1899, 2200])
def test_a_year_to_come_is_not_frozen(world, year):
    with pytest.raises(ValidationError):
        services.freeze_panorama(year, actor=None)


def test_a_year_that_was_never_frozen_cannot_be_checked():
    with pytest.raises(CommandError, match="Aucun panorama"):
        call_command("check_panorama", "2015")
