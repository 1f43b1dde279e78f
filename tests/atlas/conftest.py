"""What tests of the ground share: the toy of the workflow, accounts of each rank."""

import pytest
from django.apps import AppConfig, apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from atlas.services.accounts import ensure_groups
from tests.atlas import toy
from tests.atlas.toy import Paper
from tests.factories.atlas import UserFactory


@pytest.fixture
def groups(db) -> dict[str, Group]:
    """The groups of the staff, with what the apps declare for them."""
    return ensure_groups()


@pytest.fixture
def officer(groups):
    """An officer of the DCTCIV with the permissions of its group."""
    user = UserFactory(staff=True, first_name="Odile", last_name="Officier")
    user.groups.add(groups["dctciv"])
    return user


@pytest.fixture
def administrator(groups):
    """Runs the portal; no superuser."""
    user = UserFactory(staff=True, first_name="Adam", last_name="Istrateur")
    user.groups.add(groups["admin"])
    return user


@pytest.fixture
def superuser(db):
    return UserFactory(superuser=True, first_name="Sacha", last_name="Super")


@pytest.fixture
def papers(db, monkeypatch) -> type[Paper]:
    """The toy's table and permissions, for one test."""
    config = AppConfig("tests.atlas.toy", toy)
    config.apps, config.models = apps, {}
    monkeypatch.setitem(apps.app_configs, "toy", config)
    with connection.schema_editor() as editor:
        editor.create_model(Paper)
    kind = ContentType.objects.get_for_model(Paper)
    for name in ("view_paper", "change_paper", "submit_paper", "review_paper"):
        Permission.objects.create(content_type=kind, codename=name, name=name)
    yield Paper
    ContentType.objects.clear_cache()


@pytest.fixture
def allow():
    """`allow(user, "toy.review_paper")`: the permission, and the account read anew."""

    def give(user, *names: str):
        for name in names:
            app, _dot, codename = name.partition(".")
            user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
        return type(user).objects.get(pk=user.pk)

    return give
