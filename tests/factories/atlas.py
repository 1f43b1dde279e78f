"""Factories of the ground: valid by default, in French."""

from datetime import date

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory
from stdnum import luhn

from atlas import models
from atlas.names import slugify
from atlas.rules import Rule


def siren(number: int) -> str:
    """A valid SIREN made from a counter."""
    stem = f"2{number:07d}"
    return stem + luhn.calc_check_digit(stem)


def hold(rule: Rule, value: int) -> models.OperatingRule:
    """From now on and for ever the rule is worth this, even out of its bounds."""
    models.OperatingRule.objects.filter(code=rule.code).delete()
    return models.OperatingRule.objects.create(code=rule.code, value=value)


class RegionFactory(DjangoModelFactory):
    code = factory.Sequence(lambda n: f"{n % 900 + 100}")
    name = factory.Sequence(lambda n: f"Région {n}")
    slug = factory.LazyAttribute(lambda region: slugify("region", region.name))
    zone = models.Zone.METRO

    class Meta:
        model = models.Region
        django_get_or_create = ("code",)


class DepartmentFactory(DjangoModelFactory):
    code = factory.Sequence(lambda n: f"{n % 900 + 100}")
    name = factory.Sequence(lambda n: f"Département {n}")
    region = factory.SubFactory(RegionFactory)
    zone = models.Zone.METRO

    class Meta:
        model = models.Department
        django_get_or_create = ("code",)


class CollectivityFactory(DjangoModelFactory):
    """A commune of 12 000 inhabitants with its position."""

    kind = models.CollectivityKind.COMMUNE
    insee_code = factory.Sequence(lambda n: f"{n:05d}")
    siren = factory.Sequence(siren)
    name = factory.Sequence(lambda n: f"Villeneuve-{n}")
    slug = factory.LazyAttribute(lambda o: slugify(o.name, o.insee_code or o.siren))
    population = 12_000
    population_year = 2023
    region = factory.SubFactory(RegionFactory)
    department = factory.SubFactory(DepartmentFactory, region=factory.SelfAttribute("..region"))
    zone = models.Zone.METRO
    longitude = 2.35
    latitude = 48.85
    is_local_authority = True

    class Meta:
        model = models.Collectivity

    class Params:
        regional = factory.Trait(
            kind=models.CollectivityKind.REGION,
            name=factory.SelfAttribute("region.name"),
            insee_code=factory.SelfAttribute("region.code"),
            department=None,
            population=3_000_000,
        )
        former = factory.Trait(is_current=False, is_local_authority=False)


class CountryFactory(DjangoModelFactory):
    """Senegal unless another one is asked for: `CountryFactory(iso2="DE", …)`."""

    iso2 = "SN"
    iso3 = factory.LazyAttribute(lambda o: {"SN": "SEN", "DE": "DEU", "BR": "BRA"}.get(o.iso2, f"{o.iso2}X"))
    name_fr = factory.LazyAttribute(
        lambda o: {"SN": "Sénégal", "DE": "Allemagne", "BR": "Brésil"}.get(o.iso2, f"Pays {o.iso2}")
    )
    name_en = factory.LazyAttribute(
        lambda o: {"SN": "Senegal", "DE": "Germany", "BR": "Brazil"}.get(o.iso2, f"Country {o.iso2}")
    )
    continent = models.Continent.AFRICA
    longitude = -17.44
    latitude = 14.69

    class Meta:
        model = models.Country
        django_get_or_create = ("iso2",)


class CountryStatusFactory(DjangoModelFactory):
    country = factory.SubFactory(CountryFactory)
    list = models.StatusList.DAC
    category = models.StatusCategory.LDC
    valid_from = date(2024, 1, 1)
    source = "test"

    class Meta:
        model = models.CountryStatus


class ForeignAuthorityFactory(DjangoModelFactory):
    name_fr = factory.Sequence(lambda n: f"Ndiaganiao {n}")
    name_local = factory.SelfAttribute("name_fr")
    slug = factory.LazyAttribute(lambda o: slugify(o.name_fr or o.name_local or o.name_en, o.country.iso2))
    country = factory.SubFactory(CountryFactory)
    level = models.AuthorityLevel.LOCAL
    longitude = -16.7
    latitude = 14.5
    position_precision = models.PositionPrecision.EXACT

    class Meta:
        model = models.ForeignAuthority


class ThemeFactory(DjangoModelFactory):
    code = factory.Sequence(lambda n: f"theme-{n}")
    name = factory.Sequence(lambda n: f"Thème {n}")
    edition = 2026

    class Meta:
        model = models.Theme


class UserFactory(DjangoModelFactory):
    """An account with the password `mot-de-passe-de-test`."""

    email = factory.Sequence(lambda n: f"agent{n}@example.org")
    first_name = "Camille"
    last_name = factory.Sequence(lambda n: f"Martin {n}")
    password = factory.django.Password("mot-de-passe-de-test")

    class Meta:
        model = models.User

    class Params:
        staff = factory.Trait(is_staff=True)
        superuser = factory.Trait(is_staff=True, is_superuser=True)


class MembershipFactory(DjangoModelFactory):
    user = factory.SubFactory(UserFactory)
    collectivity = factory.SubFactory(CollectivityFactory)
    role = models.Role.EDITOR

    class Meta:
        model = models.Membership


class AccessRequestFactory(DjangoModelFactory):
    """ProConnect attaches somebody to an authority; nobody has answered yet."""

    user = factory.SubFactory(UserFactory)
    collectivity = factory.SubFactory(CollectivityFactory)
    siret = factory.LazyAttribute(lambda o: f"{o.collectivity.siren}00012")

    class Meta:
        model = models.AccessRequest


class ContactFactory(DjangoModelFactory):
    """An officer in charge of international relations, whom everybody may write to."""

    collectivity = factory.SubFactory(CollectivityFactory)
    first_name = "Awa"
    last_name = factory.Sequence(lambda n: f"Le Goff {n}")
    function = "Chargée de mission coopération"
    email = factory.Sequence(lambda n: f"contact{n}@ville.example")
    visibility = models.Audience.PUBLIC

    class Meta:
        model = models.Contact

    class Params:
        objected = factory.Trait(
            first_name="", last_name="", function="", email="", visibility="nobody", digests=["0" * 64],
            objected_at=factory.LazyFunction(timezone.now),
        )  # fmt: skip


class PostingFactory(DjangoModelFactory):
    user = factory.SubFactory(UserFactory)
    kind = models.PostingKind.OFFICER
    valid_from = date(2024, 1, 1)

    class Meta:
        model = models.Posting
