"""Messages of the dashboard: what waits for the members of an authority, each with where to answer it.

A registry, as `completeness` is: each app declares its own in `AppConfig.ready()`. Nothing is stored: a message goes away
when what it tells of is done.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from atlas import rules
from atlas.models import AccessRequest, Collectivity, Contact, Membership, User, in_force
from atlas.permissions import may

SHOWN = 20


@dataclass(frozen=True)
class Message:
    """One sentence, since when, the words of whoever sent it, and where to answer."""

    text: str | Promise
    url: str
    action: str | Promise
    day: date | None = None
    note: str = ""


Source = Callable[[Collectivity, User, date], Iterable[Message]]
_registry: dict[str, tuple[int, Source]] = {}


def register(code: str, source: Source, position: int = 100) -> None:
    """Declare a source, of a fixed number of queries. The same code again replaces it: `ready()` may run twice."""
    _registry[code] = (position, source)


def messages_for(collectivity: Collectivity, user: User, today: date) -> list[Message]:
    """What waits, in the order of the sources."""
    ordered = sorted(_registry.items(), key=lambda item: (item[1][0], item[0]))
    return [message for _code, (_position, source) in ordered for message in source(collectivity, user, today)][:SHOWN]


def access_to_decide(collectivity: Collectivity, user: User, today: date) -> Iterable[Message]:
    """For those who let people in (two queries)."""
    if not may(user, "atlas.change_membership", collectivity):
        return
    rows = AccessRequest.objects.visible_to(user).pending().filter(collectivity=collectivity).exclude(user=user)
    for asked in rows.for_list()[:SHOWN]:
        yield Message(
            _("%(name)s demande à rejoindre la collectivité.") % {"name": asked.user},
            reverse("space:member_list", args=[collectivity.slug]),
            _("Répondre"),
            timezone.localtime(asked.created_at).date(),
            asked.message,
        )


def invitations_expired(collectivity: Collectivity, user: User, today: date) -> Iterable[Message]:
    """For those who invited: links that no longer open anything (three queries)."""
    if not may(user, "atlas.change_membership", collectivity):
        return
    before = timezone.now() - timedelta(days=in_force(rules.INVITATION_DAYS))
    rows = Membership.objects.filter(collectivity=collectivity, created_at__lt=before).for_list()
    if count := sum(1 for row in rows if not row.user.is_opened):
        text = ngettext("%(n)d invitation a expiré sans réponse.", "%(n)d invitations ont expiré sans réponse.", count)
        yield Message(
            text % {"n": count}, reverse("space:member_list", args=[collectivity.slug]), _("Renvoyer ou retirer")
        )


def contacts_leaving(collectivity: Collectivity, user: User, today: date) -> Iterable[Message]:
    """Mandates that end soon (two queries)."""
    rows = Contact.objects.visible_to(user).running().filter(collectivity=collectivity)
    until = today + timedelta(days=in_force(rules.CONTACT_LEAVING_DAYS, today))
    for contact in rows.filter(ends_on__lte=until).order_by("ends_on", "pk")[:SHOWN]:
        yield Message(
            _("%(name)s quitte bientôt ses fonctions (%(function)s).")
            % {"name": contact, "function": contact.function},
            reverse("space:contact_list", args=[collectivity.slug]),
            _("Mettre à jour les contacts"),
            contact.ends_on,
        )


def declare() -> None:
    """The messages of the ground."""
    register("atlas.access", access_to_decide, 10)
    register("atlas.invitations", invitations_expired, 40)
    register("atlas.contacts", contacts_leaving, 50)
