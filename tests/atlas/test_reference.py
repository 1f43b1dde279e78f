"""The load of the reference data: the whole edition or nothing, and nothing twice."""

import io
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from stdnum.fr import siren

from atlas.imports.reference import EDITION, REFERENCE_SOURCE
from atlas.imports.tables import ReferenceError
from atlas.models import (
    AidType,
    Collectivity,
    CollectivityEvent,
    Country,
    CountryStatus,
    DataChange,
    ForeignPlace,
    PurposeCode,
    Region,
    Theme,
)
from atlas.search import suggest
from atlas.services.reference import load_reference
from atlas.typography import no_break
from tests.factories.reference import FILES, edited, write_edition

pytestmark = pytest.mark.django_db


@pytest.fixture
def load(tmp_path):
    """Loads the small edition, some files changed; gives the sums (added, changed, ended)."""

    def loaded(**files) -> tuple[int, int, int]:
        outcomes = load_reference(folder=write_edition(tmp_path, **files))
        return tuple(sum(getattr(outcome, name) for outcome in outcomes) for name in ("added", "changed", "ended"))

    return loaded


@pytest.fixture
def faults(tmp_path):
    """Loads a faulty edition; gives what was said of it, once sure that nothing was written."""

    def refused(**files) -> list[str]:
        with pytest.raises(ReferenceError) as refusal:
            load_reference(folder=write_edition(tmp_path, **files))
        assert not Region.objects.exists()
        assert not Country.objects.exists()
        return [str(fault) for fault in refusal.value.faults]

    return refused


# --- What is loaded -------------------------------------------------------------------------------------------------


def test_an_authority_stands_under_its_region_department_and_grouping(load):
    load()
    rennes = Collectivity.objects.get(insee_code="35238")
    assert (rennes.name, rennes.siren, rennes.population, rennes.population_year) == (
        "Rennes",
        "213502388",
        230890,
        2023,
    )
    assert (rennes.region.name, rennes.department.name, rennes.epci.name) == (
        "Bretagne", "Ille-et-Vilaine", "Rennes Métropole",
    )  # fmt: skip
    assert rennes.is_local_authority
    assert not rennes.epci.is_local_authority


def test_overseas_bodies_stand_among_the_regions_so_that_their_communes_have_one(load):
    load()
    noumea = Collectivity.objects.get(name="Nouméa")
    assert noumea.region.name == "Nouvelle-Calédonie"
    assert noumea.department is None
    assert noumea.population_year is None  # another census, of another year


def test_trees_keep_their_parents(load):
    load()
    assert AidType.objects.get(code="B021").parent.code == "B02"
    water = Theme.objects.get(code="eau")
    assert water.parent.code == "environnement"
    assert list(water.purpose_codes.values_list("code", flat=True)) == ["14010"]
    assert list(water.sdgs.values_list("number", flat=True)) == [6]
    assert ForeignPlace.objects.get(pk=2253354).region.code == "SN.01"


def test_a_tree_may_be_deep(load):
    load(themes=FILES["themes.csv"] + "puits,Puits,Wells,,eau,1,2026,,\n")
    assert Theme.objects.get(code="puits").parent.parent.code == "environnement"


def test_the_next_reader_finds_the_statistics_of_what_was_loaded(load):
    load()
    written = [Region, Collectivity, CollectivityEvent.successors.through, Country, CountryStatus, ForeignPlace, Theme]
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tablename FROM pg_stats")
        known = {table for (table,) in cursor.fetchall()}
    assert {model._meta.db_table for model in written} <= known


def test_former_communes_are_found_and_lead_to_their_heir(load):
    load()
    found = suggest("arbignieu")
    assert [(one.label, one.kind) for one in found] == [("Arbignieu", "former")]
    past = Collectivity.objects.get(name="Arbignieu")
    assert not past.is_current
    assert not past.is_local_authority
    event = past.later_events.get()
    assert set(event.predecessors.values_list("name", flat=True)) == {"Arbignieu", "Saint-Bois"}
    assert [heir.name for heir in event.successors.all()] == ["Arboys en Bugey"]
    # A name, which the language of whoever loads does not change.
    assert event.source == f"{REFERENCE_SOURCE}\u00a0: INSEE, communes_associees_deleguees.csv, {EDITION}"


def test_the_seat_of_a_new_commune_that_kept_its_name_is_no_former_commune(load):
    load()
    assert Collectivity.objects.filter(name="Bâgé-Dommartin").count() == 1


def category(iso2: str, listed: str, day: date) -> tuple[str, bool] | None:
    status = CountryStatus.objects.valid_on(day).filter(country__iso2=iso2, list=listed).first()
    return status and (status.category, status.confirmed)


@pytest.mark.parametrize(
    ("iso2", "listed", "day", "expected"),
    [
        ("SN", "ldc", date(2026, 1, 1), ("LDC", True)),
        ("SN", "ldc", date(2029, 12, 18), ("LDC", True)),
        ("SN", "ldc", date(2029, 12, 19), None),  # a decided exit holds from its day
        ("BD", "ldc", date(2026, 11, 23), ("LDC", True)),
        ("BD", "ldc", date(2026, 11, 24), ("LDC", False)),  # an exit nobody confirmed: still there, and unsure
        ("BT", "ldc", date(2023, 12, 12), ("LDC", True)),
        ("BT", "ldc", date(2023, 12, 13), None),
        ("DE", "ldc", date(2026, 1, 1), None),
        ("BT", "dac", date(2023, 6, 1), ("LDC", False)),  # from no official list
        ("BT", "dac", date(2024, 6, 1), ("LMIC", True)),
        ("BT", "dac", date(2030, 1, 1), ("LMIC", True)),  # the last edition holds until the next
        ("BT", "dac", date(2022, 12, 31), None),
        ("SN", "dac", date(2025, 1, 1), ("LDC", False)),
        ("DE", "dac", date(2025, 1, 1), None),
    ],
)
def test_the_lists_are_read_at_a_date(load, iso2, listed, day, expected):
    load()
    assert category(iso2, listed, day) == expected


# --- A second load --------------------------------------------------------------------------------------------------


def test_a_second_load_writes_nothing(load):
    assert load()[0] > 0
    version = DataChange.objects.version()
    touched = Collectivity.objects.get(name="Rennes").updated_at
    assert load() == (0, 0, 0)
    assert DataChange.objects.version() == version
    assert Collectivity.objects.get(name="Rennes").updated_at == touched


def test_what_differs_is_changed_in_place(load):
    load()
    before = Collectivity.objects.get(name="Rennes")
    text = edited("collectivities.csv", "Rennes,230890", "Rennes,231000")
    assert load(collectivities=text) == (0, 1, 0)
    after = Collectivity.objects.get(name="Rennes")
    assert (after.pk, after.slug, after.population) == (before.pk, before.slug, 231000)


def test_a_change_of_name_keeps_the_address_of_the_sheet(load):
    load()
    load(collectivities=edited("collectivities.csv", "35051,213500515,Cesson-Sévigné", "35051,213500515,Cesson"))
    assert Collectivity.objects.get(insee_code="35051").slug == "cesson-sevigne-35051"


def test_a_commune_that_vanished_is_kept_as_a_past_one(load):
    load()
    text = "".join(line for line in FILES["collectivities.csv"].splitlines(True) if "Cesson" not in line)
    assert load(collectivities=text) == (0, 0, 1)
    past = Collectivity.objects.get(name="Cesson-Sévigné")
    assert not past.is_current
    assert not past.is_local_authority
    assert load(collectivities=text) == (0, 0, 0)


def test_a_code_that_vanished_is_kept_as_inactive(load):
    load()
    text = edited("crs_purpose_codes.csv", "14010,Politique", "14015,Politique")
    load(crs_purpose_codes=text, themes=edited("themes.csv", "14010", "14015"))
    assert not PurposeCode.objects.get(code="14010").is_active
    assert PurposeCode.objects.get(code="14015").is_active


def test_what_staff_wrote_beside_the_edition_is_kept(load):
    load()
    Collectivity.objects.filter(name="Rennes").update(website="https://metropole.rennes.fr", phone="02 99 00 00 00")
    mine = Collectivity.objects.create(kind="ept", name="Ajoutée à la main", slug="ajoutee", zone="metro")
    load(collectivities=edited("collectivities.csv", "Rennes,230890", "Rennes,231000"))
    rennes = Collectivity.objects.get(name="Rennes")
    assert (rennes.website, rennes.phone) == ("https://metropole.rennes.fr", "02 99 00 00 00")
    mine.refresh_from_db()
    assert mine.is_current


def test_statuses_that_staff_wrote_are_theirs_and_the_load_says_so(load, tmp_path):
    load()
    exits = CountryStatus.objects.get(country__iso2="BD", list="ldc", confirmed=False)
    CountryStatus.objects.filter(pk=exits.pk).update(valid_to=date(2029, 11, 24), confirmed=True, source="A/RES/80/1")
    outcomes = load_reference(folder=write_edition(tmp_path))
    assert [note for outcome in outcomes for note in outcome.notes]
    exits.refresh_from_db()
    assert (exits.valid_to, exits.confirmed, exits.source) == (date(2029, 11, 24), True, "A/RES/80/1")
    assert CountryStatus.objects.filter(source__startswith=REFERENCE_SOURCE, list="ldc").count() == 3


def test_a_check_finds_the_differences_and_writes_nothing(load, tmp_path):
    outcomes = load_reference(folder=write_edition(tmp_path), check=True)
    assert sum(outcome.added for outcome in outcomes) == load()[0]


# --- Editions that are refused --------------------------------------------------------------------------------------


def test_a_missing_column_is_named(faults):
    text = edited("collectivities.csv", "population,departement", "habitants,departement")
    assert no_break("collectivities.csv, ligne 1 : colonne absente : population.") in faults(collectivities=text)


def test_a_missing_file_is_named(faults):
    assert "sdgs.csv\u00a0: fichier absent." in faults(sdgs=None)
    assert "france_regions.geojson\u00a0: fichier absent." in faults(france_regions=None)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("collectivities.csv", "213502388", "213502389", "ligne 11 : « 213502389 » n’est pas un SIREN valable."),
        ("collectivities.csv", "commune,35051", "bourg,35051", "ligne 10 : « bourg » est inconnu (colonne « kind »)."),
        ("collectivities.csv", "commune,35051", "commune,35238", "ligne 11 : code INSEE 35238 déjà donné à la ligne 10."),
        ("collectivities.csv", "230890,35,53", "230890,35,99", "ligne 11 : région inconnue : « 99 »."),
        ("collectivities.csv", "230890,35,53", "230890,99,53", "ligne 11 : département inconnu : « 99 »."),
        ("collectivities.csv", "53,243500139,48.11585", "53,200053668,48.11585", "ligne 11 : « 200053668 » est inconnu (colonne « epci »)."),
        ("collectivities.csv", "230890", "deux", "ligne 11 : « deux » n’est pas un nombre entier (colonne « population »)."),
        ("collectivities.csv", "48.11585", "98.11585", "ligne 11 : position hors du monde : « -1.6885, 98.11585 »."),
        ("collectivities.csv", "commune,98818,,", "commune,,,", "ligne 12 : ni code INSEE ni SIREN."),
        ("collectivities.csv", "bbox2017,true,metro\ncommune,98818", "bbox2017,oui,metro\ncommune,98818", "ligne 11 : « oui » n’est ni true ni false (colonne « is_collectivity »)."),
        ("collectivities.csv", ",true,metro\ncommune,98818", ",true\ncommune,98818", "ligne 11 : le nombre de colonnes n’est pas celui de l’en-tête."),
        ("communes_associees_deleguees.csv", "Arbignieu,commune-deleguee,01015", "Arbignieu,commune-deleguee,01999", "ligne 2 : « 01999 » est inconnu (colonne « current_insee_code »)."),
        ("communes_associees_deleguees.csv", "01340,Saint-Bois", "01015,Arbignieu", "ligne 3 : doublon de la ligne 2."),
        ("countries.csv", "BD,BGD", "bd,BGD", "ligne 2 : codes ISO mal formés."),
        ("countries.csv", "2026-11-24", "24/11/2026", "ligne 2 : « 24/11/2026 » n’est pas une date AAAA-MM-JJ (colonne « ldc_until »)."),
        ("countries.csv", ",Europe,52.52", ",Europa,52.52", "ligne 4 : continent inconnu : « Europa »."),
        ("country_aliases.csv", "DE,RFA", "XX,RFA", "ligne 2 : « XX » est inconnu (colonne « iso2 »)."),
        ("dac_list_editions.csv", "2024,BT,LMIC", "2024,BT,RICH", "ligne 9 : « RICH » est inconnu (colonne « income_group »)."),
        ("foreign_places.csv.gz", "Dakar,SN,01", "Dakar,ZZ,01", "ligne 2 : « ZZ » est inconnu (colonne « country_iso2 »)."),
        ("dac_aid_types.csv", "Voluntary,B02,", "Voluntary,Z99,", "ligne 3 : « Z99 » est inconnu (colonne « parent_code »)."),
        ("dac_channels.csv", "Government,10000", "Government,99999", "ligne 3 : « 99999 » est inconnu (colonne « parent_code »)."),
        ("themes.csv", "Agua,environnement", "Agua,nature", "ligne 3 : « nature » est inconnu (colonne « parent »)."),
        ("collectivities.csv", "230890", "9999999999", "ligne 11 : « 9999999999 » n’est pas un nombre entier (colonne « population »)."),
        ("collectivities.csv", "Rennes,", "Ren\0nes,", "ligne 11 : caractère nul."),
        ("crs_categories.csv", "140,", "14000000000,", "ligne 2 : la colonne « category_code » dépasse 10 caractères."),
        ("themes.csv", "14010,6", "99999,6", "ligne 3 : code-objet inconnu : « 99999 »."),
        ("themes.csv", "14010,6", "14010,18", "ligne 3 : ODD inconnu : « 18 »."),
    ],
)  # fmt: skip
def test_a_bad_value_is_named_with_its_file_and_line(faults, file, old, new, said):
    assert no_break(f"{file}, {said}") in faults(**{file.partition(".")[0]: edited(file, old, new)})


@pytest.mark.parametrize("content", [FILES["collectivities.csv"].encode("utf-16"), b"\xff\xfe\x00", b"", b'"'])
def test_a_file_that_is_no_text_is_refused(faults, content):
    assert any(fault.startswith("collectivities.csv") for fault in faults(collectivities=content))


def test_a_file_in_another_encoding_is_refused(faults):
    assert any("fichier illisible" in fault for fault in faults(countries=FILES["countries.csv"].encode("cp1252")))


def test_every_fault_of_every_file_is_told_at_once(faults):
    found = faults(
        collectivities=edited("collectivities.csv", "213502388", "1").replace("Cesson-Sévigné,18761", ",dix"),
        countries=edited("countries.csv", "BD,BGD", "bd,BGD"),
        sdgs=None,
    )
    assert {fault.partition("\u00a0:")[0] for fault in found} >= {
        "collectivities.csv, ligne 10", "collectivities.csv, ligne 11", "countries.csv, ligne 2", "sdgs.csv",
    }  # fmt: skip
    assert len([fault for fault in found if fault.startswith("collectivities.csv, ligne 10")]) == 2


def test_the_command_tells_the_faults_and_writes_nothing(tmp_path):
    heard = io.StringIO()
    with pytest.raises(CommandError, match="rien n’a été écrit"):
        call_command("load_reference", folder=write_edition(tmp_path, sdgs=None), stderr=heard, stdout=io.StringIO())
    assert "sdgs.csv\u00a0: fichier absent." in heard.getvalue()
    assert not Region.objects.exists()


def test_networks_are_loaded_and_the_address_that_staff_gave_stays(load):
    load()
    network = Collectivity.objects.get(slug="reseau-bretagne-solidaire")
    assert (network.kind, network.region.code, network.stat_group, network.insee_code) == ("reseau", "53", None, "")
    Collectivity.objects.filter(pk=network.pk).update(website="https://autre.example/")
    assert load() == (0, 0, 0)
    network.refresh_from_db()
    assert network.website == "https://autre.example/"
    assert network.is_current


# --- The edition that is shipped ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_shipped_edition_loads_once_and_for_all():
    told = io.StringIO()
    call_command("load_reference", stdout=told)
    current = Collectivity.objects.current()
    assert current.count() == 36_355 + 14
    assert set(current.filter(kind="reseau").values_list("stat_group", "reference_edition")) == {(None, None)}
    assert current.filter(kind="region").count() == 14
    assert current.filter(kind="commune", region__isnull=True).count() == 0
    assert CollectivityEvent.objects.filter(successors__isnull=True).count() == 0
    assert Country.objects.count() == 250
    wrong = [
        number for number in current.exclude(siren=None).values_list("siren", flat=True) if not siren.is_valid(number)
    ]
    assert not wrong
    version = DataChange.objects.version()
    again = load_reference()
    assert not sum(outcome.added + outcome.changed + outcome.ended for outcome in again)
    assert DataChange.objects.version() == version
