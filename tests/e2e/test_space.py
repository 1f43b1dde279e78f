"""The private space in a browser: a project described, left in the middle, taken up again, published, seen by all."""

import re

import pytest
from playwright.sync_api import Page, expect

from projects.models import Project
from tests.e2e.conftest import DESK, PASSWORD, PHONE, axe_violations, log_in, sideways


def enter(page: Page) -> None:
    log_in(page, "ville@example.org")
    page.wait_for_url("**/compte/")
    page.goto("/espace/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Rennes")


def test_a_project_is_described_left_taken_up_again_and_published(new_page):
    page = new_page()
    enter(page)
    page.get_by_role("link", name="Décrire un projet").click()
    page.get_by_label("Intitulé", exact=True).fill("Forages du quartier nord")
    page.get_by_label(re.compile("^Résumé \\(")).first.fill("Trois forages et un service communal de l’eau.")
    page.get_by_label(re.compile("^Début")).fill("2025-01-15")
    page.get_by_role("button", name="Créer le brouillon").click()

    # In the middle of a step, the session ends: the text is there after the log-in.
    expect(page.get_by_role("heading", name="Description")).to_be_visible()
    page.get_by_label(re.compile("^Objectifs")).fill("Donner accès à l’eau à 4 000 personnes.")
    expect(page.get_by_role("status").filter(has_text="Saisie gardée")).to_be_visible(timeout=15_000)
    address = page.url
    page.context.clear_cookies(name="sessionid")
    page.goto(address)
    page.get_by_label("Adresse électronique").fill("ville@example.org")
    page.get_by_label("Mot de passe", exact=False).first.fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", name="Votre saisie est là")).to_be_visible()
    expect(page.get_by_label(re.compile("^Objectifs"))).to_have_value("Donner accès à l’eau à 4 000 personnes.")
    page.get_by_role("button", name="Enregistrer et continuer").click()

    # A partner found by a misspelt name, chosen among the suggestions with the keyboard.
    expect(page.get_by_role("heading", name="Parties").first).to_be_visible()
    page.get_by_label(re.compile("^Nom, même approximatif")).press_sequentially("tiès")
    expect(page.get_by_role("option", name=re.compile("Thiès"))).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Thiès (Sénégal)")).to_be_visible()
    page.get_by_role("button", name="Enregistrer et continuer").click()

    page.get_by_role("combobox", name="Thème", exact=True).select_option(label="Eau et assainissement")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    # The country of its partner is there already.
    expect(page.get_by_role("combobox", name="Pays", exact=True).locator("option:checked")).to_have_text("Sénégal")
    page.get_by_role("button", name="Enregistrer et voir le récapitulatif").click()
    expect(page.get_by_text("La fiche est complète")).to_be_visible()
    page.get_by_role("link", name="Publier").click()
    page.get_by_role("button", name="Publier").click()
    expect(page.get_by_text("La fiche est publiée")).to_be_visible()

    visitor = new_page()
    visitor.goto(Project.objects.get(title="Forages du quartier nord").get_absolute_url())
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Forages du quartier nord")
    expect(visitor.get_by_role("link", name="Thiès")).to_be_visible()
    expect(visitor.get_by_text("Donner accès à l’eau")).to_be_visible()


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_the_space_are_sound(new_page, width, scheme):
    page = new_page(width=width, scheme=scheme)
    enter(page)
    pages = ["", "projets/", "projets/nouveau/", "partenariats/", "partenariats/nouveau/"]
    pages += ["confirmer/", "contacts/", "contacts/nouveau/", "membres/", "historique/"]
    root = page.url
    for project in Project.objects.order_by("pk")[:1]:
        pages += [
            f"projets/{project.uuid}/{end}"
            for end in ("", "parties/", "themes/", "marqueurs/", "documents/", "partenaire/")
        ]
    for path in pages:
        page.goto(root + path)
        page.wait_for_load_state("networkidle")
        assert page.locator("h1").count() == 1
        assert sideways(page) <= 0, f"{path} scrolls sideways at {width}px"
        assert axe_violations(page) == []
