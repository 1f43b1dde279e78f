"""Obligations of an authority: what it should have done, and where it stands.

A registry, so that each app declares its own in `AppConfig.ready()` and whoever needs them asks here: the dashboard shows
the lights, a call for projects asks whether they are green.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.functional import Promise

from atlas.models import Collectivity


class Light(StrEnum):
    """Green: done. Orange: soon due, or better done. Red: late, or refused to others until it is done."""

    GREEN = "green"
    ORANGE = "orange"
    RED = "red"


@dataclass(frozen=True)
class State:
    """Where an authority stands: the light, its date (when it was done, or is due), one sentence, and what to do next."""

    light: Light
    text: str | Promise
    day: date | None = None
    action: str | Promise = ""
    url: str = ""


@dataclass(frozen=True)
class Obligation:
    """Something asked of every authority. `evaluate(collectivity, today)` costs a fixed number of queries."""

    code: str
    label: str | Promise
    evaluate: Callable[[Collectivity, date], State]
    position: int = 100


_registry: dict[str, Obligation] = {}


def register(obligation: Obligation) -> None:
    """Declare an obligation. The same code again replaces it: `ready()` may run twice."""
    _registry[obligation.code] = obligation


def evaluate(collectivity: Collectivity, today: date) -> list[tuple[Obligation, State]]:
    """Every obligation with where the authority stands, in the order of their positions."""
    ordered = sorted(_registry.values(), key=lambda obligation: (obligation.position, obligation.code))
    return [(obligation, obligation.evaluate(collectivity, today)) for obligation in ordered]
