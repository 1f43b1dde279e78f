"""Partnerships, projects and notices when an authority becomes another one: what passes on, what becomes one, what is counted anew."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from atlas.models import Collectivity, ForeignAuthority
from atlas.services.moves import Follower, Ledger, Reference, declare, follow, references
from projects.models import (
    Confirmation,
    DatePrecision,
    Delegation,
    ImportRow,
    NameResolution,
    NoticeContact,
    NoticeConversation,
    PartnerRequest,
    Partnership,
    PartnershipKind,
    PartnershipNotice,
    PartnershipParty,
    PartnershipStatus,
    PartyConsent,
    PartyRole,
    Project,
    ProjectParty,
    ProjectPlace,
    Publication,
    RecordComment,
    SheetUpload,
)
from projects.services.digest import (
    refresh_activity,
    refresh_notice_digest,
    refresh_partnership_digest,
    refresh_project_digest,
)
from projects.services.partnership_sheet import FORMALITIES


def fold_party(kept: PartnershipParty, gone: PartnershipParty) -> None:
    """One authority twice in a partnership: its highest role, from the first day to the last."""
    if PartyRole.LEAD in (kept.role, gone.role):
        kept.role = PartyRole.LEAD
    kept.since = min((day for day in (kept.since, gone.since) if day), default=None)
    kept.until = max(kept.until, gone.until) if kept.until and gone.until else None


def fold_project_party(kept: ProjectParty, gone: ProjectParty) -> None:
    """One authority twice in a role: it brings what both were said to bring."""
    for name in ("cash", "in_kind"):
        amounts = [amount for amount in (getattr(kept, name), getattr(gone, name)) if amount is not None]
        setattr(kept, name, sum(amounts) if amounts else None)


def fold_place(kept: ProjectPlace, gone: ProjectPlace) -> None:
    """Only places that say the same are paired: nothing to add."""


def fold_consent(kept: PartyConsent, gone: PartyConsent) -> None:
    """One authority asked twice about a record: it has answered if either did."""
    if not kept.answer:
        for name in ("answer", "answered_at", "answered_by", "note", "told_at"):
            setattr(kept, name, getattr(gone, name) or getattr(kept, name))


def with_heir(old: models.Model, heir: models.Model) -> list[int]:
    """Replies to a notice of the heir's, or that it answered too: nobody talks with oneself, nor twice."""
    replies = NoticeConversation.objects.filter(collectivity=old)
    own = Q(notice__collectivity=heir) | Q(notice__conversations__collectivity=heir)
    return list(replies.filter(own).values_list("pk", flat=True))


_SIGNED = _("Un reçu dit ce que l’ancienne collectivité a confirmé : il reste à son nom.")
_AGREED = _("Un accord est donné par une collectivité à une autre : leurs héritières en donnent un nouveau.")
_OWN_PART = _("Une partie de la fiche réunie reste la sienne.")

declare(
    Reference(PartnershipParty, "foreign_authority", once=["partnership"], fold=fold_party),
    Reference(ProjectParty, "foreign_authority", once=["project", "role"], fold=fold_project_party),
    Reference(
        ProjectPlace,
        "foreign_authority",
        once=["project", "country", "name", "precision", "longitude", "latitude"],
        fold=fold_place,
    ),
    Reference(PartnerRequest, "foreign_authority"),
    Reference(ImportRow, "foreign_authority"),
    Reference(NameResolution, "foreign_authority"),
    Reference(NoticeContact, "foreign_authority"),
    Reference(PartnershipNotice, "foreign_authority"),
    # A partnership that is made one with its twin.
    Reference(Project, "partnership"),
    Reference(PartnerRequest, "partnership"),
    Reference(ImportRow, "partnership"),
    Reference(RecordComment, "partnership"),
    Reference(PartyConsent, "partnership", once=["collectivity"], fold=fold_consent),
    Reference(PartnershipNotice, "partnership"),
    Reference(NoticeConversation, "partnership"),
    Reference(PartnershipParty, "partnership", stays=_OWN_PART),
    Reference(Partnership.themes.through, "partnership", stays=_OWN_PART),
    Reference(Partnership, "merged_into", stays=_OWN_PART),
    # A French authority whose heir takes over.
    Reference(PartnershipParty, "collectivity", once=["partnership"], fold=fold_party),
    Reference(ProjectParty, "collectivity", once=["project", "role"], fold=fold_project_party),
    Reference(PartnerRequest, "collectivity"),
    Reference(PartnershipNotice, "collectivity"),
    Reference(NoticeConversation, "collectivity", staying=with_heir),
    Reference(PartyConsent, "collectivity", once=["partnership", "project"], fold=fold_consent),
    Reference(Confirmation, "collectivity", stays=_SIGNED),
    Reference(ImportRow, "collectivity", stays=_("Une ligne de fichier dit ce que le fichier disait.")),
    Reference(Delegation, "member", stays=_AGREED),
    Reference(Delegation, "delegate", stays=_AGREED),
    Reference(SheetUpload, "collectivity", stays=_("Un classeur dit ce que l’ancienne collectivité a renvoyé.")),
    Reference(NameResolution, "collectivity", stays=_("Un nom ancien désigne l’ancienne collectivité.")),
)


def _side(authorities: Sequence[models.Model]) -> Q:
    """Parts that name one of these authorities."""
    pks = [authority.pk for authority in authorities]
    return Q(collectivity__in=pks) if isinstance(authorities[0], Collectivity) else Q(foreign_authority__in=pks)


def _records(authorities: Sequence[models.Model]) -> tuple[list[int], list[int]]:
    """Keys of the partnerships and of the projects that name one of these authorities."""
    side = _side(authorities)
    links = set(PartnershipParty.objects.filter(side).values_list("partnership_id", flat=True))
    projects = set(ProjectParty.objects.filter(side).values_list("project_id", flat=True))
    if isinstance(authorities[0], ForeignAuthority):
        projects |= set(ProjectPlace.objects.filter(side).values_list("project_id", flat=True))
    return sorted(links), sorted(projects)


def prepare(authorities: Sequence[models.Model]) -> None:
    """Lock the records before their parts, as whoever edits one does."""
    for model, ids in zip((Partnership, Project), _records(authorities), strict=True):
        rows = model.objects.filter(pk__in=ids).order_by("pk")
        list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def refresh(ledger: Ledger, authorities: Sequence[models.Model]) -> None:
    """Digests of all their records; a new version of those whose parts passed on; counts."""
    links, projects = _records(authorities)
    for model, part, key in (
        (Partnership, PartnershipParty, "partnership_id"),
        (Project, ProjectParty, "project_id"),
        (Project, ProjectPlace, "project_id"),
    ):
        moved = ledger.move.rows.filter(table_name=part._meta.db_table).values_list("row_id", flat=True)
        touched = part.objects.filter(pk__in=list(moved)).values(key)
        model.objects.filter(pk__in=touched).update(version=F("version") + 1)
    refresh_partnership_digest(links)
    refresh_project_digest(projects)
    refresh_notice_digest(PartnershipNotice.objects.filter(_side(authorities)).values_list("pk", flat=True))
    refresh_activity()


# --- Twins ------------------------------------------------------------------------------------------------------------


def complete(ledger: Ledger, authority: models.Model) -> None:
    """Of partnerships that this move made twins, keep one; the other is archived and leads to it."""
    table = PartnershipParty._meta.db_table
    moved_parts = list(ledger.move.rows.filter(table_name=table).values_list("row_id", flat=True))
    moved = set(PartnershipParty.objects.filter(pk__in=moved_parts).values_list("partnership_id", flat=True))
    refresh_partnership_digest(moved)
    column = "french_ids" if isinstance(authority, Collectivity) else "foreign_ids"
    rows = Partnership.objects.filter(**{f"{column}__contains": [authority.pk]})
    rows = rows.exclude(publication=Publication.ARCHIVED).exclude(kind=PartnershipKind.ONE_OFF)
    groups: dict[tuple, list[Partnership]] = {}
    for row in rows.order_by("pk"):
        same = (row.kind, row.publication, tuple(row.french_ids), tuple(row.foreign_ids))
        groups.setdefault(same, []).append(row)
    for group in groups.values():
        gone: set[int] = set()
        for kept, other in combinations(group, 2):
            fresh = kept.pk in moved or other.pk in moved
            if fresh and not {kept.pk, other.pk} & gone and agree(kept, other):
                _make_one(ledger, kept, other)
                gone.add(other.pk)


def agree(one: Partnership, other: Partnership) -> bool:
    """Whether neither says what the other denies."""
    if one.status != other.status and PartnershipStatus.UNKNOWN not in (one.status, other.status):
        return False
    said = [(getattr(one, name), getattr(other, name)) for name in ("title", "ended_on", *FORMALITIES)]
    return all(mine == theirs or not (mine and theirs) for mine, theirs in said) and _same_day(one, other)


def _same_day(one: Partnership, other: Partnership) -> bool:
    """The same signature, as far as the less precise of the two goes."""
    if not (one.signed_on and other.signed_on):
        return True
    by_year = DatePrecision.YEAR in (one.signed_precision, other.signed_precision)
    by_month = DatePrecision.MONTH in (one.signed_precision, other.signed_precision)
    said = [(day.year, *(() if by_year else (day.month,)), *(() if by_year or by_month else (day.day,)))
            for day in (one.signed_on, other.signed_on)]  # fmt: skip
    return said[0] == said[1]


PRECISIONS = [DatePrecision.UNKNOWN, DatePrecision.YEAR, DatePrecision.MONTH, DatePrecision.DAY]


def _make_one(ledger: Ledger, kept: Partnership, gone: Partnership) -> None:
    """Write into `kept` what only `gone` says, give it what points to `gone`, and archive this one."""
    ledger.take(Partnership.objects.filter(pk__in=[kept.pk, gone.pk]))
    if PRECISIONS.index(gone.signed_precision) > PRECISIONS.index(kept.signed_precision):
        kept.signed_on, kept.signed_precision = gone.signed_on, gone.signed_precision
    for name in ("title", "ended_on", *FORMALITIES):
        setattr(kept, name, getattr(kept, name) or getattr(gone, name))
    if kept.status == PartnershipStatus.UNKNOWN:
        kept.status = gone.status
    kept.note, kept.source = _both(kept.note, gone.note, "\n\n"), _both(kept.source, gone.source, " ; ")[:300]
    if gone.confirmed_on and gone.confirmed_on > (kept.confirmed_on or gone.confirmed_on.min):
        kept.confirmed_on, kept.confirmed_by_id = gone.confirmed_on, gone.confirmed_by_id
    if gone.verified_on and gone.verified_on > (kept.verified_on or gone.verified_on.min):
        for name in ("verified_on", "verified_by_id", "verified_as"):
            setattr(kept, name, getattr(gone, name))
    days = [day for day in (kept.foreign_confirmed_on, gone.foreign_confirmed_on) if day]
    kept.foreign_confirmed_on = max(days, default=None)
    gone.publication, gone.merged_into = Publication.ARCHIVED, kept
    for row in (kept, gone):
        row.version += 1
        row.full_clean()
        row.save()
    _join_parts(ledger, kept, gone)
    for reference in references(Partnership):
        if not reference.stays:
            reference.pass_on(ledger, gone, kept)


def _both(one: str, other: str, between: str) -> str:
    return one if other in one else between.join(text for text in (one, other) if text)


def _join_parts(ledger: Ledger, kept: Partnership, gone: Partnership) -> None:
    """The themes of both; of each party, the dates of both."""
    through: Any = Partnership.themes.through
    had = set(through.objects.filter(partnership=kept).values_list("theme_id", flat=True))
    more = through.objects.filter(partnership=gone).exclude(theme_id__in=had).values_list("theme_id", flat=True)
    links = through.objects.bulk_create(through(partnership=kept, theme_id=pk) for pk in sorted(more))
    ledger.made(through, [link.pk for link in links])
    others = {(row.collectivity_id, row.foreign_authority_id): row for row in gone.parties.all()}
    ledger.take(kept.parties.all())
    for party in kept.parties.order_by("pk"):
        fold_party(party, others[party.collectivity_id, party.foreign_authority_id])
        party.full_clean()
        party.save()


follow(Follower(prepare, complete, refresh))
