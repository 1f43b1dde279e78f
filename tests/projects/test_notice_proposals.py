"""Foreign authors without account: the form in three languages, the link, the embassy's check, and what abuse meets."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from atlas.models import ForeignAuthority
from projects import rules, services, tasks
from projects.models import NoticeContact, PartnershipNotice
from projects.services import notice_links as links
from projects.services.notice_checks import candidates
from tests.factories.atlas import (
    CountryFactory,
    ForeignAuthorityFactory,
    MembershipFactory,
    PostingFactory,
    RegionFactory,
    ThemeFactory,
    UserFactory,
)
from tests.factories.projects import NoticeContactFactory, NoticeFactory

pytestmark = pytest.mark.django_db
PROPOSE = "/bourse/proposer/"


@pytest.fixture(autouse=True)
def _fresh():
    cache.clear()


@pytest.fixture
def senegal():
    return CountryFactory()


@pytest.fixture
def typed(senegal) -> dict:
    return {
        "country": senegal.pk,
        "authority_name": "Joal-Fadiout",
        "authority": "new",
        "name": "Marie Sarr",
        "function": "Adjointe",
        "email": "mairie@joal.example",
        "language": "fr",
        "site": "",
        "direction": "request",
        "title": "Joal cherche un partenaire",
        "sought": ["partnership"],
        "need": "Protéger la mangrove.",
        "territory": "Une commune du littoral.",
        "themes": [ThemeFactory(code="eau").pk],
        "languages": ["fr"],
    }


@pytest.fixture
def correspondent(senegal):
    posting = PostingFactory(kind="embassy")
    posting.countries.set([senegal])
    return posting.user


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def link_in(mail) -> str:
    return re.search(r"/bourse/suivi/[0-9a-f]{64}/", mail.body)[0]


# --- The whole way ----------------------------------------------------------------------------------------------------


def test_a_town_without_account_is_published_once_its_embassy_has_checked(
    client, typed, correspondent, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(PROPOSE, typed).status_code == 200
    notice = PartnershipNotice.objects.get()
    assert (notice.publication, notice.contact.confirmed_at) == ("draft", None)
    assert not ForeignAuthority.objects.exists(), "nothing enters the directory before the check"
    assert [mail.to for mail in mailoutbox] == [["mairie@joal.example"]]
    link = link_in(mailoutbox.pop())
    assert client.get(link).status_code == 200
    notice.refresh_from_db()
    assert notice.publication == "draft", "opening a link, as a mail scanner does, confirms nothing"
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(link, {"_confirm": "1"}).status_code == 302
    notice.refresh_from_db()
    assert (notice.publication, notice.contact.confirmed_at is not None) == ("submitted", True)
    assert [mail.to for mail in mailoutbox] == [[correspondent.email]]
    mailoutbox.clear()
    embassy = client_of(correspondent)
    assert notice.title in embassy.get("/bourse/a-verifier/").content.decode()
    page = f"/bourse/a-verifier/{notice.uuid}/"
    assert embassy.post(page, {"_accept": "1"}).status_code == 422, "which authority is it?"
    with django_capture_on_commit_callbacks(execute=True):
        assert embassy.post(page, {"_accept": "1", "authority": "new"}).status_code == 302
    notice.refresh_from_db()
    assert notice.in_force
    assert (str(notice.foreign_authority), notice.foreign_ids) == ("Joal-Fadiout", [notice.foreign_authority_id])
    assert [mail.to for mail in mailoutbox] == [["mairie@joal.example"]]
    assert link_in(mailoutbox[0]) == link
    assert notice.title in client.get("/bourse/").content.decode()
    client.post(link, {"_renew": "1"})
    assert client.post(link, {"_close": "1"}).status_code == 422
    assert client.post(link, {"_close": "1", "outcome": "contacts"}).status_code == 302
    notice.refresh_from_db()
    assert (notice.publication, notice.outcome) == ("closed", "contacts")


def test_a_notice_sent_back_is_corrected_and_proposed_again(
    client, correspondent, senegal, mailoutbox, django_capture_on_commit_callbacks, typed
):
    notice = NoticeFactory(waiting=True, contact__country=senegal, territory="x", theme=ThemeFactory())
    with pytest.raises(ValidationError):
        services.move_notice(notice, "send_back", actor=correspondent)
    with django_capture_on_commit_callbacks(execute=True):
        services.move_notice(notice, "send_back", actor=correspondent, note="Précisez le nombre d’habitants.")
    assert "Précisez le nombre d’habitants." in mailoutbox[0].body
    link = link_in(mailoutbox[0])
    assert "Précisez le nombre d’habitants." in client.get(link).content.decode()
    answer = client.post(f"{link}modifier/", typed | {"version": "2", "title": "Titre précisé"})
    assert answer.status_code == 302
    client.post(link, {"_confirm": "1"})
    notice.refresh_from_db()
    assert (notice.publication, notice.title) == ("submitted", "Titre précisé")


def test_a_published_notice_that_is_changed_is_checked_again(client, typed):
    notice = NoticeFactory(foreign=True, territory="x", theme=ThemeFactory())
    link = f"/bourse/suivi/{notice.contact.token}/"
    assert client.post(f"{link}modifier/", typed | {"title": "Achetez ici"}).status_code == 302
    notice.refresh_from_db()
    assert notice.publication == "submitted"
    assert "Achetez ici" not in client.get("/bourse/").content.decode()


def test_a_stale_page_of_the_author_changes_nothing(client, typed):
    notice = NoticeFactory(foreign=True, draft=True, title="Le premier", territory="x", theme=ThemeFactory())
    answer = client.post(f"/bourse/suivi/{notice.contact.token}/modifier/", typed | {"version": "99"})
    assert answer.status_code == 422
    notice.refresh_from_db()
    assert notice.title == "Le premier"


# --- Which authority --------------------------------------------------------------------------------------------------


def test_a_misspelt_name_is_asked_about(client, typed, senegal):
    thies = ForeignAuthorityFactory(name_fr="Thiès", slug="thies-sn", country=senegal)
    answer = client.post(PROPOSE, typed | {"authority_name": "Thiess", "authority": ""})
    assert answer.status_code == 422
    assert "partner:thies-sn" in answer.content.decode()
    assert (
        client.post(PROPOSE, typed | {"authority_name": "Thiess", "authority": "partner:thies-sn"}).status_code == 200
    )
    assert PartnershipNotice.objects.get().foreign_authority == thies


def test_the_very_name_is_taken_for_the_authority_that_bears_it(client, typed, senegal):
    thies = ForeignAuthorityFactory(name_fr="Thiès", slug="thies-sn", country=senegal)
    client.post(PROPOSE, typed | {"authority_name": "THIES", "authority": ""})
    assert PartnershipNotice.objects.get().foreign_authority == thies


def test_a_namesake_of_another_country_is_not_proposed(senegal):
    ForeignAuthorityFactory(name_fr="Santiago", country=CountryFactory(iso2="BR"))
    assert candidates("Santiago", senegal) == []


def test_no_duplicate_is_made_in_silence(correspondent, senegal):
    ForeignAuthorityFactory(name_fr="Joal", slug="joal-sn", country=senegal)
    notice = NoticeFactory(waiting=True, contact__country=senegal, contact__authority_name="JOAL")
    with pytest.raises(ValidationError) as refusal:
        services.accept_notice(notice, None, actor=correspondent)
    assert refusal.value.code == "duplicate"
    notice.refresh_from_db()
    assert notice.publication == "submitted"


def test_an_authority_of_another_country_is_refused(correspondent, senegal):
    notice = NoticeFactory(waiting=True, contact__country=senegal)
    elsewhere = ForeignAuthorityFactory(country=CountryFactory(iso2="BR"))
    with pytest.raises(ValidationError):
        services.accept_notice(notice, elsewhere, actor=correspondent)


# --- Who may ----------------------------------------------------------------------------------------------------------


def roles(senegal) -> dict:
    here, elsewhere = PostingFactory(kind="embassy"), PostingFactory(kind="embassy")
    here.countries.set([senegal])
    elsewhere.countries.set([CountryFactory(iso2="BR")])
    ended = PostingFactory(kind="embassy", valid_to=timezone.localdate())
    ended.countries.set([senegal])
    adviser = PostingFactory(kind="adviser")
    adviser.countries.set([senegal])
    from django.contrib.auth.models import Group

    from atlas.permissions import OFFICERS
    from atlas.services.accounts import ensure_groups

    ensure_groups()
    officer = UserFactory(staff=True)
    officer.groups.add(Group.objects.get(name=OFFICERS))
    return {
        "embassy": here.user,
        "embassy elsewhere": elsewhere.user,
        "embassy before": ended.user,
        "adviser": adviser.user,
        "member": MembershipFactory(role="representative").user,
        "staff without right": UserFactory(staff=True),
        "officer": officer,
    }


def test_the_embassy_of_the_country_and_the_officers_decide_and_nobody_else(senegal, subtests):
    waiting = {"waiting": True, "contact__country": senegal, "territory": "x"}
    for role, user in roles(senegal).items():
        for decision in ("accept", "send_back", "refuse"):
            with subtests.test(role=role, decision=decision):
                notice = NoticeFactory(**waiting)

                def decide(notice=notice, decision=decision, user=user):
                    if decision == "accept":
                        return services.accept_notice(notice, None, actor=user)
                    return services.move_notice(notice, decision, actor=user, note="Non.")

                if role in ("embassy", "officer"):
                    assert decide().publication in ("published", "draft", "refused")
                else:
                    with pytest.raises(PermissionDenied):
                        decide()
                    notice.refresh_from_db()
                    assert notice.publication == "submitted"


def test_the_page_of_checks_exists_for_those_who_check(senegal, subtests):
    notice = NoticeFactory(waiting=True, contact__country=senegal)
    expected = {"embassy": 200, "officer": 200, "embassy elsewhere": 404}
    for role, user in roles(senegal).items():
        with subtests.test(role=role):
            page = client_of(user).get(f"/bourse/a-verifier/{notice.uuid}/")
            assert page.status_code == expected.get(role, 404)
            assert (notice.contact.email in page.content.decode()) == (page.status_code == 200)


def test_a_foreign_notice_is_not_published_from_the_space_nor_by_the_draft(correspondent, senegal):
    notice = NoticeFactory(
        foreign=True, draft=True, foreign_authority__country=senegal, theme=ThemeFactory(), territory="x"
    )
    superuser = UserFactory(superuser=True)
    for move in ("publish", "submit", "close", "reopen"):
        with pytest.raises(ValidationError):
            services.move_notice(notice, move, actor=superuser)
    with pytest.raises(ValidationError):
        services.accept_notice(notice, notice.foreign_authority, actor=correspondent)


def test_a_decision_is_taken_once(correspondent, senegal):
    notice = NoticeFactory(waiting=True, contact__country=senegal)
    services.move_notice(notice, "refuse", actor=correspondent, note="Non.")
    with pytest.raises(ValidationError):
        services.accept_notice(notice, None, actor=correspondent)
    assert not ForeignAuthority.objects.exists(), "what was refused leaves nothing behind"


# --- The link ---------------------------------------------------------------------------------------------------------


def test_a_wrong_an_expired_and_a_revoked_link_say_what_to_do(client):
    assert client.get("/bourse/suivi/faux/").status_code == 404
    expired = NoticeFactory(foreign=True, contact__expires_at=timezone.now() - timedelta(hours=1)).contact
    answer = client.get(f"/bourse/suivi/{expired.token}/")
    assert answer.status_code == 410
    assert "Recevoir un nouveau lien" in answer.content.decode()
    revoked = NoticeFactory(foreign=True, contact__revoked_at=timezone.now()).contact
    assert client.get(f"/bourse/suivi/{revoked.token}/").status_code == 410


def test_an_expired_link_is_sent_anew_to_the_address_on_record(client, mailoutbox, django_capture_on_commit_callbacks):
    contact = NoticeFactory(foreign=True, contact__expires_at=timezone.now() - timedelta(hours=1)).contact
    NoticeContact.objects.filter(pk=contact.pk).update(updated_at=timezone.now() - timedelta(days=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"/bourse/suivi/{contact.token}/", {"_again": "1"}).status_code == 200
    assert [mail.to for mail in mailoutbox] == [[contact.email]]
    new = link_in(mailoutbox[0])
    assert new != f"/bourse/suivi/{contact.token}/"
    assert client.get(new).status_code == 200


def test_an_author_cancels_a_link_that_went_astray(client, mailoutbox, django_capture_on_commit_callbacks):
    contact = NoticeFactory(foreign=True).contact
    NoticeContact.objects.filter(pk=contact.pk).update(updated_at=timezone.now() - timedelta(days=1))
    old = f"/bourse/suivi/{contact.token}/"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(old, {"_revoke": "1"})
    assert client.get(old).status_code == 404
    assert client.get(link_in(mailoutbox[0])).status_code == 200


def test_the_staff_revokes_a_link(client, senegal):
    notice = NoticeFactory(foreign=True)
    with pytest.raises(PermissionDenied):
        services.revoke_contact(notice, actor=UserFactory(staff=True))
    services.revoke_contact(notice, actor=UserFactory(superuser=True))
    assert client.get(f"/bourse/suivi/{notice.contact.token}/").status_code == 410
    tasks.send_notice_link(notice.contact_id)  # nothing leaves
    with pytest.raises(ValidationError):
        links.renew_link(notice.contact)


def test_a_link_is_private(client):
    answer = client.get(f"/bourse/suivi/{NoticeFactory(foreign=True).contact.token}/")
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer["Cache-Control"]


def test_only_the_hash_of_a_link_is_stored():
    contact = NoticeContactFactory()
    assert contact.token not in {str(value) for value in vars(contact).values()}


# --- Abuse ------------------------------------------------------------------------------------------------------------


def test_a_robot_is_thanked_and_nothing_is_kept(client, typed):
    assert client.post(PROPOSE, typed | {"site": "https://spam.example"}).status_code == 200
    assert not NoticeContact.objects.exists()


def test_one_address_proposes_a_few_times_a_day(client, typed):
    for _ in range(rules.NOTICE_CONTACTS_BY_DAY.start):
        assert client.post(PROPOSE, typed).status_code == 200
    answer = client.post(PROPOSE, typed | {"email": "MAIRIE@joal.example"})
    assert answer.status_code == 422
    assert "recommencez demain" in answer.content.decode()
    assert NoticeContact.objects.count() == rules.NOTICE_CONTACTS_BY_DAY.start


def test_one_computer_proposes_a_few_times_an_hour(client, typed):
    answers = [
        client.post(PROPOSE, typed | {"email": f"m{n}@joal.example"}, REMOTE_ADDR="192.0.2.7").status_code
        for n in range(11)
    ]
    assert answers == [200] * 10 + [429]


@pytest.mark.parametrize(
    "bad",
    [
        {"country": ""},
        {"country": "0"},
        {"country": "abc"},
        {"authority_name": ""},
        {"authority": "partner:nulle-part"},
        {"email": "pas une adresse"},
        {"language": "xx"},
        {"title": ""},
        {"sought": []},
        {"themes": []},
        {"languages": []},
        {"need": " "},
        {"territory": ""},
        {"budget": "-1"},
        {"name": ""},
        {"title": "x\x00y"},
    ],
    ids=str,
)
def test_bad_input_is_told_and_kept(client, typed, bad):
    answer = client.post(PROPOSE, typed | bad)
    assert answer.status_code == 422
    assert not PartnershipNotice.objects.exists()
    if "territory" not in bad:
        assert "Une commune du littoral." in answer.content.decode()


def test_what_nobody_confirmed_is_forgotten():
    old = NoticeFactory(waiting=True, draft=True, contact__confirmed_at=None)
    kept = NoticeFactory(waiting=True)
    long_ago = timezone.now() - timedelta(days=rules.NOTICE_UNCONFIRMED_DAYS.start + 1)
    NoticeContact.objects.update(created_at=long_ago)
    assert tasks.forget_unconfirmed_notices() == 1
    assert tasks.forget_unconfirmed_notices() == 0
    assert list(PartnershipNotice.objects.values_list("pk", flat=True)) == [kept.pk]
    assert old.pk != kept.pk


# --- Languages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "words"),
    [("fr", "Proposer une annonce"), ("en", "Post a notice"), ("es", "Publicar un anuncio")],
)
def test_the_form_speaks_three_languages(client, asked, words):
    RegionFactory()
    page = client.get(PROPOSE, {"langue": asked}).content.decode()
    assert f'<html lang="{asked}"' in page
    assert words in page
    assert words in client.get(PROPOSE, headers={"Accept-Language": f"{asked}-XX,de;q=0.5"}).content.decode()


@pytest.mark.parametrize(("language", "words"), [("en", "Your notice"), ("es", "Su anuncio")])
def test_the_author_is_written_to_in_its_language(
    correspondent, senegal, language, words, mailoutbox, django_capture_on_commit_callbacks
):
    notice = NoticeFactory(waiting=True, contact__country=senegal, contact__language=language)
    with django_capture_on_commit_callbacks(execute=True):
        services.accept_notice(notice, None, actor=correspondent)
    assert words in mailoutbox[0].subject


def test_names_of_codes_follow_the_page_and_those_only_known_in_french_say_so(client):
    ThemeFactory(code="eau", name="Eau", name_en="Water", name_es="Agua")
    ThemeFactory(code="sport", name="Sport local", name_en="")
    CountryFactory(name_es="Senegal (es)")
    CountryFactory(iso2="DE", name_fr="Allemagne", name_en="Germany")
    spanish, english = (client.get(PROPOSE, {"langue": code}).content.decode() for code in ("es", "en"))
    assert "Agua</label>" in spanish
    assert "Water</label>" in english
    assert '<span lang="fr">Sport local</span></label>' in english
    assert ">Senegal (es)</option>" in spanish
    assert 'lang="fr">Allemagne</option>' in spanish
    assert ">Germany</option>" in english
    assert "lang=" not in re.search(r"<option[^>]*>Germany", english)[0]


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_french_is_left_on_the_pages_of_foreign_authors(client, language):
    """But for what they wrote themselves, the names of régions, and the name of the site."""
    ThemeFactory(code="x", name="Annonce", name_en="Water", name_es="Agua")
    notice = NoticeFactory(foreign=True, contact__language=language, need="-", territory="-", title="-", slug="x")
    french = re.compile(r"\b(votre|vous|annonce|lien|collectivité|cherchons|envoyer|langues?)\b", re.IGNORECASE)
    follow = f"/bourse/suivi/{notice.contact.token}/"
    for address in (f"{PROPOSE}?langue={language}", follow, f"{follow}modifier/"):
        content = re.sub(r"(?s)<head>.*?</head>|<[^>]*>", " ", client.get(address).content.decode())
        assert not french.findall(content), address
