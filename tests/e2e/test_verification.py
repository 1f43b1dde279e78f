"""The queue of an embassy in a browser: it confirms a record, writes a word about another, and the authority reads and answers."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import axe_violations, log_in, sideways

WORD = "Le forage est-il en service ?"


def total(page: Page) -> int:
    return int(re.match(r"\d+", page.get_by_role("heading", level=2).filter(has_text="fiche").first.inner_text())[0])


def test_an_embassy_confirms_one_record_asks_about_another_and_the_authority_answers(new_page):
    embassy = new_page()
    log_in(embassy, "ambassade@example.org")
    embassy.wait_for_url("**/compte/")
    embassy.goto("/espace/")
    embassy.get_by_role("link", name="Fiches à vérifier").click()
    expect(embassy.get_by_role("heading", level=1)).to_have_text("À vérifier")
    expect(embassy.get_by_text("que vous suivez")).to_contain_text("Sénégal")
    assert axe_violations(embassy) == []
    waiting = total(embassy)

    # One is right: by keyboard, one button.
    embassy.locator(".atlas-row__title a").filter(has_text="Villers-3 ").first.click()
    expect(embassy.get_by_text("Pourquoi cette fiche attend")).to_be_visible()
    assert axe_violations(embassy) == []
    embassy.get_by_role("button", name="La fiche est exacte").focus()
    embassy.keyboard.press("Enter")
    expect(embassy.get_by_text("la fiche porte votre vérification")).to_be_visible()
    assert total(embassy) == waiting - 1

    # Another one, among the projects, raises a question.
    embassy.locator(".atlas-facets label").filter(has_text=re.compile("^Projet")).click()
    embassy.get_by_role("button", name="Appliquer les filtres").click()
    embassy.locator(".atlas-row__title a").first.click()
    embassy.get_by_label(re.compile("^Votre message")).fill(WORD)
    embassy.get_by_role("button", name="Envoyer le message").click()
    expect(embassy.get_by_text("sur le tableau de bord")).to_be_visible()
    expect(embassy.locator("main")).to_contain_text(WORD)

    # The authority reads it on its dashboard, on a telephone, answers and settles it.
    town = new_page(width=360)
    log_in(town, "ville@example.org")
    town.wait_for_url("**/compte/")
    town.goto("/espace/")
    expect(town.locator("main")).to_contain_text(WORD)
    assert axe_violations(town) == []
    town.locator(".atlas-row").filter(has_text=WORD).get_by_role("link").first.click()
    expect(town.locator("main")).to_contain_text(WORD)
    assert sideways(town) <= 0
    assert axe_violations(town) == []
    town.get_by_label(re.compile("^Votre message|^Votre réponse")).fill("Oui, depuis mars.")
    town.get_by_role("button", name=re.compile("^Répondre|^Envoyer")).click()
    expect(town.get_by_text("Votre réponse est enregistrée.")).to_be_visible()
    expect(town.locator(".atlas-timeline")).to_contain_text("Traité")
    town.goto("/espace/")
    expect(town.locator("main")).not_to_contain_text(WORD)

    embassy.reload()
    expect(embassy.locator("main")).to_contain_text("Oui, depuis mars.")
