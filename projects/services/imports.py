"""Importing a file of partnerships: shown first, then written whole; and settling the rows that were not sure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from atlas.models import PositionPrecision, User
from atlas.names import normalise
from atlas.permissions import may, require
from atlas.services.partners import NewAuthority, authorities_of_places, make_authorities
from projects.imports.columns import FileRow, read_rows, restore
from projects.imports.files import read_lines
from projects.imports.foreign import NEW, PLACE, ForeignNames, Spot
from projects.imports.french import resolution_key
from projects.imports.plan import ACCEPTED, COMPLETED, CREATED, QUEUED, Decisions, Line, Matcher, Plan, partner_key
from projects.models import (
    ImportRow,
    ImportStatus,
    NameResolution,
    NameSide,
    Partnership,
    PartnershipImport,
    PartnershipKind,
    RowStatus,
)
from projects.services.partnerships import NewPartnership, create_partnerships

BATCH = 1_000
_LOCK = 0x6A756D65  # one import writes at a time: two would make the same authority twice


def preview_import(
    content: bytes,
    file_name: str,
    *,
    actor: User | None,
    kind: str = PartnershipKind.TWINNING,
    source: str = "",
    mapping: Mapping[str, str] | None = None,
) -> PartnershipImport:
    """Read the file and keep it with what importing it would do. Nothing else is written.

    Raises:
        FileRefused: with every fault of the file; nothing is kept.
        PermissionDenied: `actor` may not import.
    """
    batch, plan = _read(content, file_name, actor=actor, kind=kind, source=source, mapping=mapping or {})
    batch.counts, batch.report = plan.counts, plan.report()
    batch.full_clean(exclude=["content", "counts", "report"])
    batch.save()
    return batch


@transaction.atomic
def confirm_import(batch_id: int, *, actor: User | None) -> PartnershipImport:
    """Write what the preview showed, planned again over what is on record by now.

    Raises:
        ValidationError: it is already done.
        PermissionDenied: `actor` may not import.
    """
    _authorise("projects.add_partnershipimport", actor=actor)
    _one_at_a_time()
    batch = PartnershipImport.objects.select_for_update(of=("self",)).get(pk=batch_id)
    if batch.status == ImportStatus.DONE:
        raise ValidationError(_("Ce fichier est déjà importé."), code="done")
    return _finish(batch, Matcher().plan(_rows(batch)), actor=actor)


@transaction.atomic
def import_partnerships(
    content: bytes,
    file_name: str,
    *,
    actor: User | None,
    kind: str = PartnershipKind.TWINNING,
    source: str = "",
    mapping: Mapping[str, str] | None = None,
    dry_run: bool = False,
) -> PartnershipImport:
    """Preview and confirmation in one go. With `dry_run`, the batch that is returned is not saved, nor anything else.

    Raises:
        FileRefused: with every fault of the file; nothing is written.
        PermissionDenied: `actor` may not import.
    """
    if not dry_run:
        _one_at_a_time()
    batch, plan = _read(content, file_name, actor=actor, kind=kind, source=source, mapping=mapping or {})
    if dry_run:
        batch.counts, batch.report = plan.counts, plan.report()
        return batch
    batch.save()
    return _finish(batch, plan, actor=actor)


@transaction.atomic
def cancel_import(batch_id: int, *, actor: User) -> None:
    """Forget a preview that nobody wants to confirm.

    Raises:
        ValidationError: it is done: what it wrote stays, and so does its report.
    """
    _authorise("projects.add_partnershipimport", actor=actor)
    batch = PartnershipImport.objects.select_for_update(of=("self",)).get(pk=batch_id)
    if batch.status == ImportStatus.DONE:
        raise ValidationError(_("Ce fichier est déjà importé."), code="done")
    batch.delete()


def _read(
    content: bytes, file_name: str, *, actor: User | None, kind: str, source: str, mapping: Mapping[str, str]
) -> tuple[PartnershipImport, Plan]:
    _authorise("projects.add_partnershipimport", actor=actor)
    batch = PartnershipImport(
        file_name=file_name[-200:],
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        kind=kind,
        source=source,
        mapping=dict(mapping),
        by=actor,
    )
    return batch, Matcher().plan(_rows(batch))


def _rows(batch: PartnershipImport) -> list[FileRow]:
    lines = read_lines(bytes(batch.content), batch.file_name)
    return [_sourced(row, batch) for row in read_rows(lines, mapping=batch.mapping, kind=batch.kind)]


def _sourced(row: FileRow, batch: PartnershipImport) -> FileRow:
    """A row that names no source has that of its file."""
    return row if row.source or not batch.source else replace(row, source=batch.source)


def _authorise(permission: str, *, actor: User | None) -> None:
    """No actor is the machine's own administrator, at its command line."""
    require(actor is None or may(actor, permission))


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _finish(batch: PartnershipImport, plan: Plan, *, actor: User | None) -> PartnershipImport:
    batch.counts, batch.report = plan.counts, plan.report()
    _write(plan, actor=actor)
    known = set(ImportRow.objects.values_list("fingerprint", flat=True))
    asked = {line.row.fingerprint: line for line in reversed(plan.of(QUEUED)) if line.row.fingerprint not in known}
    ImportRow.objects.bulk_create(
        [_question(ImportRow(batch=batch, fingerprint=key), line) for key, line in reversed(asked.items())],
        batch_size=BATCH,
    )
    _settle(plan, actor=actor)
    batch.status, batch.done_at, batch.content, batch.by = ImportStatus.DONE, timezone.now(), None, actor or batch.by
    batch.save()
    return batch


# --- Writing a plan -------------------------------------------------------------------------------------------------


def _write(plan: Plan, *, actor: User | None) -> None:
    """Make the authorities and the partnerships of a plan; every line that was accepted then bears its partnership."""
    ids = _authorities(plan.missing())
    created = plan.of(CREATED)
    made = create_partnerships(
        [
            NewPartnership(
                kind=line.row.kind,
                french=(line.french,),
                foreign=(ids.get(line.partner, line.partner.id),),
                signed_on=line.row.signed_on,
                signed_precision=line.row.signed_precision,
                source=line.row.source,
            )
            for line in created
        ],
        actor=actor,
    )
    for line, pk in zip(created, made, strict=True):
        line.partnership = pk
        line.partner.id, line.partner.side = ids.get(line.partner, line.partner.id), NameSide.PARTNER
    dated = {line.partnership: line.row for line in plan.of(COMPLETED)}
    partnerships = list(Partnership.objects.select_for_update(of=("self",)).filter(pk__in=dated, signed_on=None))
    for partnership in partnerships:
        row = dated[partnership.pk]
        partnership.signed_on, partnership.signed_precision = row.signed_on, row.signed_precision
        partnership.version += 1
        partnership.updated_at = timezone.now()
    Partnership.objects.bulk_update(
        partnerships, ["signed_on", "signed_precision", "version", "updated_at"], batch_size=BATCH
    )


def _authorities(spots: Sequence[Spot]) -> dict[Spot, int]:
    """Ids of the partners that were not on record."""
    governed = authorities_of_places([spot.place for spot in spots if spot.side == PLACE])
    new = [spot for spot in spots if spot.side == NEW]
    made = make_authorities(
        [
            NewAuthority(
                name=spot.label,
                country_id=spot.country,
                region_id=spot.region,
                longitude=spot.longitude,
                latitude=spot.latitude,
                precision=PositionPrecision.NONE if spot.latitude is None else PositionPrecision.FILE,
                level=spot.level,
                aliases=spot.names[1:],
            )
            for spot in new
        ]
    )
    return {spot: governed[spot.place] for spot in spots if spot.side == PLACE} | dict(zip(new, made, strict=True))


def _question(row: ImportRow, line: Line) -> ImportRow:
    row.line, row.values = line.row.line, line.row.values
    row.problem, row.reason = line.answer.problem, line.answer.reason
    row.candidates = [candidate.as_json() for candidate in line.answer.candidates]
    return row


def _settle(plan: Plan, *, actor: User | None) -> int:
    """Rows of the queue that the plan now accepts wait no longer. Returns how many."""
    accepted = {line.row.fingerprint: line for line in plan.of(*ACCEPTED)}
    rows = list(ImportRow.objects.filter(status=RowStatus.QUEUED, fingerprint__in=accepted).order_by("pk"))
    now = timezone.now()
    for row in rows:
        line = accepted[row.fingerprint]
        row.status, row.resolved_at, row.resolved_by, row.updated_at = RowStatus.RESOLVED, now, actor, now
        row.partnership_id = (line.first or line).partnership
        row.collectivity_id, row.foreign_authority_id = line.french, line.partner.id
    columns = ["status", "resolved_at", "resolved_by", "updated_at", "collectivity", "partnership", "foreign_authority"]
    ImportRow.objects.bulk_update(rows, columns, batch_size=BATCH)
    return len(rows)


# --- The queue ------------------------------------------------------------------------------------------------------


@transaction.atomic
def resolve_row(row_id: int, side: str, target_id: int | None, *, actor: User, remember: bool = True) -> int:
    """Say what a row of the queue means; returns how many rows this settles.

    `side` and `target_id` are those of a candidate: a `NameSide` and an id, «place» and a GeoNames identifier, «new» and
    None. With `remember`, the name means the same in the other rows of the queue and in later files. A row whose other
    side is still in doubt stays in the queue with that question.

    Raises:
        ValidationError: the row is settled already, or `target_id` is unknown.
        PermissionDenied: `actor` may not.
    """
    row = _open_row(row_id, actor=actor)
    said = _restored(row)
    matcher = Matcher()
    try:
        _decide(row, side, target_id, said, matcher)
    except KeyError:
        raise ValidationError(_("Ce choix n’existe pas ou plus."), code="unknown_choice") from None
    row.save()
    matcher.decisions = Decisions()
    if side in (PLACE, NEW):
        matcher.foreign = ForeignNames()
    name_side = side if side in (NameSide.FRENCH, NameSide.COUNTRY) else NameSide.PARTNER
    key = _key(said, name_side, matcher) if remember or side == NameSide.COUNTRY else ""
    if key:
        _remember(name_side, key, said, row, target_id, actor=actor)
        matcher.decisions = Decisions()
    return _plan_again(row, name_side, key, matcher, actor=actor)


@transaction.atomic
def ignore_row(row_id: int, *, actor: User) -> None:
    """Leave a row out, now and in later files.

    Raises:
        ValidationError: the row is settled already.
        PermissionDenied: `actor` may not.
    """
    row = _open_row(row_id, actor=actor)
    row.status, row.resolved_at, row.resolved_by = RowStatus.IGNORED, timezone.now(), actor
    row.save()


@transaction.atomic
def reopen_row(row_id: int, *, actor: User) -> None:
    """Put a row that was left out back into the queue.

    Raises:
        ValidationError: the row is not left out.
        PermissionDenied: `actor` may not.
    """
    _authorise("projects.change_importrow", actor=actor)
    row = ImportRow.objects.select_for_update(of=("self",)).get(pk=row_id)
    if row.status != RowStatus.IGNORED:
        raise ValidationError(_("Cette ligne n’est pas ignorée."), code="not_ignored")
    row.status, row.resolved_at, row.resolved_by = RowStatus.QUEUED, None, None
    row.save()


def _open_row(row_id: int, *, actor: User) -> ImportRow:
    _authorise("projects.change_importrow", actor=actor)
    _one_at_a_time()
    row = ImportRow.objects.select_for_update(of=("self",)).select_related("batch").get(pk=row_id)
    if row.status != RowStatus.QUEUED:
        raise ValidationError(_("Cette ligne est déjà résolue ou ignorée."), code="settled")
    return row


def _restored(row: ImportRow) -> FileRow:
    return _sourced(restore(row.line, row.values, row.batch.kind), row.batch)


def _decide(row: ImportRow, side: str, target_id: int | None, said: FileRow, matcher: Matcher) -> None:
    """Note the choice on the row. A country is noted by its name only: see `_remember`."""
    match side:
        case NameSide.FRENCH:
            if not matcher.french.bodies[target_id].is_current:
                raise KeyError(target_id)
            row.collectivity_id = target_id
        case NameSide.COUNTRY:
            matcher.foreign.countries.by_id[target_id]
        case NameSide.PARTNER:
            standing = matcher.foreign.standing.get(target_id, target_id)
            row.foreign_authority_id = matcher.foreign.authorities[standing].id
        case "place":
            row.foreign_authority_id = authorities_of_places([target_id])[target_id]
        case "new":
            row.foreign_authority_id = _as_written(said, matcher)
        case _:
            raise KeyError(side)


def _as_written(said: FileRow, matcher: Matcher) -> int:
    """A new partner, as the file tells it."""
    country = matcher.country(said).id
    if not country:
        raise KeyError(said.country)
    spot = matcher.as_written(said, country)
    return _authorities([spot])[spot]


def _key(said: FileRow, side: str, matcher: Matcher) -> str:
    """What the name of a row is remembered under; nothing for a partner whose country is not known."""
    if side == NameSide.FRENCH:
        return resolution_key(said)
    if side == NameSide.COUNTRY:
        return normalise(said.country)
    country = matcher.country(said).id
    return partner_key(said, country) if country else ""


def _remember(side: str, key: str, said: FileRow, row: ImportRow, target_id: int | None, *, actor: User) -> None:
    meant: dict[str, Any] = {"collectivity_id": None, "country_id": None, "foreign_authority_id": None}
    match side:
        case NameSide.FRENCH:
            written, meant["collectivity_id"] = said.french, row.collectivity_id
        case NameSide.COUNTRY:
            written, meant["country_id"] = said.country, target_id
        case NameSide.PARTNER:
            written, meant["foreign_authority_id"] = said.partner, row.foreign_authority_id
    NameResolution.objects.update_or_create(side=side, key=key, defaults={"written": written, "by": actor, **meant})


def _plan_again(row: ImportRow, side: str, key: str, matcher: Matcher, *, actor: User) -> int:
    """Plan anew the row and, where a name was decided, the others of the queue that bear it."""
    waiting = ImportRow.objects.filter(status=RowStatus.QUEUED).select_related("batch").order_by("pk")
    rows = []
    for other in waiting if key else [row]:
        said = _restored(other)
        if other.pk == row.pk or _key(said, side, matcher) == key:
            rows.append((other, said))
    plan = matcher.plan(said for _other, said in rows)
    _write(plan, actor=actor)
    settled = _settle(plan, actor=actor)
    asked = [
        _question(other, line) for (other, _said), line in zip(rows, plan.lines, strict=True) if line.outcome == QUEUED
    ]
    for other in asked:
        other.updated_at = timezone.now()
    ImportRow.objects.bulk_update(asked, ["problem", "reason", "candidates", "updated_at"], batch_size=BATCH)
    return settled
