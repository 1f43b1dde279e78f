#!/usr/bin/env python3
"""Rebuild the shippable reference files from pinned npm and PyPI packages.

usage: build.py SRC_DIR OUT_DIR     (SRC_DIR comes from fetch.sh)
needs: Babel, shapely (only for the GeoJSON files)

Every input is a package obtained from npm or PyPI; the tables typed in `edition/` (French labels, geographic zones,
editions of the DAC list, LDC calendar) are our own.
"""

import sys
from pathlib import Path

from edition import aid_codes
from edition.countries import countries
from edition.outlines import outlines
from edition.places import places
from edition.sectors import sectors
from edition.territories import Territories
from edition.workshop import Workshop


def build(sources: Path, out: Path) -> None:
    """All the files of the edition, in `out`."""
    shop = Workshop(sources, out)
    territories = Territories(shop)
    territories.write(shop)
    named = countries(shop)
    sectors(shop)
    aid_codes.aid_types(shop)
    aid_codes.finance_types(shop)
    aid_codes.flow_types(shop)
    aid_codes.policy_markers(shop)
    aid_codes.channels(shop)
    aid_codes.regions(shop)
    places(shop)
    outlines(shop, named, territories)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    build(Path(sys.argv[1]), Path(sys.argv[2]))
