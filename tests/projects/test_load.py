"""The load of benchmarks: the same projects each time, in step with their parts, gone when asked, never in production."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from atlas.models import SDG, DataChange
from projects import services
from projects.demo import load
from projects.models import Project, ProjectParty, ProjectPlace
from tests.factories.atlas import (
    CollectivityFactory,
    CountryFactory,
    ForeignAuthorityFactory,
    RegionFactory,
    ThemeFactory,
)
from tests.factories.projects import ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    bretagne = RegionFactory(code="53")
    CollectivityFactory.create_batch(5, region=bretagne)
    ForeignAuthorityFactory.create_batch(4, country=CountryFactory())
    root = ThemeFactory(code="alimentation")
    goal = SDG.objects.create(number=2, name_fr="Faim", name_en="Hunger")
    for code in ("agriculture", "securite-alimentaire"):
        ThemeFactory(code=code, parent=root).sdgs.add(goal)
    return ProjectFactory(french__region=bretagne)


def written() -> list[tuple]:
    rows = Project.objects.filter(source=load.SOURCE).order_by("uuid")
    return list(
        rows.values_list("uuid", "title", "starts_on", "publication", "french_ids", "theme_codes", "budget_total")
    )


def test_the_digest_is_that_of_the_parts(cast):
    assert load.generate(300) == 0
    assert services.refresh_project_digest() == services.refresh_activity() == 0
    assert Project.objects.filter(source=load.SOURCE, place_ids__0__lt=0).exists(), "points of their own"
    page = Client().get(reverse("projects:project_list")).context["page"]
    assert 250 < page.total < 301
    assert Client().get(page.object_list[0].get_absolute_url()).status_code == 200


def test_the_same_number_gives_the_same_projects_and_the_load_leaves_no_trace(cast):
    parts = (ProjectParty.objects.count(), ProjectPlace.objects.count())
    load.generate(50)
    first = written()
    assert len(first) == 50
    version = DataChange.objects.version()
    assert load.remove() == 50
    assert DataChange.objects.version() != version
    assert (ProjectParty.objects.count(), ProjectPlace.objects.count()) == parts
    assert list(Project.objects.all()) == [cast]
    assert services.refresh_activity() == 0
    load.generate(50)
    assert written() == first


def test_indexes_are_those_of_before_after_a_large_load(cast, monkeypatch):
    monkeypatch.setattr(load, "INDEXED_AFTER", 10)
    from django.db import connection

    def indexes() -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) ORDER BY 1", [load.TABLES]
            )
            return cursor.fetchall()

    before = indexes()
    load.generate(20)
    assert indexes() == before


def test_projects_added_after_a_load_have_their_own_numbers(cast):
    load.generate(20)
    assert ProjectFactory().pk > Project.objects.filter(source=load.SOURCE).order_by("-pk").first().pk


def test_the_command_refuses_production_a_second_load_and_an_empty_atlas(cast, settings, capsys):
    settings.SETTINGS_MODULE = "atlas.settings.prod"
    with pytest.raises(CommandError, match="prod"):
        call_command("generate_load", projects=5)
    call_command("generate_load", projects=5, force=True)
    settings.SETTINGS_MODULE = "atlas.settings.test"
    with pytest.raises(CommandError, match="déjà là"):
        call_command("generate_load", projects=5)
    call_command("generate_load", remove=True)
    with pytest.raises(CommandError, match="à partir de 1"):
        call_command("generate_load", projects=0)


def test_an_atlas_without_partners_is_told_what_to_load():
    with pytest.raises(CommandError, match="démonstration"):
        call_command("generate_load", projects=5)
