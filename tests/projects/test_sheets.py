"""Records by the spreadsheet: what comes back unchanged changes nothing, what is wrong is told whole, the rest is all or nothing."""

import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from atlas.models import Country
from projects import services
from projects.figures import FIGURES
from projects.imports.faults import FileRefused
from projects.models import Delegation, Partnership, Project, ProjectHistory, SheetUpload
from projects.permissions import writes_project
from projects.tasks import forget_sheets
from tests.factories.atlas import (
    CollectivityFactory,
    CountryFactory,
    ForeignAuthorityFactory,
    MembershipFactory,
    ThemeFactory,
    UserFactory,
)
from tests.factories.projects import PartnershipFactory, ProjectFactory

pytestmark = pytest.mark.django_db
EXE = b"MZ\x90\x00" + b"\x00" * 200


@pytest.fixture
def thies():
    return ForeignAuthorityFactory(name_fr="Thiès", slug="thies-sn", country=CountryFactory())


@pytest.fixture
def project(town, thies):
    """Published: it must stay complete."""
    theme = ThemeFactory(code="eau", name="Eau et assainissement")
    text = "Forages.\r\n- trois puits\r\n=pas une formule"
    return ProjectFactory(title="Eau pour tous", summary=text, french=town, foreign=thies, theme=theme)


@pytest.fixture
def twinning(town, thies):
    return PartnershipFactory(french=town, foreign=thies, signed_on=date(1987, 3, 1), signed_precision="month")


Cells = dict[str, list[list]]


def cells_of(content: bytes) -> Cells:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def workbook(cells: Cells, formulas: dict[str, str] | None = None) -> bytes:
    out = io.BytesIO()
    book = Workbook(out, {"strings_to_formulas": False, "default_date_format": "dd/mm/yyyy"})
    for name, rows in cells.items():
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for index, cell in enumerate(row):
                if isinstance(cell, date):
                    page.write_datetime(number, index, cell)
                elif cell not in ("", None):
                    page.write(number, index, cell)
        for cell, formula in (formulas or {}).items():
            page.write_formula(cell, formula, None, 3)
    book.close()
    return out.getvalue()


class Sheet:
    """The downloaded workbook, to be corrected as a person does: by sheet, line and header."""

    def __init__(self, town, user) -> None:
        self.cells = cells_of(services.make_sheet(town, actor=user))

    def __call__(self, sheet: str, line: int, **values) -> "Sheet":
        rows = self.cells[sheet]
        while len(rows) < line:
            rows.append([""] * len(rows[0]))
        for header, value in values.items():
            rows[line - 1][rows[0].index(header.replace("_", " "))] = value
        return self

    def put(self, sheet: str, line: int, values: dict) -> "Sheet":
        return self(sheet, line, **values)

    def sent(self) -> bytes:
        return workbook(self.cells)


@pytest.fixture
def sheet(town, editor, project, twinning):
    return Sheet(town, editor)


def preview(town, user, content: bytes, name: str = "fiches.xlsx") -> SheetUpload:
    return services.preview_sheet(town, content, name, actor=user)


def told(upload: SheetUpload) -> list[tuple]:
    return [(fault["sheet"], fault["line"], fault["column"]) for fault in upload.report["faults"]]


# --- Out and back -----------------------------------------------------------------------------------------------------


def test_what_comes_back_as_it_left_changes_nothing(town, editor, sheet):
    upload = preview(town, editor, sheet.sent())
    assert upload.counts == {"added": 0, "changed": 0, "faults": 0, "unchanged": 2}
    direct = preview(town, editor, services.make_sheet(town, actor=editor))
    assert direct.counts["unchanged"] == 2


def test_the_workbook_explains_itself_and_lists_its_codes(sheet):
    parts = ["Organismes", "Budget", "Indicateurs", "Mesures"]
    assert list(sheet.cells) == ["Mode d’emploi", "Projets", "Partenariats", *parts, "Codes"]
    assert sheet.cells["Projets"][0][:4] == ["Identifiant", "Version", "Collectivité", "Intitulé"]
    assert "Eau et assainissement [eau]" in [row[0] for row in sheet.cells["Codes"]]
    row = dict(zip(*sheet.cells["Projets"], strict=True))
    assert row["Collectivité"] == "Rennes [rennes-35238]"
    assert row["Partenaires étrangers"] == "Thiès (Sénégal) [thies-sn]"
    assert (row["Thème 1"], row["Part du thème 1 (%)"]) == ("Eau et assainissement [eau]", 100.0)
    assert row["Résumé"] == "Forages.\n- trois puits\n=pas une formule"


def test_changes_are_shown_field_by_field_then_written_with_one_version_and_their_history(
    town, editor, sheet, project, twinning
):
    dakar = ForeignAuthorityFactory(name_fr="Dakar", slug="dakar-sn", country=CountryFactory())
    ThemeFactory(code="sols", name="Sols")
    given = {"Intitulé": "Eau partout", "Fin": date(2031, 1, 31), "Thème 1": "eau", "Part du thème 1 (%)": "60 %"}
    given |= {"Thème 2": "Sols", "Part du thème 2 (%)": 40, "Partenaires étrangers": "[thies-sn] | Dakar (Sénégal)"}
    sheet.put("Projets", 2, given)
    sheet.put("Partenariats", 2, {"Signature": "12/03/1987", "Situation": "En sommeil"})
    situations = dict(Partnership._meta.get_field("status").flatchoices)
    sheet.put("Partenariats", 2, {"Situation": str(situations["ended"]), "Terminé le": "31/12/2020"})
    upload = preview(town, editor, sheet.sent())
    assert upload.report["faults"] == []
    assert upload.counts["changed"] == 2
    fields = {label: (old, new) for label, old, new in upload.report["changed"][0]["fields"]}
    assert fields["Intitulé"] == ("Eau pour tous", "Eau partout")
    assert fields["Fin"] == ("31/12/2030", "31/01/2031")
    assert fields["Thèmes"] == ("Eau et assainissement 100\u00a0%", "Eau et assainissement 60\u00a0%, Sols 40\u00a0%")
    assert set(fields) == {"Intitulé", "Fin", "Thèmes", "Partenaires étrangers"}
    project.refresh_from_db()
    assert (project.title, project.version) == ("Eau pour tous", 1)  # only shown

    assert services.confirm_sheet(upload.pk, actor=editor).status == "done"
    before = project.version
    project.refresh_from_db()
    twinning.refresh_from_db()
    assert (project.title, project.ends_on, project.version) == ("Eau partout", date(2031, 1, 31), before + 1)
    assert list(project.theme_shares.values_list("theme__code", "share", "is_primary")) == [
        ("eau", Decimal(60), True),
        ("sols", Decimal(40), False),
    ]
    assert set(project.parties.exclude(foreign_authority=None).values_list("foreign_authority__slug", flat=True)) == {
        "thies-sn",
        dakar.slug,
    }
    assert project.theme_codes == ["eau", "sols"]  # the digest followed
    assert (twinning.signed_on, twinning.signed_precision) == (date(1987, 3, 12), "day")
    assert (twinning.status, twinning.ended_on) == ("ended", date(2020, 12, 31))
    assert ProjectHistory.objects.filter(pgh_obj_id=project.pk, title="Eau pour tous").exists()
    dakar.refresh_from_db()
    assert dakar.project_count == 1


def test_what_binds_a_partnership_goes_out_and_comes_back(town, editor, project, twinning, sheet):
    given = {"Engagement": "Accord à durée limitée", "Échéance de l’accord": "30/06/2030", "Tacite reconduction": "oui"}
    given |= {"Délibération (numéro)": "2024-117", "Texte de l’accord en ligne": "https://rennes.example/a.pdf"}
    sheet.put("Partenariats", 2, given | {"Coopération triangulaire": "Oui [oui]"})
    sheet.put("Projets", 2, {"Intitulé dans la langue du partenaire": "Ndox"})
    upload = preview(town, editor, sheet.sent())
    assert (upload.report["faults"], upload.counts["changed"]) == ([], 2)
    services.confirm_sheet(upload.pk, actor=editor)
    for row in (project, twinning):
        row.refresh_from_db()
    assert project.title_local == "Ndox"
    assert (twinning.formality, twinning.expires_on, twinning.is_tacitly_renewed, twinning.is_triangular) == (
        *("limited", date(2030, 6, 30)),
        *(True, True),
    )
    assert (twinning.deliberation, twinning.agreement_url) == ("2024-117", "https://rennes.example/a.pdf")
    again = preview(town, editor, services.make_sheet(town, actor=editor))
    assert (again.counts["changed"], again.counts["faults"]) == (0, 0)


def test_a_wrong_address_of_an_agreement_is_told_at_its_column(town, editor, twinning, sheet):
    sheet.put(
        "Partenariats", 2, {"Délibération en ligne": "au fond du couloir", "Coopération triangulaire": "peut-être"}
    )
    told = {fault["column"] for fault in preview(town, editor, sheet.sent()).report["faults"]}
    assert told == {"Coopération triangulaire"}
    sheet.put("Partenariats", 2, {"Coopération triangulaire": ""})
    (fault,) = preview(town, editor, sheet.sent()).report["faults"]
    assert (fault["column"], fault["value"]) == ("Délibération en ligne", "au fond du couloir")


def test_a_line_without_identifier_becomes_a_draft(town, editor, sheet):
    new = {"Intitulé": "Forêts", "Pays 1": "SN", "Thème 1": "eau", "Début": "2026-01-15", "ODD": "6 | 13"}
    for number in (6, 13):
        services.projects.SDG.objects.create(number=number, name_fr=f"But {number}", name_en="x")
    sheet.put("Projets", 3, new | {"Partenaires étrangers": "Thiès (Sénégal)"})
    sheet.put(
        "Partenariats", 3, {"Nature": "Jumelage", "Partenaires étrangers": "Kaolack (Sénégal)", "Signature": 1999}
    )
    ForeignAuthorityFactory(name_fr="Kaolack", slug="kaolack-sn", country=Country.objects.get(iso2="SN"))
    upload = preview(town, editor, sheet.sent())
    assert (upload.report["faults"], upload.counts["added"]) == ([], 2)
    assert not Project.objects.filter(title="Forêts").exists()
    services.confirm_sheet(upload.pk, actor=editor)
    made = Project.objects.get(title="Forêts")
    assert (made.publication, made.french_ids, made.country_codes) == ("draft", [town.pk], ["SN"])
    assert (made.theme_codes, made.sdg_numbers, made.starts_on) == (["eau"], [6, 13], date(2026, 1, 15))
    link = Partnership.objects.get(signed_on__year=1999)
    assert (link.publication, link.signed_precision, link.french_ids) == ("draft", "year", [town.pk])


def test_a_column_taken_away_leaves_what_it_said(town, editor, sheet, project):
    rows = sheet("Projets", 2, Intitulé="Autre").cells["Projets"]
    kept = [
        index
        for index, header in enumerate(rows[0])
        if header in ("Identifiant", "Version", "Collectivité", "Intitulé")
    ]
    cells = {"Projets": [[row[index] for index in kept] for row in rows]}
    upload = preview(town, editor, workbook(cells))
    assert upload.report["changed"][0]["fields"] == [["Intitulé", "Eau pour tous", "Autre"]] or upload.report[
        "changed"
    ][0]["fields"] == [("Intitulé", "Eau pour tous", "Autre")]
    services.confirm_sheet(upload.pk, actor=editor)
    project.refresh_from_db()
    assert project.ends_on == date(2030, 12, 31)
    assert project.theme_shares.count() == 1


def test_the_same_workbook_is_applied_once(town, editor, sheet):
    content = sheet("Projets", 2, Intitulé="Autre").sent()
    services.confirm_sheet(preview(town, editor, content).pk, actor=editor)
    with pytest.raises(FileRefused, match="déjà appliqué"):
        preview(town, editor, content)
    with pytest.raises(ValidationError):
        services.confirm_sheet(SheetUpload.objects.get().pk, actor=editor)


# --- What is wrong ----------------------------------------------------------------------------------------------------


def test_every_error_is_told_with_its_sheet_line_and_column_and_nothing_is_written(town, editor, sheet, project):
    ThemeFactory(code="sols", name="Sols")
    sheet.put(
        "Projets", 2, {"Fin": "01/01/2020", "Thème 2": "sols", "Part du thème 1 (%)": 70, "Part du thème 2 (%)": 40}
    )
    sheet.put("Projets", 3, {"Intitulé": "Sans pays"})
    sheet.put("Projets", 4, {"Intitulé": "Code faux", "Pays 1": "Atlantide", "Nombre de bénéficiaires": "beaucoup"})
    sheet.put("Projets", 5, {"Identifiant": "x-1", "Intitulé": "x" * 201, "Début": "hier"})
    sheet.put("Partenariats", 2, {"Nature": "", "Partenaires étrangers": "Thies (Sénégal)", "Signature": "jadis"})
    sheet.put("Partenariats", 3, {"Nature": "Jumelage", "Partenaires étrangers": "Nulle-Part [zz-zz]"})
    sheet.put("Projets", 6, {"Intitulé": "Bon", "Pays 1": "Sénégal"})
    upload = preview(town, editor, sheet.sent())
    assert set(told(upload)) == {
        ("Projets", 2, "Fin"),
        ("Projets", 2, "Part du thème 2 (%)"),
        ("Projets", 3, "Pays 1"),
        ("Projets", 4, "Pays 1"),
        ("Projets", 4, "Nombre de bénéficiaires"),
        ("Projets", 5, "Identifiant"),
        ("Projets", 5, "Intitulé"),
        ("Projets", 5, "Début"),
        ("Partenariats", 2, "Nature"),
        ("Partenariats", 2, "Signature"),
        ("Partenariats", 3, "Partenaires étrangers"),
    }
    texts = [fault["message"] for fault in upload.report["faults"]]
    assert "les parts font 110\u00a0% en tout." in texts
    assert "la fin précède le début (01/01/2024)." in texts
    assert services.confirm_sheet(upload.pk, actor=editor).status == "preview"
    project.refresh_from_db()
    assert project.version == 1
    assert not Project.objects.filter(title="Bon").exists()


def test_a_misspelt_partner_is_proposed(town, editor, sheet):
    sheet("Projets", 2, Partenaires_étrangers="Thiez (Sénégal)")
    fault = preview(town, editor, sheet.sent()).report["faults"][0]
    assert "Est-ce\u00a0: Thiès (Sénégal) [thies-sn]\u00a0?" in fault["advice"]


def test_a_published_project_stays_complete_as_the_services_ask(town, editor, sheet):
    sheet.put("Projets", 2, {"Résumé": "", "Thème 1": "", "Part du thème 1 (%)": ""})
    faults = preview(town, editor, sheet.sent()).report["faults"]
    assert {fault["message"] for fault in faults} == {
        "Résumez le projet en quelques phrases.",
        "Choisissez au moins un thème.",
    }


def test_a_project_does_not_leave_its_last_country(town, editor, sheet):
    sheet.put("Projets", 2, {"Pays 1": "", "Part du pays 1 (%)": ""})
    assert told(preview(town, editor, sheet.sent())) == [("Projets", 2, "Pays 1")]


def test_a_record_changed_meanwhile_is_told_with_both_values_and_can_be_kept_on_purpose(town, editor, sheet, project):
    services.set_identity(project, actor=editor, title="Titre du portail")
    sheet("Projets", 2, Intitulé="Titre du classeur")
    fault = preview(town, editor, sheet.sent()).report["faults"][0]
    assert (fault["sheet"], fault["line"], fault["column"]) == ("Projets", 2, "Intitulé")
    assert "«\xa0Titre du portail\xa0»" in fault["message"]
    assert "«\xa0Titre du classeur\xa0»" in fault["message"]
    assert "écrivez 2 dans la colonne" in fault["advice"]
    upload = preview(town, editor, sheet("Projets", 2, Version=2).sent())
    assert services.confirm_sheet(upload.pk, actor=editor).status == "done"
    project.refresh_from_db()
    assert project.title == "Titre du classeur"


def test_a_record_changed_between_preview_and_confirmation_stops_everything(town, editor, sheet, project, twinning):
    sheet("Projets", 2, Intitulé="Du classeur")("Partenariats", 2, Intitulé="Un titre")
    upload = preview(town, editor, sheet.sent())
    assert upload.counts["faults"] == 0
    services.set_identity(project, actor=editor, title="Du portail")
    again = services.confirm_sheet(upload.pk, actor=editor)
    assert (again.status, again.counts["faults"]) == ("preview", 1)
    twinning.refresh_from_db()
    assert twinning.title == ""


def test_a_row_that_says_what_a_record_says_already_is_not_added_twice(town, editor, sheet):
    sheet.put("Projets", 3, {"Intitulé": "eau pour TOUS", "Pays 1": "SN"})
    sheet.put("Projets", 4, {"Intitulé": "Neuf", "Pays 1": "SN"})
    sheet.put("Projets", 5, {"Intitulé": "Neuf", "Pays 1": "SN"})
    sheet.put("Partenariats", 3, {"Nature": "Jumelage", "Partenaires étrangers": "[thies-sn]"})
    assert [(place[0], place[1]) for place in sorted(told(preview(town, editor, sheet.sent())))] == [
        ("Partenariats", 3),
        ("Projets", 3),
        ("Projets", 5),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (EXE, "pas un classeur"),
        (b"", "pas un classeur"),
        (b"Identifiant;Version\n1;2\n", "pas un classeur"),
        (workbook({"Autre": [["a"]]}), "Aucune feuille"),
        (
            workbook({"Projets": [["Identifiant", "Version", "Intitulé"], ["", "", "x"]]}),
            "absente\u00a0: «\u00a0Collectivité\u00a0»",
        ),
        (workbook({"Projets": [["Identifiant", "Version", "Collectivité", "Intitulé", "Titre2"]]}), "inconnue"),
        (
            workbook(
                {"Projets": [["Identifiant", "Version", "Collectivité", "Intitulé"]]}, {"D2": "=1+2", "E7": "=A1"}
            ),
            "ligne 7, colonne «\u00a0E\u00a0»\u00a0: cette cellule contient une formule",
        ),
    ],
)
def test_what_is_not_this_workbook_is_refused_with_what_to_do(client, town, editor, content, words):
    sent = {"file": SimpleUploadedFile("fiches.xlsx", content)}
    answer = client.post("/espace/rennes-35238/tableur/", sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page if content else "vide" in page
    assert not SheetUpload.objects.exists()


def test_a_zip_that_unpacks_for_ever_is_not_opened(town, editor):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", b" " * 200_000_000)
    with pytest.raises(FileRefused, match="occuperait"):
        preview(town, editor, out.getvalue())


def test_fifty_thousand_lines_are_refused_in_a_sentence(town, editor):
    rows = [["Identifiant", "Version", "Collectivité", "Intitulé"], *([["x", "y", "z", "t"]] * 50_000)]
    with pytest.raises(FileRefused, match="plus de 20000 lignes"):
        preview(town, editor, workbook({"Projets": rows}))


def test_as_many_broken_lines_as_a_workbook_may_hold_are_all_told(client, town, editor, settings):
    settings.SHEET_MAX_ROWS = 600
    rows = [["Identifiant", "Version", "Collectivité", "Intitulé"], *([["x", "y", "z", "t"]] * 600)]
    sent = {"file": SimpleUploadedFile("fiches.xlsx", workbook({"Projets": rows}))}
    page = client.post("/espace/rennes-35238/tableur/", sent, follow=True)
    upload = SheetUpload.objects.get()
    assert upload.counts["faults"] == 1_800
    assert len(page.context["faults"]) == 200
    lines = b"".join(client.get(f"/espace/rennes-35238/tableur/{upload.uuid}/apercu.csv").streaming_content)
    assert len(lines.decode().splitlines()) == 1_801
    settings.SHEET_MAX_ROWS = 599
    with pytest.raises(FileRefused, match="599 au plus"):
        preview(town, editor, workbook({"Projets": rows}))


# --- The journey ------------------------------------------------------------------------------------------------------


def test_download_correct_look_confirm(client, town, editor, sheet, project):
    assert client.get("/espace/rennes-35238/tableur/").status_code == 200
    content = b"".join(client.get("/espace/rennes-35238/tableur/fichier.xlsx").streaming_content)
    assert cells_of(content)["Projets"] == sheet.cells["Projets"]
    sent = {"file": SimpleUploadedFile("mes fiches.xlsx", sheet("Projets", 2, Intitulé="<b>Neuf</b>").sent())}
    answer = client.post("/espace/rennes-35238/tableur/", sent)
    page = client.get(answer["Location"]).content.decode()
    assert "&lt;b&gt;Neuf&lt;/b&gt;" in page
    assert "Tout écrire" in page
    done = client.post(answer["Location"], {"_confirm": "1"}, follow=True).content.decode()
    assert "toutes les lignes du classeur sont appliquées" in done
    project.refresh_from_db()
    assert project.title == "<b>Neuf</b>"
    upload = SheetUpload.objects.get()
    assert (upload.content, upload.by) == (None, editor)


def test_a_preview_is_forgotten_by_a_click_or_by_time_and_what_was_done_stays(client, town, editor, sheet):
    upload = preview(town, editor, sheet.sent())
    client.post(f"/espace/rennes-35238/tableur/{upload.uuid}/", {"_cancel": "1"})
    assert not SheetUpload.objects.exists()
    done = preview(town, editor, sheet("Projets", 2, Intitulé="Autre").sent())
    services.confirm_sheet(done.pk, actor=editor)
    preview(town, editor, sheet("Projets", 2, Intitulé="Encore", Version=2).sent())
    SheetUpload.objects.update(updated_at=timezone.now() - timedelta(days=365))
    assert forget_sheets() == 1
    assert SheetUpload.objects.get() == done


# --- Who may ----------------------------------------------------------------------------------------------------------


def test_a_reader_takes_nothing_and_sends_nothing(client, town, project):
    reader = MembershipFactory(collectivity=town, role="reader").user
    client.force_login(reader)
    assert client.get("/espace/rennes-35238/tableur/").status_code == 200
    assert client.get("/espace/rennes-35238/tableur/fichier.xlsx").status_code == 403
    assert client.post("/espace/rennes-35238/tableur/", {"file": SimpleUploadedFile("a.xlsx", EXE)}).status_code == 403
    with pytest.raises(PermissionDenied):
        preview(town, reader, EXE)


def test_the_record_of_somebody_else_is_not_reached_by_its_identifier(town, editor, sheet):
    other = ProjectFactory(title="Ailleurs")
    sheet.put("Projets", 2, {"Identifiant": str(other.uuid)})
    assert told(preview(town, editor, sheet.sent())) == [("Projets", 2, "Identifiant")]


def test_nobody_confirms_the_workbook_of_a_colleague(town, editor, sheet, client):
    upload = preview(town, editor, sheet("Projets", 2, Intitulé="Autre").sent())
    other = MembershipFactory(collectivity=town, role="editor").user
    with pytest.raises(PermissionDenied):
        services.confirm_sheet(upload.pk, actor=other)
    client.force_login(other)
    assert client.get(f"/espace/rennes-35238/tableur/{upload.uuid}/").status_code == 404


@pytest.fixture
def region():
    return CollectivityFactory(regional=True, name="Bretagne", slug="bretagne-53")


@pytest.fixture
def regional(region):
    return MembershipFactory(collectivity=region, role="editor").user


@pytest.fixture
def mayor(town):
    return MembershipFactory(collectivity=town, role="representative").user


def test_a_region_keeps_the_records_of_a_member_that_agreed_and_only_by_the_workbook(
    client, town, region, regional, mayor, project
):
    draft = ProjectFactory(title="Brouillon de Rennes", french=town, draft=True)
    assert len(Sheet(region, regional).cells["Projets"]) == 1
    assert not writes_project(regional, project)
    services.entrust(town, region, actor=mayor)
    sheet = Sheet(region, regional)
    assert {row[2] for row in sheet.cells["Projets"][1:]} == {"Rennes [rennes-35238]"}
    line = next(n for n, row in enumerate(sheet.cells["Projets"], start=1) if row[3] == "Eau pour tous")
    sheet("Projets", line, Intitulé="Corrigé par la région")
    sheet.put("Projets", 4, {"Collectivité": "rennes-35238", "Intitulé": "Ajouté par la région", "Pays 1": "SN"})
    upload = preview(region, regional, sheet.sent())
    assert upload.report["faults"] == []
    services.confirm_sheet(upload.pk, actor=regional)
    project.refresh_from_db()
    assert project.title == "Corrigé par la région"
    assert Project.objects.get(title="Ajouté par la région").french_ids == [town.pk]
    # Neither its space, nor its drafts elsewhere, nor what speaks in its name.
    client.force_login(regional)
    assert client.get("/espace/rennes-35238/").status_code == 404
    assert client.get(f"/projets/{draft.slug}/").status_code == 404
    for act in (
        lambda: services.move(draft, "publish", actor=regional),
        lambda: services.confirm_all(town, actor=regional),
    ):
        with pytest.raises((PermissionDenied, ValidationError)):
            act()


def test_a_network_keeps_the_records_of_its_members_and_is_no_authority_that_works_abroad(client, town, mayor, project):
    network = CollectivityFactory(kind="reseau", name="Réseau Bretagne Solidaire", slug="reseau-x", insee_code="")
    officer = MembershipFactory(collectivity=network, role="editor").user
    client.force_login(mayor)
    address = "/espace/rennes-35238/tableur/accords/"
    assert "Réseau Bretagne Solidaire" in client.get(address, {"q": "bretagne solid"}).content.decode()
    client.post(address, {"_entrust": "reseau-x"})
    upload = preview(network, officer, Sheet(network, officer)("Projets", 2, Intitulé="Relu par le réseau").sent())
    services.confirm_sheet(upload.pk, actor=officer)
    project.refresh_from_db()
    assert project.title == "Relu par le réseau"
    # A project of its own makes it no authority of the panorama, nor of the list that its figure opens.
    ProjectFactory(title="Rencontres du réseau", french=network)
    services.refresh_activity()
    assert FIGURES["collectivites-engagees"].rows().contains(town)
    assert not FIGURES["collectivites-engagees"].rows().contains(network)
    names = [row["name"] for row in client.get("/api/v1/collectivities/?active=true").json()["results"]]
    assert "Rennes" in names
    assert network.name not in names
    assert "Association de collectivités" in client.get(network.get_absolute_url()).content.decode()


def test_a_new_row_of_several_authorities_says_whose_it_is(region, regional, town, mayor):
    services.entrust(town, region, actor=mayor)
    CountryFactory()
    sheet = Sheet(region, regional).put("Projets", 2, {"Intitulé": "À qui\u00a0?", "Pays 1": "SN"})
    assert told(preview(region, regional, sheet.sent())) == [("Projets", 2, "Collectivité")]


def test_an_agreement_taken_back_ends_at_once(town, region, regional, mayor, project):
    agreement = services.entrust(town, region, actor=mayor)
    sheet = Sheet(region, regional)("Projets", 2, Intitulé="Trop tard")
    upload = preview(region, regional, sheet.sent())
    assert upload.counts["faults"] == 0
    services.take_back(agreement, actor=mayor)
    assert services.confirm_sheet(upload.pk, actor=regional).counts["faults"] > 0
    assert not writes_project(regional, project)
    with pytest.raises(ValidationError):
        services.take_back(agreement, actor=mayor)
    services.entrust(town, region, actor=mayor)  # and may be given again


def test_only_a_representative_of_the_member_agrees_or_takes_back(town, region, regional, mayor, editor):
    for user in (editor, regional, UserFactory()):
        with pytest.raises(PermissionDenied):
            services.entrust(town, region, actor=user)
    agreement = services.entrust(town, region, actor=mayor)
    with pytest.raises(PermissionDenied):
        services.take_back(agreement, actor=regional)
    with pytest.raises(ValidationError):
        services.entrust(town, region, actor=mayor)
    with pytest.raises(ValidationError):
        services.entrust(town, town, actor=mayor)


def test_agreements_are_given_and_taken_back_in_the_space(client, town, region, regional, mayor):
    client.force_login(mayor)
    address = "/espace/rennes-35238/tableur/accords/"
    assert "Donner notre accord" in client.get(address, {"q": "bretagn"}).content.decode()
    client.post(address, {"_entrust": "bretagne-53"})
    agreement = Delegation.objects.get()
    assert agreement.agreed_by == mayor
    client.force_login(regional)
    assert "Rennes" in client.get("/espace/bretagne-53/tableur/accords/").content.decode()
    assert "qui vous les confient" in client.get("/espace/bretagne-53/tableur/").content.decode()
    client.force_login(mayor)
    client.post(address, {"_take_back": str(agreement.pk)})
    agreement.refresh_from_db()
    assert agreement.ended_by == mayor
