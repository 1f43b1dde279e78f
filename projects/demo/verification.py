"""What waits in the demonstration: duplicates to merge, a merger of communes to apply, records to verify, words to answer.

Only drafts are added: no published figure moves.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from django.utils import timezone

from atlas.demo import part
from atlas.models import Collectivity, ForeignAuthority, User
from atlas.names import unaccent
from atlas.services.partners import NewAuthority, make_authorities
from projects.demo.partnerships import NOTE, SOURCE
from projects.demo.world import TODAY
from projects.models import (
    ConsentAnswer,
    Origin,
    PartnerRequest,
    Partnership,
    PartnershipKind,
    PartnershipParty,
    PartyConsent,
    Project,
    ProjectParty,
    Publication,
    RecordComment,
    VerifierKind,
)
from projects.models.links import token_hash
from projects.services import NewPartnership, create_partnerships

DUPLICATES = 4
TAKEN_OVER = 2
NAMED = 4
STALE_EVERY, OVER_EVERY, VERIFIED_EVERY = 29, 600, 9
OLD = TODAY - timedelta(days=520)
EMBASSY = "ambassade@demo.example"
OFFICER = "dctciv@demo.example"
SHOWCASE = "35238"  # Rennes: its dashboard shows a word, and none of its records is old
WORDS = (
    "La commune a changé de maire : le nouveau conseil souhaite reprendre les échanges. Pouvez-vous actualiser la fiche ?",
    "Le partenaire nous dit que le programme s’est achevé l’an dernier. Merci d’indiquer la date de fin.",
    "Le comité de jumelage cherche le texte signé : en avez-vous une copie à joindre ?",
)


@part("Vérification")
def make_verification() -> str:
    """Once: it changes rows that are already there."""
    if RecordComment.objects.exists() or not Partnership.objects.filter(origin=Origin.DEMO).exists():
        return "déjà là"
    made = _duplicates()
    held = _former_authority()
    _age()
    seen = _verify()
    _name()
    return f"{made} doublons possibles, {held} fiches à reprendre, {seen} fiches vérifiées"


def _draft(kind: str, french: int, foreign: int) -> NewPartnership:
    return NewPartnership(kind, (french,), (foreign,), note=NOTE, source=SOURCE)


def _duplicates() -> int:
    """Sheets typed twice: the same town without its accent, or with what it is before its name."""
    accented = ForeignAuthority.objects.filter(is_demo=True, place__isnull=False, partnership_count__gt=0)
    chosen = list(accented.filter(name__regex="[éèôïüößłãç]").order_by("-partnership_count", "pk")[:DUPLICATES])
    names = [_typed(str(row), n) for n, row in enumerate(chosen)]
    made = make_authorities(
        [
            NewAuthority(
                name=name,
                country_id=row.country_id,
                region_id=row.region_id,
                longitude=row.longitude + 0.008,
                latitude=row.latitude + 0.006,
                precision="file",
                level=row.level,
            )
            for name, row in zip(names, chosen, strict=True)
        ],
        is_demo=True,
    )
    links = PartnershipParty.objects.filter(foreign_authority__in=chosen).order_by("partnership_id")
    first: dict[int, int] = {}
    for foreign, french in links.values_list("foreign_authority_id", "partnership__french_ids"):
        first.setdefault(foreign, french[0])
    rows = [
        _draft(PartnershipKind.COOPERATION, first[row.pk], duplicate)
        for row, duplicate in zip(chosen, made, strict=True)
    ]
    create_partnerships(rows, actor=None, origin=Origin.DEMO, publication=Publication.DRAFT)
    return len(made)


def _typed(name: str, n: int) -> str:
    plain = unaccent(name).title()
    return plain if n % 2 == 0 else f"Ville de {plain}"


def _former_authority() -> int:
    """A commune that became part of another one, and still holds drafts."""
    gone = Collectivity.objects.filter(is_current=False, later_events__successors__is_current=True).order_by(
        "-population", "pk"
    )
    old = gone.filter(name="Seynod").first() or gone.first()
    if old is None:
        return 0
    partners = ForeignAuthority.objects.filter(is_demo=True, partnership_count__gt=0).order_by("pk")[:TAKEN_OVER]
    rows = [_draft(PartnershipKind.TWINNING, old.pk, partner.pk) for partner in partners]
    create_partnerships(rows, actor=None, origin=Origin.DEMO, publication=Publication.DRAFT)
    return len(rows)


def _age() -> None:
    """Some records were not touched for long; of some the end is past though they are said to go on."""
    moment = timezone.make_aware(datetime.combine(OLD, time(9)))
    showcase = list(Collectivity.objects.filter(insee_code=SHOWCASE, is_current=True).values_list("pk", flat=True))
    for model in (Partnership, Project):
        rows = model.objects.filter(origin=Origin.DEMO, publication="published").exclude(french_ids__overlap=showcase)
        pks = list(rows.order_by("pk").values_list("pk", flat=True))
        model.objects.filter(pk__in=pks[::STALE_EVERY]).update(updated_at=moment)
        if model is Partnership:
            over = PartnershipParty.objects.filter(partnership__in=pks[7::OVER_EVERY], partnership__status="active")
            over.filter(foreign_authority__isnull=False).update(until=OLD)
        else:
            ended = rows.filter(ends_on__lt=OLD).order_by("pk").values_list("pk", flat=True)
            model.objects.filter(pk__in=list(ended)[::OVER_EVERY]).update(declared_status="2")


def _verify() -> int:
    """The correspondent in Dakar has begun: some records verified, a partner's correction, words to authorities."""
    embassy = User.objects.filter(email=EMBASSY).first()
    if embassy is None:
        return 0
    links = Partnership.objects.filter(origin=Origin.DEMO, publication="published", country_codes__contains=["SN"])
    pks = list(links.order_by("pk").values_list("pk", flat=True))
    seen = pks[::VERIFIED_EVERY]
    links.filter(pk__in=seen).update(
        verified_on=TODAY - timedelta(days=40), verified_by=embassy, verified_as=VerifierKind.EMBASSY
    )
    _correction(links.exclude(pk__in=seen).order_by("pk").first())
    showcase = Collectivity.objects.filter(insee_code=SHOWCASE, is_current=True).values_list("pk", flat=True)
    own = links.filter(french_ids__overlap=list(showcase)).order_by("pk")[:1]
    officer = User.objects.filter(email=OFFICER).first()
    if officer and not own:  # without a partner in Sénégal, it is the ministry that writes to it
        linked = Partnership.objects.filter(origin=Origin.DEMO, publication="published")
        if link := linked.filter(french_ids__overlap=list(showcase)).order_by("pk").first():
            RecordComment.objects.create(
                partnership=link, author=officer, written_as=VerifierKind.OFFICER, text=WORDS[-1]
            )
    _words(embassy, [*own, *links.exclude(pk__in=[row.pk for row in own]).order_by("-pk")[: len(WORDS) - len(own)]])
    return len(seen)


def _name() -> None:
    """Some records name several French authorities: of each the last was asked; one has agreed, the others not answered yet."""
    now = timezone.now()
    for model, about in ((ProjectParty, "project"), (PartnershipParty, "partnership")):
        key = f"{about}_id"
        several = {"origin": Origin.DEMO, "publication": "published", "french_ids__len__gt": 1}
        parties = model.objects.filter(**{f"{about}__{name}": value for name, value in several.items()})
        parties = parties.filter(collectivity__isnull=False).order_by(key, "-pk").distinct(key)[:NAMED]
        PartyConsent.objects.bulk_create(
            PartyConsent(
                **{key: getattr(party, key)},
                collectivity_id=party.collectivity_id,
                told_at=now,
                answer="" if rank else ConsentAnswer.AGREED,
                answered_at=None if rank else now,
            )
            for rank, party in enumerate(parties)
        )


def _words(embassy: User, records: Sequence[Partnership]) -> None:
    RecordComment.objects.bulk_create(
        RecordComment(partnership=record, author=embassy, written_as=VerifierKind.EMBASSY, text=text)
        for record, text in zip(records, WORDS, strict=False)
    )


def _correction(link: Partnership | None) -> None:
    """A partner answered by its link, and its correction waits."""
    if link is None:
        return
    party = link.parties.filter(foreign_authority__isnull=False).first()
    asked = PartnerRequest(
        partnership=link,
        collectivity_id=link.french_ids[0],
        foreign_authority_id=party.foreign_authority_id,
        email="mairie@demo.example",
        expires_at=timezone.now() + timedelta(days=30),
        answer="corrected",
        answered_at=timezone.now(),
        respondent_name="Awa Demo",
        respondent_function="Secrétaire municipale",
        corrections={"status": {"before": link.status, "after": "dormant"}},
    )
    asked.token_hash = token_hash(asked.token)
    asked.save()
