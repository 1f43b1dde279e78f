"""Projects: who sees them, how they are found, what their digest says, and what the database refuses is next door."""

import csv
import io
from datetime import date
from html import unescape

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone

from atlas.models import PolicyMarker, SectorCategory
from projects import services
from projects.exports import sheet
from projects.filters import ProjectFilterSet
from projects.models import Partnership, Project, ProjectCountry, ProjectPublication
from tests.factories.atlas import (
    CollectivityFactory,
    CountryFactory,
    ForeignAuthorityFactory,
    MembershipFactory,
    ThemeFactory,
    UserFactory,
)
from tests.factories.projects import PartnershipFactory, ProjectFactory

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


def test_published_projects_count_for_their_authorities_and_countries(client):
    project = ProjectFactory()
    ProjectFactory(draft=True, french=project.parties.get(role="lead").collectivity)
    lead = project.parties.get(role="lead").collectivity
    country = CountryFactory(iso2="SN")
    lead.refresh_from_db()
    country.refresh_from_db()
    assert (lead.project_count, lead.partnership_count, lead.partner_countries) == (1, 0, ["SN"])
    assert country.project_count == 1
    partner = project.parties.get(role="implementing").foreign_authority
    for name, key, listed in (
        ("collectivity", lead.slug, "collectivity_list"),
        ("foreign-authority", partner.slug, "foreign_authority_list"),
        ("country", "sn", "country_list"),
    ):
        told = client.get(reverse(f"api:{name}-detail", args=[key])).json()
        assert told["project_count"] == 1
        assert client.get(told["projects_url"]).json()["count"] == 1
        file = client.get(reverse(f"api:{name}-list"), {"format": "csv"}).getvalue().decode("utf-8-sig")
        assert "1" in {row["projets"] for row in csv.DictReader(io.StringIO(file))}
        assert "1 projet<" in client.get(reverse(listed)).content.decode().replace("\xa0", " ")


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


@pytest.fixture
def rich():
    """A project of which every step says something, in the frame of a published agreement."""
    frame = PartnershipFactory(kind="cooperation_agreement")
    project = ProjectFactory(
        partnership=frame, title_en="Drinking water", title_local="Ndox", summary_en="Wells.", summary_local="Teen."
    )
    project.parties.filter(role="lead").update(cash=12_000, in_kind=3_500)
    project.places.create(name="Quartier Nord", longitude=-16.9, latitude=14.8, precision="exact")
    project.places.create(foreign_authority=project.parties.get(role="implementing").foreign_authority)
    water = SectorCategory.objects.create(code="140", name_fr="Eau et assainissement")
    project.purpose_codes.create(code="14030", category=water, name_fr="Eau potable de base")
    marker = PolicyMarker.objects.create(code="1", name_fr="Égalité des sexes", scores="0|1|2")
    project.markers.create(marker=marker, score=2)
    indicator = project.indicators.create(title="Débit (m³/h)", baseline="0.75", target=10)
    indicator.periods.create(
        starts_on="2024-01-01", ends_on="2024-12-31", target=4, actual="2.5", comment="Pompe posée"
    )
    project.documents.create(file="a.pdf", title="Convention signée", category="A10", size=10, sha256="0" * 64)
    project.photos.create(file="a.jpg", alt="Une borne-fontaine", credit="Ville", licence="CC-BY", width=8, height=8)
    return project


def test_the_sheet_says_what_every_step_asked(client, rich):
    page = unescape(client.get(rich.get_absolute_url()).content.decode())
    for said in (
        *("Drinking water", "Ndox", "Wells.", "Teen.", "en numéraire", "valorisés", "Quartier Nord (lieu exact)"),
        *("14030 Eau potable de base", "Égalité des sexes", "du 1er janvier 2024 au 31 décembre 2024", "Pompe posée"),
        *("2,5", "0,75", "Convention signée", "Une borne-fontaine", rich.partnership.get_absolute_url()),
    ):
        assert said in page, said


def words_of(flowables) -> list[str]:
    """The texts of a paper, cells of tables included."""
    found = []
    for one in flowables:
        if hasattr(one, "getPlainText"):
            found.append(one.getPlainText())
        for row in getattr(one, "_cellvalues", ()):
            found += words_of(cell for cells in row for cell in (cells if isinstance(cells, list | tuple) else [cells]))
            found += [cell for cell in row if isinstance(cell, str)]
    return found


def test_the_paper_says_what_the_sheet_says(client, rich, monkeypatch):
    written = []
    monkeypatch.setattr(sheet, "build", lambda story, title: written.extend(words_of(story)) or b"%PDF-")
    assert client.get(reverse("projects:project_pdf", args=[rich.slug])).status_code == 200
    text = "\n".join(written)
    for said in (
        *("Drinking water", "Ndox", "12\u00a0000\u00a0€ en numéraire", "3\u00a0500\u00a0€ valorisés", "Quartier Nord"),
        *("14030 Eau potable de base", "Égalité des sexes", "Objectif principal", "2,5", "0,75"),
        "Convention de coopération décentralisée",
    ):
        assert said in text, said


def test_the_api_says_what_the_sheet_says(client, rich):
    told = client.get(reverse("api:project-detail", args=[rich.slug])).json()
    assert client.get(told["partnership_url"]).json()["uuid"] == str(rich.partnership.uuid)
    assert [place["name"] or place["foreign_authority"]["name"] for place in told["places"]] == [
        "Quartier Nord",
        str(rich.parties.get(role="implementing")),
    ]
    assert [row["code"] for row in told["purpose_codes"]] == ["14030"]
    assert [(row["marker"]["code"], row["score"]) for row in told["markers"]] == [("1", 2)]
    assert [row["actual"] for row in told["indicators"][0]["periods"]] == [2.5]
    (document,), (photo,) = told["documents"], told["photos"]
    pages = {"document": rich.documents.get().pk, "photo": rich.photos.get().pk}
    for kind, row in (("document", document), ("photo", photo)):
        assert row["file_url"].endswith(reverse(f"projects:project_{kind}", args=[rich.slug, pages[kind]]))
    assert (document["category"], photo["credit"], photo["licence"]) == ("A10", "Ville", "CC-BY")


def test_the_frame_of_a_project_is_named_only_where_everybody_reads_it(client, rich):
    Partnership.objects.update(publication="draft")
    uuid = str(rich.partnership.uuid)
    assert uuid not in client.get(rich.get_absolute_url()).content.decode()
    told = client.get(reverse("api:project-detail", args=[rich.slug]))
    assert told.json()["partnership_url"] is None
    assert uuid not in told.content.decode()


def test_a_partnership_leads_to_the_projects_of_its_frame(client, rich):
    ProjectFactory(draft=True, partnership=rich.partnership, title="En préparation")
    rich.partnership.parties.filter(collectivity__isnull=False).update(since="2019-05-01")
    page = unescape(client.get(rich.partnership.get_absolute_url()).content.decode())
    assert rich.get_absolute_url() in page
    assert "En préparation" not in page
    assert "depuis le 1er mai 2019" in page


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
