"""The staff's pages of the ground: people, territories, partners, code lists, and what waits for somebody."""

from . import contacts, duplicates, partners, people, reference, rules, territories

__all__ = ["contacts", "duplicates", "partners", "people", "reference", "rules", "territories"]
