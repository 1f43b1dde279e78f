"""Obligations of an authority: what it should have done, and where it stands.

A registry, so that each app declares its own in `AppConfig.ready()` and whoever needs them asks here: the dashboard shows
the lights, a call for projects asks whether they are green.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from atlas import rules
from atlas.models import Collectivity, Contact, in_force, months_before


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


def contacts_checked(collectivity: Collectivity, today: date) -> State:
    """Orange without anybody to write to, or when somebody in office was not checked for too long (two queries)."""
    months = in_force(rules.CONTACT_CHECK_MONTHS, today)
    limit = months_before(today, months)
    running = Contact.objects.filter(collectivity=collectivity).running()
    found = running.order_by().aggregate(
        n=Count("pk"), old=Count("pk", filter=Q(checked_on__lt=limit)), oldest=Min("checked_on")
    )
    url = reverse("space:contact_list", args=[collectivity.slug])
    if not found["n"]:
        text = _("Aucun contact : personne ne sait à qui écrire chez vous.")
        return State(Light.ORANGE, text, action=_("Ajouter un contact"), url=url)
    if old := found["old"]:
        text = ngettext(
            "%(n)d contact n’a pas été vérifié depuis %(months)d mois.",
            "%(n)d contacts n’ont pas été vérifiés depuis %(months)d mois.",
            old,
        ) % {"n": old, "months": months}
        return State(Light.ORANGE, text, found["oldest"], _("Vérifier les contacts"), url)
    text = _("Vos contacts ont été vérifiés il y a moins de %(months)d mois.") % {"months": months}
    return State(Light.GREEN, text, found["oldest"])


CONTACTS = Obligation("atlas.contacts", gettext_lazy("Contacts"), contacts_checked, position=15)
