"""The staff's pages of the ground: people, territories, partners, code lists, and what waits for somebody."""

from . import duplicates, partners, people, reference, territories

__all__ = ["duplicates", "partners", "people", "reference", "territories"]
