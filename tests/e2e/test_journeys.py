"""What people come for, by keyboard alone: no pointer, no shortcut through an address."""

from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE

FAR = 60  # a way of more than that many tabs is no way


def tab_to(page: Page, selector: str) -> None:
    """Tabs until the focus is on `selector`, which must then be seen."""
    for _ in range(FAR):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            expect(page.locator(f"{selector}:focus")).to_be_visible()
            return
    pytest.fail(f"{selector} is not reached by keyboard on {page.url}")


def test_from_a_misspelt_name_to_its_sheet(new_page):
    page = new_page()
    page.goto("/")
    tab_to(page, "#accueil-q")
    page.keyboard.type("sant etiene")
    box = page.locator("#accueil-q")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    chosen = page.locator(f"#{box.get_attribute('aria-activedescendant')}")
    expect(chosen).to_contain_text("Saint-Étienne")
    page.keyboard.press("Enter")
    page.wait_for_url("**/collectivites/saint-etienne-*/")
    expect(page.locator("h1")).to_have_text("Saint-Étienne")


def test_escape_closes_the_suggestions_and_enter_then_searches(new_page):
    page = new_page()
    page.goto("/")
    tab_to(page, "#accueil-q")
    page.keyboard.type("rio")
    box = page.locator("#accueil-q")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("rio")
    page.keyboard.press("Enter")
    page.wait_for_url("**/recherche/?q=rio")
    expect(page.locator("main")).to_contain_text("Rio de Janeiro")


def test_a_name_of_markup_stays_a_name(new_page):
    page = new_page()
    page.goto("/recherche/?q=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E")
    expect(page.locator("h1")).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator("main img").count() == 0


def test_from_a_list_through_a_facet_to_the_file_of_its_rows(new_page):
    page = new_page()
    page.goto("/jumelages/")
    tab_to(page, "#f-kind-cooperation_agreement")
    page.keyboard.press("Space")
    tab_to(page, ".atlas-facets__actions button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/jumelages/?*kind=cooperation_agreement*")
    expect(page.locator(".atlas-list-header__count")).to_have_text("1 partenariat")
    tab_to(page, ".atlas-criteria a")
    tab_to(page, "a[download][href*='export.csv']")
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    rows = waiting.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == 2
    assert "Thiès" in rows[1]


def test_a_criterion_is_removed_by_its_tag(new_page):
    page = new_page(width=PHONE)
    page.goto("/jumelages/?country=SN&kind=twinning")
    tab_to(page, ".atlas-criteria a[href*='country=SN']")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "kind" not in parse_qs(urlparse(url).query))
    assert parse_qs(urlparse(page.url).query) == {"country": ["SN"]}


def test_filters_open_and_apply_on_a_phone_without_a_script(new_page):
    page = new_page(width=PHONE, javascript=False)
    page.goto("/collectivites/")
    tab_to(page, ".atlas-facets__summary")
    page.keyboard.press("Enter")
    tab_to(page, "#f-region-84")
    page.keyboard.press("Space")
    tab_to(page, ".atlas-facets__actions button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/collectivites/?*region=84*")
    expect(page.locator(".atlas-rows")).to_contain_text("Saint-Étienne")


def test_the_skip_link_leads_to_the_content(new_page):
    page = new_page()
    page.goto("/collectivites/")
    page.keyboard.press("Tab")
    expect(page.locator(".fr-skiplinks a:focus")).to_have_text("Contenu")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"


def test_the_address_of_a_sheet_is_copied(new_page):
    page = new_page()
    page.goto("/pays/sn/")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab_to(page, "[data-copy-address]")
    page.keyboard.press("Enter")
    expect(page.locator("[data-copy-address]")).to_have_text("Adresse copiée")
    assert page.evaluate("navigator.clipboard.readText()").endswith("/pays/sn/")


def test_a_sheet_on_paper_is_the_sheet_alone(new_page):
    page = new_page(scheme="dark")
    page.goto("/pays/sn/")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("document.documentElement.dataset.frTheme") == "light"
    page.emulate_media(media="print")
    for hidden in (".fr-nav", ".fr-footer", ".atlas-actions", ".fr-header__search"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") in (
        "rgb(255, 255, 255)",
        "rgba(0, 0, 0, 0)",
    )
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(22, 22, 22)"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.documentElement.dataset.frTheme") == "dark"
