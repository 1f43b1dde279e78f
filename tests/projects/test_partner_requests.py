"""Both sides: the link sent to the foreign partner, its page without account, its answer, and what the French side makes of it."""

import gettext
import re
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from projects import rules, services
from projects.models import PartnerRequest, Project
from projects.models.links import token_hash
from tests.factories.atlas import (
    ForeignAuthorityFactory,
    MembershipFactory,
    ThemeFactory,
    UserFactory,
    hold,
)
from tests.factories.projects import PartnershipFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner():
    return ForeignAuthorityFactory(name_fr="Thiès")


@pytest.fixture
def editor(town):
    return MembershipFactory(collectivity=town, role="editor").user


@pytest.fixture
def project(town, partner):
    return ProjectFactory(french=town, foreign=partner, title="Écoles de Thiès")


@pytest.fixture
def link(town, partner):
    return PartnershipFactory(french=town, foreign=partner)


@pytest.fixture
def ask(town, partner, editor, project, django_capture_on_commit_callbacks):
    def send(record=project, language="fr", **fields) -> PartnerRequest:
        with django_capture_on_commit_callbacks(execute=True):
            return services.ask_partner(
                record,
                partner,
                email="maire@thies.example",
                language=language,
                collectivity=town,
                actor=editor,
                **fields,
            )

    return send


def page(asked: PartnerRequest) -> str:
    return reverse("projects:partner_confirm", args=[asked.token])


WHO = {"name": "Awa Diop", "function": "Maire"}


def typed(record, **fields) -> dict:
    """The form as the browser sends it back, with what is changed."""
    given = {name: getattr(record, name) for name in ("title", "starts_on", "ends_on", "declared_status")}
    return {name: value or "" for name, value in given.items()} | WHO | {"answer": "corrected"} | fields


# --- The link ---------------------------------------------------------------------------------------------------------


def test_the_link_leaves_by_email_and_only_its_hash_is_kept(ask):
    asked = ask()
    (sent,) = mail.outbox
    assert sent.to == ["maire@thies.example"]
    found = re.search(rf"{settings.SITE_URL}(/confirmer/(\w+)/)", sent.body)
    assert found[1] == page(asked)
    assert token_hash(found[2]) == asked.token_hash
    stored = PartnerRequest.objects.values().get()
    assert found[2] not in map(str, stored.values())


def test_the_address_says_nothing_of_anybody(ask):
    assert re.fullmatch(r"/confirmer/[0-9a-f]{64}/", page(ask()))


@pytest.mark.parametrize(
    ("language", "subject", "heading"),
    [
        ("fr", "vous demande de confirmer", "Confirmer une coopération"),
        ("en", "asks you to confirm", "Confirm a cooperation"),
        ("es", "le pide que confirme", "Confirmar una cooperación"),
    ],
)
def test_email_and_page_speak_the_partner_s_language(client, ask, language, subject, heading):
    asked = ask(language=language)
    assert subject in mail.outbox[0].subject
    html = client.get(page(asked)).content.decode()
    assert f'<html lang="{language}"' in html
    assert f"<h1>{heading}</h1>" in html
    assert "Écoles de Thiès" in html


def test_the_partner_may_read_in_another_language(client, ask):
    assert "Confirmar una cooperación" in client.get(page(ask()) + "?langue=es").content.decode()
    assert "Confirmer une coopération" in client.get(page(PartnerRequest.objects.get()) + "?langue=xx").content.decode()


FRENCH = re.compile(
    r"trans(?:late)? \"([^\"]+)\"|_\(\"([^\"]+)\"\)|{% blocktranslate[^%]*%}(.+?){% endblocktranslate %}"
)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_text_of_the_partner_is_translated_and_the_catalogue_compiled(language):
    folder = settings.BASE_DIR / "locale" / language / "LC_MESSAGES"
    written = re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', (folder / "django.po").read_text(), re.M)
    with (folder / "django.mo").open("rb") as compiled:
        catalogue = gettext.GNUTranslations(compiled)
    assert len(written) > 50
    assert {text: catalogue.gettext(text) for text, _said in written} == dict(written)
    templates = settings.BASE_DIR / "templates" / "projects"
    sources = [*(templates / "partner").glob("*.html"), templates / "email" / "partner_request.txt"]
    shown = {"".join(found) for source in sources for found in FRENCH.findall(source.read_text())}
    shown = {re.sub(r"{{ (\w+) }}", r"%(\1)s", text) for text in shown}
    form = (settings.BASE_DIR / "projects" / "forms" / "partner.py").read_text().partition("class PartnerAnswerForm")[2]
    form = form.partition("\nclass ")[0]  # what follows is read by French authorities
    shown |= set(re.findall(r"_\(\"([^\"]+)\"\)", form))
    assert shown - dict(written).keys() == set()


def test_the_page_is_neither_indexed_nor_kept_nor_passed_on(client, ask):
    answer = client.get(page(ask()))
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    assert '<meta name="robots" content="noindex, nofollow">' in answer.content.decode()


# --- Links without effect ---------------------------------------------------------------------------------------------


def test_an_unknown_link_is_told(client, ask):
    ask()
    answer = client.get(reverse("projects:partner_confirm", args=["0" * 64]))
    assert answer.status_code == 404
    assert "Ce lien n’existe pas" in answer.content.decode()


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ({"expires_at": timezone.now() - timedelta(hours=1)}, "This link has expired"),
        ({"revoked_at": timezone.now()}, "This link has been cancelled"),
        ({"answered_at": timezone.now(), "answer": "confirmed"}, "You have already answered"),
    ],
    ids=["expired", "revoked", "answered"],
)
def test_a_link_that_is_over_says_why_and_writes_nothing(client, ask, project, state, told):
    asked = ask(language="en")
    PartnerRequest.objects.filter(pk=asked.pk).update(**state)
    before = PartnerRequest.objects.values().get()
    for answer in (client.get(page(asked)), client.post(page(asked), WHO | {"answer": "confirmed"})):
        assert answer.status_code == 410
        assert told in answer.content.decode()
    assert PartnerRequest.objects.values().get() == before
    project.refresh_from_db()
    assert project.foreign_confirmed_on is None


def test_a_new_link_replaces_the_one_before(client, ask):
    first, second = ask(), ask()
    assert client.get(page(first)).status_code == 410
    assert client.get(page(second)).status_code == 200


def test_a_link_revoked_before_the_email_leaves_is_not_sent(town, partner, editor, project):
    from projects.tasks import send_partner_request

    asked = services.ask_partner(project, partner, email="a@b.example", collectivity=town, actor=editor)
    services.revoke_request(asked, actor=editor)
    send_partner_request(asked.pk)
    assert mail.outbox == []


def test_whoever_tries_addresses_at_random_is_stopped(client, settings):
    rates = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] | {"link": "3/min"}
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": rates}
    url = reverse("projects:partner_confirm", args=["0" * 64])
    answers = [client.get(url) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
    assert "Attendez une minute" in answers[-1].content.decode()


# --- The answer -------------------------------------------------------------------------------------------------------


def test_the_partner_confirms_without_account_and_the_sheet_says_so(
    client, ask, project, django_capture_on_commit_callbacks
):
    asked = ask()
    Project.objects.filter(pk=project.pk).update(confirmed_on=date(2026, 1, 15))
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(page(asked), WHO | typed(project) | {"answer": "confirmed"})
    assert answer.status_code == 200
    assert "votre réponse est enregistrée" in answer.content.decode()
    project.refresh_from_db()
    assert project.foreign_confirmed_on == timezone.localdate()
    assert project.version == 2
    assert "Confirmé par les deux parties le" in client.get(project.get_absolute_url()).content.decode()
    assert [sent.to for sent in mail.outbox] == [[asked.sent_by.email]]
    asked.refresh_from_db()
    assert (asked.answer, asked.respondent_name, asked.respondent_function) == ("confirmed", "Awa Diop", "Maire")
    assert asked.corrections == {}


def test_a_partnership_too_is_confirmed_by_both_sides(client, ask, link):
    asked = ask(link)
    services.answer_request(asked.token, answer="confirmed", name="Awa", function="Maire")
    html = client.get(link.get_absolute_url()).content.decode()
    assert "Confirmé par les deux parties" not in html
    type(link).objects.filter(pk=link.pk).update(confirmed_on=date(2026, 1, 15))
    assert "Confirmé par les deux parties le" in client.get(link.get_absolute_url()).content.decode()


def test_corrections_wait_and_change_nothing_yet(client, ask, project):
    asked = ask()
    client.post(page(asked), typed(project, title="Écoles de Thiès-Est", ends_on="2029-06-30"))
    asked.refresh_from_db()
    assert asked.corrections == {
        "title": {"before": "Écoles de Thiès", "after": "Écoles de Thiès-Est"},
        "ends_on": {"before": "2030-12-31", "after": "2029-06-30"},
    }
    project.refresh_from_db()
    assert (project.title, project.version, project.foreign_confirmed_on) == ("Écoles de Thiès", 1, None)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": ""}, "This field is required."),
        ({"answer": ""}, "This field is required."),
        ({"ends_on": "2001-01-01"}, "The end cannot come before the start."),
        ({"ends_on": "demain"}, "Enter a valid date."),
        ({}, "Please say what is to be corrected."),
    ],
)
def test_a_faulty_answer_is_told_in_its_language_and_keeps_what_was_typed(client, ask, project, fields, told):
    asked = ask(language="en")
    answer = client.post(page(asked), typed(project, function="Maire de Thiès") | fields)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert told in html
    assert 'value="Maire de Thiès"' in html
    asked.refresh_from_db()
    assert asked.state == "open"


def test_what_the_partner_writes_is_text_only(client, town, editor, ask, project):
    asked = ask()
    client.post(page(asked), typed(project, comment="<script>alert(1)</script>"))
    client.force_login(editor)
    html = client.get(reverse("space:project_partner", args=[town.slug, project.uuid])).content.decode()
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert(1)" not in html


# --- What the French side does of it ----------------------------------------------------------------------------------


@pytest.fixture
def corrected(ask, project):
    asked = ask()
    return services.answer_request(
        asked.token,
        answer="corrected",
        name="Awa Diop",
        function="Maire",
        corrections={"title": "Écoles de Thiès-Est", "ends_on": None},
    )


def decide(client, town, project, button: str, asked: PartnerRequest):
    url = reverse("space:project_partner", args=[town.slug, project.uuid])
    return client.post(url, {button: asked.pk}, follow=True)


def test_accepted_corrections_make_a_new_version_that_both_sides_confirm(client, town, editor, project, corrected):
    client.force_login(editor)
    assert (
        "Corrections proposées"
        in client.get(reverse("space:project_partner", args=[town.slug, project.uuid])).content.decode()
    )
    decide(client, town, project, "_accept", corrected)
    project.refresh_from_db()
    assert (project.title, project.ends_on, project.version) == ("Écoles de Thiès-Est", None, 2)
    assert project.foreign_confirmed_on == timezone.localdate()
    corrected.refresh_from_db()
    assert (corrected.decision, corrected.decided_by) == ("accepted", editor)


def test_refused_corrections_leave_the_record(client, town, editor, project, corrected):
    client.force_login(editor)
    decide(client, town, project, "_refuse", corrected)
    project.refresh_from_db()
    assert (project.title, project.version, project.foreign_confirmed_on) == ("Écoles de Thiès", 1, None)
    corrected.refresh_from_db()
    assert corrected.decision == "refused"


def test_corrections_are_decided_once(editor, corrected):
    services.decide_corrections(corrected, accept=False, actor=editor)
    with pytest.raises(ValidationError, match="déjà leur réponse"):
        services.decide_corrections(corrected, accept=True, actor=editor)


def test_a_record_that_moved_meanwhile_is_not_overwritten(editor, project, corrected):
    services.set_identity(project, actor=editor, title="Écoles de Mbour")
    with pytest.raises(ValidationError, match="intitulé"):
        services.decide_corrections(corrected, accept=True, actor=editor)
    project.refresh_from_db()
    corrected.refresh_from_db()
    assert (project.title, corrected.decision) == ("Écoles de Mbour", "")


def test_a_day_that_the_partner_gives_is_known_to_the_day(ask, link, editor):
    asked = ask(link)
    given = {"title": "", "signed_on": date(1987, 5, 12), "status": "dormant", "ended_on": None}
    answered = services.answer_request(asked.token, answer="corrected", name="Awa", function="Maire", corrections=given)
    services.decide_corrections(answered, accept=True, actor=editor)
    link.refresh_from_db()
    assert (link.signed_on, link.signed_precision, link.status) == (date(1987, 5, 12), "day", "dormant")


def test_a_comment_alone_does_not_pass_for_a_confirmation(ask, project, editor):
    asked = ask()
    answered = services.answer_request(
        asked.token, answer="corrected", name="Awa", function="Maire", comment="Le nom est mal écrit."
    )
    services.decide_corrections(answered, accept=True, actor=editor)
    project.refresh_from_db()
    assert project.foreign_confirmed_on is None


@pytest.mark.parametrize("role", ["outsider", "reader", "staff"])
def test_who_does_not_write_the_record_neither_asks_nor_decides(client, town, partner, project, corrected, role):
    user = {
        "outsider": lambda: MembershipFactory(role="representative").user,
        "reader": lambda: MembershipFactory(collectivity=town, role="reader").user,
        "staff": lambda: UserFactory(staff=True),
    }[role]()
    client.force_login(user)
    url = reverse("space:project_partner", args=[town.slug, project.uuid])
    refused = 404 if role == "outsider" else 403
    assert client.get(url).status_code == refused
    for posted in ({"_ask": "1"}, {"_accept": corrected.pk}, {"_refuse": corrected.pk}, {"_revoke": corrected.pk}):
        assert client.post(url, posted).status_code == refused
    for act in (
        lambda: services.ask_partner(project, partner, email="a@b.example", collectivity=town, actor=user),
        lambda: services.decide_corrections(corrected, accept=True, actor=user),
        lambda: services.revoke_request(corrected, actor=user),
    ):
        with pytest.raises(PermissionDenied):
            act()
    corrected.refresh_from_db()
    assert (corrected.decision, corrected.revoked_at) == ("", None)
    assert PartnerRequest.objects.count() == 1


def test_only_a_partner_of_the_record_is_asked(town, editor, project):
    with pytest.raises(ValidationError, match="pas partie"):
        services.ask_partner(project, ForeignAuthorityFactory(), email="a@b.example", collectivity=town, actor=editor)


def test_the_space_sends_and_cancels_the_link(client, town, editor, partner, link):
    client.force_login(editor)
    url = reverse("space:partnership_partner", args=[town.slug, link.uuid])
    assert client.get(url).status_code == 200
    wrong = client.post(
        url, {"_ask": "1", "foreign_authority": partner.pk, "email": "pas une adresse", "language": "en"}
    )
    assert wrong.status_code == 422
    client.post(url, {"_ask": "1", "foreign_authority": partner.pk, "email": "maire@thies.example", "language": "en"})
    asked = PartnerRequest.objects.get()
    assert (asked.partnership, asked.language, asked.sent_by, asked.state) == (link, "en", editor, "open")
    client.post(url, {"_revoke": asked.pk})
    asked.refresh_from_db()
    assert asked.state == "revoked"


def test_an_authority_does_not_send_without_end(ask):
    hold(rules.PARTNER_LINKS_BY_DAY, 1)
    ask()
    with pytest.raises(ValidationError, match="recommencez demain"):
        ask()


@pytest.mark.parametrize(("language", "shown"), [("en", "Water"), ("es", '<span lang="fr">Eau</span>'), ("fr", "Eau")])
def test_themes_are_named_in_the_language_of_the_page_or_marked_as_french(client, ask, link, language, shown):
    asked = ask(link, language=language)
    asked.subject.themes.set([ThemeFactory(name="Eau", name_en="Water", name_es="")])
    assert shown in client.get(page(asked)).content.decode()
