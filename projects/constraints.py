"""Conditions that several tables share."""

from functools import reduce
from operator import or_

from django.db.models import Q


def exactly_one(*columns: str) -> Q:
    """One of these columns is filled, and the others are not."""
    return reduce(or_, (Q(**{f"{name}__isnull": name != filled for name in columns}) for filled in columns))
