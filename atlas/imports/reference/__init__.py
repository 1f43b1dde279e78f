"""The reference edition shipped in `atlas/data/`, read and checked: plain rows, nothing written here.

`read_edition(folder)` gives an `Edition` or raises `ReferenceError` with every fault of every file.
"""

from pathlib import Path

from atlas.imports.tables import Folder

from .codes import read_codes, read_sdgs, read_themes
from .countries import read_countries, read_foreign_regions, read_places, read_statuses
from .edition import EDITION, REFERENCE_SOURCE, Edition
from .territories import read_authorities, read_collectivities, read_former_communes, read_networks, read_regions

__all__ = ["EDITION", "REFERENCE_SOURCE", "Edition", "read_edition"]


def read_edition(path: Path) -> Edition:
    """Read and check a whole edition.

    Raises:
        ReferenceError: with every fault found.
    """
    folder = Folder(path)
    collectivities = read_collectivities(folder)
    regions, departments = read_regions(folder, collectivities)
    authorities, communes = read_authorities(
        folder, collectivities, {r[0] for r in regions}, {d[0] for d in departments}
    )
    former, events = read_former_communes(folder, collectivities)
    networks = read_networks(folder, {region[0]: region[3] for region in regions})
    countries = read_countries(folder)
    known = {country[0] for country in countries}
    codes = read_codes(folder)
    sdgs = read_sdgs(folder)
    themes, theme_codes, theme_sdgs = read_themes(
        folder, {c[0] for c in codes["purpose"]}, {str(sdg[0]) for sdg in sdgs}
    )
    foreign_regions = read_foreign_regions(folder, known)
    edition = Edition(
        regions=regions,
        departments=departments,
        authorities=authorities,
        communes=communes,
        former=former,
        networks=networks,
        events=events,
        countries=countries,
        statuses=read_statuses(folder, known),
        foreign_regions=foreign_regions,
        places=read_places(folder, known, {region[0] for region in foreign_regions}),
        codes=codes,
        sdgs=sdgs,
        themes=themes,
        theme_codes=theme_codes,
        theme_sdgs=theme_sdgs,
    )
    folder.refuse_faults()
    return edition
