"""Every public page, on a phone and on a desk, light and dark: it opens, fits, satisfies axe, and says nothing in the console."""

import pytest

from atlas.models import Collectivity, ForeignAuthority
from projects.models import Partnership
from tests.e2e.conftest import DESK, PHONE, axe_violations, log_in

PAGES = [
    "/",
    "/carte/",
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
    "/panorama/",
    "/panorama/?annee=2020",
    "/recherche/?q=sant+etiene",
    "/recherche/?q=zzzzzz",
    "/compte/connexion/",
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
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{path} overflows by {overflow}px at {width}px"
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.wait_for_selector(f"html[data-fr-theme={scheme}]")
        assert axe_violations(page) == [], scheme


@pytest.mark.parametrize("path", PAGES)
def test_public_page_does_its_job_without_javascript(new_page, path):
    page = new_page(javascript=False)
    page.goto(address(path))
    assert page.locator("h1").is_visible()
    assert page.locator("main").inner_text().strip()


def test_account_page_is_sound(new_page):
    page = new_page(width=PHONE)
    log_in(page, "ville@example.org")
    page.wait_for_url("**/compte/")
    assert "Rennes" in page.locator("main").inner_text()
    assert axe_violations(page) == []
