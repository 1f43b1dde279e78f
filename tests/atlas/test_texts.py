"""The compulsory pages say what the portal does, and the pages of errors need nothing of it."""

import pytest
from axes.models import AccessLog
from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.template.loader import render_to_string
from django.test import Client
from django.urls import path, reverse

from atlas import rules
from atlas.urls import handler500
from atlas.urls import urlpatterns as portal_urls
from atlas.views import texts
from tests.factories.atlas import RegionFactory, UserFactory, hold

TEXTS = ["accessibility", "legal", "privacy", "cookies", "credits", "site_plan"]


def _raises(error: Exception):
    def view(request):
        raise error

    return view


# This module stands for the portal's addresses, with views that fail in every way.
urlpatterns = [
    path("casse/", _raises(ValueError("secret"))),
    path("sans-base/", _raises(OperationalError("secret"))),
    path("interdit/", _raises(PermissionDenied("secret"))),
    path("mal-forme/", _raises(SuspiciousOperation("secret"))),
    *portal_urls,
]
__all__ = ["handler500"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", TEXTS)
def test_a_page_of_text_has_its_title_its_description_and_no_cookie(client, name):
    response = client.get(reverse(name))
    page = response.content.decode()
    assert response.status_code == 200
    assert page.count("<h1") == 1
    assert not page.split("<title>")[1].startswith(str(settings.SITE_NAME))
    assert "Qui travaille avec qui\u00a0: jumelages" not in page.split('name="description"')[1][:200]
    assert not response.cookies, "a visitor was promised none"


@pytest.mark.django_db
def test_titles_and_descriptions_differ_from_page_to_page(client):
    heads = [client.get(reverse(name)).content.decode().split("<body")[0] for name in TEXTS]
    for part in ("<title>", '<meta name="description" content="'):
        assert len({head.split(part)[1].split("<")[0] for head in heads}) == len(TEXTS)


@pytest.mark.django_db
def test_what_the_operator_has_not_declared_is_said_to_be_missing(client, settings):
    settings.PUBLISHER = settings.PUBLICATION_DIRECTOR = settings.HOSTING_NOTICE = ""
    assert client.get(reverse("legal")).content.decode().count("À compléter par l’organisme") == 3
    settings.PUBLISHER = "Ministère d’essai\n1 rue <b>Haute</b>"
    page = client.get(reverse("legal")).content.decode()
    assert "Ministère d’essai<br>1 rue &lt;b&gt;Haute" in page
    assert page.count("À compléter par l’organisme") == 2


@pytest.mark.django_db
def test_delays_of_the_privacy_page_are_those_that_are_applied(client):
    hold(rules.LOG_INS_KEPT_DAYS, 17)
    assert "17\u00a0jours" in client.get(reverse("privacy")).content.decode()


@pytest.mark.django_db
def test_the_plan_names_every_page_that_asks_for_nothing(client):
    """Generated from what exists: an address of the portal that takes no argument stands in the plan."""
    RegionFactory(code="53", name="Bretagne")
    page = client.get(reverse("site_plan")).content.decode().split("<main")[1].split("</main")[0]
    assert f'href="{reverse("collectivity_list")}?region=53"' in page
    machines = {"suggest", "healthz", "readyz", "site_plan", "map_embed"}
    pages = [p.name for p in portal_urls if getattr(p, "name", None) and "<" not in str(p.pattern)]
    assert [name for name in pages if name not in machines and f'href="{reverse(name)}"' not in page] == []


def test_every_file_of_reference_has_a_source():
    folder = texts.SOURCES_FILE.parent
    data = {file.name for file in folder.iterdir() if file.is_file() and file.suffix != ".md"} - {
        texts.SOURCES_FILE.name
    }
    credited = {name for source in texts.sources() for name in source.files.split()}
    assert data == credited
    assert all(source.licence and source.licence_url and source.family in texts.FAMILIES for source in texts.sources())


@pytest.mark.django_db
def test_the_credits_name_every_source_and_its_licence(client):
    page = client.get(reverse("credits")).content.decode()
    for name in ("INSEE", "DGCL", "IGN", "GeoNames", "Natural Earth", "Unicode", "OCDE", "IATI", "Leaflet"):
        assert name in page
    assert page.count("<tr>") == len(texts.sources()) + len(texts.FAMILIES)


# --- Errors ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["400", "500", "503", "403_csrf"])
def test_a_page_of_last_resort_needs_neither_context_nor_database(name):
    """No `db` mark: a query would fail this test."""
    page = render_to_string(f"{name}.html")
    assert page.count("<h1") == 1
    assert "<script" not in page


@pytest.fixture
def broken_portal(settings):
    settings.ROOT_URLCONF = __name__
    settings.DEBUG = False
    return Client(raise_request_exception=False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/casse/", 500, "a rencontré une erreur"),
        ("/sans-base/", 503, "momentanément indisponible"),
        ("/interdit/", 403, "Vous n’avez pas accès"),
        ("/mal-forme/", 400, "Demande non comprise"),
        ("/inconnue/", 404, "Page introuvable"),
    ],
)
def test_an_error_has_its_page_and_tells_no_secret(broken_portal, address, status, words):
    response = broken_portal.get(address)
    page = response.content.decode()
    assert response.status_code == status
    assert words in page
    assert "secret" not in page
    assert "default-src 'self'" in response["Content-Security-Policy"]


def test_without_its_database_the_portal_says_so_and_when_to_come_back(broken_portal):
    """No `db` mark either: the failing query of the session is not even reached."""
    response = broken_portal.get("/sans-base/")
    assert response.status_code == 503
    assert response["Retry-After"] == "60"


@pytest.mark.django_db
def test_a_form_sent_from_elsewhere_is_refused_in_french():
    response = Client(enforce_csrf_checks=True).post(reverse("login"), {"username": "a@example.org"})
    assert response.status_code == 403
    assert "Ce formulaire n’a pas été accepté" in response.content.decode()


@pytest.mark.django_db
def test_a_refused_member_is_led_to_his_rights(broken_portal):
    broken_portal.force_login(UserFactory())
    assert reverse("account") in broken_portal.get("/interdit/").content.decode()


@pytest.mark.django_db
def test_the_privacy_page_speaks_of_a_journal_that_exists():
    """Log-ins are written down by the lock-out's own tables; see `atlas.tasks.forget_log_ins`."""
    assert {field.name for field in AccessLog._meta.fields} >= {"ip_address", "user_agent", "username", "attempt_time"}
