"""«Tout est à jour»: one click, what it writes, what it shows, who may, and the receipt that stays true."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from atlas.completeness import Light
from projects import services
from projects.completeness import confirmed
from projects.exports import paper
from projects.exports import receipt as on_paper
from projects.models import Confirmation, Partnership, Project
from projects.services.history import changes_since
from tests.factories.atlas import CollectivityFactory, ContactFactory, MembershipFactory, UserFactory
from tests.factories.projects import PartnershipFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(town):
    return reverse("space:confirm_all", args=[town.slug])


@pytest.fixture
def records(town):
    """Two partnerships and one project that count; a draft of each, a project to refresh and others' rows that do not."""
    found = [PartnershipFactory(french=town), PartnershipFactory(french=town), ProjectFactory(french=town)]
    PartnershipFactory(french=town, draft=True)
    ProjectFactory(french=town, draft=True)
    ProjectFactory(french=town, publication="to_refresh", title="Lampadaires de Kayes")
    PartnershipFactory()
    ProjectFactory()
    return found


def test_one_click_confirms_sheet_partnerships_and_projects(client, town, editor, page, records):
    answer = client.post(page, follow=True)
    today = timezone.localdate()
    assert answer.redirect_chain == [(page, 302)]
    town.refresh_from_db()
    assert town.confirmed_at == today
    for model in (Partnership, Project):
        stamped = model.objects.filter(confirmed_on=today, confirmed_by=editor)
        assert set(stamped) == {row for row in records if isinstance(row, model)}
        assert not model.objects.exclude(pk__in=stamped).filter(confirmed_on__isnull=False).exists()
    assert "C’est confirmé pour" in answer.content.decode()


def test_contacts_in_office_are_checked_and_the_receipt_names_functions_not_persons(client, town, editor, page):
    old = date(2020, 1, 1)
    contact = ContactFactory(collectivity=town, checked_on=old, last_name="Le Goff", visibility="nobody")
    left = ContactFactory(collectivity=town, checked_on=old, ends_on=date(2021, 1, 1), last_name="Partie")
    other = ContactFactory(checked_on=old)
    shown = client.get(page).content.decode()
    assert "Le Goff" in shown
    assert "Partie" not in shown
    client.post(page)
    checked = {row.pk: row.checked_on for row in (contact, left, other) if not row.refresh_from_db()}
    assert checked == {contact.pk: timezone.localdate(), left.pk: old, other.pk: old}
    receipt = Confirmation.objects.get()
    assert receipt.content["contacts"] == [
        {"uuid": str(contact.uuid), "function": contact.function, "standing": "officer"}
    ]
    assert "Le Goff" not in str(receipt.content)
    assert on_paper.receipt_pdf(receipt).startswith(b"%PDF")


def test_the_receipt_counts_the_rows_that_bear_it(town, editor, records):
    receipt = services.confirm_all(town, actor=editor)
    stamped = {"confirmed_on": timezone.localdate(), "french_ids__contains": [town.pk]}
    assert receipt.partnership_count == Partnership.objects.filter(**stamped).count() == 2
    assert receipt.project_count == Project.objects.filter(**stamped).count() == 1
    stored = Confirmation.objects.get()
    assert {row["uuid"] for row in stored.content["partnerships"] + stored.content["projects"]} == {
        str(row.uuid) for row in records
    }
    assert stored.is_intact
    stored.content["projects"][0]["title"] = "Autre chose"
    assert not stored.is_intact


def test_a_second_click_in_the_year_changes_nothing(client, town, editor, page, records):
    client.post(page)
    before = [
        list(Confirmation.objects.values()),
        list(Project.objects.order_by("pk").values("pk", "version", "confirmed_on")),
        list(Partnership.objects.order_by("pk").values("pk", "version", "confirmed_on")),
    ]
    other = MembershipFactory(collectivity=town, role="representative").user
    assert services.confirm_all(town, actor=other).by == editor
    assert before == [
        list(Confirmation.objects.values()),
        list(Project.objects.order_by("pk").values("pk", "version", "confirmed_on")),
        list(Partnership.objects.order_by("pk").values("pk", "version", "confirmed_on")),
    ]


def test_another_year_gets_its_own_receipt(town, editor, records):
    first = services.confirm_all(town, actor=editor)
    Confirmation.objects.filter(pk=first.pk).update(year=first.year - 1, at=first.at - timedelta(days=365))
    assert services.confirm_all(town, actor=editor).year == first.year
    assert town.confirmations.count() == 2


@pytest.mark.parametrize("role", ["outsider", "reader", "staff"])
def test_who_does_not_write_for_the_authority_does_not_confirm(client, town, page, records, role):
    user = {
        "outsider": lambda: MembershipFactory(role="representative").user,
        "reader": lambda: MembershipFactory(collectivity=town, role="reader").user,
        "staff": lambda: UserFactory(staff=True),
    }[role]()
    client.force_login(user)
    assert client.get(page).status_code == (404 if role == "outsider" else 200)
    assert client.post(page).status_code == (404 if role == "outsider" else 403)
    with pytest.raises(PermissionDenied):
        services.confirm_all(town, actor=user)
    assert not Confirmation.objects.exists()
    assert not Partnership.objects.filter(confirmed_on__isnull=False).exists()


@pytest.mark.parametrize("role", ["editor", "representative"])
def test_editors_and_representatives_see_the_button(client, town, page, role):
    client.force_login(MembershipFactory(collectivity=town, role=role).user)
    assert "Confirmer que tout est à jour</button>" in client.get(page).content.decode()


def test_a_reader_sees_the_page_without_the_button(client, town, page):
    client.force_login(MembershipFactory(collectivity=town, role="reader").user)
    assert "Confirmer que tout est à jour</button>" not in client.get(page).content.decode()


def test_a_visitor_who_posts_is_asked_to_log_in(client, page):
    answer = client.post(page)
    assert answer.status_code == 302
    assert answer.url == f"{reverse('login')}?next={page}"
    assert not Confirmation.objects.exists()


def test_what_the_ministry_asked_to_refresh_is_said_and_not_confirmed(client, editor, page, records):
    assert "Lampadaires de Kayes" in client.get(page).content.decode()
    client.post(page)
    assert Project.objects.get(publication="to_refresh").confirmed_on is None


def last_month(receipt: Confirmation) -> None:
    """As if it had been given a month ago; so were the events that it caused."""
    month = timedelta(days=30)
    Confirmation.objects.filter(pk=receipt.pk).update(at=receipt.at - month, year=receipt.year - 1)
    for model in (Project, Partnership):
        model.objects.filter(created_at__lte=receipt.at).update(created_at=receipt.at - 2 * month)
        model.events.rel.related_model.objects.update(pgh_created_at=receipt.at - 2 * month)


def test_the_page_shows_what_changed_since_the_last_confirmation(client, town, editor, page, records):
    last_month(services.confirm_all(town, actor=editor))
    project, link = records[2], records[0]
    services.set_identity(project, actor=editor, title="Eau de Thiès", ends_on=date(2031, 1, 1))
    Partnership.objects.filter(pk=link.pk).update(status="dormant")
    ProjectFactory(french=town, title="Marché de Mbour")
    Project.objects.filter(title="Marché de Mbour").update(created_at=timezone.now() + timedelta(seconds=5))
    context = client.get(page).context
    by_title = {item["row"].title: item for item in context["projects"]}
    changes = {change.label: (change.before, change.after) for change in by_title["Eau de Thiès"]["changes"]}
    assert changes == {
        "intitulé": (project.title, "Eau de Thiès"),
        "fin": ("31 décembre 2030", "1er janvier 2031"),
    }
    assert by_title["Marché de Mbour"]["is_new"]
    links = {item["row"].pk: item for item in context["partnerships"]}
    assert [(c.label, c.before, c.after) for c in links[link.pk]["changes"]] == [("situation", "Actif", "En sommeil")]
    assert not links[records[1].pk]["moved"]


def test_a_change_of_the_parts_alone_is_told_too(town, editor, records):
    receipt = services.confirm_all(town, actor=editor)
    last_month(receipt)
    project = Project.objects.get(pk=records[2].pk)
    services.set_markers(project, [], actor=editor)
    project.refresh_from_db()
    moment = Confirmation.objects.get().at
    assert changes_since([project], moment) == {project.pk: []}


def test_confirming_is_not_itself_a_change(client, town, editor, page, records):
    last_month(services.confirm_all(town, actor=editor))
    context = client.get(page).context
    assert not [item for item in context["projects"] + context["partnerships"] if item["moved"] or item["is_new"]]


def test_the_cost_of_the_page_does_not_depend_on_the_records(client, town, editor, page, django_assert_max_num_queries):
    ProjectFactory(french=town)
    PartnershipFactory(french=town)
    last_month(services.confirm_all(town, actor=editor))
    for _number in range(4):
        ProjectFactory(french=town)
        PartnershipFactory(french=town)
    with django_assert_max_num_queries(21):
        client.get(page)


@pytest.mark.parametrize(
    ("day", "light"),
    [
        (None, Light.RED),
        (date(2024, 12, 31), Light.RED),
        (date(2025, 1, 1), Light.ORANGE),
        (date(2025, 12, 31), Light.ORANGE),
        (date(2026, 1, 1), Light.GREEN),
    ],
)
def test_the_light_of_the_confirmation(day, light):
    town = CollectivityFactory(confirmed_at=day)
    assert confirmed(town, date(2026, 11, 25)).light == light


def test_the_dashboard_shows_the_light_and_the_receipt(client, town, editor, page, records):
    dashboard = reverse("space:dashboard", args=[town.slug])
    assert "La fiche n’a jamais été confirmée." in client.get(dashboard).content.decode()
    client.post(page)
    html = client.get(dashboard).content.decode()
    assert "Tout est confirmé pour cette année." in html
    assert reverse("space:receipt", args=[town.slug, timezone.localdate().year]) in html
    assert "2\u00a0partenariats" in html
    assert "1\u00a0projet" in html


def test_the_receipt_is_a_pdf_for_those_of_the_space(client, town, editor, records):
    receipt = services.confirm_all(town, actor=editor)
    url = reverse("space:receipt", args=[town.slug, receipt.year])
    answer = client.get(url)
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert "private" in answer["Cache-Control"]
    client.force_login(MembershipFactory(role="representative").user)
    assert client.get(url).status_code == 404


def test_the_receipt_on_paper_says_what_was_confirmed_and_its_imprint(monkeypatch, town, editor, records):
    receipt = services.confirm_all(town, actor=editor)
    told = []
    text_of = paper.text_of
    for module in (paper, on_paper):
        monkeypatch.setattr(module, "text_of", lambda text: told.append(str(text)) or text_of(text))
    Project.objects.update(title="Réécrit après coup")
    assert on_paper.receipt_pdf(Confirmation.objects.get()).startswith(b"%PDF-")
    assert any(receipt.sha256 in text for text in told)
    assert records[2].title in told
    assert "Réécrit après coup" not in told
    assert "1987" in told
