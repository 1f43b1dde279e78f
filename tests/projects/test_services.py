"""Writing partnerships: whole or not at all, with their digest, at a cost that does not grow with their number."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from projects import services
from projects.models import DatePrecision, Origin, Partnership, Publication
from projects.services import NewPartnership
from tests.factories.atlas import CollectivityFactory, ForeignAuthorityFactory, ThemeFactory, UserFactory
from tests.factories.projects import PartnershipFactory

pytestmark = pytest.mark.django_db


def twinnings(number: int) -> list[NewPartnership]:
    return [
        NewPartnership("twinning", (CollectivityFactory().pk,), (ForeignAuthorityFactory().pk,)) for _ in range(number)
    ]


def test_partnerships_are_published_with_parties_themes_and_counts():
    brest, kiel, mer, user = CollectivityFactory(), ForeignAuthorityFactory(), ThemeFactory(code="mer"), UserFactory()
    row = NewPartnership(
        "twinning",
        (brest.pk,),
        (kiel.pk,),
        signed_on=date(1964, 1, 1),
        signed_precision=DatePrecision.YEAR,
        themes=(mer.pk,),
        source="Archives",
    )
    [pk] = services.create_partnerships([row], actor=user)
    made = Partnership.objects.get()
    assert (made.pk, made.publication, made.origin, made.source) == (
        pk,
        Publication.PUBLISHED,
        Origin.IMPORT,
        "Archives",
    )
    assert (made.french_ids, made.foreign_ids, made.theme_codes) == ([brest.pk], [kiel.pk], ["mer"])
    assert (made.created_by, made.signed_on.year) == (user, 1964)
    brest.refresh_from_db()
    kiel.refresh_from_db()
    assert (brest.partnership_count, kiel.partnership_count) == (1, 1)


@pytest.mark.parametrize("side", ["french", "foreign"])
def test_a_partnership_has_both_sides(side):
    parties = {"french": (CollectivityFactory().pk,), "foreign": (ForeignAuthorityFactory().pk,)}
    row = NewPartnership("twinning", **{**parties, side: ()})
    with pytest.raises(ValidationError):
        services.create_partnerships([*twinnings(1), row], actor=None)
    assert not Partnership.objects.exists()


def test_writing_many_costs_what_writing_few_costs(django_assert_max_num_queries):
    few, many = twinnings(2), twinnings(40)
    with django_assert_max_num_queries(26) as first:
        services.create_partnerships(few, actor=None)
    with django_assert_max_num_queries(26) as second:
        services.create_partnerships(many, actor=None)
    assert len(first) == len(second)


def test_a_partnership_bears_the_names_of_its_sides_whoever_came_first_unless_it_has_its_own():
    twinning = PartnershipFactory(
        french=CollectivityFactory(name="Rennes"), foreign=ForeignAuthorityFactory(name_fr="Thiès")
    )
    twinning.parties.create(collectivity=CollectivityFactory(name="Fougères"), role="member")
    assert twinning.name == "Rennes, Fougères – Thiès"
    assert str(twinning) == "Jumelage Rennes, Fougères – Thiès"
    twinning.title = "Pacte des trois villes"
    assert twinning.name == str(twinning) == "Pacte des trois villes"
