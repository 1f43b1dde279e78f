"""Percentages that add to 100."""

from collections.abc import Sequence
from decimal import Decimal

TENTHS = 1000


def shares(numbers: Sequence[int]) -> list[Decimal]:
    """Each number in percent of their sum, with one decimal; together exactly 100 (largest remainders). Zeros if all are."""
    total = sum(numbers)
    if not total:
        return [Decimal("0.0")] * len(numbers)
    tenths = [number * TENTHS // total for number in numbers]
    by_remainder = sorted(range(len(numbers)), key=lambda index: (-(numbers[index] * TENTHS % total), index))
    for index in by_remainder[: TENTHS - sum(tenths)]:
        tenths[index] += 1
    return [Decimal(number) / 10 for number in tenths]
