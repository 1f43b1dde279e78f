"""What authorities of the past still hold, proposed to those that came after them; and taking it over."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from atlas.models import Collectivity, Contact, Membership, Move, User, successions
from atlas.services import moves
from projects.models import (
    NoticeConversation,
    PartnerRequest,
    Partnership,
    PartnershipNotice,
    PartnershipParty,
    PartyConsent,
    Project,
    ProjectParty,
)

# By name of the choice: the model whose rows pass on, and the key by which one is chosen.
HELD = {
    "partnerships": (PartnershipParty, "partnership_id"),
    "projects": (ProjectParty, "project_id"),
    "notices": (PartnershipNotice, "pk"),
    "replies": (NoticeConversation, "pk"),
    "contacts": (Contact, "pk"),
    "members": (Membership, "pk"),
}
# Not told where everybody reads; and alone, they are nothing to pass on.
PRIVATE = {"replies", "contacts", "members"}
LABELS = {
    "partnerships": gettext_lazy("Partenariats"),
    "projects": gettext_lazy("Projets"),
    "notices": gettext_lazy("Annonces de la bourse"),
    "replies": gettext_lazy("Réponses à des annonces"),
    "contacts": gettext_lazy("Contacts"),
    "members": gettext_lazy("Membres"),
}


@dataclass(frozen=True)
class Proposal:
    """«3 jumelages et 1 projet appartiennent désormais à…». `counts`: how many of each name of HELD."""

    old: Collectivity
    heir: Collectivity
    event: int
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def said(self) -> str:
        return said(self.counts)


def said(counts: Mapping[str, int]) -> str:
    """«2 partenariats, 1 projet»."""
    labels = {
        "partnerships": lambda n: ngettext("%(n)d partenariat", "%(n)d partenariats", n),
        "projects": lambda n: ngettext("%(n)d projet", "%(n)d projets", n),
        "notices": lambda n: ngettext("%(n)d annonce", "%(n)d annonces", n),
        "replies": lambda n: ngettext("%(n)d conversation", "%(n)d conversations", n),
        "contacts": lambda n: ngettext("%(n)d contact", "%(n)d contacts", n),
        "members": lambda n: ngettext("%(n)d membre", "%(n)d membres", n),
    }
    return ", ".join(labels[name](n) % {"n": n} for name, n in counts.items() if n and name in labels)


def said_of(move: Move, *, private: bool = True) -> str:
    """What a move passed on, in the same words; without people and conversations where everybody reads."""
    counts = {name: move.counts.get(model._meta.label_lower, 0) for name, (model, _key) in HELD.items()}
    return said(counts if private else counts | dict.fromkeys(PRIVATE, 0))


def proposals(heir: Collectivity | None = None) -> list[Proposal]:
    """What waits to be taken over, by `heir` or by anybody (eight queries)."""
    counts: dict[int, dict[str, int]] = {}
    for name, (model, key) in HELD.items():
        there = Contact.objects.standing() if model is Contact else model.objects.all()
        held = there.filter(collectivity__is_current=False).order_by().values_list("collectivity")
        for old, n in held.annotate(n=Count(key, distinct=True)):
            counts.setdefault(old, {})[name] = n
    olds = [old for old, held in counts.items() if held.keys() - PRIVATE]
    if not olds:
        return []
    found = [one for one in successions(olds) if heir is None or one.heir == heir.pk]
    there = Collectivity.objects.for_list().in_bulk({pk for one in found for pk in (one.old, one.heir)})
    rows = [Proposal(there[one.old], there[one.heir], one.event, counts[one.old]) for one in found]
    return sorted(rows, key=lambda row: (row.heir.sort_name, row.old.sort_name))


def held(old: Collectivity, heir: Collectivity, *, reader: User | None = None) -> dict[str, list[tuple[int, str]]]:
    """Key and name of each row that an authority of the past holds and that `heir` can take, by name of HELD.

    Drafts are among them: nobody else can take them up. With a `reader`, only what that account may see.
    """
    own = {"french_ids__contains": [old.pk]}
    models = (Partnership, Project, PartnershipNotice, NoticeConversation, Contact, Membership)
    links, projects, notices, replies, contacts, members = (
        model.objects.visible_to(reader) if reader else model.objects.all() for model in models
    )
    replies, contacts = (
        rows.exclude(pk__in=moves.staying(rows.model, old, heir)) for rows in (replies, contacts.standing())
    )
    links = links.filter(**own).exclude(merged_into__isnull=False).for_list().order_by("-signed_on", "pk")
    return {
        "partnerships": [(row.pk, str(row)) for row in links],
        "projects": [(row.pk, row.title) for row in projects.filter(**own).only("title").order_by("title", "pk")],
        "notices": [
            (row.pk, row.title) for row in notices.filter(collectivity=old).only("title").order_by("title", "pk")
        ],
        "replies": [
            (row.pk, row.notice.title)
            for row in replies.filter(collectivity=old).select_related("notice").order_by("pk")
        ],
        "contacts": [
            (row.pk, ", ".join(filter(None, [str(row), row.function])))
            for row in contacts.filter(collectivity=old).order_by("last_name", "first_name", "pk")
        ],
        "members": [
            (row.pk, f"{row.user} ({row.get_role_display()})")
            for row in members.filter(collectivity=old).for_list().order_by("pk")
        ],
    }


def take_over(
    old: Collectivity,
    heir: Collectivity,
    *,
    actor: User,
    chosen: Mapping[str, Collection[int]] | None = None,
) -> Move:
    """Give `heir` what `old` holds, or what is `chosen` of it: keys by name of HELD. Links sent to partners follow their records.

    Raises:
        PermissionDenied, ValidationError: as `atlas.services.moves.take_over`; nothing chosen.
    """
    if chosen is None:
        return moves.take_over(old, heir, actor=actor)
    if not any(chosen.values()):
        raise ValidationError(_("Cochez au moins une ligne."), code="nothing_chosen")
    rows = {model: Q(**{f"{key}__in": list(chosen.get(name, ()))}) for name, (model, key) in HELD.items()}
    if chosen.get("contacts"):  # imprints of those who objected go along, or they could be entered again
        rows[Contact] |= Q(objected_at__isnull=False)
    of_records = Q(partnership__in=list(chosen.get("partnerships", ()))) | Q(
        project__in=list(chosen.get("projects", ()))
    )
    rows[PartyConsent] = rows[PartnerRequest] = of_records
    return moves.take_over(old, heir, actor=actor, chosen=rows)
