"""The map in a browser: points, the line between two ends, the state in the address, the keyboard, and the table without scripts."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from atlas.models import Collectivity, ForeignAuthority
from tests.e2e.conftest import DESK, PHONE, axe_violations

READY = "[data-map][data-ready]"
POPUP = ".leaflet-popup"
LINK = ".leaflet-links-pane path.atlas-link"


def open_map(page: Page, address: str = "/carte/") -> None:
    page.goto(address)
    page.locator(READY).wait_for()


def test_points_appear_and_a_choice_draws_the_line_to_the_other_end(new_page):
    page = new_page()
    open_map(page, "/carte/?country=BR")
    page.get_by_role("button", name=re.compile("^Rio de Janeiro, Brésil, 1 partenaire$")).click()
    popup = page.locator(POPUP)
    expect(popup.get_by_role("link", name="Rio de Janeiro")).to_have_attribute(
        "href", re.compile("/partenaires/rio-de-janeiro")
    )
    expect(popup.get_by_role("link", name="Rennes")).to_have_attribute("href", re.compile("/jumelages/"))
    expect(page.locator(LINK)).to_have_count(1)
    assert "choix=etranger-" in page.url
    popup.get_by_role("button", name="Fermer").click()
    expect(page.locator(LINK)).to_have_count(0)
    assert "choix=" not in page.url


def test_projects_go_from_the_authority_to_their_places(new_page):
    page = new_page()
    open_map(page, "/carte/projets/")
    page.get_by_role("button", name="Rennes (35), 1 lieu de projet").focus()
    page.keyboard.press("Enter")
    expect(page.locator(POPUP).get_by_role("link", name=re.compile("Adduction"))).to_be_visible()
    expect(page.locator(LINK)).to_have_count(1)
    assert re.search(r"choix=france-\d+$", page.url)
    page.get_by_role("link", name="Jumelages et accords").first.focus()
    assert re.search(r"/carte/jumelages/#vue=", page.locator("[data-keep-view]").first.evaluate("link => link.href"))


def test_groups_say_how_many_they_hold(new_page):
    page = new_page()
    open_map(page)
    expect(page.get_by_role("button", name=re.compile(r"^\d+ partenaires étrangers groupés ici")).first).to_be_visible()
    expect(page.locator("[data-in-view]")).to_have_text(re.compile("du côté français"))


def test_address_holds_view_choice_layers_and_filters(new_page):
    rennes = Collectivity.objects.get(name="Rennes")
    address = f"/carte/?region=53#vue=6/48.000/-2.000&choix=france-{rennes.pk}&sans=pays,etranger"
    page = new_page()
    open_map(page, address)
    expect(page.locator(POPUP)).to_contain_text("Rio de Janeiro")
    expect(page.locator(LINK)).to_have_count(2)
    expect(page.get_by_label("Partenaires étrangers", exact=True)).not_to_be_checked()
    expect(page.get_by_label("Collectivités françaises", exact=True)).to_be_checked()
    expect(page.locator("[data-map]")).to_have_class(re.compile("is-without-countries"))
    expect(page.locator("#f-region-53")).to_be_checked()
    assert re.search(r"\?region=53#vue=6/", page.url)
    assert f"choix=france-{rennes.pk}&sans=pays,etranger" in page.url
    code = page.locator("#code-integration").input_value()
    assert "/carte/integration/jumelages/?region=53#vue=6/" in code


def test_map_is_used_by_the_keyboard_alone(new_page):
    page = new_page()
    open_map(page, "/carte/?country=BR")
    skip = page.get_by_role("link", name="Passer la carte")
    skip.focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("#apres-carte")
    pin = page.get_by_role("button", name=re.compile("^Rio de Janeiro, Brésil"))
    pin.focus()
    page.keyboard.press("Enter")
    expect(page.locator(POPUP).get_by_role("link", name="Rio de Janeiro")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(POPUP)).to_have_count(0)
    expect(pin).to_be_focused()
    listed = page.locator("[data-points=french]").get_by_role("button", name="Rennes")
    listed.focus()
    page.keyboard.press("Enter")
    expect(page.locator(POPUP)).to_contain_text("Rio de Janeiro")


def test_far_line_leaves_on_one_side_and_comes_back_on_the_other(new_page):
    page = new_page()
    open_map(page)
    drawn = page.evaluate(
        """async () => {
          const { lines } = await import("/static/js/outlines.js");
          return [lines([-17.5, -149.5], [-36.8, 174.8]), lines([48, 2], [14.7, -17.4])];
        }"""
    )
    (west, east), near = drawn
    assert [west[0][1], round(west[-1][1], 1)] == [pytest.approx(-149.5), -185.2]
    assert round(east[-1][1], 1) == 174.8
    assert len(near) == 1
    assert all(abs(a[1] - b[1]) < 20 for line in (west, east, *near) for a, b in pairwise(line))


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_map_with_an_open_choice_satisfies_axe(new_page, width, scheme):
    rio = ForeignAuthority.objects.get(name_fr="Rio de Janeiro")
    for path in ("/carte/", "/carte/integration/"):
        page = new_page(width=width, scheme=scheme)
        open_map(page, f"{path}#vue=4/0/-20&choix=etranger-{rio.pk}")
        expect(page.locator(POPUP)).to_contain_text("Rennes")
        page.wait_for_timeout(500)
        assert axe_violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_without_scripts_the_table_stands_for_the_map(new_page):
    page = new_page(javascript=False)
    page.goto("/carte/?kind=twinning")
    expect(page.locator("[data-map]")).to_be_hidden()
    row = page.get_by_role("row").filter(has_text="Allemagne")
    expect(row).to_contain_text("1")
    row.get_by_role("link", name="voir la liste").click()
    expect(page.locator("main")).to_contain_text("Saint-Étienne")


def test_sheet_draws_the_two_ends_and_lists_them(new_page):
    page = new_page()
    page.goto(Collectivity.objects.get(name="Rennes").get_absolute_url())
    page.locator("[data-mini-map][data-ready]").wait_for()
    expect(page.locator(LINK)).to_have_count(2)
    page.get_by_text("Voir en liste").click()
    expect(page.locator(".atlas-mini-map__list").get_by_role("link", name="Rio de Janeiro")).to_be_visible()


def test_home_shows_the_world_and_opens_the_map(new_page):
    page = new_page()
    page.goto("/")
    page.locator("[data-world-preview][data-ready]").wait_for()
    assert page.locator("[data-world-preview] path.atlas-land--0").count() > 100
    assert (
        page.locator(
            "[data-world-preview] path:is(.atlas-land--1, .atlas-land--2, .atlas-land--3, .atlas-land--4)"
        ).count()
        == 3
    )
    page.get_by_role("link", name="Ouvrir la carte").click()
    page.locator(READY).wait_for()
