"""What every test starts from."""

import pytest
from django.core.cache import cache

from atlas import filters


@pytest.fixture(autouse=True)
def _no_memory_between_tests():
    """Counts and labels are kept by process: a test must not read what another one left."""
    cache.clear()
    filters.forget_labels()


@pytest.fixture
def staff(db):
    """An officer of the DCTCIV."""
    from tests.factories.atlas import UserFactory

    return UserFactory(staff=True)
