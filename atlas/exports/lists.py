"""The lists of the ground, as `atlas.filters.lists` knows them."""

from django.utils.translation import gettext_lazy as _

from atlas.filters import CollectivityFilterSet, CountryFilterSet, ForeignAuthorityFilterSet
from atlas.filters.lists import PublicList
from atlas.models import Collectivity, Country, ForeignAuthority

from .tables import COLLECTIVITY_COLUMNS, COUNTRY_COLUMNS, FOREIGN_AUTHORITY_COLUMNS

LISTS = [
    PublicList(
        "collectivites",
        _("Collectivités françaises"),
        _("collectivité,collectivités"),
        lambda user: Collectivity.objects.visible_to(user),
        CollectivityFilterSet,
        "collectivity_list",
        COLLECTIVITY_COLUMNS,
    ),
    PublicList(
        "partenaires",
        _("Partenaires étrangers"),
        _("partenaire,partenaires"),
        lambda user: ForeignAuthority.objects.visible_to(user).standing(),
        ForeignAuthorityFilterSet,
        "foreign_authority_list",
        FOREIGN_AUTHORITY_COLUMNS,
    ),
    PublicList(
        "pays",
        _("Pays"),
        _("pays,pays"),
        lambda user: Country.objects.visible_to(user),
        CountryFilterSet,
        "country_list",
        COUNTRY_COLUMNS,
    ),
]
