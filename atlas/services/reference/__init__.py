"""Bringing a reference edition into the database: set-based, in one transaction, and silent when nothing differs.

Each family is copied into a temporary table, compared there, and only what differs is written: a second load of the same
edition writes nothing, so neither `updated_at` nor the data version moves. What the edition no longer has is ended, not
deleted.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from atlas import rules
from atlas.filters import forget_labels
from atlas.imports.reference import Edition, read_edition
from atlas.models import SDG, Country, Department, ForeignPlace, ForeignRegion, Region
from atlas.services.rules import write_starting_values

from .codes import code_lists, theme_tree
from .countries import merge_statuses
from .merging import Outcome, ids, merge, refresh_statistics, resolved
from .territories import end_collectivities, merge_collectivities, merge_events, merge_former, merge_networks

__all__ = ["DATA_FOLDER", "Outcome", "load_reference"]

DATA_FOLDER = settings.BASE_DIR / "atlas" / "data"


def load_reference(
    *, folder: Path = DATA_FOLDER, check: bool = False, tell: Callable[[Outcome], None] = lambda outcome: None
) -> list[Outcome]:
    """Load the edition of `folder`; with `check`, find the differences and write nothing.

    Raises:
        ReferenceError: the edition has faults; nothing was written.
    """
    edition = read_edition(folder)
    with transaction.atomic(), connection.cursor() as cursor:
        # Whole tables meet here. A plan made before their statistics are known would loop over them row by row.
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '128MB'")
        outcomes = []
        for outcome in _families(edition):
            outcomes.append(outcome)
            tell(outcome)
        if check:
            transaction.set_rollback(True)
        else:
            refresh_statistics()
    forget_labels()
    return outcomes


def _families(edition: Edition) -> Iterator[Outcome]:
    """Parents before children."""
    yield merge(_("régions"), Region, "code name slug zone longitude latitude", edition.regions, fixed={"slug"})
    regions = ids(Region, "code")
    yield merge(
        _("départements"),
        Department,
        "code name region_id zone longitude latitude",
        resolved(edition.departments, {2: regions}),
    )
    departments = ids(Department, "code")
    yield merge_collectivities(_("groupements et collectivités"), edition.authorities, regions, departments)
    yield merge_collectivities(_("communes"), edition.communes, regions, departments)
    yield end_collectivities(edition)
    yield merge_former(edition, regions, departments)
    yield merge_events(edition)
    yield merge_networks(edition, regions)
    yield merge(
        _("pays"),
        Country,
        "iso2 iso3 iso_numeric name_fr name_en name_es aliases zone zone_atlas continent capital longitude latitude coord_source "
        "centroid_longitude centroid_latitude dac_code is_french_territory",
        edition.countries,
        key="iso2",
        defaults={"partnership_count": "0"},
    )
    countries = ids(Country, "iso2")
    yield merge_statuses(edition, countries)
    yield merge(
        _("régions étrangères"),
        ForeignRegion,
        "code country_id name name_fr main_place longitude latitude",
        resolved(edition.foreign_regions, {1: countries}),
    )
    yield merge(
        _("lieux du monde"),
        ForeignPlace,
        "geonames_id name country_id region_id population alternate_names longitude latitude",
        resolved(edition.places, {2: countries, 3: ids(ForeignRegion, "code")}),
        key="geonames_id",
    )
    yield from code_lists(edition)
    yield merge(_("ODD"), SDG, "number name_fr name_en", edition.sdgs, key="number")
    yield from theme_tree(edition)
    yield Outcome(_("règles de fonctionnement"), len(rules.everything()), added=write_starting_values())
