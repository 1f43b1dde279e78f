"""Browser tests: a live server on its own data, and pages that fail on any script error, console error or foreign request.

The data of a module are committed (the server reads them from another thread) and flushed after it. Every page is
opened with the production policy of content security.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from io import StringIO

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from atlas.permissions import OFFICERS
from atlas.services import accounts
from tests.factories.atlas import (
    AccessRequestFactory,
    CollectivityFactory,
    ContactFactory,
    CountryFactory,
    CountryStatusFactory,
    DepartmentFactory,
    ForeignAuthorityFactory,
    MembershipFactory,
    PostingFactory,
    RegionFactory,
    ThemeFactory,
    UserFactory,
)
from tests.factories.projects import NoticeFactory, PartnershipFactory, ProjectFactory

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE, DESK = 360, 1280
PASSWORD = "mot-de-passe-de-test"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser; without one, the tests are skipped and say so."""
    for item in items:
        if item.path.is_relative_to(os.path.dirname(__file__)):
            item.add_marker(pytest.mark.e2e)
            # Without this mark on some test, pytest-django makes no database at all.
            item.add_marker(pytest.mark.django_db)
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine (Debian package: chromium)"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright's synchronous interface runs an event loop in this thread; Django must not take it for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        yield (launched := playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS))
        launched.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


def make_world() -> None:
    """A small atlas: three régions, four countries, twinnings with and without dates, accounts."""
    aura = RegionFactory(code="84", name="Auvergne-Rhône-Alpes", slug="auvergne-rhone-alpes-84")
    bretagne = RegionFactory(code="53", name="Bretagne", slug="bretagne-53")
    loire = DepartmentFactory(code="42", name="Loire", region=aura)
    ille = DepartmentFactory(code="35", name="Ille-et-Vilaine", region=bretagne)
    saint_etienne = CollectivityFactory(
        name="Saint-Étienne", insee_code="42218", region=aura, department=loire, longitude=4.39, latitude=45.43,
        population=173_000,
    )  # fmt: skip
    rennes = CollectivityFactory(
        name="Rennes", insee_code="35238", region=bretagne, department=ille, longitude=-1.69, latitude=48.12,
        population=230_890,
    )  # fmt: skip
    for area, code in ((loire, "42999"), (ille, "35999")):
        CollectivityFactory(
            name="Bellevue", insee_code=code, region=area.region, department=area, longitude=2.5, latitude=47.5
        )
    CollectivityFactory(regional=True, region=bretagne, siren=None)
    countries = {
        "SN": CountryFactory(),
        "DE": CountryFactory(iso2="DE", continent="Europe", longitude=13.4, latitude=52.5),
        "BR": CountryFactory(iso2="BR", continent="Amérique", longitude=-47.9, latitude=-15.8),
    }
    CountryStatusFactory(country=countries["SN"], source="OCDE, liste 2026")
    partners = {
        "Rio de Janeiro": ForeignAuthorityFactory(
            name_fr="Rio de Janeiro", country=countries["BR"], longitude=-43.2, latitude=-22.9
        ),
        "Wuppertal": ForeignAuthorityFactory(
            name_fr="Wuppertal", country=countries["DE"], longitude=7.15, latitude=51.26
        ),
        "Thiès": ForeignAuthorityFactory(name_fr="Thiès", country=countries["SN"], longitude=-16.93, latitude=14.79),
    }
    water = ThemeFactory(code="eau", name="Eau et assainissement")
    PartnershipFactory(french=saint_etienne, foreign=partners["Wuppertal"], signed_on=date(1960, 1, 1))
    PartnershipFactory(french=rennes, foreign=partners["Rio de Janeiro"], signed_on=None, signed_precision="unknown")
    thies = PartnershipFactory(
        french=rennes, foreign=partners["Thiès"], kind="cooperation_agreement", confirmed_on=date(2026, 3, 2)
    )
    thies.themes.add(water)
    for n in range(30):
        PartnershipFactory(french__name=f"Villers-{n}", french__region=bretagne, foreign__country=countries["SN"])
    ProjectFactory(french=rennes, foreign=partners["Thiès"], theme=water)
    NoticeFactory(collectivity=rennes, theme=water, country=countries["SN"])
    NoticeFactory(foreign=True, foreign_authority=partners["Thiès"], direction="offer", theme=water)
    call_command("refresh_panorama", verbosity=0, stdout=StringIO())
    call_command("freeze_panorama", "2020", stdout=StringIO())
    UserFactory(email="admin@example.org", superuser=True)
    UserFactory(email="dctciv@example.org", staff=True).groups.add(accounts.ensure_groups()[OFFICERS])
    MembershipFactory(user=UserFactory(email="ville@example.org"), collectivity=rennes, role="representative")
    embassy = PostingFactory(kind="embassy", user=UserFactory(email="ambassade@example.org"))
    embassy.countries.set([countries["SN"]])
    ContactFactory(collectivity=rennes)
    AccessRequestFactory(collectivity=rennes)


@pytest.fixture(scope="module")
def portal(django_db_setup, django_db_blocker) -> Iterator[str]:
    """Address of a portal that holds the small atlas."""
    with django_db_blocker.unblock():
        make_world()
        server = LiveServer("localhost")
        yield server.url
        server.stop()
        call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=False)


@pytest.fixture
def new_page(browser: Browser, portal: str) -> Iterator[Callable[..., Page]]:
    """Opens windows: `new_page(width=360, scheme="dark", javascript=False)`. What goes wrong in them fails the test."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def open_window(width: int = DESK, scheme: str = "light", javascript: bool = True) -> Page:
        context = browser.new_context(
            base_url=portal,
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            java_script_enabled=javascript,
            locale="fr-FR",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"script error on {page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                problems.append(f"console on {page.url}: {message.text}")
                if message.type == "error" and not _expected(message.text, page)
                else None
            ),
        )
        page.on(
            "request",
            lambda request: (
                problems.append(f"request to {request.url}")
                if not request.url.startswith((portal, "data:", "blob:"))
                else None
            ),
        )
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert not problems, "\n".join(problems)


def _expected(text: str, page: Page) -> bool:
    """Chromium reports the status of a page that is meant to be 4xx as a console error."""
    return "the server responded with a status of 404" in text and page.url.endswith("inconnue/")


def axe_violations(page: Page) -> list[str]:
    """What axe finds on the page, one line per rule."""
    # Without its own copy of the styles, which our policy would refuse: none of the rules that run reads it.
    results = Axe().run(page, options={"preload": False})
    return [
        f"{page.url} [{violation['id']}] {violation['help']}: {violation['nodes'][0]['html'][:160]}"
        for violation in results.response["violations"]
    ]


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    page.wait_for_function("document.scrollingElement")  # a page that a click has just left has none
    return page.evaluate("document.scrollingElement.scrollWidth - innerWidth")


def log_in(page: Page, email: str) -> None:
    page.goto("/compte/connexion/")
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe", exact=False).first.fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
