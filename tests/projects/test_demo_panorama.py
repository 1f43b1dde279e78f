"""The whole demonstration, made from the real reference data, gives the figures of the ministry's presentation."""

import re
import time
from html import unescape

import pytest
from django.core.management import call_command

from projects import figures
from projects.demo import partnerships, projects

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

FIGURES = {
    "Collectivités françaises engagées": "4 762",
    "Collectivités étrangères partenaires": "3 031",
    "Pays partenaires": "138",
    "Projets de coopération décentralisée": "4 000",
    "Jumelages": "6 700",
}
SHARES = {
    "Politique humanitaire et coopération transfrontalière": "14,0",
    "Environnement, climat, énergie": "15,0",
    "Culture et patrimoine": "16,0",
    "Économie durable": "22,0",
    "Éducation, social et recherche": "26,0",
    "Autres / non précisé": "7,0",
    "Communes": "53,5",
    "Structures intercommunales": "16,0",
    "Régions": "16,5",
    "Départements": "14,0",
}


def test_the_panorama_of_the_demonstration_is_that_of_the_presentation(client, capsys):
    call_command("load_reference")
    started = time.process_time()
    partnerships.make_partnerships()
    projects.make_projects()
    figures.refresh()
    assert time.process_time() - started < 60
    page = client.get("/panorama/").content.decode().replace("\u202f", " ")
    for label, value in FIGURES.items():
        assert f'aria-label="{value} {label}"' in page
    text = re.sub(r"<[^>]*>|\s+", " ", unescape(page))
    for label, share in SHARES.items():
        assert re.search(rf"{re.escape(label)} +[\d ]+ +{share} %", re.sub(" +", " ", text)), label
    assert len(client.get("/panorama/").content) < 400_000
