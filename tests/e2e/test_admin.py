"""The staff's site in a browser: its main pages fit, satisfy axe light and dark, and can be worked by keyboard."""

import re

from django.urls import reverse
from playwright.sync_api import Page, expect

from atlas.models import AccessRequest, Collectivity, Country, Posting, User
from projects.models import PanoramaSnapshot, Partnership, PartnershipNotice, Project
from tests.e2e.conftest import DESK, PHONE, axe_violations, log_in, sideways

LISTS = [
    "atlas_accessrequest",
    "atlas_countrystatus",
    "atlas_operatingrule",
    "projects_partnership",
    "projects_project",
]
# A row with something below it, to read or to write; a form; buttons beside.
FILES = [AccessRequest, Collectivity, Country, PanoramaSnapshot, Partnership, PartnershipNotice, Posting, Project, User]
PAGES = ["index", "atlas_foreignauthority_duplicates", "projects_partnershipimport_add", "projects_countingrule_add"]


def addresses() -> list[str]:
    """Of the pages above; the files are those of a row each."""
    named = [*PAGES, *(f"{name}_changelist" for name in LISTS)]
    files = [
        reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_change", args=[model.objects.order_by("pk")[0].pk])
        for model in FILES
    ]
    return [*(reverse(f"admin:{name}") for name in named), *files]


def enter(page: Page) -> None:
    log_in(page, "dctciv@example.org")
    page.wait_for_url("**/compte/")


def test_pages_of_the_staff_satisfy_axe_fit_and_are_told_apart_by_their_titles(new_page):
    page = new_page()
    page.emulate_media(reduced_motion="reduce")
    enter(page)
    titles = set()
    for address in addresses():
        page.set_viewport_size({"width": DESK, "height": 800})
        page.goto(address)
        page.wait_for_load_state("networkidle")
        titles.add(page.title())
        assert page.locator("h1").count() == 1, address
        assert sideways(page) <= 0, f"{address} scrolls sideways"
        assert axe_violations(page) == []
        page.set_viewport_size({"width": PHONE, "height": 800})
        assert sideways(page) <= 0, f"{address} scrolls sideways on a phone"
    assert len(titles) == len(addresses()), "two pages bear the same title"


def test_the_colours_of_the_staff_are_read_in_the_dark_too(new_page):
    """One page of each make: their colours are those of all."""
    page = new_page(scheme="dark")
    page.emulate_media(reduced_motion="reduce")
    enter(page)
    project = reverse("admin:projects_project_change", args=[Project.objects.order_by("pk")[0].pk])
    makes = ["index", "projects_project_changelist", "atlas_foreignauthority_add", "projects_partnershipimport_add"]
    for address in [project, *(reverse(f"admin:{name}") for name in makes)]:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert axe_violations(page) == []


def test_a_chooser_is_opened_typed_in_and_chosen_from_by_keyboard(new_page):
    page = new_page()
    enter(page)
    page.goto(reverse("admin:atlas_foreignauthority_add"))
    page.get_by_role("combobox", name=re.compile("^Pays")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("searchbox", name=re.compile("^Pays"))).to_be_focused()
    page.keyboard.type("séné")
    expect(page.get_by_role("option", name="Sénégal")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name=re.compile("Sénégal"))).to_be_visible()
