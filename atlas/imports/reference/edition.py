"""An edition once read: plain rows, family by family."""

from dataclasses import dataclass
from typing import Any

EDITION = 2026
# Legal populations in force on 1 January 2026. Overseas bodies and Mayotte rest on older censuses: no year is given.
POPULATION_YEAR = 2023
REFERENCE_SOURCE = "Référentiel de l’atlas"

Values = tuple[Any, ...]


@dataclass
class Edition:
    """Rows ready to merge, family by family; the order of the columns is that of `services/reference/`."""

    regions: list[Values]
    departments: list[Values]
    authorities: list[Values]  # all but communes
    communes: list[Values]
    former: list[Values]
    networks: list[Values]  # of authorities
    events: list[tuple[str, str, str, list[tuple[str, str]]]]  # key, kind, current INSEE code, [(former code, name)]
    countries: list[Values]
    statuses: list[Values]
    foreign_regions: list[Values]
    places: list[Values]
    codes: dict[str, list[Values]]
    sdgs: list[Values]
    themes: list[Values]
    theme_codes: list[tuple[str, str]]
    theme_sdgs: list[tuple[str, int]]
