"""Both sides in two browsers: the town sends the link, its partner answers in English without an account, everybody sees it."""

import re

from django.core import mail
from playwright.sync_api import expect

from projects.models import Partnership
from tests.e2e.conftest import PHONE, axe_violations, log_in, sideways


def test_the_town_asks_and_its_partner_confirms_in_english(new_page):
    sheet = Partnership.objects.get(kind="cooperation_agreement").get_absolute_url()
    town = new_page()
    log_in(town, "ville@example.org")
    town.wait_for_url("**/compte/")
    town.goto("/espace/")
    town.goto(f"{town.url}partenariats/")
    town.get_by_role("link", name=re.compile("Thiès")).first.click()
    town.get_by_role("link", name="Faire confirmer par le partenaire").click()
    town.get_by_label(re.compile("^Adresse électronique du partenaire")).fill("mayor@thies.example")
    town.get_by_label(re.compile("^Langue de la page")).select_option("en")
    town.get_by_role("button", name="Envoyer le lien").click()
    expect(town.get_by_text("En attente de réponse")).to_be_visible()

    (sent,) = mail.outbox
    assert sent.to == ["mayor@thies.example"]
    link = re.search(r"/confirmer/\w+/", sent.body)[0]
    partner = new_page(width=PHONE)
    partner.goto(link)
    expect(partner.get_by_role("heading", level=1)).to_have_text("Confirm a cooperation")
    assert partner.locator("html").get_attribute("lang") == "en"
    assert "sessionid" not in {cookie["name"] for cookie in partner.context.cookies()}
    assert sideways(partner) <= 0
    assert axe_violations(partner) == []
    partner.get_by_text("This information is right").click()
    partner.get_by_label(re.compile("^Your first and last name")).fill("Awa Diop")
    partner.get_by_label(re.compile("^Your position")).fill("Mayor")
    partner.get_by_role("button", name="Send my answer").click()
    expect(partner.get_by_role("heading", level=1)).to_contain_text("Thank you")

    # The town confirmed in March; with the partner's word the sheet says that both did.
    visitor = new_page()
    visitor.goto(sheet)
    expect(visitor.get_by_text(re.compile("Confirmé par les deux parties le"))).to_be_visible()
