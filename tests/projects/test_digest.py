"""The digest columns say what parties and themes say, and are written only when they differ."""

import pytest

from atlas.models import DataChange
from projects import services
from projects.models import Publication
from tests.factories.atlas import (
    CollectivityFactory,
    CountryFactory,
    ForeignAuthorityFactory,
    RegionFactory,
    ThemeFactory,
)
from tests.factories.projects import PartnershipFactory, PartnershipPartyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rennes():
    return CollectivityFactory(name="Rennes", region=RegionFactory(code="53", name="Bretagne"))


@pytest.fixture
def erlangen():
    return ForeignAuthorityFactory(name_fr="Erlangen", country=CountryFactory(iso2="DE"))


def test_the_digest_gathers_both_sides(rennes, erlangen):
    thies = ForeignAuthorityFactory(name_fr="Thiès", aliases=["Thies-Ville"])
    twinning = PartnershipFactory(french=rennes, foreign=erlangen)
    PartnershipPartyFactory(partnership=twinning, foreign_authority=thies)
    services.refresh_partnership_digest([twinning.pk])
    twinning.refresh_from_db()
    assert twinning.french_ids == [rennes.pk]
    assert sorted(twinning.foreign_ids) == sorted([erlangen.pk, thies.pk])
    assert twinning.region_codes == ["53"]
    assert twinning.country_codes == ["DE", "SN"]
    assert twinning.party_names.split(" / ") == ["rennes", "erlangen", "erlangen", "thies", "thies", "thies ville"]


def test_a_theme_counts_for_its_roots(rennes, erlangen):
    root = ThemeFactory(code="environnement")
    leaf = ThemeFactory(code="eau", parent=ThemeFactory(code="ressources", parent=root))
    twinning = PartnershipFactory(french=rennes, foreign=erlangen)
    twinning.themes.add(leaf)
    services.refresh_partnership_digest()
    services.refresh_activity()
    twinning.refresh_from_db()
    rennes.refresh_from_db()
    assert twinning.theme_codes == rennes.partner_themes == ["eau", "environnement", "ressources"]


def test_a_merged_authority_counts_for_its_target(rennes, erlangen):
    middle = ForeignAuthorityFactory(name_fr="Erlangue", country=erlangen.country, merged_into=erlangen)
    merged = ForeignAuthorityFactory(name_fr="Erlanguen", country=erlangen.country, merged_into=middle)
    twinning = PartnershipFactory(french=rennes, foreign=merged)
    for row in (twinning, erlangen, merged):
        row.refresh_from_db()
    assert twinning.foreign_ids == [erlangen.pk]
    assert (erlangen.partnership_count, merged.partnership_count) == (1, 0)


def test_only_published_partnerships_are_counted(rennes, erlangen):
    PartnershipFactory(french=rennes, foreign=erlangen)
    PartnershipFactory(french=rennes, foreign=erlangen, draft=True)
    PartnershipFactory(french=rennes, foreign=erlangen, publication=Publication.ARCHIVED)
    for row in (rennes, erlangen, erlangen.country):
        row.refresh_from_db()
        assert row.partnership_count == 1
    assert rennes.partner_countries == ["DE"]
    assert erlangen.partner_regions == ["53"]


def test_what_is_no_more_is_counted_no_more(rennes, erlangen):
    twinning = PartnershipFactory(french=rennes, foreign=erlangen)
    twinning.parties.filter(collectivity=rennes).delete()
    services.refresh_partnership_digest([twinning.pk])
    services.refresh_activity()
    rennes.refresh_from_db()
    assert (rennes.partnership_count, rennes.partner_countries) == (0, [])


def test_a_second_refresh_writes_nothing(rennes, erlangen):
    PartnershipFactory(french=rennes, foreign=erlangen)
    version = DataChange.objects.version()
    assert (services.refresh_partnership_digest(), services.refresh_activity()) == (0, 0)
    assert DataChange.objects.version() == version
