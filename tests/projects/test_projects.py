"""Projects: who sees them, how they are found, what their digest says, and what the database refuses is next door."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone

from projects import services
from projects.filters import ProjectFilterSet
from projects.models import Project, ProjectCountry, ProjectPublication
from tests.factories.atlas import (
    CollectivityFactory,
    CountryFactory,
    ForeignAuthorityFactory,
    MembershipFactory,
    ThemeFactory,
    UserFactory,
)
from tests.factories.projects import ProjectFactory

pytestmark = pytest.mark.django_db


def found(**asked) -> list[str]:
    rows = ProjectFilterSet(asked, queryset=Project.objects.visible_to(AnonymousUser())).rows()
    return [project.title for project in rows]


@pytest.mark.parametrize("state", ProjectPublication.values)
def test_a_visitor_reads_what_is_published_and_what_waits_for_a_refresh(client, state):
    project = ProjectFactory(publication=state)
    seen = state in ("published", "to_refresh")
    assert client.get(project.get_absolute_url()).status_code == (200 if seen else 404)
    assert Project.objects.visible_to(AnonymousUser()).exists() == seen


def test_members_of_a_party_read_its_drafts_and_nobody_elses():
    town = CollectivityFactory()
    member = MembershipFactory(collectivity=town, role="reader").user
    own, _other = ProjectFactory(draft=True, french=town), ProjectFactory(draft=True)
    assert list(Project.objects.visible_to(member)) == [own]
    assert Project.objects.visible_to(UserFactory(staff=True)).count() == 2


@pytest.mark.parametrize(
    ("declared", "starts", "ends", "expected"),
    [
        ("", 30, 60, "1"),
        ("", -30, 60, "2"),
        ("", -30, None, "2"),
        ("", -60, -30, "4"),
        ("", None, None, ""),
        ("5", -30, 60, "5"),
        ("6", None, None, "6"),
    ],
)
def test_the_status_follows_the_dates_unless_one_is_declared(declared, starts, ends, expected):
    today = timezone.localdate()

    def day(shift):
        return None if shift is None else today + timezone.timedelta(days=shift)

    project = ProjectFactory(declared_status=declared, starts_on=day(starts), ends_on=day(ends))
    assert Project.objects.with_status().get(pk=project.pk).status == expected


def test_words_are_found_without_accents_plurals_or_order():
    ProjectFactory(title="Écoles numériques de Ndiaganiao", summary="")
    ProjectFactory(title="Forages", summary="")
    assert found(q="numerique ecole") == ["Écoles numériques de Ndiaganiao"]


def test_a_misspelt_party_finds_its_projects():
    ProjectFactory(title="Marché couvert", french__name="Saint-Étienne")
    assert found(q="sant etiene") == ["Marché couvert"]


def test_the_digest_follows_the_parts():
    theme = ThemeFactory(code="assainissement", parent=ThemeFactory(code="environnement"))
    partner = ForeignAuthorityFactory(country=CountryFactory(iso2="BR"))
    project = ProjectFactory(theme=theme, foreign=partner, french__name="Rennes")
    assert project.theme_codes == ["assainissement", "environnement"]
    assert project.country_codes == ["BR"]
    assert project.lead_kinds == ["commune"]
    assert project.party_names.startswith("rennes / ")
    ProjectCountry.objects.create(project=project, country=CountryFactory(iso2="SN"), share=50)
    services.refresh_project_digest([project.pk])
    project.refresh_from_db()
    assert project.country_codes == ["BR", "SN"]
    assert services.refresh_project_digest() == 0, "a second run writes nothing"


def test_published_projects_count_for_their_authorities_and_countries():
    project = ProjectFactory()
    ProjectFactory(draft=True, french=project.parties.get(role="lead").collectivity)
    lead = project.parties.get(role="lead").collectivity
    country = CountryFactory(iso2="SN")
    lead.refresh_from_db()
    country.refresh_from_db()
    assert (lead.project_count, lead.partnership_count, lead.partner_countries) == (1, 0, ["SN"])
    assert country.project_count == 1


def test_the_list_costs_the_same_however_long(client, django_assert_max_num_queries):
    for _ in range(12):
        ProjectFactory(theme=ThemeFactory())
    client.get(reverse("projects:project_list"), {"country": "DE"})  # the labels of the facets are kept by process
    with django_assert_max_num_queries(5):
        page = client.get(reverse("projects:project_list"))
    assert page.context["page"].total == 12


def test_the_sheet_costs_the_same_however_rich(client, django_assert_max_num_queries):
    project = ProjectFactory()
    for n in range(5):
        project.budget_lines.create(year=2024 + n, source="own_cash", planned=1000)
        indicator = project.indicators.create(title=f"Forages {n}", target=10)
        indicator.periods.create(starts_on=date(2024, 1, 1), ends_on=date(2024, 12, 31), actual=4)
    services.refresh_project_digest([project.pk])
    with django_assert_max_num_queries(8):
        page = client.get(project.get_absolute_url()).content.decode()
    assert "Forages 3" in page


def test_page_files_and_api_give_the_same_projects(client):
    wanted = {ProjectFactory(french__name="Rennes").title for _ in range(3)}
    ProjectFactory(foreign__country=CountryFactory(iso2="DE"))
    ProjectFactory(draft=True)
    asked = {"country": "SN"}
    page = client.get(reverse("projects:project_list"), asked).context["page"]
    assert {row.title for row in page.object_list} == wanted
    csv = b"".join(client.get(reverse("projects:project_export", args=["csv"]), asked)).decode()
    assert {line for line in wanted if line in csv} == wanted
    assert csv.count("\n") == 4
    geo = b"".join(client.get(reverse("projects:project_export", args=["geojson"]), asked)).decode()
    assert geo.count('"Feature"') == 3
    api = client.get(reverse("api:project-list"), asked).json()
    assert {row["title"] for row in api["results"]} == wanted
    sheet = client.get(api["results"][0]["url"]).json()
    assert sheet["country_shares"] == [{"country": "SN", "share": 100.0}]


def test_publishing_ones_own_project_is_to_confirm_it():
    staff = UserFactory(superuser=True)
    mayor = MembershipFactory(role="representative")
    ours, theirs = (ProjectFactory(french=mayor.collectivity, draft=True) for _ in range(2))
    for project in (ours, theirs):
        project.theme_shares.update(share=100)
    services.move(ours, "publish", actor=mayor.user)
    services.move(theirs, "publish", actor=staff)
    for project, day in ((ours, timezone.localdate()), (theirs, None)):
        project.refresh_from_db()
        assert (project.publication, project.confirmed_on) == ("published", day)
    assert ours.confirmed_by == mayor.user
