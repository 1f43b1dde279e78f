"""Partnerships and their parties."""

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
    "Origin",
    "Partnership",
    "PartnershipKind",
    "PartnershipParty",
    "PartnershipStatus",
    "PartyRole",
    "Publication",
]
