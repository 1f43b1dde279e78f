"""Organisations, budget, indicators and measures by the spreadsheet: a line each, laid over the parts of their project."""

from datetime import date
from decimal import Decimal

import pytest

from projects import services
from projects.models import IndicatorPeriod, Project, ProjectBudget, ProjectIndicator, ProjectParty
from tests.projects.test_sheets import *  # noqa: F403 — its world, and its workbook
from tests.projects.test_sheets import Sheet, preview, told, workbook

pytestmark = pytest.mark.django_db
for name in [name for name in globals() if name.startswith("test_")]:
    del globals()[name]


@pytest.fixture
def parts(project, editor):
    """One organisation, two lines of budget, an indicator with a measure; another indicator without any."""
    ProjectParty.objects.create(project=project, kind="association", name="Eau Vive", role="funding", cash=1500)
    ProjectBudget.objects.create(project=project, year=2025, source="meae", planned=Decimal("12000.50"), obtained=0)
    ProjectBudget.objects.create(project=project, year=2025, source="own_cash", planned=8000)
    pumps = ProjectIndicator.objects.create(
        project=project, title="Bornes-fontaines [n]", unit="bornes", baseline_year=2024, baseline=0, target=12
    )
    ProjectIndicator.objects.create(project=project, title="Ménages desservis", kind="2")
    IndicatorPeriod.objects.create(
        indicator=pumps, starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31), target=6, actual=4, comment="Retard"
    )
    return project


@pytest.fixture
def sheet(town, editor, parts):
    return Sheet(town, editor)


def fields_of(upload, place: int = 0) -> dict:
    return {label: (old, new) for label, old, new in upload.report["changed"][place]["fields"]}


def test_parts_that_come_back_as_they_left_change_nothing(client, town, editor, sheet, parts):
    row = dict(zip(*sheet.cells["Budget"][:2], strict=True))
    assert (row["Projet"], row["Version"]) == (str(parts.uuid), 1)
    assert (row["Intitulé du projet (pour information)"], row["Prévu (€)"], row["Obtenu (€)"]) == (
        "Eau pour tous",
        12000.5,
        0,
    )
    upload = preview(town, editor, sheet.sent())
    assert upload.counts == {"added": 0, "changed": 0, "faults": 0, "unchanged": 7}
    assert "Aucun changement" in client.get(f"/espace/rennes-35238/tableur/{upload.uuid}/").content.decode()


def test_each_kind_of_line_changes_its_part_and_the_project_gets_one_version(town, editor, sheet, parts):
    sheet.put("Projets", 2, {"Intitulé": "Eau partout"})
    sheet.put("Organismes", 2, {"Nature": "Université ou recherche", "Apport valorisé (€)": "2 500,50 €"})
    sheet.put("Budget", 2, {"Obtenu (€)": 9000})
    sheet.put("Indicateurs", 2, {"Cible": 15, "Valeur de départ": "-1,5"})
    sheet.put("Mesures", 2, {"Réalisé": 5, "Commentaire": "Rattrapé", "Au": date(2025, 6, 30)})
    upload = preview(town, editor, sheet.sent())
    assert upload.report["faults"] == []
    assert [row["sheet"] for row in upload.report["changed"]] == [
        "Projets",
        "Organismes",
        "Budget",
        "Indicateurs",
        "Mesures",
    ]
    assert fields_of(upload, 1)["Apport valorisé (€)"] == ("", "2500,5")
    assert fields_of(upload, 2) == {"Obtenu (€)": ("0", "9000")}
    assert (
        upload.report["changed"][2]["title"] == "Eau pour tous – 2025, Ministère de l’Europe et des affaires étrangères"
    )
    assert ProjectBudget.objects.get(source="meae").obtained == 0  # only shown
    services.confirm_sheet(upload.pk, actor=editor)
    parts.refresh_from_db()
    assert (parts.title, parts.version) == ("Eau partout", 2)
    party = ProjectParty.objects.get(name="Eau Vive")
    assert (party.kind, party.role, party.cash, party.in_kind) == ("university", "funding", 1500, Decimal("2500.50"))
    assert set(ProjectBudget.objects.values_list("source", "planned", "obtained")) == {
        ("meae", Decimal("12000.50"), 9000),
        ("own_cash", 8000, None),
    }
    pumps = ProjectIndicator.objects.get(unit="bornes")
    assert (pumps.baseline, pumps.target) == (Decimal("-1.50"), 15)
    period = pumps.periods.get()
    assert (period.ends_on, period.actual, period.comment) == (date(2025, 6, 30), 5, "Rattrapé")
    assert parts.parties.count() == 3  # nobody else left
    assert parts.budget_total == Decimal("20000.50")


def test_lines_are_added_to_a_project_and_a_new_indicator_takes_its_measures(town, editor, sheet, parts):
    key = {"Projet": str(parts.uuid)}
    sheet.put("Organismes", 3, key | {"Nature": "Bailleur", "Nom de l’organisme": "Agence de l’eau", "Rôle": "funding"})
    sheet.put("Budget", 4, key | {"Année": 2026, "Source": "Union européenne", "Prévu (€)": 0})
    sheet.put("Indicateurs", 4, key | {"Indicateur": "Agents formés", "Niveau": "Réalisation", "Cible": 30})
    measure = {"Indicateur": "agents formés", "Du": "01/01/2026", "Au": "31/12/2026", "Réalisé": 12}
    sheet.put("Mesures", 3, key | measure)
    upload = preview(town, editor, sheet.sent())
    assert (upload.report["faults"], upload.counts["added"]) == ([], 4)
    services.confirm_sheet(upload.pk, actor=editor)
    assert parts.budget_lines.get(year=2026).planned == 0
    assert parts.parties.get(kind="donor").name == "Agence de l’eau"
    assert IndicatorPeriod.objects.get(indicator__title="Agents formés").actual == 12
    assert IndicatorPeriod.objects.count() == 2


def test_a_project_added_by_the_workbook_takes_its_lines_by_its_title(town, editor, sheet):
    sheet.put("Projets", 3, {"Intitulé": "Forêts", "Pays 1": "SN"})
    sheet.put("Budget", 4, {"Projet": "forêts", "Année": 2026, "Source": "afd", "Prévu (€)": 700})
    sheet.put(
        "Organismes", 3, {"Projet": "Forêts", "Nature": "company", "Nom de l’organisme": "Scierie", "Rôle": "funding"}
    )
    upload = preview(town, editor, sheet.sent())
    assert (upload.report["faults"], upload.counts["added"]) == ([], 3)
    services.confirm_sheet(upload.pk, actor=editor)
    made = Project.objects.get(title="Forêts")
    assert made.budget_lines.get().planned == 700
    assert set(made.parties.values_list("kind", "role")) == {("collectivity", "lead"), ("company", "funding")}


def test_a_line_leaves_when_it_is_asked_and_not_when_it_is_missing(town, editor, sheet, parts):
    del sheet.cells["Budget"][2]
    sheet.put("Organismes", 2, {"Retirer": "Oui"})
    sheet.put("Indicateurs", 2, {"Retirer": "oui"})
    upload = preview(town, editor, sheet.sent())
    assert upload.report["faults"] == []
    assert {row["title"] for row in upload.report["changed"]} == {
        "Eau pour tous – Eau Vive, Financement (ligne retirée)",
        "Eau pour tous – Bornes-fontaines [n] (ligne retirée)",
    }
    services.confirm_sheet(upload.pk, actor=editor)
    assert parts.budget_lines.count() == 2
    assert not ProjectParty.objects.filter(name="Eau Vive").exists()
    assert list(parts.indicators.values_list("title", flat=True)) == ["Ménages desservis"]
    assert not IndicatorPeriod.objects.exists()  # they went with their indicator


def test_every_error_of_a_line_is_told_with_its_place_and_nothing_is_written(town, editor, sheet, parts):
    key = {"Projet": str(parts.uuid)}
    sheet.put("Organismes", 2, {"Nature": "Collectivité française", "Rôle": "Chef de file"})
    sheet.put("Organismes", 3, key | {"Nature": "state", "Nom de l’organisme": "Ambassade", "Rôle": "Chef de file"})
    sheet.put("Budget", 2, {"Année": 1979, "Prévu (€)": "-5", "Obtenu (€)": "beaucoup"})
    sheet.put("Budget", 4, key | {"Année": 2025, "Source": "own_cash", "Prévu (€)": 1})
    sheet.put("Budget", 5, {"Projet": "Nulle part", "Année": 2025, "Source": "afd", "Prévu (€)": 1})
    sheet.put("Budget", 6, {"Année": 2025, "Source": "afd", "Prévu (€)": 1})
    sheet.put("Budget", 7, key | {"Ligne": 99999999, "Année": 2027, "Source": "afd", "Prévu (€)": 1})
    sheet.put("Budget", 8, key | {"Année": 2028, "Source": "afd", "Prévu (€)": ""})
    sheet.put("Indicateurs", 3, {"Retirer": "Oui"})
    sheet.put("Indicateurs", 4, key | {"Retirer": "Oui", "Indicateur": "x", "Niveau": "1"})
    sheet.put("Mesures", 2, {"Au": date(2024, 12, 31)})
    measure = key | {"Du": "01/01/2026", "Au": "31/12/2026"}
    sheet.put("Mesures", 3, measure | {"Indicateur": "Jamais vu"})
    sheet.put("Mesures", 4, measure | {"Indicateur": "Ménages desservis"})
    upload = preview(town, editor, sheet.sent())
    assert set(told(upload)) == {
        ("Organismes", 2, "Nature"),
        ("Organismes", 3, "Rôle"),
        ("Budget", 2, "Année"),
        ("Budget", 2, "Prévu (€)"),
        ("Budget", 2, "Obtenu (€)"),
        ("Budget", 4, "Source"),
        ("Budget", 5, "Projet"),
        ("Budget", 6, "Projet"),
        ("Budget", 7, "Ligne"),
        ("Budget", 8, "Prévu (€)"),
        ("Indicateurs", 4, "Ligne"),
        ("Mesures", 2, "Au"),
        ("Mesures", 3, "Indicateur"),
        ("Mesures", 4, "Indicateur"),  # the indicator leaves in the same file
    }
    assert services.confirm_sheet(upload.pk, actor=editor).status == "preview"
    assert (parts.budget_lines.count(), parts.indicators.count()) == (2, 2)


def test_a_line_of_a_project_changed_meanwhile_is_told_with_both_values(town, editor, sheet, parts):
    lines = [{"year": 2025, "source": "meae", "planned": 50, "obtained": None}]
    own = parts.budget_lines.get(source="own_cash")
    lines.append({"year": 2025, "source": "own_cash", "planned": own.planned, "obtained": None})
    services.set_budget(parts, lines, actor=editor)
    upload = preview(town, editor, sheet.put("Budget", 2, {"Prévu (€)": 70, "Obtenu (€)": ""}).sent())
    fault = upload.report["faults"][0]
    assert told(upload) == [("Budget", 2, "Prévu (€)")]
    assert "«\xa050\xa0»" in fault["message"]
    assert "«\xa070\xa0»" in fault["message"]
    kept = preview(town, editor, sheet.put("Budget", 2, {"Version": 2}).sent())
    services.confirm_sheet(kept.pk, actor=editor)
    assert parts.budget_lines.get(source="meae").planned == 70


def test_the_same_new_line_sent_twice_is_not_written_twice(town, editor, sheet, parts):
    sheet.put("Budget", 4, {"Projet": str(parts.uuid), "Année": 2026, "Source": "eu", "Prévu (€)": 10})
    services.confirm_sheet(preview(town, editor, sheet.sent()).pk, actor=editor)
    again = preview(town, editor, sheet.put("Projets", 3, {"Intitulé": "Neuf", "Pays 1": "SN"}).sent())
    assert told(again) == [("Budget", 4, "Source")]


def test_a_sheet_of_parts_alone_is_enough(town, editor, sheet, parts):
    kept = {"Budget": sheet.put("Budget", 2, {"Prévu (€)": 1}).cells["Budget"]}
    upload = preview(town, editor, workbook(kept))
    assert (upload.report["faults"], upload.counts["changed"]) == ([], 1)


def test_the_part_of_a_project_that_is_not_held_is_not_reached(town, editor, sheet):
    other = services.projects.Project.objects.create(title="Ailleurs", slug="ailleurs", origin="staff")
    ProjectBudget.objects.create(project=other, year=2025, source="afd", planned=5)
    sheet.put("Budget", 2, {"Projet": str(other.uuid)})
    assert told(preview(town, editor, sheet.sent())) == [("Budget", 2, "Projet")]
