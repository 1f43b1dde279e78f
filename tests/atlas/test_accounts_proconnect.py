"""ProConnect, against a provider that answers over HTTP: who enters, who does not, and what the portal learns of them."""

import json
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from atlas.models import AccessRequest, User
from atlas.services.identity import find_collectivity
from tests.atlas import provider as lies
from tests.atlas.provider import CLIENT, SECRET, Provider
from tests.factories.atlas import CollectivityFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
SIREN, SIRET = "213502388", "21350238800019"
OTHER_SIRET = "13002526500013"  # a State body, no authority


@pytest.fixture(scope="module")
def server():
    running = Provider()
    yield running
    running.stop()


@pytest.fixture
def provider(server, settings) -> Provider:
    """ProConnect switched on, with an honest provider."""
    server.reset()
    settings.PROCONNECT_ENABLED = True
    settings.PROCONNECT_ISSUER = server.issuer
    settings.PROCONNECT_CLIENT_ID = CLIENT
    settings.PROCONNECT_CLIENT_SECRET = SECRET
    return server


@pytest.fixture
def rennes(db):
    return CollectivityFactory(name="Rennes", siren=SIREN)


def depart(client: Client, provider: Provider) -> dict[str, str]:
    """Press the button; returns what is asked of the provider."""
    response = client.get(reverse("oidc_authentication_init"))
    asked = {name: values[0] for name, values in parse_qs(urlsplit(response.headers["Location"]).query).items()}
    provider.nonce = asked["nonce"]
    return asked


def come_back(client: Client, state: str, **extra):
    return client.get(reverse("oidc_authentication_callback"), {"code": "code-1", "state": state, **extra}, follow=True)


def enter(client: Client, provider: Provider):
    return come_back(client, depart(client, provider)["state"])


def who(client: Client) -> User | None:
    page = client.get(reverse("account"))
    return page.context["user"] if page.status_code == 200 else None


# --- Switched off -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["oidc_authentication_init", "oidc_authentication_callback"])
def test_without_settings_its_addresses_do_not_exist(client, name):
    assert client.get(reverse(name)).status_code == 404
    assert "ProConnect" not in client.get(reverse("login")).content.decode()


def test_the_login_page_offers_it_when_it_is_on_even_if_the_provider_is_down(client, provider, settings):
    settings.PROCONNECT_ISSUER = "http://127.0.0.1:1/api/v2"
    assert reverse("oidc_authentication_init") in client.get(reverse("login")).content.decode()


# --- The way in -------------------------------------------------------------------------------------------------------


def test_the_request_asks_for_what_is_needed_with_long_secrets(client, provider):
    asked = depart(client, provider)
    assert asked["client_id"] == CLIENT
    assert asked["response_type"] == "code"
    assert {"openid", "email", "siret"} <= set(asked["scope"].split())
    assert len(asked["state"]) >= 32
    assert len(asked["nonce"]) >= 32
    again = depart(client, provider)
    assert again["state"] != asked["state"]
    assert again["nonce"] != asked["nonce"]


def test_an_agent_enters_gets_an_account_and_asks_for_access_without_any_right(
    client, provider, rennes, django_capture_on_commit_callbacks
):
    representative = MembershipFactory(collectivity=rennes, role="representative").user
    provider.info_claims["siret"] = SIRET
    with django_capture_on_commit_callbacks(execute=True):
        response = enter(client, provider)
    assert response.redirect_chain[-1][0] == reverse("account")
    user = who(client)
    assert (user.email, user.get_full_name(), user.proconnect_sub) == ("nour@ville.example", "Nour Diallo", "sub-1")
    assert not user.has_usable_password()
    assert not user.is_staff
    assert not user.memberships.exists()
    access = AccessRequest.objects.get()
    assert (access.user, access.collectivity, access.siret, access.status) == (user, rennes, SIRET, "pending")
    assert [message.to for message in mail.outbox] == [[representative.email]]
    assert "en attente" in response.content.decode().lower()
    assert ("/userinfo", "Bearer access") in provider.asked


def test_coming_back_opens_the_same_account_and_asks_nothing_twice(client, provider, rennes):
    provider.info_claims["siret"] = SIRET
    enter(client, provider)
    first = who(client)
    client.post(reverse("logout"))
    provider.info_claims["email"] = "nouvelle.adresse@ville.example"
    enter(client, provider)
    assert who(client) == first
    assert AccessRequest.objects.count() == 1


def test_an_existing_account_is_found_by_its_address_and_its_holder_is_told(
    client, provider, django_capture_on_commit_callbacks
):
    user = UserFactory(email="nour@ville.example")
    provider.info_claims["email"] = "Nour@Ville.example"
    with django_capture_on_commit_callbacks(execute=True):
        enter(client, provider)
    assert who(client) == user
    assert [message.to for message in mail.outbox] == [[user.email]]


def test_an_agent_of_an_organisation_that_is_no_authority_is_told_what_to_do(client, provider, rennes):
    provider.info_claims["siret"] = OTHER_SIRET
    text = enter(client, provider).content.decode()
    assert OTHER_SIRET in text
    assert "n’est pas dans l’atlas" in text
    assert not AccessRequest.objects.exists()


@pytest.mark.parametrize("siret", ["", None, "123", "21350238800018", "x" * 14])
def test_a_missing_or_false_siret_gives_an_account_and_no_request(client, provider, rennes, siret):
    provider.info_claims["siret"] = siret
    enter(client, provider)
    assert who(client)
    assert not AccessRequest.objects.exists()


def test_a_siret_leads_to_the_present_authority_and_to_the_commune_when_two_share_a_siren():
    CollectivityFactory(siren=SIREN, former=True)
    assert find_collectivity(SIRET) is None
    CollectivityFactory(siren=SIREN, kind="departement", insee_code="75")
    commune = CollectivityFactory(siren=SIREN)
    assert find_collectivity(SIRET) == find_collectivity("213 502 388 00019") == commune


# --- Refused ----------------------------------------------------------------------------------------------------------


def stranger(response, client: Client) -> bool:
    """Nobody came in; the login page says so in French; no account was made."""
    return (
        response.redirect_chain[-1][0] == reverse("login")
        and "ProConnect n’a pas abouti" in response.content.decode()
        and who(client) is None
        and not User.objects.exists()
    )


ID_LIES = {
    "wrong issuer": {"iss": "https://ailleurs.example/api/v2"},
    "wrong audience": {"aud": "another-client"},
    "issued to another client": {"aud": [CLIENT, "other"], "azp": "other"},
    "expired": {"iat": int(time.time()) - 7200, "exp": int(time.time()) - 3600},
    "without end": {"exp": None},
    "bad nonce": {"nonce": "x" * 43},
    "no nonce": {"nonce": None},
    "no subject": {"sub": None},
    "another subject": {"sub": "sub-2"},
}


@pytest.mark.parametrize("lie", ID_LIES)
def test_an_identity_token_that_lies_opens_nothing(client, provider, lie):
    asked = depart(client, provider)
    provider.id_claims = ID_LIES[lie]
    assert stranger(come_back(client, asked["state"]), client)


INFO_LIES = {
    "wrong issuer": {"iss": "https://ailleurs.example/api/v2"},
    "wrong audience": {"aud": "another-client"},
    "another subject": {"sub": "sub-2"},
    "no subject": {"sub": None},
    "no address": {"email": None},
    "empty address": {"email": ""},
    "expired": {"exp": int(time.time()) - 3600},
}


@pytest.mark.parametrize("lie", INFO_LIES)
def test_userinfo_that_lies_opens_nothing(client, provider, lie):
    provider.info_claims |= INFO_LIES[lie]
    assert stranger(enter(client, provider), client)


@pytest.mark.parametrize(
    "signer", [lies.unsigned, lies.by_the_client_secret, lies.by_somebody_else(), lies.by_somebody_else("second")]
)
@pytest.mark.parametrize("which", ["id_signer", "info_signer"])
def test_what_the_provider_did_not_sign_opens_nothing(client, provider, which, signer):
    setattr(provider, which, signer)
    assert stranger(enter(client, provider), client)


def test_userinfo_in_plain_json_is_refused(client, provider):
    provider.info_type, provider.info_signer = "application/json", json.dumps
    assert stranger(enter(client, provider), client)


def test_a_state_serves_once(client, provider):
    state = depart(client, provider)["state"]
    come_back(client, state)
    client.post(reverse("logout"))
    again = come_back(client, state)
    assert again.redirect_chain[-1][0] == reverse("login")
    assert who(client) is None


def test_a_state_of_another_session_is_refused(client, provider):
    """Somebody is sent a link that would log it in as somebody else."""
    state = depart(Client(), provider)["state"]
    assert stranger(come_back(client, state), client)


@pytest.mark.parametrize("query", [{}, {"code": "x"}, {"state": "x"}, {"error": "access_denied"}])
def test_a_return_without_its_parameters_is_refused(client, provider, query):
    depart(client, provider)
    response = client.get(reverse("oidc_authentication_callback"), query, follow=True)
    assert stranger(response, client)


def test_giving_up_at_the_provider_comes_back_to_the_login_page(client, provider):
    state = depart(client, provider)["state"]
    response = client.get(
        reverse("oidc_authentication_callback"), {"error": "access_denied", "state": state}, follow=True
    )
    assert response.redirect_chain[-1][0] == reverse("login")
    assert who(client) is None


def test_a_provider_that_is_down_stops_its_own_button_only(client, provider, settings):
    settings.PROCONNECT_ISSUER = "http://127.0.0.1:1/api/v2"
    response = client.get(reverse("oidc_authentication_init"), follow=True)
    assert stranger(response, client)
    user = UserFactory()
    client.post(reverse("login"), {"username": user.email, "password": "mot-de-passe-de-test"})
    assert who(client) == user


def test_a_provider_that_stops_in_between_is_told_on_the_login_page(client, provider):
    state = depart(client, provider)["state"]
    cache.clear()
    provider.document = {"issuer": "https://ailleurs.example"}
    assert stranger(come_back(client, state), client)


def test_a_closed_account_stays_closed_and_is_told_why(client, provider):
    UserFactory(email="nour@ville.example", is_active=False)
    text = enter(client, provider).content.decode()
    assert "Ce compte est fermé" in text
    assert who(client) is None


def test_a_staff_account_bound_to_another_identity_is_not_taken_over(client, provider, administrator):
    User.objects.filter(pk=administrator.pk).update(email="nour@ville.example", proconnect_sub="sub-9")
    text = enter(client, provider).content.decode()
    assert "Un administrateur doit la délier" in text
    assert who(client) is None
    administrator.refresh_from_db()
    assert administrator.proconnect_sub == "sub-9"


# --- The way out ------------------------------------------------------------------------------------------------------


def test_leaving_offers_to_leave_proconnect_too(client, provider):
    enter(client, provider)
    page = client.post(reverse("logout"))
    assert page.status_code == 200
    address = page.context["end_session"]
    assert address.startswith(f"{provider.issuer}/logout?id_token_hint=")
    assert who(client) is None


def test_leaving_works_when_the_provider_is_down(client, provider, settings):
    enter(client, provider)
    cache.clear()
    settings.PROCONNECT_ISSUER = "http://127.0.0.1:1/api/v2"
    assert client.post(reverse("logout")).headers["Location"] == reverse("home")
    assert who(client) is None


def test_who_came_by_password_leaves_without_a_word_of_it(client, provider):
    client.force_login(UserFactory())
    assert client.post(reverse("logout")).headers["Location"] == reverse("home")
