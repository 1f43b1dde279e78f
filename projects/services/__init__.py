"""The only writers of partnerships: one function per verb."""

from .digest import refresh_activity, refresh_partnership_digest
from .partnerships import NewPartnership, create_partnerships

__all__ = ["NewPartnership", "create_partnerships", "refresh_activity", "refresh_partnership_digest"]
