"""The officer's day in a browser: a spreadsheet of twinnings shown, confirmed, its doubtful name settled, and all can see it."""

import io
import re
from pathlib import Path

import xlsxwriter
from playwright.sync_api import Page, expect

from tests.e2e.conftest import log_in

ROWS = [
    ("collectivite_francaise", "partenaire", "pays", "partenaire_lat", "partenaire_lon", "signature"),
    ("Rennes", "Kiel", "Allemagne", 54.32, 10.13, 1968),
    ("Bellevue", "Lübeck", "Allemagne", 53.87, 10.69, 1971),
]


def spreadsheet(folder: Path) -> Path:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
    path = folder / "jumelages.xlsx"
    path.write_bytes(content.getvalue())
    return path


def enter(page: Page) -> None:
    log_in(page, "dctciv@example.org")
    page.wait_for_url("**/compte/")
    page.goto("/admin/")
    expect(page.get_by_role("heading", name="À traiter")).to_be_visible()


def test_a_file_is_shown_confirmed_its_doubtful_name_settled_in_one_click_and_all_see_it(new_page, tmp_path):
    page = new_page()
    enter(page)
    page.get_by_role("link", name="Imports de partenariats", exact=True).first.click()
    page.get_by_role("link", name=re.compile("^Ajouter import", re.IGNORECASE)).click()
    page.get_by_label("Fichier", exact=False).first.set_input_files(spreadsheet(tmp_path))
    page.get_by_label(re.compile("^Source")).fill("Enquête de novembre 2026")
    page.get_by_role("button", name="Voir l’aperçu").click()

    # The preview writes nothing: a visitor sees nothing yet.
    expect(page.get_by_text("Rien n’est encore écrit")).to_be_visible()
    expect(page.get_by_role("row", name="Partenariats créés 1")).to_be_visible()
    expect(page.get_by_role("row", name="Lignes à résoudre 1")).to_be_visible()
    visitor = new_page()
    visitor.goto("/jumelages/?q=kiel")
    expect(visitor.locator(".atlas-list-header__count")).to_have_text("0 partenariat")

    page.get_by_role("button", name="Confirmer l’import").click()
    expect(page.get_by_text("1 partenariat créé, 1 ligne à résoudre")).to_be_visible()
    visitor.reload()
    expect(visitor.locator(".atlas-rows")).to_contain_text("Kiel")

    # The queue is on the first page; one click settles the name.
    page.goto("/admin/")
    page.get_by_role("link", name=re.compile("1.ligne d’import à résoudre")).click()
    page.get_by_role("link", name="Bellevue").first.click()
    expect(page.get_by_text("1 ligne attend une décision")).to_be_visible()
    candidate = page.get_by_role("row").filter(has_text="Ille-et-Vilaine")
    candidate.get_by_role("button", name="C’est celle-ci").click()
    expect(page.get_by_text("1 ligne est réglée")).to_be_visible()

    # Then the twinning is on the list, on its sheet and on the map.
    visitor.goto("/jumelages/?q=lubeck")
    visitor.locator(".atlas-rows a").first.click()
    expect(visitor.locator("h1")).to_contain_text("Bellevue")
    expect(visitor.locator("main")).to_contain_text("1971")
    visitor.goto("/carte/?country=DE&q=lubeck")
    visitor.locator("[data-map][data-ready]").wait_for()
    visitor.get_by_role("button", name=re.compile("^Lübeck, Allemagne, 1 partenaire$")).click()
    expect(visitor.locator(".leaflet-popup").get_by_role("link", name="Bellevue")).to_be_visible()


def test_a_page_of_the_staff_says_when_somebody_else_saved_meanwhile(new_page):
    first, second = new_page(), new_page()
    for page in (first, second):
        enter(page)
        page.goto("/admin/atlas/foreignauthority/?q=rio")
        page.get_by_role("link", name="Rio de Janeiro").first.click()
    second.get_by_label("Site internet", exact=False).first.fill("https://autre.example/")
    second.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(second.get_by_text("a été modifié")).to_be_visible()
    first.get_by_label("Site internet", exact=False).first.fill("https://moi.example/")
    first.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(first.get_by_text("Cette fiche a été modifiée entre-temps")).to_be_visible()
    expect(first.get_by_text("https://autre.example/").first).to_be_visible()
    expect(first.get_by_label("Site internet", exact=False).first).to_have_value("https://moi.example/")
