"""The demonstration has the accounts that the launcher announces, and stays out of every other database."""

import pytest
from django.core.management import CommandError, call_command

from atlas import demo
from atlas.launcher import ACCOUNTS, PASSWORD
from atlas.models import CollectivityKind, Posting, Role, User
from tests.factories.atlas import CollectivityFactory, CountryFactory, RegionFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def demonstration(settings, monkeypatch):
    """The settings of the demonstration and the few records that its accounts refer to; only the accounts are made."""
    settings.DEMO = True
    monkeypatch.setattr(demo, "_parts", {"Comptes": demo.make_accounts})
    monkeypatch.setattr(demo, "autodiscover_modules", lambda _name: None)
    CollectivityFactory(name="Rennes", insee_code="35238")
    CollectivityFactory(regional=True, region=RegionFactory(code="84"), siren=None)
    RegionFactory(code="53")
    CountryFactory(iso2="SN")


def test_the_accounts_are_those_that_the_launcher_announces(demonstration, client):
    call_command("demo")
    assert set(User.objects.values_list("email", flat=True)) == set(ACCOUNTS)
    for user in User.objects.order_by("email"):
        assert user.check_password(PASSWORD)
    admin, officer = (User.objects.get(email=f"{name}@demo.example") for name in ("admin", "dctciv"))
    assert admin.is_superuser
    assert not officer.is_superuser
    assert officer.is_staff
    assert officer.has_perm("atlas.change_foreignauthority")


def test_each_account_has_its_place(demonstration):
    call_command("demo")
    town, region, embassy, adviser, officer = (
        User.objects.get(email=f"{name}@demo.example")
        for name in ("ville", "region", "ambassade", "prefecture", "dctciv")
    )
    assert [(m.role, m.collectivity.kind) for m in town.memberships.all()] == [
        (Role.REPRESENTATIVE, CollectivityKind.COMMUNE)
    ]
    assert [(m.role, m.collectivity.kind) for m in region.memberships.all()] == [(Role.EDITOR, CollectivityKind.REGION)]
    assert [country.iso2 for country in embassy.postings.get().countries.all()] == ["SN"]
    assert [place.code for place in adviser.postings.get().regions.all()] == ["53"]
    assert officer.postings.get().zones
    assert not any(user.is_staff for user in (town, region, embassy, adviser))


def test_a_second_run_brings_back_and_adds_nothing(demonstration):
    call_command("demo")
    user = User.objects.get(email="ville@demo.example")
    user.set_password("autre-mot-de-passe")
    user.save()
    call_command("demo")
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert User.objects.count() == len(ACCOUNTS)
    assert Posting.objects.count() == 3


def test_other_settings_refuse_the_demonstration(demonstration, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="ne sont pas ceux de la démonstration"):
        call_command("demo")
    assert not User.objects.exists()


def test_a_database_of_real_accounts_refuses_the_demonstration(demonstration):
    UserFactory(email="agent@ville.example")
    with pytest.raises(CommandError, match="sert déjà à d’autres comptes"):
        call_command("demo")
    assert User.objects.count() == 1


def test_accounts_made_in_the_demonstration_do_not_stop_it(demonstration):
    call_command("demo")
    UserFactory(email="essai@ville.example")
    call_command("demo")


def test_production_refuses_a_database_of_the_demonstration(demonstration, settings):
    call_command("demo")
    assert demo.no_known_password_in_production(["default"]) == []
    settings.DEMO = False
    assert [error.id for error in demo.no_known_password_in_production(["default"])] == ["atlas.E001"]
    User.objects.update(is_active=False)
    assert demo.no_known_password_in_production(["default"]) == []
