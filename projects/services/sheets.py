"""Records by the spreadsheet: the workbook that goes out, what the one that comes back would do, and doing it, all or nothing.

The preview writes for good, row by row through the services, then undoes it all: what it tells of a row is what the
confirmation will meet, by the same rules and the same rights.
"""

import hashlib
from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from atlas.models import Collectivity, User, successions
from atlas.permissions import may, require
from projects.imports.faults import Fault, FileRefused
from projects.imports.files import MOST_BYTES
from projects.imports.sheets.codes import Codes
from projects.imports.sheets.reading import Content, read_content
from projects.imports.sheets.writing import write_sheets
from projects.models import Delegation, ImportStatus, SheetUpload
from projects.services.digest import one_refresh
from projects.services.editing import check
from projects.services.sheet_changes import Change, Plan
from projects.services.sheet_plan import make_plan, write_change

MOST_FAULTS = 5_000  # kept; all are counted


def scope_of(collectivity: Collectivity, *, actor: User) -> list[Collectivity]:
    """The authorities whose records `actor` keeps in the workbook of `collectivity`: it first, then those that agreed."""
    agreed = Delegation.objects.standing().filter(delegate=collectivity)
    members = Collectivity.objects.filter(pk__in=agreed.values("member"))
    wanted = [collectivity, *members.select_related("department", "region").order_by("sort_name", "pk")]
    return [one for one in wanted if may(actor, "projects.add_project", one)]


def make_sheet(collectivity: Collectivity, *, actor: User) -> bytes:
    """The workbook.

    Raises:
        PermissionDenied: `actor` keeps no record here.
    """
    return write_sheets(collectivity, _scope(collectivity, actor=actor))


def _scope(collectivity: Collectivity, *, actor: User) -> list[Collectivity]:
    check("projects.add_project", collectivity, actor=actor)
    return scope_of(collectivity, actor=actor)


def preview_sheet(collectivity: Collectivity, content: bytes, file_name: str, *, actor: User) -> SheetUpload:
    """Read the file and keep it with what it would do, and with all that is wrong in it. No record is written.

    Raises:
        FileRefused: it is not this workbook at all; nothing is kept.
        PermissionDenied: `actor` keeps no record here.
    """
    scope = _scope(collectivity, actor=actor)
    digest = hashlib.sha256(content).hexdigest()
    done = SheetUpload.objects.filter(collectivity=collectivity, sha256=digest, status=ImportStatus.DONE).first()
    if done:
        day = timezone.localtime(done.done_at)
        raise FileRefused(
            [
                Fault(
                    _("Ce classeur est déjà appliqué, depuis le %s.") % f"{day:%d/%m/%Y, %H:%M}",
                    _("Téléchargez-en un nouveau pour d’autres corrections."),
                )
            ]
        )
    upload = SheetUpload(
        collectivity=collectivity, by=actor, file_name=file_name[-200:], sha256=digest, content=content
    )
    _plan(upload, scope, actor=actor, keep=False)
    upload.full_clean(exclude=["content", "counts", "report"])
    upload.save()
    return upload


@transaction.atomic
def confirm_sheet(upload_id: int, *, actor: User) -> SheetUpload:
    """Write what the preview showed, planned again over what is on record by now: all of it, or nothing.

    When something is wrong meanwhile, nothing is written: the upload comes back as a preview that says it.

    Raises:
        PermissionDenied: not the account that sent it.
        ValidationError: it is already done.
    """
    upload = SheetUpload.objects.select_for_update(of=("self",)).select_related("collectivity").get(pk=upload_id)
    _own(upload, actor=actor)
    scope = _scope(upload.collectivity, actor=actor)
    _plan(upload, scope, actor=actor, keep=True)
    if not upload.counts["faults"]:
        upload.status, upload.done_at, upload.content = ImportStatus.DONE, timezone.now(), None
    upload.save()
    return upload


@transaction.atomic
def cancel_sheet(upload_id: int, *, actor: User) -> None:
    """Forget a file that was only shown.

    Raises:
        PermissionDenied: not the account that sent it.
        ValidationError: it is done: its report stays.
    """
    upload = SheetUpload.objects.select_for_update(of=("self",)).get(pk=upload_id)
    _own(upload, actor=actor)
    upload.delete()


def _own(upload: SheetUpload, *, actor: User) -> None:
    require(upload.by_id == actor.pk)
    if upload.status == ImportStatus.DONE:
        raise ValidationError(_("Ce classeur est déjà appliqué."), code="done")


def _plan(upload: SheetUpload, scope: Sequence[Collectivity], *, actor: User, keep: bool) -> None:
    """Fill the report of `upload`; with `keep` and no fault, the records are written."""
    if len(upload.content) > MOST_BYTES:
        raise FileRefused([Fault(_("Le fichier pèse plus de %d Mo.") % (MOST_BYTES >> 20))])
    codes = Codes(scope)
    read = read_content(bytes(upload.content), upload.file_name, codes, most=settings.SHEET_MAX_ROWS)
    with transaction.atomic():
        plan = make_plan(read, codes)
        with one_refresh():
            for change in plan.changes:
                _try(change, read, codes, actor=actor)
        if read.faults or not keep:
            transaction.set_rollback(True)
    _report(upload, plan, read)


def _try(change: Change, read: Content, codes: Codes, *, actor: User) -> None:
    """Write one row; what the services refuse of it becomes its faults."""
    try:
        with transaction.atomic():
            write_change(change, codes, actor=actor)
    except PermissionDenied as refusal:
        read.fail(change.row, "", str(refusal))
    except ValidationError as refusal:
        named = refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}
        for name, texts in named.items():
            column = change.row.sheet.label(name) if name and name != "__all__" else ""
            for text in texts:
                read.fail(change.row, column, text, value=change.row.cells.get(column, ""))


def _report(upload: SheetUpload, plan: Plan, read: Content) -> None:
    faults = sorted(read.faults, key=lambda fault: (fault.sheet, fault.line))
    added = [change.as_json() for change in plan.told if change.is_new]
    changed = [change.as_json() for change in plan.told if not change.is_new]
    upload.report = {"added": added, "changed": changed, "faults": [vars(fault) for fault in faults[:MOST_FAULTS]]}
    upload.counts = {
        "added": len(added),
        "changed": len(changed),
        "faults": len(faults),
        "unchanged": plan.unchanged,
    }


# --- On behalf of others ----------------------------------------------------------------------------------------------


@transaction.atomic
def entrust(member: Collectivity, delegate: Collectivity, *, actor: User) -> Delegation:
    """`member` agrees that `delegate` keeps its records by spreadsheet, until it says otherwise.

    Raises:
        PermissionDenied: `actor` does not represent `member`.
        ValidationError: agreed already, with oneself, or with an authority of the past.
    """
    check("projects.add_delegation", member, actor=actor)
    if not (member.is_current and delegate.is_current):
        raise ValidationError(_("Cette collectivité n’existe plus."), code="past")
    agreement = Delegation(member=member, delegate=delegate, agreed_by=actor)
    agreement.full_clean()
    agreement.save()
    return agreement


def to_agree_anew(member: Collectivity) -> list[tuple[Delegation, Collectivity]]:
    """Agreements that ended with `member`'s predecessor or with the delegate: each with whom to give it to today.

    Not those it has given, or taken back, since. Four queries, one where nothing ended.
    """
    if not member.is_current or not (lapsed := list(Delegation.objects.lapsed().for_list().order_by("pk"))):
        return []
    heirs: dict[int, list[int]] = {}
    past = {one.pk for row in lapsed for one in (row.member, row.delegate) if not one.is_current}
    for one in successions(past):
        heirs.setdefault(one.old, []).append(one.heir)
    given = set(Delegation.objects.filter(member=member).values_list("delegate_id", flat=True))
    found: dict[int, Delegation] = {}
    for row in lapsed:
        members, delegates = (
            [one.pk] if one.is_current else heirs.get(one.pk, []) for one in (row.member, row.delegate)
        )
        if member.pk in members:
            found |= {pk: row for pk in delegates if pk not in {*given, *found, member.pk}}
    there = Collectivity.objects.for_list().in_bulk(found)
    return [(row, there[pk]) for pk, row in found.items()]


@transaction.atomic
def take_back(agreement: Delegation, *, actor: User) -> Delegation:
    """End an agreement, from now on.

    Raises:
        PermissionDenied: `actor` does not represent the member, which alone decides.
        ValidationError: it has ended already.
    """
    locked = Delegation.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    check("projects.change_delegation", locked, actor=actor)
    if locked.ended_at:
        raise ValidationError(_("Cet accord est déjà retiré."), code="ended")
    locked.ended_at, locked.ended_by = timezone.now(), actor
    locked.save()
    return locked
