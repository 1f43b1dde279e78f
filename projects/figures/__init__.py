"""The ledger of the national figures: what each one counts, computed for every year at once and kept ready for pages."""

from .definitions import FIGURES, KIND_GROUPS, OTHERS, Figure, theme_group, theme_labels
from .shares import shares
from .statistics import measure, measure_everything, panorama_of, refresh, rules_in_force, source_version

__all__ = [
    "FIGURES",
    "KIND_GROUPS",
    "OTHERS",
    "Figure",
    "measure",
    "measure_everything",
    "panorama_of",
    "refresh",
    "rules_in_force",
    "shares",
    "source_version",
    "theme_group",
    "theme_labels",
]
