"""The written list of every address of the portal, with what each kind of person gets there.

A new address that is not in the list fails: whoever adds one says here who may read it. The administration follows a rule.
"""

import re
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client
from django.urls import URLResolver, get_resolver

from atlas.models import AccessRequest, Collectivity, CollectivityEvent, ExportJob, Membership
from atlas.permissions import ADMIN, OFFICERS
from atlas.services.accounts import ensure_groups
from projects import figures
from projects.models import NoticeConversation, SheetUpload
from projects.services import freeze_panorama
from tests.factories.atlas import (
    CollectivityFactory,
    ContactFactory,
    CountryFactory,
    ForeignAuthorityFactory,
    MembershipFactory,
    ThemeFactory,
    UserFactory,
)
from tests.factories.projects import NoticeFactory, PartnershipFactory, ProjectFactory

pytestmark = pytest.mark.django_db

PEOPLE = ("visitor", "member", "officer", "admin")
PUBLISHED, DRAFT = "5a1b0f39-3a0e-4d0e-9b1e-0c4f3d1a2b3c", "5a1b0f39-3a0e-4d0e-9b1e-0c4f3d1a2b3d"
PERSON = "5a1b0f39-3a0e-4d0e-9b1e-0c4f3d1a2b3f"
WAITING = "5a1b0f39-3a0e-4d0e-9b1e-0c4f3d1a2b3f"
OWN = "5a1b0f39-3a0e-4d0e-9b1e-0c4f3d1a2b3e"
ALL = "200 200 200 200"
NONE = "404 404 404 404"
ACCOUNT = "302 200 200 200"  # a visitor is asked to log in

# Route, then one line per example of it: the address, and what a GET answers to PEOPLE, in that order. The member is the
# representative of the commune of Brest, which is a party of the draft.
SURFACE: dict[str, list[tuple[str, str]]] = {
    "": [("/", ALL)],
    "recherche/": [("/recherche/?q=brest", ALL)],
    "recherche/suggestions/": [("/recherche/suggestions/?q=brest", ALL)],
    "carte/": [("/carte/", ALL)],
    "carte/integration/": [("/carte/integration/", ALL)],
    "carte/integration/<slug:layer_name>/": [("/carte/integration/jumelages/", ALL), ("/carte/integration/projets/", ALL)],
    "carte/<slug:layer_name>/": [("/carte/jumelages/", ALL), ("/carte/projets/", ALL), ("/carte/autre/", NONE)],
    "carte/<slug:layer_name>/fiche/": [("/carte/jumelages/fiche/?cote=france&id={brest}", ALL), ("/carte/jumelages/fiche/", NONE), ("/carte/projets/fiche/?cote=france&id={brest}", ALL)],
    "carte/<slug:layer_name>/<slug:part>.json": [("/carte/jumelages/points.json", ALL), ("/carte/projets/points.json", ALL), ("/carte/jumelages/autre.json", NONE)],
    "collectivites/": [("/collectivites/", ALL)],
    "collectivites/export.<str:fmt>": [("/collectivites/export.csv", ALL), ("/collectivites/export.exe", NONE)],
    "collectivites/<slug:slug>/": [("/collectivites/brest/", ALL), ("/collectivites/nulle-part/", NONE)],
    "partenaires/": [("/partenaires/", ALL)],
    "partenaires/export.<str:fmt>": [("/partenaires/export.geojson", ALL)],
    "partenaires/<slug:slug>/": [("/partenaires/kiel/", ALL), ("/partenaires/kiel-bis/", "301 301 301 301")],
    "pays/": [("/pays/", ALL)],
    "pays/export.<str:fmt>": [("/pays/export.csv", ALL)],
    "pays/<slug:code>/": [("/pays/sn/", ALL), ("/pays/zz/", NONE)],
    "bourse/": [("/bourse/", ALL)],
    "bourse/export.<str:fmt>": [("/bourse/export.csv", ALL), ("/bourse/export.exe", NONE)],
    "bourse/proposer/": [("/bourse/proposer/", ALL)],
    "bourse/suivi/<slug:token>/": [("/bourse/suivi/faux/", NONE)],
    "bourse/suivi/<slug:token>/modifier/": [("/bourse/suivi/faux/modifier/", NONE)],
    "bourse/suivi/<slug:token>/conversations/<uuid:uuid>/": [(f"/bourse/suivi/faux/conversations/{OWN}/", NONE)],
    "bourse/<slug:slug>/repondre/": [("/bourse/eau/repondre/", ACCOUNT), ("/bourse/rien/repondre/", "302 404 404 404")],
    "bourse/<slug:slug>/repondre-sans-compte/": [
        ("/bourse/eau/repondre-sans-compte/", ALL),
        ("/bourse/etrangere/repondre-sans-compte/", NONE),
    ],
    "bourse/a-verifier/": [("/bourse/a-verifier/", "302 404 200 200")],
    "bourse/a-verifier/<uuid:uuid>/": [
        (f"/bourse/a-verifier/{WAITING}/", "302 404 200 200"),
        (f"/bourse/a-verifier/{OWN}/", "302 404 404 404"),
    ],
    "bourse/<slug:slug>/": [
        ("/bourse/eau/", ALL),
        ("/bourse/brouillon/", "404 200 200 200"),
        ("/bourse/a-lire/", "404 404 200 200"),
    ],
    "jumelages/": [("/jumelages/", ALL)],
    "jumelages/export.<str:fmt>": [("/jumelages/export.csv", ALL)],
    "jumelages/<uuid:uuid>/": [(f"/jumelages/{PUBLISHED}/", ALL), (f"/jumelages/{DRAFT}/", "404 200 200 200")],
    "panorama/": [("/panorama/", ALL), ("/panorama/?annee=12", NONE)],
    "panorama/<slug:figure>.csv": [("/panorama/jumelages.csv", ALL), ("/panorama/inconnu.csv", NONE)],
    "panorama/<slug:figure>/fiches.csv": [("/panorama/jumelages/fiches.csv", ALL), ("/panorama/inconnu/fiches.csv", NONE)],
    "panorama/editions/<int:year>-<int:edition>.json": [("/panorama/editions/2000-1.json", ALL), ("/panorama/editions/1999-1.json", NONE)],
    "projets/": [("/projets/", ALL)],
    "projets/export.<str:fmt>": [("/projets/export.csv", ALL), ("/projets/export.exe", NONE), ("/projets/export.xlsx", ALL)],
    "projets/<slug:slug>/": [("/projets/forages/", ALL), ("/projets/brouillon/", "404 200 200 200")],
    "accessibilite/": [("/accessibilite/", ALL)],
    "mentions-legales/": [("/mentions-legales/", ALL)],
    "donnees-personnelles/": [("/donnees-personnelles/", ALL)],
    "cookies/": [("/cookies/", ALL)],
    "credits/": [("/credits/", ALL)],
    "plan-du-site/": [("/plan-du-site/", ALL)],
    "healthz": [("/healthz", ALL)],
    "readyz": [("/readyz", ALL)],
    "compte/connexion/": [("/compte/connexion/", "200 302 302 302")],
    "compte/deconnexion/": [("/compte/deconnexion/", "405 405 405 405")],
    "compte/": [("/compte/", ACCOUNT)],
    "compte/mot-de-passe/": [("/compte/mot-de-passe/", ACCOUNT)],
    "compte/mot-de-passe/fait/": [("/compte/mot-de-passe/fait/", ACCOUNT)],
    "compte/mot-de-passe-oublie/": [("/compte/mot-de-passe-oublie/", ALL)],
    "compte/mot-de-passe-oublie/envoye/": [("/compte/mot-de-passe-oublie/envoye/", ALL)],
    "compte/mot-de-passe-oublie/<uidb64>/<token>/": [("/compte/mot-de-passe-oublie/MQ/faux/", ALL)],
    "compte/mot-de-passe-oublie/fait/": [("/compte/mot-de-passe-oublie/fait/", ALL)],
    "compte/invitation/<uidb64>/<token>/": [("/compte/invitation/MQ/faux/", ALL)],
    "compte/acces/": [("/compte/acces/", ALL), ("/compte/acces/?q=brest", ALL)],
    "compte/demandes/<int:pk>/<slug:transition>/": [
        ("/compte/demandes/{request}/grant/", "302 200 200 200"),
        ("/compte/demandes/{elsewhere}/grant/", "302 404 200 200"),
        ("/compte/demandes/{request}/autre/", "302 404 404 404"),
    ],
    "compte/collectivites/<int:pk>/quitter/": [("/compte/collectivites/{membership}/quitter/", "302 200 404 404")],
    "compte/alertes/": [("/compte/alertes/", ACCOUNT)],
    "alertes/nouvelle/<slug:list_name>/": [("/alertes/nouvelle/projets/", ALL), ("/alertes/nouvelle/pays/", NONE)],
    "alertes/envoyee/": [("/alertes/envoyee/", ALL)],
    "alertes/<str:token>/confirmer/": [("/alertes/faux/confirmer/", NONE)],
    "alertes/<str:token>/fin/": [("/alertes/faux/fin/", NONE)],
    "compte/fichiers/": [("/compte/fichiers/", ACCOUNT)],
    # The job is the member's: for anybody else, staff included, it does not exist.
    "compte/fichiers/<uuid:uuid>/": [(f"/compte/fichiers/{OWN}/", "302 200 404 404")],
    "compte/fichiers/<uuid:uuid>/etat.json": [(f"/compte/fichiers/{OWN}/etat.json", "302 200 404 404")],
    "compte/fichiers/<uuid:uuid>/fichier.xlsx": [(f"/compte/fichiers/{OWN}/fichier.xlsx", "302 404 404 404")],
    "espace/": [("/espace/", "302 302 200 200")],  # the member has one authority: its dashboard
    "espace/saisie/": [("/espace/saisie/", "405 405 405 405")],
    "espace/<slug:collectivity>/": [("/espace/brest/", ACCOUNT), ("/espace/nulle-part/", "302 404 404 404")],
    "espace/<slug:collectivity>/fiche/": [("/espace/brest/fiche/", ACCOUNT)],
    "espace/<slug:collectivity>/contacts/": [("/espace/brest/contacts/", ACCOUNT)],
    "espace/<slug:collectivity>/contacts/nouveau/": [("/espace/brest/contacts/nouveau/", "302 200 403 200")],
    "espace/<slug:collectivity>/contacts/<uuid:uuid>/": [
        (f"/espace/brest/contacts/{PERSON}/", "302 200 403 200"),
        (f"/espace/brest/contacts/{DRAFT}/", "302 404 404 404"),
    ],
    "espace/<slug:collectivity>/contacts/<uuid:uuid>/fin/": [(f"/espace/brest/contacts/{PERSON}/fin/", "302 200 403 200")],
    "espace/<slug:collectivity>/contacts/<uuid:uuid>/opposition/": [
        (f"/espace/brest/contacts/{PERSON}/opposition/", ACCOUNT)
    ],
    "opposition/<uuid:uuid>/<slug:token>/": [(f"/opposition/{PERSON}/faux/", NONE), (f"/opposition/{PERSON}/{{token}}/", ALL)],
    "espace/<slug:collectivity>/membres/": [("/espace/brest/membres/", ACCOUNT)],
    "espace/<slug:collectivity>/membres/<int:pk>/role/": [("/espace/brest/membres/{membership}/role/", ACCOUNT)],
    "espace/<slug:collectivity>/membres/<int:pk>/retirer/": [("/espace/brest/membres/{membership}/retirer/", ACCOUNT)],
    "espace/<slug:collectivity>/membres/<int:pk>/invitation/": [
        ("/espace/brest/membres/{membership}/invitation/", "302 302 302 302")
    ],
    "espace/<slug:collectivity>/historique/": [
        ("/espace/brest/historique/", ACCOUNT),
        ("/espace/brest/historique/?avant=x", "302 404 404 404"),
    ],
    "espace/<slug:collectivity>/confirmer/": [("/espace/brest/confirmer/", ACCOUNT)],
    "espace/<slug:collectivity>/confirmer/<int:year>.pdf": [("/espace/brest/confirmer/1999.pdf", "302 404 404 404")],
    "espace/<slug:collectivity>/projets/": [("/espace/brest/projets/", ACCOUNT)],
    "espace/<slug:collectivity>/tableur/": [("/espace/brest/tableur/", ACCOUNT)],
    "espace/<slug:collectivity>/tableur/fichier.xlsx": [("/espace/brest/tableur/fichier.xlsx", ACCOUNT)],
    "espace/<slug:collectivity>/tableur/accords/": [("/espace/brest/tableur/accords/", ACCOUNT)],
    # A workbook that was sent belongs to whoever did, until it is applied.
    "espace/<slug:collectivity>/tableur/<uuid:uuid>/": [(f"/espace/brest/tableur/{OWN}/", "302 200 404 404")],
    "espace/<slug:collectivity>/tableur/<uuid:uuid>/apercu.csv": [
        (f"/espace/brest/tableur/{OWN}/apercu.csv", "302 200 404 404")
    ],
    "espace/<slug:collectivity>/projets/export.xlsx": [("/espace/brest/projets/export.xlsx", ACCOUNT)],
    "espace/<slug:collectivity>/partenariats/export.xlsx": [("/espace/brest/partenariats/export.xlsx", ACCOUNT)],
    "espace/<slug:collectivity>/projets/nouveau/": [("/espace/brest/projets/nouveau/", ACCOUNT)],
    "espace/<slug:collectivity>/projets/<uuid:uuid>/": [
        (f"/espace/brest/projets/{OWN}/", ACCOUNT),
        (f"/espace/brest/projets/{DRAFT}/", "302 404 404 404"),
    ],
    "espace/<slug:collectivity>/projets/<uuid:uuid>/copier/": [(f"/espace/brest/projets/{OWN}/copier/", "302 302 302 302")],
    "espace/<slug:collectivity>/projets/<uuid:uuid>/partenaire/": [(f"/espace/brest/projets/{OWN}/partenaire/", ACCOUNT)],
    "espace/<slug:collectivity>/partenariats/<uuid:uuid>/partenaire/": [
        (f"/espace/brest/partenariats/{DRAFT}/partenaire/", ACCOUNT)
    ],
    # The State's network: neither visitors nor members of an authority.
    "espace/verification/": [("/espace/verification/", "302 403 200 200")],
    "espace/verification/reprises/": [("/espace/verification/reprises/", "302 403 200 200")],
    "espace/verification/partenariats/<uuid:uuid>/": [
        (f"/espace/verification/partenariats/{PUBLISHED}/", "302 403 200 200"),
        (f"/espace/verification/partenariats/{OWN}/", "302 403 404 404"),
    ],
    "espace/verification/projets/<uuid:uuid>/": [(f"/espace/verification/projets/{OWN}/", "302 403 200 200")],
    "espace/<slug:collectivity>/projets/<uuid:uuid>/accord/": [
        (f"/espace/brest/projets/{OWN}/accord/", "302 404 404 404"),  # nobody named it
    ],
    "espace/<slug:collectivity>/partenariats/<uuid:uuid>/accord/": [
        (f"/espace/brest/partenariats/{OWN}/accord/", "302 404 404 404"),
    ],
    "espace/<slug:collectivity>/projets/<uuid:uuid>/messages/": [(f"/espace/brest/projets/{OWN}/messages/", ACCOUNT)],
    "espace/<slug:collectivity>/partenariats/<uuid:uuid>/messages/": [
        (f"/espace/brest/partenariats/{DRAFT}/messages/", ACCOUNT),
        (f"/espace/brest/partenariats/{OWN}/messages/", "302 404 404 404"),
    ],
    "espace/<slug:collectivity>/reprise/<slug:old>/": [
        ("/espace/brest/reprise/saint-marc/", ACCOUNT),
        ("/espace/brest/reprise/brest/", "302 404 404 404"),
    ],
    "confirmer/<slug:token>/": [("/confirmer/faux/", NONE)],
    "espace/<slug:collectivity>/projets/<uuid:uuid>/documents/": [(f"/espace/brest/projets/{OWN}/documents/", ACCOUNT)],
    "espace/<slug:collectivity>/projets/<uuid:uuid>/etat/<slug:transition>/": [
        (f"/espace/brest/projets/{OWN}/etat/archive/", ACCOUNT),
        (f"/espace/brest/projets/{OWN}/etat/autre/", "302 404 404 404"),
    ],
    "espace/<slug:collectivity>/projets/<uuid:uuid>/<slug:step>/": [
        (f"/espace/brest/projets/{OWN}/parties/", ACCOUNT),
        (f"/espace/brest/projets/{OWN}/autre/", "302 404 404 404"),
    ],
    "espace/<slug:collectivity>/bourse/": [("/espace/brest/bourse/", ACCOUNT)],
    "espace/<slug:collectivity>/bourse/nouvelle/": [("/espace/brest/bourse/nouvelle/", ACCOUNT)],
    "espace/<slug:collectivity>/bourse/conversations/": [("/espace/brest/bourse/conversations/", ACCOUNT)],
    "espace/<slug:collectivity>/bourse/conversations/<uuid:uuid>/": [
        (f"/espace/brest/bourse/conversations/{OWN}/", ACCOUNT),
        (f"/espace/brest/bourse/conversations/{DRAFT}/", "302 404 404 404"),
    ],
    "espace/<slug:collectivity>/bourse/conversations/<uuid:uuid>/conclure/": [
        (f"/espace/brest/bourse/conversations/{OWN}/conclure/", ACCOUNT)
    ],
    "espace/<slug:collectivity>/bourse/repondre/<slug:slug>/": [
        ("/espace/brest/bourse/repondre/etrangere/", "302 302 302 302"),  # it has replied already
        ("/espace/brest/bourse/repondre/eau/", "302 404 404 404"),
    ],
    "espace/<slug:collectivity>/bourse/<uuid:uuid>/": [
        (f"/espace/brest/bourse/{OWN}/", ACCOUNT),
        (f"/espace/brest/bourse/{DRAFT}/", "302 404 404 404"),
    ],
    "espace/<slug:collectivity>/bourse/<uuid:uuid>/modifier/": [(f"/espace/brest/bourse/{OWN}/modifier/", ACCOUNT)],
    "espace/<slug:collectivity>/bourse/<uuid:uuid>/etat/<slug:transition>/": [
        (f"/espace/brest/bourse/{OWN}/etat/withdraw/", ACCOUNT),
        (f"/espace/brest/bourse/{OWN}/etat/autre/", "302 404 404 404"),
    ],
    "espace/<slug:collectivity>/partenariats/": [("/espace/brest/partenariats/", ACCOUNT)],
    "espace/<slug:collectivity>/partenariats/nouveau/": [("/espace/brest/partenariats/nouveau/", ACCOUNT)],
    "espace/<slug:collectivity>/partenariats/<uuid:uuid>/": [(f"/espace/brest/partenariats/{DRAFT}/", ACCOUNT)],
    "espace/<slug:collectivity>/partenariats/<uuid:uuid>/etat/<slug:transition>/": [
        (f"/espace/brest/partenariats/{DRAFT}/etat/archive/", ACCOUNT)
    ],
    "projets/<slug:slug>/fiche.pdf": [("/projets/brouillon/fiche.pdf", "404 200 200 200")],
    "projets/<slug:slug>/documents/<int:pk>/": [("/projets/brouillon/documents/1/", NONE)],
    "projets/<slug:slug>/photos/<int:pk>/": [("/projets/brouillon/photos/1/", NONE)],
    # Switched off unless the settings say otherwise.
    "oidc/connexion/": [("/oidc/connexion/", NONE)],
    "oidc/retour/": [("/oidc/retour/", NONE)],
    "api/v1/": [("/api/v1/", ALL)],
    "api/v1/collectivities/": [("/api/v1/collectivities/", ALL)],
    "api/v1/collectivities/<slug:slug>/": [("/api/v1/collectivities/brest/", ALL)],
    "api/v1/foreign-authorities/": [("/api/v1/foreign-authorities/", ALL)],
    "api/v1/foreign-authorities/<slug:slug>/": [("/api/v1/foreign-authorities/kiel/", ALL)],
    "api/v1/countries/": [("/api/v1/countries/", ALL)],
    "api/v1/countries/<slug:iso2>/": [("/api/v1/countries/sn/", ALL)],
    "api/v1/themes/": [("/api/v1/themes/", ALL)],
    "api/v1/themes/<slug:code>/": [("/api/v1/themes/eau/", ALL)],
    "api/v1/partnerships/": [("/api/v1/partnerships/", ALL)],
    "api/v1/partnerships/<uuid:uuid>/": [(f"/api/v1/partnerships/{PUBLISHED}/", ALL), (f"/api/v1/partnerships/{DRAFT}/", NONE)],
    "api/v1/projects/": [("/api/v1/projects/", ALL)],
    "api/v1/projects/<slug:slug>/": [("/api/v1/projects/forages/", ALL), ("/api/v1/projects/brouillon/", NONE)],
    "api/v1/notices/": [("/api/v1/notices/", ALL)],
    "api/v1/notices/<slug:slug>/": [("/api/v1/notices/eau/", ALL), ("/api/v1/notices/brouillon/", NONE)],
    "api/v1/schema/": [("/api/v1/schema/", ALL)],
    "api/v1/documentation/": [("/api/v1/documentation/", ALL)],
    r"api/v1/^[\s\S]+/$": [("/api/v1/nowhere/", NONE)],
}  # fmt: skip


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """Every pattern of the project, as written, from the root."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        else:
            yield route


def test_every_address_is_in_the_list():
    found = {route for route in routes() if not route.startswith("admin/")}
    assert found - SURFACE.keys() == set(), "say in SURFACE who reads them"
    assert SURFACE.keys() - found == set(), "listed, but gone"


@pytest.fixture
def people() -> dict[str, Client]:
    """One of each kind, logged in."""
    ensure_groups()
    brest = CollectivityFactory(name="Brest", slug="brest")
    accounts = {
        "member": MembershipFactory(collectivity=brest, role="representative").user,
        "officer": UserFactory(staff=True),
        "admin": UserFactory(staff=True),
    }
    accounts["officer"].groups.add(Group.objects.get(name=OFFICERS))
    accounts["admin"].groups.add(Group.objects.get(name=ADMIN))
    clients = {name: Client() for name in PEOPLE}
    for name, account in accounts.items():
        clients[name].force_login(account)
    return clients


@pytest.fixture
def numbers(people) -> dict[str, int]:
    """Rows that the addresses name; gives the keys of those that have no name of their own."""
    brest = Collectivity.objects.get(slug="brest")
    country = CountryFactory()
    kiel = ForeignAuthorityFactory(slug="kiel", country=country)
    ForeignAuthorityFactory(slug="kiel-bis", country=country, merged_into=kiel)
    ThemeFactory(code="eau")
    PartnershipFactory(uuid=PUBLISHED, french=brest, foreign=kiel)
    PartnershipFactory(uuid=DRAFT, draft=True, french=brest)
    ProjectFactory(slug="forages", french=brest, foreign=kiel)
    ProjectFactory(slug="brouillon", uuid=OWN, draft=True, french=brest)
    member = Membership.objects.get(collectivity=brest).user
    ExportJob.objects.create(uuid=OWN, user=member, list_name="projets")
    report = {"added": [], "changed": [], "faults": []}
    counts = {"added": 0, "changed": 0, "faults": 0, "unchanged": 1}
    SheetUpload.objects.create(
        uuid=OWN, by=member, collectivity=brest, file_name="a.xlsx", content=b"x", report=report, counts=counts
    )
    merger = CollectivityEvent.objects.create(kind="merger")
    merger.predecessors.add(CollectivityFactory(slug="saint-marc", former=True))
    merger.successors.add(brest)
    person = ContactFactory(uuid=PERSON, collectivity=brest)
    NoticeFactory(slug="eau", collectivity=brest)
    NoticeFactory(slug="brouillon", uuid=OWN, draft=True, collectivity=brest)
    foreign = NoticeFactory(slug="etrangere", foreign=True, foreign_authority=kiel)
    NoticeConversation.objects.create(uuid=OWN, notice=foreign, collectivity=brest)
    NoticeFactory(slug="a-lire", uuid=WAITING, waiting=True)
    figures.refresh()
    freeze_panorama(2000, actor=None)
    return {
        "brest": brest.pk,
        "token": person.token,
        "membership": Membership.objects.get(collectivity=brest).pk,
        "request": AccessRequest.objects.create(user=UserFactory(), collectivity=brest).pk,
        "elsewhere": AccessRequest.objects.create(user=UserFactory(), collectivity=CollectivityFactory()).pk,
    }


def test_each_address_answers_each_kind_of_person_as_written(people, numbers, subtests):
    for examples in SURFACE.values():
        for example, expected in examples:
            with subtests.test(example):
                cache.clear()  # the rates by address are tested elsewhere
                address = example.format(**numbers)
                answers = " ".join(str(client.get(address).status_code) for client in people.values())
                assert answers == expected


def test_a_visitor_who_must_log_in_comes_back_where_he_was_going(people):
    answer = people["visitor"].get("/compte/mot-de-passe/")
    assert answer["Location"] == "/compte/connexion/?next=/compte/mot-de-passe/"


# --- The administration ---------------------------------------------------------------------------------------------


def admin_addresses() -> list[str]:
    """An example of each address under /admin/, about a row that does not exist where one is named."""
    found = []
    for route in routes():
        if route.startswith("admin/"):
            example = re.sub(r"\(\?P<\w+>([\w|]+)\)", lambda match: match[1].partition("|")[0], route)
            example = example.replace("(?P<url>.*)$", "ailleurs/").replace("^", "").replace("$", "").replace("//", "/")
            found.append("/" + re.sub(r"<(?:\w+:)?\w+>", "999999", example))
    return found


OPEN = {"/admin/login/", "/admin/logout/"}


@pytest.mark.parametrize("who", ["visitor", "member"])
def test_the_administration_is_closed_to_all_but_the_staff(people, who, subtests):
    for address in admin_addresses():
        with subtests.test(address):
            for answer in (people[who].get(address), people[who].post(address)):
                if address not in OPEN:
                    assert answer.status_code in (302, 403, 404)
                if answer.status_code == 302:
                    assert "connexion" in answer["Location"] or "login" in answer["Location"] or address in OPEN


@pytest.mark.parametrize("who", ["officer", "admin"])
def test_no_page_of_the_administration_breaks(people, who, subtests):
    for address in admin_addresses():
        with subtests.test(address):
            assert people[who].get(address).status_code < 500


def test_staff_open_what_their_group_allows_and_nothing_else(people, subtests):
    for who in ("officer", "admin"):
        user = people[who].get("/compte/").context["user"]
        for model in admin.site._registry:
            options = model._meta
            address = f"/admin/{options.app_label}/{options.model_name}/"
            with subtests.test(f"{who} {address}"):
                allowed = user.has_perm(f"{options.app_label}.view_{options.model_name}")
                assert people[who].get(address).status_code == (200 if allowed else 403)
                if not user.has_perm(f"{options.app_label}.add_{options.model_name}"):
                    assert people[who].get(f"{address}add/").status_code == 403


def test_an_officer_does_not_give_rights(people):
    for address in ("/admin/auth/group/", "/admin/auth/group/add/", "/admin/atlas/user/add/"):
        assert people["admin"].get(address).status_code in (200, 404)
    assert people["officer"].post("/admin/auth/group/add/", {"name": "x"}).status_code in (403, 404)
    assert not Group.objects.filter(name="x").exists()
