"""The exchange in three browsers: a foreign town asks, its embassy checks, a commune answers, both become partners."""

import re

from django.core import mail
from playwright.sync_api import expect

from projects.models import Partnership
from tests.e2e.conftest import PHONE, axe_violations, log_in, sideways

TITLE = "Joal looks for a partner for its mangrove"


def sent_to(address: str) -> mail.EmailMessage:
    return [one for one in mail.outbox if one.to == [address]][-1]


def test_a_foreign_town_finds_its_partner(new_page):
    town = new_page(width=PHONE)
    town.goto("/bourse/proposer/?langue=en")
    assert sideways(town) <= 0
    assert axe_violations(town) == []
    town.get_by_label("Your country").select_option(label="Senegal")
    town.get_by_label("Name of your authority").fill("Joal")
    town.get_by_label("Your first and last name").fill("Marie Sarr")
    town.get_by_label("Your position").fill("Mayor")
    town.get_by_label("Your e-mail address").fill("mayor@joal.example")
    town.get_by_label("Title").fill(TITLE)
    town.get_by_text("Lasting partnership").click()
    town.get_by_label("In a few sentences").fill("We want to protect our mangrove.")
    town.get_by_label("Who you are").fill("A town by the sea.")
    town.get_by_text("Eau et assainissement").click()
    town.get_by_role("button", name="Send").click()
    expect(town.get_by_role("heading", level=1)).to_have_text("Open your mailbox")
    link = re.search(r"/bourse/suivi/\w+/", sent_to("mayor@joal.example").body)[0]
    town.goto(link)
    assert axe_violations(town) == []
    town.get_by_role("button", name="Confirm and propose the notice").click()
    expect(town.get_by_text("is waiting to be checked")).to_be_visible()

    embassy = new_page()
    log_in(embassy, "ambassade@example.org")
    embassy.wait_for_url("**/compte/")
    embassy.get_by_role("link", name=re.compile("annonce à vérifier")).click()
    embassy.get_by_role("link", name=TITLE).click()
    assert axe_violations(embassy) == []
    embassy.get_by_text("créer «\u00a0Joal\u00a0»").click()
    embassy.get_by_role("button", name="Vérifier et publier").click()
    expect(embassy.get_by_text("L’annonce est publiée")).to_be_visible()

    commune = new_page()
    log_in(commune, "ville@example.org")
    commune.wait_for_url("**/compte/")
    commune.goto("/bourse/")
    commune.get_by_role("link", name=TITLE).click()
    commune.get_by_role("link", name="Répondre depuis votre espace").click()
    commune.get_by_label(re.compile("^Votre message")).fill("Parlons-en.")
    commune.get_by_role("button", name="Envoyer").click()
    expect(commune.get_by_text("Votre réponse est transmise")).to_be_visible()
    thread = commune.url
    assert "ville@example.org" not in sent_to("mayor@joal.example").body

    town.goto(link)
    town.get_by_role("link", name="Rennes").click()
    assert sideways(town) <= 0
    assert axe_violations(town) == []
    town.get_by_label(re.compile("^Your message")).fill("With pleasure.")
    town.get_by_role("button", name="Send").click()
    expect(town.get_by_text("With pleasure.")).to_be_visible()
    assert "mayor@joal.example" not in sent_to("ville@example.org").body

    commune.goto(thread)
    assert axe_violations(commune) == []
    commune.get_by_role("link", name="Nous devenons partenaires").click()
    commune.get_by_role("button", name="Conclure").click()
    expect(commune.get_by_text("Le partenariat est là")).to_be_visible()
    assert Partnership.objects.get(notice_conversations__isnull=False).publication == "draft"
