"""The State checks a foreign notice: which authority it is, then publish, send back or refuse."""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from atlas.models import Country, ForeignAuthority, ForeignPlace, PostingKind, User
from atlas.names import normalise
from atlas.permissions import may
from atlas.services.partners import NewAuthority, authorities_of_places, make_authorities
from atlas.services.transitions import fire
from projects import tasks
from projects.models import NoticeContact, PartnershipNotice
from projects.services.digest import refresh_notice_digest
from projects.services.editing import check
from projects.services.notices import expiry

NEW = "new"
NEAR = 6


@dataclass(frozen=True)
class Candidate:
    """An authority of the atlas, or a place of the gazetteer that none governs yet. `key`: «partner:thies-sn», «place:12»."""

    key: str
    label: str
    row: ForeignAuthority | ForeignPlace
    exact: bool


def candidates(name: str, country: Country) -> list[Candidate]:
    """What a name may mean in a country, misspelt or not: authorities first, best first (two queries)."""
    words = normalise(name)
    if not words:
        return []

    def near(rows: Any) -> list:
        met = rows.filter(Q(search_name__trigram_word_similar=words) | Q(search_name__contains=words), country=country)
        return list(met.annotate(fit=TrigramWordSimilarity(words, "search_name")).order_by("-fit", "pk")[:NEAR])

    found = [
        Candidate(f"partner:{row.slug}", _label(row), row, words in row.search_name.split(" / "))
        for row in near(ForeignAuthority.objects.standing().select_related("region"))
    ]
    places = near(ForeignPlace.objects.filter(authorities__isnull=True).select_related("region"))
    return found + [Candidate(f"place:{row.pk}", _label(row), row, False) for row in places[: NEAR // 2]]


def _label(row: ForeignAuthority | ForeignPlace) -> str:
    return f"{row} ({row.region})" if row.region else str(row)


def decide_authority(contact: NoticeContact, chosen: ForeignAuthority | ForeignPlace | None) -> ForeignAuthority:
    """The authority that a contact writes for: the chosen one, that of a place, or (None) a new one that bears the name given.

    Raises:
        ValidationError: another country, or a new one whose very name the atlas holds already in this country.
    """
    if chosen is not None and chosen.country_id != contact.country_id:
        raise ValidationError(_("Cette autorité n’est pas dans le pays de l’annonce."), code="country")
    if isinstance(chosen, ForeignPlace):
        made = authorities_of_places([chosen.pk])
        chosen = ForeignAuthority.objects.get(pk=made[chosen.pk])
    if chosen is None:
        if any(one.exact for one in candidates(contact.authority_name, contact.country)):
            raise ValidationError(
                _("L’atlas a déjà une autorité de ce nom dans ce pays : choisissez-la."), code="duplicate"
            )
        made = make_authorities([NewAuthority(name=contact.authority_name, country_id=contact.country_id)])
        chosen = ForeignAuthority.objects.get(pk=made[0])
    contact.foreign_authority = chosen
    contact.save()
    return chosen


@transaction.atomic
def accept_notice(
    notice: PartnershipNotice, chosen: ForeignAuthority | ForeignPlace | None, *, actor: User, note: str = ""
) -> PartnershipNotice:
    """Publish a foreign notice, of the authority that `actor` recognised (see `decide_authority`).

    Raises:
        PermissionDenied: `actor` checks nothing in this country.
        ValidationError: it waits no more, or the authority is not settled.
    """
    locked = PartnershipNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    check("projects.check_partnershipnotice", locked, actor=actor)
    authority = decide_authority(locked.contact, chosen)
    moved = fire(
        locked,
        "accept",
        actor=actor,
        note=note,
        announce=tasks.send_notice_moved.delay,
        fields={"foreign_authority": authority, "expires_on": expiry(), "renewal_count": 0},
    )
    refresh_notice_digest([moved.pk])
    return moved


def checks_notices(user: User) -> bool:
    """Whether some foreign notice could wait for this account: an embassy, or the staff who may."""
    embassies = user.postings.valid_on().filter(kind=PostingKind.EMBASSY)
    return may(user, "projects.check_partnershipnotice") or embassies.exists()


@transaction.atomic
def revoke_contact(notice: PartnershipNotice, *, actor: User, note: str = "") -> None:
    """The link of the author of a foreign notice stops at once, and no other leaves.

    Raises:
        PermissionDenied: `actor` checks nothing in this country.
    """
    check("projects.check_partnershipnotice", notice, actor=actor)
    NoticeContact.objects.filter(pk=notice.contact_id, revoked_at=None).update(revoked_at=timezone.now())
