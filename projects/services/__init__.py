"""The only writers of partnerships: one function per verb."""

from .digest import refresh_activity, refresh_partnership_digest

__all__ = ["refresh_activity", "refresh_partnership_digest"]
