"""Contacts of an authority: enter, correct, end, check again, and erase whoever objects."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from atlas import rules, tasks
from atlas.models import Collectivity, Contact, FormDraft, User, contact_digests, in_force
from atlas.permissions import may, require
from atlas.services.records import StaleRecord, save_record

WRITABLE = {
    *("first_name", "last_name", "function", "standing", "email", "phone", "languages"),
    *("starts_on", "ends_on", "visibility", "consent_note"),
}
# What is left of somebody who objected.
ERASED = {
    **dict.fromkeys(("first_name", "last_name", "function", "email", "phone", "languages", "consent_note"), ""),
    **dict.fromkeys(("starts_on", "ends_on", "notified_at")),
    "visibility": "nobody",
}


@transaction.atomic
def create_contact(collectivity: Collectivity, *, actor: User, **fields: Any) -> Contact:
    """Enter somebody, who receives a message that says so and how to object.

    Raises:
        PermissionDenied: `actor` does not write for this authority.
        ValidationError: a rule of the model is broken, too many entered today, or this person objected before and nothing
            says that it agreed since (`consent_note`).
    """
    _check("atlas.add_contact", collectivity, actor)
    since = timezone.now() - timedelta(days=1)
    # Locked so that two members who enter contacts together count each other's.
    Collectivity.objects.select_for_update(of=("self",)).get(pk=collectivity.pk)
    limit = in_force(rules.CONTACTS_BY_DAY)
    if Contact.objects.filter(collectivity=collectivity, created_at__gt=since).count() >= limit:
        raise ValidationError(
            _("Votre collectivité a déjà saisi %(limit)s contacts en un jour : recommencez demain."),
            code="too_many",
            params={"limit": limit},
        )
    contact = Contact(collectivity=collectivity)
    _set(contact, fields)
    require_consent(contact)
    save_record(contact, actor=actor)
    _tell(contact)
    return contact


@transaction.atomic
def update_contact(contact: Contact, *, actor: User, read_version: int | None, **fields: Any) -> Contact:
    """Correct a contact, which counts as checking it. A new address receives the message again.

    Raises:
        PermissionDenied, StaleRecord, ValidationError: as `create_contact`; nothing is written.
    """
    _check("atlas.change_contact", contact, actor)
    locked = _lock(contact)
    if read_version is not None and locked.version != read_version:
        raise StaleRecord
    address = locked.email.lower()
    _set(locked, fields)
    require_consent(locked)
    locked.checked_on = timezone.localdate()
    if moved := locked.email.lower() != address:
        locked.notified_at = None
    save_record(locked, actor=actor, read_version=locked.version)
    if moved:
        _tell(locked)
    return locked


@transaction.atomic
def end_mandate(contact: Contact, *, actor: User, ends_on: date, read_version: int | None = None) -> Contact:
    """The person leaves its function on that day, the last one on which it is shown.

    Raises:
        PermissionDenied, StaleRecord, ValidationError.
    """
    _check("atlas.change_contact", contact, actor)
    locked = _lock(contact)
    locked.ends_on = ends_on
    return save_record(locked, actor=actor, read_version=locked.version if read_version is None else read_version)


@transaction.atomic
def check_contacts(collectivity: Collectivity, *, actor: User) -> int:
    """Say that everybody in office is still rightly described. Returns how many.

    Raises:
        PermissionDenied: `actor` does not write for this authority.
    """
    _check("atlas.add_contact", collectivity, actor)
    return mark_checked(list(lock_running(collectivity)))


def lock_running(collectivity: Collectivity) -> models.QuerySet[Contact]:
    """Those in office, locked in the order that everybody follows."""
    return Contact.objects.filter(collectivity=collectivity).running().select_for_update(of=("self",)).order_by("pk")


def mark_checked(contacts: Iterable[Contact]) -> int:
    """Write today's date on locked rows; used by whoever confirms a whole authority."""
    rows = Contact.objects.filter(pk__in=[contact.pk for contact in contacts])
    return rows.update(checked_on=timezone.localdate(), version=F("version") + 1)


@transaction.atomic
def object_contact(contact: Contact, *, actor: User) -> Contact:
    """Record that somebody objects, as told by letter or by telephone: see `erase`.

    Raises:
        PermissionDenied: neither of the authority nor an officer.
    """
    _check("atlas.object_contact", contact, actor)
    return erase(contact)


@transaction.atomic
def object_by_link(uuid: UUID, token: str) -> Contact:
    """The person itself objects, by the link that it received. Pressed twice, the second changes nothing.

    Raises:
        Contact.DoesNotExist: the link is not ours, or the contact is gone.
    """
    return erase(read_link(uuid, token))


def read_link(uuid: UUID, token: str) -> Contact:
    """The contact that a link is about. Raises Contact.DoesNotExist."""
    if not Contact.is_token(str(uuid), token):
        raise Contact.DoesNotExist
    return Contact.objects.select_related("collectivity").get(uuid=uuid)


def erase(contact: Contact) -> Contact:
    """Forget a person: its rows in this authority, their history and the forms in progress. Imprints stay, for `require_consent`."""
    everybody = Contact.objects.filter(collectivity=contact.collectivity_id)
    locked = {row.pk: row for row in everybody.select_for_update(of=("self",)).order_by("pk")}
    asked = locked[contact.pk]
    if asked.objected_at:
        return asked
    digests = contact_digests(asked.email, asked.first_name, asked.last_name)
    rows = [row for row in locked.values() if contact_digests(row.email, row.first_name, row.last_name) == digests]
    for row in rows:
        for name, value in ERASED.items():
            setattr(row, name, value)
        row.objected_at, row.digests = timezone.now(), digests
        save_record(row, actor=None, read_version=row.version)
        FormDraft.objects.filter(path__contains=str(row.uuid)).delete()
    history = apps.get_model("atlas", "ContactHistory")
    history.objects.filter(pgh_obj__in=[row.pk for row in rows]).delete()
    return asked


def require_consent(contact: Contact) -> None:
    """Whoever objected is not entered again by mistake: only with a word that says how the person agreed.

    Raises:
        ValidationError: at `consent_note`.
    """
    if contact.consent_note.strip():
        return
    digests = contact_digests(contact.email, contact.first_name, contact.last_name)
    objected = Contact.objects.filter(
        collectivity=contact.collectivity_id, objected_at__isnull=False, digests__overlap=digests
    )
    if last := objected.order_by("-objected_at").first():
        text = _(
            "Cette personne s’est opposée le %(day)s à figurer dans l’atlas. Si elle a changé d’avis, dites comment elle "
            "vous l’a dit."
        )
        day = date_format(timezone.localtime(last.objected_at))
        raise ValidationError({"consent_note": ValidationError(text, code="objected", params={"day": day})})


def _lock(contact: Contact) -> Contact:
    return Contact.objects.select_for_update(of=("self",)).get(pk=contact.pk)


def _set(contact: Contact, fields: dict[str, Any]) -> None:
    """Raises TypeError for a column that nobody types."""
    if unknown := set(fields) - WRITABLE:
        raise TypeError(f"not writable here: {', '.join(sorted(unknown))}")
    for name, value in fields.items():
        setattr(contact, name, value)


def _tell(contact: Contact) -> None:
    transaction.on_commit(lambda: tasks.send_contact_notice.delay(contact.pk), robust=True)


def tell_contacts(ids: Iterable[int]) -> None:
    """Say again to these people of whom they are the contacts: it is another authority now."""
    told = Contact.objects.standing().filter(pk__in=list(ids)).running()
    for contact in told:
        Contact.objects.filter(pk=contact.pk).update(notified_at=None)
        _tell(contact)


def _check(permission: str, subject: Collectivity | Contact, who: User) -> None:
    require(may(who, permission, subject))
