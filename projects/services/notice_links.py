"""Foreign authors, without account: they propose a notice, confirm their address by a link, and keep their notice by it.

The link is the right: whoever holds it acts for the author. It expires, a new one revokes it, and it only ever leaves by e-mail
for the address on record.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from atlas.models import Country, ForeignAuthority, ForeignPlace, StatusChange, in_force
from atlas.services.transitions import fire_by_link
from projects import rules, tasks
from projects.models import NoticeContact, NoticeOutcome, NoticePublication, PartnershipNotice
from projects.services.links import open_link
from projects.services.notices import prolong, require_complete, write_notice

EDITABLE = (NoticePublication.DRAFT, NoticePublication.SUBMITTED, NoticePublication.PUBLISHED)


def new_contact(
    country: Country,
    authority: ForeignAuthority | ForeignPlace | str,
    *,
    name: str,
    function: str,
    email: str,
    language: str,
) -> NoticeContact:
    """Somebody who writes for a foreign authority: of the atlas, of the gazetteer, or a name alone. The address is to be confirmed.

    Raises:
        ValidationError: a rule is broken, or this address asked too much in a day.
    """
    since = timezone.now() - timedelta(days=1)
    asked = NoticeContact.objects.filter(email__iexact=email, created_at__gt=since).count()
    limit = in_force(rules.NOTICE_CONTACTS_BY_DAY)
    if asked >= limit:
        raise ValidationError(
            _("Cette adresse a déjà servi %(limit)s fois aujourd’hui : recommencez demain."),
            code="too_many",
            params={"limit": limit},
        )
    contact = NoticeContact(
        country=country,
        foreign_authority=authority if isinstance(authority, ForeignAuthority) else None,
        place=authority if isinstance(authority, ForeignPlace) else None,
        authority_name=str(authority),
        name=name.strip(),
        function=function.strip(),
        email=email,
        language=language,
    )
    contact.keep_open(in_force(rules.NOTICE_LINK_DAYS))
    contact.full_clean()
    contact.save()
    return contact


@transaction.atomic
def propose_notice(
    country: Country,
    authority: ForeignAuthority | ForeignPlace | str,
    *,
    name: str,
    function: str,
    email: str,
    language: str,
    **fields: Any,
) -> PartnershipNotice:
    """Keep what a foreign author wrote as a draft, and send the link that confirms its address. `fields`: those of the notice.

    Raises:
        ValidationError: a rule is broken, or this address asked too much in a day.
    """
    contact = new_contact(country, authority, name=name, function=function, email=email, language=language)
    notice = PartnershipNotice(contact=contact, foreign_authority=contact.foreign_authority)
    write_notice(notice, fields)
    require_complete(notice)
    transaction.on_commit(lambda: tasks.send_notice_link.delay(contact.pk), robust=True)
    return notice


def open_contact(token: str) -> NoticeContact:
    """Whoever holds this link.

    Raises:
        VoidLink: it does not exist, it has expired or it was revoked.
    """
    return open_link(NoticeContact.objects.select_related("country", "foreign_authority__country"), token)


@transaction.atomic
def renew_link(contact: NoticeContact, *, revoke: bool = False) -> None:
    """Send a link that works to the address on record; with `revoke`, the present one stops at once.

    Raises:
        ValidationError: one was just sent, or the staff has revoked it.
    """
    locked = NoticeContact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
    if locked.state == "revoked":
        raise ValidationError(_("Ce lien a été annulé."), code="revoked")
    if locked.updated_at > timezone.now() - timedelta(minutes=settings.NOTICE_LINK_PAUSE_MINUTES):
        raise ValidationError(_("Un lien vient d’être envoyé : attendez quelques minutes."), code="too_soon")
    if revoke:
        locked.revoked_at = timezone.now()
    locked.keep_open(in_force(rules.NOTICE_LINK_DAYS))
    locked.save()
    transaction.on_commit(lambda: tasks.send_notice_link.delay(locked.pk), robust=True)


def own_notice(contact: NoticeContact) -> PartnershipNotice | None:
    """The notice of whoever holds this link, with all that its page shows; None for whoever only replied to one."""
    return PartnershipNotice.objects.filter(contact=contact).for_detail().first()


def _own(contact: NoticeContact) -> PartnershipNotice:
    """The notice of this contact, locked. Raises ValidationError where there is none."""
    found = PartnershipNotice.objects.select_for_update(of=("self",)).filter(contact=contact).first()
    if found is None:
        raise ValidationError(_("Ce lien ne concerne aucune annonce."), code="no_notice")
    return found


@transaction.atomic
def confirm_notice(contact: NoticeContact) -> PartnershipNotice:
    """The address is that of somebody who opened the link: the notice goes to the embassy.

    Raises:
        ValidationError: it is no draft any more, or it lacks something.
    """
    notice = _own(contact)
    require_complete(notice)
    NoticeContact.objects.filter(pk=contact.pk, confirmed_at=None).update(confirmed_at=timezone.now())
    return fire_by_link(notice, "submit", announce=tasks.send_notice_moved.delay)


@transaction.atomic
def revise_notice(contact: NoticeContact, *, read_version: int | None = None, **fields: Any) -> PartnershipNotice:
    """Correct one's notice. A published one goes back to the embassy: nobody publishes what nobody has read.

    Raises:
        ValidationError: it is ended, somebody changed it meanwhile, a rule is broken.
    """
    notice = _own(contact)
    if notice.publication not in EDITABLE:
        raise ValidationError(_("Cette annonce est terminée."), code="ended")
    if read_version is not None and notice.version != read_version:
        raise ValidationError(
            _("L’annonce a changé depuis que vous avez ouvert cette page : relisez-la."), code="stale"
        )
    if notice.publication == NoticePublication.PUBLISHED:
        notice = fire_by_link(notice, "revise", announce=tasks.send_notice_moved.delay)
    notice.version += 1
    write_notice(notice, fields)
    return notice


@transaction.atomic
def renew_own_notice(contact: NoticeContact) -> PartnershipNotice:
    """One click for one span more. Raises ValidationError where it is not published."""
    return prolong(_own(contact))


@transaction.atomic
def close_own_notice(contact: NoticeContact, *, outcome: str, note: str = "") -> PartnershipNotice:
    """Raises ValidationError: it is not published, or the outcome is missing."""
    if outcome not in NoticeOutcome.values:
        raise ValidationError({"outcome": _("Dites ce que l’annonce a donné.")}, code="outcome")
    notice = _own(contact)
    concluded = notice.conversations.filter(partnership__isnull=False).order_by("pk").first()
    partnership = concluded.partnership if concluded and outcome == NoticeOutcome.PARTNERSHIP else None
    return fire_by_link(notice, "close", note=note, fields={"outcome": outcome, "partnership": partnership})


@transaction.atomic
def withdraw_own_notice(contact: NoticeContact) -> PartnershipNotice:
    """Raises ValidationError where it is ended already."""
    return fire_by_link(_own(contact), "withdraw")


def last_note(notice: PartnershipNotice) -> str:
    """The last words of whoever checked it, for its author."""
    kind = ContentType.objects.get_for_model(PartnershipNotice)
    changes = StatusChange.objects.filter(
        content_type=kind, object_id=notice.pk, transition__in=["send_back", "refuse"]
    )
    return next(iter(changes.values_list("note", flat=True)[:1]), "")
