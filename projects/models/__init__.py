"""Partnerships and their parties, and the files they come from."""

from .imports import ImportRow, ImportStatus, NameResolution, NameSide, PartnershipImport, Problem, RowStatus
from .partnerships import (
    DatePrecision,
    Origin,
    Partnership,
    PartnershipKind,
    PartnershipParty,
    PartnershipStatus,
    PartyRole,
    Publication,
)

__all__ = [
    "DatePrecision",
    "ImportRow",
    "ImportStatus",
    "NameResolution",
    "NameSide",
    "Origin",
    "Partnership",
    "PartnershipImport",
    "PartnershipKind",
    "PartnershipParty",
    "PartnershipStatus",
    "PartyRole",
    "Problem",
    "Publication",
    "RowStatus",
]
