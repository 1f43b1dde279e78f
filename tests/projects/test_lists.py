"""Lists of partnerships and projects, as people read them."""

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from projects.filters import ProjectFilterSet
from projects.models import Project
from tests.factories.atlas import CollectivityFactory, ForeignAuthorityFactory, RegionFactory, ThemeFactory
from tests.factories.projects import PartnershipFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["projects:partnership_list", "projects:project_list", "map"])
def test_a_criterion_bears_the_name_of_its_authority(client, page):
    rennes = CollectivityFactory(name="Rennes")
    PartnershipFactory(french=rennes)
    shown = client.get(reverse(page), {"collectivity": rennes.slug}).content.decode()
    assert "Collectivité française\xa0: Rennes" in shown
    assert (
        "Collectivité française\xa0: nulle-part"
        in client.get(reverse(page), {"collectivity": "nulle-part"}).content.decode()
    )


def test_each_region_of_the_sheet_of_a_partner_opens_a_list_that_has_rows(client):
    """Those of its projects alone lead to projects: no partnership is there to be shown."""
    thies = ForeignAuthorityFactory(name_fr="Thiès")
    for code, made in (
        ("53", PartnershipFactory),
        ("84", ProjectFactory),
        ("93", PartnershipFactory),
        ("93", ProjectFactory),
    ):
        made(foreign=thies, french__region=RegionFactory(code=code, name=f"Région {code}"))
    sheet = client.get(thies.get_absolute_url()).content.decode()
    links = re.findall(r'href="([^"]+region=(?:53|84|93))"', html.unescape(sheet))
    assert [link.partition("?")[0] for link in links] == ["/jumelages/", "/projets/", "/jumelages/"]
    for link in links:
        assert client.get(link).context["page"].total == 1


def test_the_group_of_the_main_theme_bears_its_label(client):
    ThemeFactory(code="eau", name="Eau et assainissement")
    page = reverse("projects:project_list")
    label = "Groupe du thème principal\xa0: "
    assert f"{label}Eau et assainissement" in client.get(page, {"main_theme": "eau"}).content.decode()
    assert f"{label}Autres / non précisé" in client.get(page, {"main_theme": "autres"}).content.decode()


def test_the_authority_of_a_criterion_is_looked_up_once(client, django_assert_max_num_queries):
    """Not once for each facet, and once more for its name."""
    rennes = CollectivityFactory(name="Rennes")
    PartnershipFactory(french=rennes)
    with django_assert_max_num_queries(20) as asked:
        client.get(reverse("projects:partnership_list"), {"collectivity": rennes.slug})
    assert len([one for one in asked.captured_queries if '"atlas_collectivity"."slug" =' in one["sql"]]) == 1


def test_an_empty_list_asks_to_remove_only_what_was_asked(client):
    page = reverse("projects:project_list")
    assert "Rien n’est encore publié ici" in client.get(page).content.decode()
    assert "Revenir à la liste entière" in client.get(page, {"q": "zzz"}).content.decode()


def test_a_status_asked_for_is_the_one_that_is_shown():
    """The criterion is said by columns, the status by a rule: they agree whatever is known of the dates."""
    today, day = timezone.localdate(), timedelta(days=1)
    for declared in ("", "2", "5"):
        for start, end in (
            (None, None), (None, today - day), (None, today + day), (today - 9 * day, None), (today, today), (today + day, None),
            (today - 9 * day, today - day), (today - 9 * day, today + day), (today + day, today + 9 * day),
        ):  # fmt: skip
            ProjectFactory(starts_on=start, ends_on=end, declared_status=declared, digest=False)
    shown = dict(Project.objects.with_status().values_list("pk", "status"))
    assert set(shown.values()) == {"", "1", "2", "4", "5"}
    for codes in (["1"], ["2"], ["3"], ["4"], ["5"], ["1", "4"], ["2", "5"]):
        found = set(ProjectFilterSet({"status": codes}).qs.values_list("pk", flat=True))
        assert found == {pk for pk, status in shown.items() if status in codes}
