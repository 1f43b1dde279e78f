"""Account pages and their services: entering, leaving, passwords, invitations, members, e-mails."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from atlas import launcher, notifications
from atlas.filters import lists
from atlas.models import ExportJob, Membership, Rhythm, SavedSearch, User
from atlas.notifications import alerts, invitation_tokens
from atlas.services import access as access_service
from atlas.services import accounts, members
from tests.factories.atlas import (
    AccessRequestFactory,
    CollectivityFactory,
    ContactFactory,
    CountryFactory,
    MembershipFactory,
    PostingFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
PASSWORD = "mot-de-passe-de-test"
NEW = "Une phrase longue, et rare"


def enter(client, user: User | str, password: str = PASSWORD, **extra):
    email = user if isinstance(user, str) else user.email
    return client.post(reverse("login"), {"username": email, "password": password, **extra})


def is_in(client) -> bool:
    return client.get(reverse("account")).status_code == 200


def path(address: str) -> str:
    """The address of an e-mail without its host."""
    return address.removeprefix(settings.SITE_URL)


def link_in(message) -> str:
    return re.search(r"https?://\S+", message.body)[0]


# --- Login ------------------------------------------------------------------------------------------------------------


def test_address_in_any_case_and_password_open_the_account(client):
    user = UserFactory(email="camille@ville.example")
    response = enter(client, "Camille@Ville.Example")
    assert response.headers["Location"] == reverse("account")
    page = client.get(reverse("account"))
    assert page.context["user"] == user
    assert "no-store" in page.headers["Cache-Control"]


@pytest.mark.parametrize(("email", "password"), [("inconnu@example.org", PASSWORD), (None, "autre"), (None, "")])
def test_a_wrong_pair_is_told_in_french_without_saying_which_half_is_wrong(client, email, password):
    user = UserFactory()
    response = enter(client, email or user, password)
    assert response.status_code == 200
    text = response.content.decode()
    assert ("Adresse ou mot de passe inexact" in text) is bool(password)
    assert not is_in(client)


def test_a_closed_account_does_not_open(client):
    enter(client, UserFactory(is_active=False))
    assert not is_in(client)


def test_login_goes_on_to_the_page_that_was_asked_but_never_to_another_site(client):
    user = UserFactory(superuser=True)
    asked = client.get(reverse("admin:index"), follow=True)
    assert asked.redirect_chain[-1][0] == f"{reverse('login')}?next=/admin/"
    assert 'name="next" value="/admin/"' in asked.content.decode()
    assert enter(client, user, next="/admin/").headers["Location"] == "/admin/"
    client.post(reverse("logout"))
    assert enter(client, user, next="https://ailleurs.example/").headers["Location"] == reverse("account")


def test_leaving_asks_for_a_post(client):
    client.force_login(UserFactory())
    assert client.get(reverse("logout")).status_code == 405
    assert is_in(client)
    assert client.post(reverse("logout")).headers["Location"] == reverse("home")
    assert not is_in(client)


def test_demonstration_accounts_show_on_a_demonstration_only(client, settings):
    known = next(iter(launcher.ACCOUNTS))
    UserFactory(email=known)
    assert known not in client.get(reverse("login")).content.decode()
    settings.DEMO = True
    shown = client.get(reverse("login")).content.decode()
    assert known in shown
    assert launcher.PASSWORD in shown
    assert [email for email in launcher.ACCOUNTS if email in shown] == [known]


def test_the_header_offers_to_enter_then_the_account(client):
    user = UserFactory(staff=True)
    login, admin = reverse("login"), reverse("admin:index")
    outside = client.get(reverse("password_reset")).content.decode()
    assert f'href="{login}"' in outside
    assert admin not in outside
    client.force_login(user)
    inside = client.get(reverse("account")).content.decode()
    assert f'href="{login}"' not in inside
    assert f'href="{admin}"' in inside
    assert f'action="{reverse("logout")}"' in inside


# --- Lock-out ---------------------------------------------------------------------------------------------------------


def fail(client, user, times: int = settings.AXES_FAILURE_LIMIT, **extra):
    for _n in range(times):
        response = client.post(reverse("login"), {"username": user.email, "password": "faux"}, **extra)
    return response


def test_repeated_failures_close_the_door_with_a_page_in_french(client):
    user = UserFactory()
    assert fail(client, user, settings.AXES_FAILURE_LIMIT - 1).status_code == 200
    locked = fail(client, user, 1)
    assert locked.status_code == 429
    text = locked.content.decode()
    assert "Trop d’essais infructueux" in text
    assert reverse("password_reset") in text
    assert enter(client, user).status_code == 429, "even with the right password"
    assert enter(client, user.email.upper()).status_code == 429, "whatever the case"


def test_the_lock_out_is_for_one_account_from_one_place(client):
    user, other = UserFactory(), UserFactory()
    fail(client, user)
    assert enter(client, other).status_code == 302
    client.logout()
    elsewhere = client.post(
        reverse("login"), {"username": user.email, "password": PASSWORD}, REMOTE_ADDR="198.51.100.7"
    )
    assert elsewhere.status_code == 302


def test_a_forged_forwarded_address_does_not_give_fresh_tries(client):
    user = UserFactory()
    for n in range(settings.AXES_FAILURE_LIMIT):
        response = fail(client, user, 1, HTTP_X_FORWARDED_FOR=f"203.0.113.{n}")
    assert response.status_code == 429


def test_behind_a_trusted_proxy_the_address_it_saw_counts(client, settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    user = UserFactory()
    fail(client, user, HTTP_X_FORWARDED_FOR="10.0.0.9, 203.0.113.1")
    assert fail(client, user, 1, HTTP_X_FORWARDED_FOR="10.0.0.8, 203.0.113.1").status_code == 429
    assert fail(client, user, 1, HTTP_X_FORWARDED_FOR="10.0.0.9, 203.0.113.2").status_code == 200


def test_success_forgets_the_failures(client):
    user = UserFactory()
    fail(client, user, settings.AXES_FAILURE_LIMIT - 1)
    enter(client, user)
    client.post(reverse("logout"))
    assert fail(client, user, settings.AXES_FAILURE_LIMIT - 1).status_code == 200


def test_a_new_password_opens_the_door_again(client):
    user = UserFactory()
    fail(client, user)
    reset_with(client, reset_link(user))
    assert enter(client, user, NEW).status_code == 302


def test_an_administrator_lifts_the_lock_out(client, administrator, officer):
    user = UserFactory()
    fail(client, user)
    assert accounts.is_locked_out(user)
    with pytest.raises(PermissionDenied):
        accounts.unlock(user, actor=officer)
    accounts.unlock(user, actor=administrator)
    assert not accounts.is_locked_out(user)
    assert enter(client, user).status_code == 302


# --- Reset ------------------------------------------------------------------------------------------------------------


def reset_link(user: User) -> str:
    return path(notifications.signed_link("password_reset_confirm", user, default_token_generator))


def reset_with(client, address: str, password: str = NEW, **names):
    """Follow the link of the message, then type the password."""
    page = client.get(address, follow=True)
    if not page.redirect_chain:
        return page
    given = {"new_password1": password, "new_password2": password, **names}
    return client.post(page.redirect_chain[-1][0], given, follow=True)


def test_a_forgotten_password_is_replaced_by_a_link_that_serves_once(client):
    user = UserFactory(email="camille@ville.example")
    client.post(reverse("password_reset"), {"email": "CAMILLE@ville.example"})
    address = link_in(mail.outbox[0])
    done = reset_with(client, path(address))
    assert done.redirect_chain[-1][0] == reverse("password_reset_complete")
    assert enter(client, user, NEW).status_code == 302
    client.post(reverse("logout"))
    again = reset_with(client, path(address))
    assert "Ce lien ne vaut plus" in again.content.decode()


def test_the_answer_is_the_same_for_an_unknown_address(client):
    UserFactory(email="camille@ville.example")
    UserFactory(email="ferme@ville.example", is_active=False)
    answers = [
        client.post(reverse("password_reset"), {"email": email}, follow=True).content
        for email in ("camille@ville.example", "ferme@ville.example", "personne@ville.example")
    ]
    assert len({re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", answer) for answer in answers}) == 1
    assert [message.to for message in mail.outbox] == [["camille@ville.example"]]


def test_a_reset_link_expires(client, settings):
    user = UserFactory()
    address = reset_link(user)
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "Ce lien ne vaut plus" in reset_with(client, address).content.decode()


@pytest.mark.parametrize("password", ["court", "123456789012345", "motdepasse", "camille.martin@ville"])
def test_a_weak_password_is_refused_at_its_field(client, password):
    user = UserFactory(email="camille.martin@ville.example")
    page = reset_with(client, reset_link(user), password)
    assert page.context["form"].errors["new_password2"]
    assert 'id="id_new_password2_error"' in page.content.decode()
    assert not enter(client, user, password).has_header("Location")


def test_an_account_that_only_knows_proconnect_is_told_so_instead_of_getting_a_way_round_it(client):
    user = UserFactory(proconnect_sub="abc", password="!")
    user.set_unusable_password()
    user.save()
    accounts.ask_password_reset(user.email)
    assert "ProConnect" in mail.outbox[0].subject
    assert path(link_in(mail.outbox[0])) == reverse("login")


# --- Change -----------------------------------------------------------------------------------------------------------


def test_changing_the_password_ends_the_other_sessions_and_keeps_this_one(client):
    user, other = UserFactory(), Client()
    for browser in (client, other):
        enter(browser, user)
    given = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert client.post(reverse("password_change"), given).headers["Location"] == reverse("password_change_done")
    assert is_in(client)
    assert not is_in(other)
    assert client.get(reverse("password_change_done")).status_code == 200


def test_the_present_password_is_asked_before_another(client):
    user = UserFactory()
    client.force_login(user)
    page = client.post(reverse("password_change"), {"old_password": "faux", "new_password1": NEW, "new_password2": NEW})
    assert page.context["form"].errors["old_password"]
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


# --- Invitations ------------------------------------------------------------------------------------------------------


@pytest.fixture
def invited(superuser, django_capture_on_commit_callbacks) -> User:
    with django_capture_on_commit_callbacks(execute=True):
        return accounts.invite(
            " Nour@Ville.example ", actor=superuser, collectivity=CollectivityFactory(name="Thionne"), role="editor"
        )


def test_an_invitation_opens_the_account_and_enters_at_once(client, invited):
    message = mail.outbox[0]
    assert message.to == ["nour@ville.example"]
    assert "Thionne" in message.body
    assert "Rédaction" in message.body
    page = reset_with(client, path(link_in(message)), first_name="Nour", last_name="Diallo")
    assert page.redirect_chain[-1][0] == reverse("account")
    assert "Thionne" in page.content.decode()
    invited.refresh_from_db()
    assert invited.get_full_name() == "Nour Diallo"
    assert invited.check_password(NEW)


def test_an_invited_account_cannot_enter_before(client, invited):
    for password in ("", "!", PASSWORD):
        enter(client, invited, password)
    assert not is_in(client)


def test_an_invitation_serves_once(client, invited):
    address = path(link_in(mail.outbox[0]))
    reset_with(client, address, first_name="Nour", last_name="Diallo")
    client.post(reverse("logout"))
    assert "Ce lien ne vaut plus" in reset_with(client, address).content.decode()


def test_an_invitation_expires_after_its_own_delay(invited, monkeypatch):
    token = invitation_tokens.make_token(invited)
    later = timezone.now().replace(tzinfo=None)
    monkeypatch.setattr(invitation_tokens, "_now", lambda: later + timedelta(days=13))
    assert invitation_tokens.check_token(invited, token)
    monkeypatch.setattr(invitation_tokens, "_now", lambda: later + timedelta(days=15))
    assert not invitation_tokens.check_token(invited, token)


def test_an_invitation_to_a_closed_account_is_void(client, invited):
    User.objects.filter(pk=invited.pk).update(is_active=False)
    assert "Ce lien ne vaut plus" in reset_with(client, path(link_in(mail.outbox[0]))).content.decode()


def test_neither_link_works_as_the_other(client, invited):
    as_reset = reverse(
        "password_reset_confirm",
        args=[urlsafe_base64_encode(force_bytes(invited.pk)), invitation_tokens.make_token(invited)],
    )
    assert "Ce lien ne vaut plus" in reset_with(client, as_reset).content.decode()
    as_invitation = reverse(
        "invitation_accept",
        args=[urlsafe_base64_encode(force_bytes(invited.pk)), default_token_generator.make_token(invited)],
    )
    assert "Ce lien ne vaut plus" in reset_with(client, as_invitation).content.decode()


@pytest.mark.parametrize("token", ["", "x", "-", "zzzzzzzzzzzzzzz-1", "a-b-c", "é-é"])
def test_a_broken_token_is_no_invitation(invited, token):
    assert not invitation_tokens.check_token(invited, token)


def test_somebody_with_an_account_is_told_of_the_new_access(superuser, django_capture_on_commit_callbacks):
    user = UserFactory()
    with django_capture_on_commit_callbacks(execute=True):
        accounts.invite(user.email.upper(), actor=superuser, collectivity=CollectivityFactory(name="Thionne"))
    assert "membre de « Thionne »" in mail.outbox[0].subject
    assert "/invitation/" not in mail.outbox[0].body


def test_a_representative_invites_into_its_own_authority_only():
    representative = MembershipFactory(role="representative")
    accounts.invite("a@example.org", actor=representative.user, collectivity=representative.collectivity)
    for refused in (
        {"collectivity": CollectivityFactory()},
        {"collectivity": None},
        {"collectivity": representative.collectivity, "is_staff": True},
    ):
        with pytest.raises(PermissionDenied):
            accounts.invite("b@example.org", actor=representative.user, **refused)
    assert not User.objects.filter(email="b@example.org").exists()


def test_an_officer_invites_but_makes_no_staff(officer, administrator, groups):
    accounts.invite("a@example.org", actor=officer)
    with pytest.raises(PermissionDenied):
        accounts.invite("b@example.org", actor=officer, groups=[groups["dctciv"]])
    made = accounts.invite("b@example.org", actor=administrator, is_staff=True, groups=[groups["dctciv"]])
    assert made.is_staff
    assert list(made.groups.all()) == [groups["dctciv"]]


def test_invitations_that_make_no_sense_are_refused_with_their_reason(superuser):
    member = MembershipFactory()
    closed = UserFactory(is_active=False)
    for email, collectivity, reason in (
        ("pas une adresse", None, "adresse"),
        (closed.email, CollectivityFactory(), "fermé"),
        (member.user.email, None, "existe déjà"),
        (member.user.email, member.collectivity, "déjà membre"),
    ):
        with pytest.raises(ValidationError, match=reason):
            accounts.invite(email, actor=superuser, collectivity=collectivity)


# --- Members ----------------------------------------------------------------------------------------------------------


def test_the_last_representative_neither_leaves_nor_steps_down(client):
    last = MembershipFactory(role="representative")
    MembershipFactory(collectivity=last.collectivity, role="editor")
    MembershipFactory(collectivity=last.collectivity, role="representative", user__is_active=False)
    client.force_login(last.user)
    page = client.post(reverse("membership_leave", args=[last.pk]), follow=True)
    assert "Dernier représentant" in page.content.decode()
    with pytest.raises(ValidationError, match="Dernier représentant"):
        members.change_role(last, actor=last.user, role="editor")
    assert Membership.objects.filter(pk=last.pk, role="representative").exists()


def test_with_another_representative_one_may_leave(client):
    leaving = MembershipFactory(role="representative")
    MembershipFactory(collectivity=leaving.collectivity, role="representative")
    client.force_login(leaving.user)
    assert leaving.collectivity.name in client.get(reverse("membership_leave", args=[leaving.pk])).content.decode()
    assert Membership.objects.filter(pk=leaving.pk).exists(), "reading the page does nothing"
    page = client.post(reverse("membership_leave", args=[leaving.pk]), follow=True)
    assert "Vous ne faites plus partie" in page.content.decode()
    assert not Membership.objects.filter(pk=leaving.pk).exists()


def test_nobody_leaves_for_another(client):
    member = MembershipFactory()
    client.force_login(MembershipFactory(collectivity=member.collectivity).user)
    assert client.post(reverse("membership_leave", args=[member.pk])).status_code == 404
    with pytest.raises(PermissionDenied):
        members.remove_member(member, actor=MembershipFactory(collectivity=member.collectivity).user)


def test_only_a_representative_changes_roles():
    representative = MembershipFactory(role="representative")
    reader = MembershipFactory(collectivity=representative.collectivity, role="reader")
    assert members.change_role(reader, actor=representative.user, role="editor").role == "editor"
    with pytest.raises(PermissionDenied):
        members.change_role(reader, actor=reader.user, role="representative")
    with pytest.raises(ValidationError):
        members.change_role(reader, actor=representative.user, role="king")


# --- «Mon compte» -----------------------------------------------------------------------------------------------------


def test_account_pages_ask_to_log_in_first(client):
    for name, args in (
        ("account", []),
        ("password_change", []),
        ("membership_leave", [1]),
        ("access_decide", [1, "grant"]),
    ):
        address = reverse(name, args=args)
        assert client.get(address).headers["Location"] == f"{reverse('login')}?next={address}"


def test_the_account_shows_what_is_ones_own(client):
    user = MembershipFactory(collectivity__name="Thionne").user
    PostingFactory(user=user, kind="embassy").countries.add(CountryFactory())
    PostingFactory(user=user, kind="adviser", valid_to=timezone.localdate())
    AccessRequestFactory(user=user, collectivity__name="Vichy")
    MembershipFactory(collectivity__name="Moulins")
    client.force_login(user)
    text = client.get(reverse("account")).content.decode()
    assert all(word in text for word in ("Thionne", "Correspondant d’ambassade", "Sénégal", "Vichy"))
    assert "Moulins" not in text
    assert "Conseiller diplomatique" not in text, "a posting that ended"


def test_names_are_corrected_on_the_account_page(client):
    user = UserFactory()
    client.force_login(user)
    page = client.post(reverse("account"), {"first_name": "Zoé", "last_name": "D’Aubigné"}, follow=True)
    assert "Vos informations sont enregistrées" in page.content.decode()
    user.refresh_from_db()
    assert user.get_full_name() == "Zoé D’Aubigné"
    page = client.post(reverse("account"), {"first_name": "x" * 151, "last_name": "y"})
    assert page.context["form"].errors["first_name"]
    assert "x" * 151 in page.content.decode(), "what was typed stays"


def test_a_representative_decides_access_from_the_account_page(client, django_capture_on_commit_callbacks):
    representative = MembershipFactory(role="representative")
    access = AccessRequestFactory(collectivity=representative.collectivity)
    client.force_login(representative.user)
    address = reverse("access_decide", args=[access.pk, "refuse"])
    assert address in client.get(reverse("account")).content.decode()
    assert client.get(address).status_code == 200
    assert client.post(address, {"note": " "}).context["form"].errors["note"]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, {"note": "Ne travaille pas ici."})
    access.refresh_from_db()
    assert access.status == "refused"
    assert mail.outbox[0].to == [access.user.email]
    assert "Ne travaille pas ici." in mail.outbox[0].body
    assert client.post(address, {"note": "encore"}).status_code == 404


def test_others_find_no_request_to_decide(client):
    access = AccessRequestFactory()
    for user in (UserFactory(), access.user, MembershipFactory(collectivity=access.collectivity, role="editor").user):
        client.force_login(user)
        assert client.post(reverse("access_decide", args=[access.pk, "grant"])).status_code == 404
    access.refresh_from_db()
    assert access.status == "pending"


def test_access_is_asked_once(django_capture_on_commit_callbacks):
    representative = MembershipFactory(role="representative")
    MembershipFactory(collectivity=representative.collectivity, role="editor")
    user, collectivity = UserFactory(), representative.collectivity
    with django_capture_on_commit_callbacks(execute=True):
        first = access_service.request_access(user, collectivity=collectivity, siret="1" * 14)
        assert access_service.request_access(user, collectivity=collectivity, siret="1" * 14) == first
    assert [message.to for message in mail.outbox] == [[representative.user.email]]
    access_service.decide_access(first, "refuse", actor=representative.user, note="Non")
    assert access_service.request_access(user, collectivity=collectivity, siret="1" * 14) is None
    assert access_service.request_access(representative.user, collectivity=collectivity, siret="1" * 14) is None


# --- Closing ----------------------------------------------------------------------------------------------------------


def test_closing_an_account_ends_its_sessions(client, administrator):
    user = UserFactory()
    enter(client, user)
    accounts.deactivate(user, actor=administrator)
    assert not is_in(client)
    accounts.reactivate(user, actor=administrator)
    assert enter(client, user).status_code == 302


def test_nobody_closes_its_own_account_nor_one_above_its_rank(administrator, superuser, officer):
    with pytest.raises(ValidationError):
        accounts.deactivate(administrator, actor=administrator)
    for service in (accounts.deactivate, accounts.reactivate, accounts.unlink_proconnect, accounts.unlock):
        with pytest.raises(PermissionDenied):
            service(superuser, actor=administrator)
        with pytest.raises(PermissionDenied):
            service(administrator, actor=officer)


# --- E-mails ----------------------------------------------------------------------------------------------------------


def test_addresses_in_e_mails_come_from_the_settings_never_from_the_request(client, settings):
    settings.SITE_URL = "https://atlas.example"
    user = UserFactory()
    client.post(reverse("password_reset"), {"email": user.email}, HTTP_HOST="pirate.example")
    assert link_in(mail.outbox[0]).startswith("https://atlas.example/compte/")
    assert "pirate" not in mail.outbox[0].body


def test_e_mails_are_plain_french_text_with_a_subject_on_one_line(
    superuser, settings, django_capture_on_commit_callbacks
):
    """Every template, with a name that would be escaped in a page or end the subject."""
    name = "L’Haÿ & <Fils>\nBcc: pirate@example.org"
    collectivity = CollectivityFactory(name=name)
    representative = MembershipFactory(collectivity=collectivity, role="representative").user
    bound = UserFactory(proconnect_sub="abc")
    bound.set_unusable_password()
    bound.save()
    with django_capture_on_commit_callbacks(execute=True):
        accounts.invite("a@example.org", actor=superuser, collectivity=collectivity)
        accounts.invite("b@example.org", actor=superuser)
        accounts.invite(UserFactory().email, actor=superuser, collectivity=collectivity)
        access = access_service.request_access(UserFactory(), collectivity=collectivity, siret="1" * 14)
    with django_capture_on_commit_callbacks(execute=True):
        access_service.decide_access(access, "grant", actor=representative)
    accounts.ask_password_reset(superuser.email)
    accounts.ask_password_reset(bound.email)
    notifications.proconnect_linked(bound)
    with django_capture_on_commit_callbacks(execute=True):
        for address in ("inconnue@example.org", superuser.email):
            access_service.ask_as_visitor(address, access_service.Wanted(collectivity))
    notifications.export_ready(ExportJob.objects.create(user=superuser, list_name="projets"))
    notifications.contact_notice(ContactFactory(collectivity=collectivity, function="Adjointe & <élue>"))
    search = SavedSearch.objects.create(email="c@example.org", list_name="projets", rhythm=Rhythm.WEEKLY)
    alerts.confirmation(search)
    alerts._send(search, [search.query], lists.find("projets"), [(name, "", "/projets/eau/")], 1, timezone.now())
    templates = [path for path in settings.BASE_DIR.glob("templates/atlas/email/*.txt") if path.name[0] != "_"]
    assert len(mail.outbox) == len(templates) + 1  # an invitation with and without an authority
    for message in mail.outbox:
        assert message.subject
        assert "\n" not in message.subject
        assert len(message.to) == 1
        assert message.body.startswith("Bonjour,")
        assert "&amp;" not in message.body + message.subject
        assert "&lt;" not in message.body
        assert str(settings.SITE_NAME) in message.body
        assert not message.bcc
        assert "{{" not in message.body
