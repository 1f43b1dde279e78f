"""Saved searches: follow a list, confirm it by the link of an e-mail, change the rhythm, stop; and sending the news, once."""

from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from atlas import rules, tasks
from atlas.filters import lists
from atlas.models import Rhythm, SavedSearch, User, in_force
from atlas.notifications.alerts import CONFIRM, STOP
from atlas.permissions import require


class VoidAlertLink(ValidationError):
    """The link leads to no search: false, expired, or the search is no longer followed."""


@transaction.atomic
def follow(name: str, query: str, *, email: str, rhythm: str, actor: User | None = None) -> SavedSearch | None:
    """Follow a list with these criteria. Without an account, nothing is sent but the link that confirms it.

    An account whose own address it is has shown already that the address is its own. What is asked again is not doubled:
    the link leaves once more, or the rhythm changes. Returns None when the address has too many searches to confirm: whoever asks
    is not told, no more than anything else about an address that may be somebody else's.

    Raises:
        ValidationError: no such list, criteria that the list does not understand, or too many searches.
    """
    listed = lists.find(name)
    if listed is None or not listed.new_since:
        raise ValidationError(_("Cette liste ne peut pas être suivie."), code="list")
    if listed.ask(query, AnonymousUser()).errors:
        raise ValidationError(_("Un critère n’a pas été compris : revenez à la liste et choisissez-le de nouveau."))
    own = actor is not None and actor.email.lower() == email.lower()
    asked = listed.asked(query)
    found = SavedSearch.objects.select_for_update(of=("self",)).filter(email__iexact=email, list_name=name, query=asked)
    search = found.first()
    if search is None:
        same = SavedSearch.objects.filter(email__iexact=email)
        if same.filter(confirmed_at=None).count() >= in_force(rules.ALERTS_TO_CONFIRM) and not own:
            return None
        if same.count() >= (most := in_force(rules.ALERTS_AT_MOST)):
            raise ValidationError(
                _("Cette adresse suit déjà %(n)s recherches : arrêtez-en une d’abord."),
                code="too_many",
                params={"n": most},
            )
        search = SavedSearch(email=email.lower(), list_name=name, query=asked, rhythm=rhythm)
    if own:
        search.user, search.rhythm = actor, rhythm
        search.confirmed_at = search.confirmed_at or timezone.now()
    search.full_clean()
    search.save()
    if search.confirmed_at is None:
        transaction.on_commit(lambda: tasks.send_alert_confirmation.delay(search.pk), robust=True)
    return search


def open_link(token: str, salt: str) -> SavedSearch:
    """The search that a link of an e-mail leads to; one that confirms ends after a while, one that stops never does.

    Raises:
        VoidAlertLink.
    """
    age = timedelta(days=in_force(rules.ALERT_CONFIRM_DAYS)) if salt == CONFIRM else None
    try:
        uuid = TimestampSigner(salt=salt).unsign(token, max_age=age)
    except SignatureExpired:
        raise VoidAlertLink(_("Ce lien a expiré : enregistrez de nouveau la recherche."), code="expired") from None
    except BadSignature:
        raise VoidAlertLink(_("Ce lien n’est pas valable."), code="false") from None
    try:
        search = SavedSearch.objects.filter(uuid=uuid).first()
    except ValidationError:
        search = None
    if search is None:
        raise VoidAlertLink(_("Cette recherche n’est plus suivie : vous ne recevrez plus rien d’elle."), code="gone")
    return search


@transaction.atomic
def confirm_alert(token: str) -> SavedSearch:
    """The owner of the address agrees; again is no harm.

    Raises:
        VoidAlertLink.
    """
    search = SavedSearch.objects.select_for_update(of=("self",)).get(pk=open_link(token, CONFIRM).pk)
    if search.confirmed_at is None:
        search.confirmed_at = search.told_until = timezone.now()
        search.save()
    return search


@transaction.atomic
def stop_by_link(token: str) -> None:
    """One click, from the e-mail. Again is no harm: what is stopped is stopped.

    Raises:
        VoidAlertLink: a false link.
    """
    try:
        open_link(token, STOP).delete()
    except VoidAlertLink as error:
        if error.code != "gone":
            raise


@transaction.atomic
def change_rhythm(search: SavedSearch, rhythm: str, *, actor: User) -> SavedSearch:
    """Raises PermissionDenied for the search of somebody else, ValidationError for an unknown rhythm."""
    _own(search, actor=actor)
    if rhythm not in Rhythm.values:
        raise ValidationError(_("Ce rythme n’existe pas."), code="rhythm")
    search.rhythm = rhythm
    search.save(update_fields=["rhythm", "updated_at"])
    return search


@transaction.atomic
def stop(search: SavedSearch, *, actor: User) -> None:
    """Raises PermissionDenied for the search of somebody else."""
    _own(search, actor=actor)
    search.delete()


def _own(search: SavedSearch, *, actor: User) -> None:
    require(search.user_id == actor.pk or search.email.lower() == actor.email.lower())
