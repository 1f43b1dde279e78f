"""What every test starts from."""

import random

import pytest
from django.core.cache import cache
from django.db.models import QuerySet

from atlas import filters


@pytest.fixture(autouse=True)
def _no_memory_between_tests():
    """Counts and labels are kept by process: a test must not read what another one left."""
    cache.clear()
    filters.forget_labels()


@pytest.fixture(scope="session", autouse=True)
def _no_order_by_chance():
    """A queryset without an order comes in any: PostgreSQL promises none, so code and tests must not expect one.

    The order follows the seed of pytest-randomly, printed at the head of each run.
    """
    fetch_all = QuerySet._fetch_all

    def fetch_all_shuffled(rows: QuerySet) -> None:
        fetched_now = rows._result_cache is None
        fetch_all(rows)
        if fetched_now and not rows.ordered:
            random.shuffle(rows._result_cache)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QuerySet, "_fetch_all", fetch_all_shuffled)
        yield


@pytest.fixture
def staff(db):
    """An officer of the DCTCIV."""
    from tests.factories.atlas import UserFactory

    return UserFactory(staff=True)


@pytest.fixture
def town(db):
    """The authority in whose space one works."""
    from tests.factories.atlas import CollectivityFactory

    return CollectivityFactory(name="Rennes", slug="rennes-35238")


@pytest.fixture
def editor(town, client):
    """Who writes for the town, logged in."""
    from tests.factories.atlas import MembershipFactory

    user = MembershipFactory(collectivity=town, role="editor").user
    client.force_login(user)
    return user
