"""The digest columns say what parties and themes say, and are written only when they differ."""

import pytest

from atlas.models import Collectivity, DataChange
from projects import services
from projects.models import Publication
from tests.factories.atlas import (
    CollectivityFactory,
    CountryFactory,
    ForeignAuthorityFactory,
    RegionFactory,
    ThemeFactory,
    UserFactory,
)
from tests.factories.projects import PartnershipFactory, PartnershipPartyFactory, ProjectFactory

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


# --- Counting only what a change touches -----------------------------------------------------------------------------


@pytest.fixture
def staff():
    return UserFactory(superuser=True)


def assert_counted_like_everything():
    """A full recount finds nothing to mend."""
    assert services.refresh_activity() == 0


def test_each_change_counts_what_it_touches_as_a_full_recount_does(rennes, erlangen, staff):
    thies = ForeignAuthorityFactory(name_fr="Thiès", country=CountryFactory(iso2="SN"))
    brest = CollectivityFactory(name="Brest", region=rennes.region)
    twinning = PartnershipFactory(french=rennes, foreign=erlangen)
    project = ProjectFactory(french=rennes, foreign=erlangen, draft=True)
    project.theme_shares.update(share=100)

    def parties(french, foreign):
        return [
            {"kind": "collectivity", "role": "lead", "collectivity": french},
            {"kind": "foreign_authority", "role": "implementing", "foreign_authority": foreign},
        ]

    services.move(project, "publish", actor=staff)
    assert_counted_like_everything()
    erlangen.refresh_from_db()
    assert (erlangen.partnership_count, erlangen.project_count) == (1, 1)
    services.set_parties(project, parties(brest, thies), actor=staff)
    assert_counted_like_everything()
    for row, expected in ((rennes, 0), (erlangen, 0), (brest, 1), (thies, 1)):
        row.refresh_from_db()
        assert row.project_count == expected
    assert (brest.partner_countries, thies.partner_regions) == (["DE"], ["53"])
    services.set_places(project, [{"country": thies.country, "share": 100}], [], actor=staff)
    assert_counted_like_everything()
    brest.refresh_from_db()
    assert brest.partner_countries == ["SN"]
    services.move(project, "archive", actor=staff, note="Terminé.")
    assert_counted_like_everything()
    services.move(twinning, "archive", actor=staff, note="Terminé.")
    assert_counted_like_everything()
    for row in (rennes, erlangen, brest, thies, thies.country, erlangen.country):
        row.refresh_from_db()
        assert (row.partnership_count, row.project_count) == (0, 0)
    assert (rennes.partner_countries, thies.partner_themes) == ([], [])


def test_a_publication_counts_no_other_authority(rennes, erlangen, staff):
    elsewhere = PartnershipFactory().french_ids[0]
    twinning = PartnershipFactory(french=rennes, foreign=erlangen, draft=True)
    Collectivity.objects.filter(pk=elsewhere).update(partnership_count=77)
    services.move(twinning, "publish", actor=staff)
    assert Collectivity.objects.get(pk=rennes.pk).partnership_count == 1
    assert Collectivity.objects.get(pk=elsewhere).partnership_count == 77
    assert services.refresh_activity() == 1
