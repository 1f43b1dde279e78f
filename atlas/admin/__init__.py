"""The staff's pages of the ground: people, territories, partners, code lists, and what waits for somebody."""

from . import partners, people, reference, territories

__all__ = ["partners", "people", "reference", "territories"]
