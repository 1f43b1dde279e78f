"""Every public page, on a phone and on a desk, light and dark: it opens, fits, satisfies axe, and says nothing in the console."""

import pytest

from atlas.models import Collectivity, ForeignAuthority
from projects.models import Partnership, PartnershipNotice, Project
from tests.e2e.conftest import DESK, PHONE, axe_violations, log_in, sideways

PAGES = [
    "/",
    "/carte/",
    "/carte/projets/",
    "/collectivites/",
    "/collectivites/?region=53&q=villers",
    "/collectivites/{collectivity}/",
    "/partenaires/",
    "/partenaires/{partner}/",
    "/pays/",
    "/pays/sn/",
    "/jumelages/",
    "/jumelages/?country=SN&kind=twinning",
    "/jumelages/{partnership}/",
    "/projets/",
    "/projets/?country=SN&q=eau",
    "/projets/{project}/",
    "/bourse/",
    "/bourse/?direction=request",
    "/bourse/{notice}/",
    "/carte/bourse/",
    "/panorama/",
    "/panorama/?annee=2020",
    "/alertes/nouvelle/projets/?country=SN",
    "/alertes/envoyee/",
    "/recherche/?q=sant+etiene",
    "/recherche/?q=zzzzzz",
    "/compte/connexion/",
    "/compte/acces/",
    "/compte/acces/?q=rennes",
    "/compte/mot-de-passe-oublie/",
    "/accessibilite/",
    "/mentions-legales/",
    "/donnees-personnelles/",
    "/cookies/",
    "/plan-du-site/",
    "/credits/",
    "/api/v1/documentation/",
    "/page-inconnue/",
]


def address(template: str) -> str:
    return template.format(
        collectivity=Collectivity.objects.get(name="Rennes").slug,
        partner=ForeignAuthority.objects.get(name_fr="Rio de Janeiro").slug,
        project=Project.objects.filter(publication="published").first().slug,
        notice=PartnershipNotice.objects.order_by("pk")[0].slug,
        partnership=Partnership.objects.filter(confirmed_on__isnull=False).get().uuid,
    )


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("path", PAGES)
def test_public_page_is_sound_at_every_width_and_scheme(new_page, path, width):
    page = new_page(width=width)
    page.goto(address(path))
    page.wait_for_load_state("networkidle")
    assert page.title()
    assert page.locator("h1").count() == 1
    assert sideways(page) <= 0, f"{path} scrolls sideways at {width}px"
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.wait_for_selector(f"html[data-fr-theme={scheme}]")
        assert axe_violations(page) == [], scheme


@pytest.mark.parametrize("path", PAGES)
def test_public_page_does_its_job_without_javascript(new_page, path):
    page = new_page(width=PHONE, javascript=False)
    page.goto(address(path))
    assert sideways(page) <= 0, f"{path} scrolls sideways"
    assert page.locator("h1").is_visible()
    assert page.locator("main").inner_text().strip()


def test_account_page_is_sound(new_page):
    page = new_page(width=PHONE)
    log_in(page, "ville@example.org")
    page.wait_for_url("**/compte/")
    assert "Rennes" in page.locator("main").inner_text()
    assert axe_violations(page) == []


def test_a_wide_table_is_read_as_cards_on_a_phone_and_stays_a_table_for_screen_readers(new_page):
    page = new_page(width=PHONE)
    page.goto("/pays/sn/")
    table = page.get_by_role("table", name="Partenariats", exact=True)
    cell = table.get_by_role("row").nth(1).get_by_role("cell").first
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content").startswith('"Côté français"')
    assert table.evaluate("table => table.scrollWidth <= table.parentElement.clientWidth")
    assert table.get_by_role("columnheader", name="Signature").count() == 1
    page.set_viewport_size({"width": DESK, "height": 800})
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content") == "none"


def test_without_scripts_a_wide_table_scrolls_in_its_frame(new_page):
    page = new_page(width=PHONE, javascript=False)
    page.goto("/pays/sn/")
    frame = page.locator(".atlas-table-wrapper").first.bounding_box()
    assert frame["x"] >= 0
    assert frame["x"] + frame["width"] <= PHONE
    assert page.locator(".atlas-table-wrapper .atlas-table").first.bounding_box()["width"] > PHONE
