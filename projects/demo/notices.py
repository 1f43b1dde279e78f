"""Notices of the demonstration: what real authorities might seek or offer. Nothing of it is true but the names and places."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from django.db.models import F
from django.utils import timezone

from atlas.demo import part
from atlas.models import Collectivity, Country, ForeignAuthority, Theme
from projects import rules
from projects.demo.texts.notices import ABROAD, CONVERSATION, FRENCH, Abroad, French
from projects.models import NoticeContact, NoticePublication, PartnershipNotice
from projects.models.links import token_hash
from projects.services import NewNotice, create_notices, keep_conversation

NAMESPACE = uuid.UUID("0d3f6a52-7a41-4f0f-9d0e-5a7a3f6c1b90")
LANGUAGES = {"fr": "fr", "en": "en", "es": "es"}


@part("Annonces de la bourse")
def make_notices() -> str:
    """Write those that are not there yet: a title is written once."""
    here = set(PartnershipNotice.objects.filter(is_demo=True).values_list("title", flat=True))
    rows = [row for row in Writer().notices() if row.title not in here]
    create_notices(rows)
    _talk()
    return f"{len(rows)} créées, {len(here)} déjà là"


def _talk() -> None:
    """Rennes and a town of Senegal, the last message still unread."""
    rennes = Collectivity.objects.filter(is_current=True, kind="commune", insee_code="35238").first()
    asked = PartnershipNotice.objects.in_force().filter(is_demo=True, contact__isnull=False, country_codes=["SN"])
    notice = asked.order_by("pk").first()
    if rennes is None or notice is None or notice.conversations.exists():
        return
    began = timezone.now() - timedelta(days=9)
    messages = [(side, text, began + timedelta(days=3 * rank)) for rank, (side, text) in enumerate(CONVERSATION)]
    keep_conversation(notice, rennes, messages, status="talking")


class Writer:
    """Puts names to the texts. Dates follow today, so that the exchange is always alive."""

    def __init__(self) -> None:
        self.today = timezone.localdate()
        self.themes = dict(Theme.objects.values_list("code", "pk"))
        self.countries = {country.iso2: country for country in Country.objects.all()}
        self.communes = {
            (row.kind, row.insee_code): row
            for row in Collectivity.objects.filter(
                is_current=True, insee_code__in=[text.insee_code for text in FRENCH]
            ).only("kind", "insee_code", "name", "population")
        }

    def notices(self) -> Iterator[NewNotice]:
        yield from (row for rank, text in enumerate(FRENCH) if (row := self._french(rank, text)))
        yield from (row for rank, text in enumerate(ABROAD) if (row := self._abroad(rank, text)))

    def _dates(self, rank: int, state: str) -> dict:
        """Published some weeks or months ago, for nine months; `expired`: a year ago; `soon`: it expires in nine days."""
        if state in ("draft", "submitted"):
            return {"publication": state}
        ago = {"expired": 330 + rank, "soon": 261}.get(state, 6 + 11 * rank % 180)
        day = self.today - timedelta(days=ago)
        published = {
            "publication": NoticePublication.PUBLISHED,
            "published_at": datetime.combine(day, time(9, 30), UTC),
            "expires_on": day + timedelta(days=rules.NOTICE_DAYS.start),
        }
        if state in ("partnership", "contacts", "nothing"):
            closed = {"publication": NoticePublication.CLOSED, "outcome": state}
            published |= closed | {"closed_on": self.today - timedelta(days=3)}
        return published

    def _french(self, rank: int, text: French) -> NewNotice | None:
        author = self.communes.get((text.kind, text.insee_code))
        if author is None:
            return None
        names = {"name": author.name}
        return NewNotice(
            title=text.title.format(**names),
            need=text.need.format(**names),
            motives=text.motives.format(**names),
            territory=text.territory.format(**names),
            direction=text.direction,
            collectivity=author.pk,
            sought=text.sought,
            levels=text.levels,
            sizes=text.sizes,
            languages=text.languages,
            budget=Decimal(text.budget) if text.budget else None,
            themes=tuple(self.themes[code] for code in text.themes if code in self.themes),
            countries=tuple(self.countries[code].pk for code in text.countries if code in self.countries),
            is_demo=True,
            **self._dates(rank, text.state),
        )

    def _abroad(self, rank: int, text: Abroad) -> NewNotice | None:
        country = self.countries.get(text.country)
        author = None
        if not text.unknown_name:
            towns = ForeignAuthority.objects.standing().filter(is_demo=True, country=country)
            author = towns.order_by(F("population").desc(nulls_last=True), "pk")[text.rank : text.rank + 1].first()
        if country is None or not (author or text.unknown_name):
            return None
        name = text.unknown_name or author.name
        names = {"name": name, "country": country.name_fr}
        return NewNotice(
            title=text.title.format(**names),
            need=text.need.format(**names),
            motives=text.motives.format(**names),
            territory=text.territory.format(**names),
            direction=text.direction,
            contact=self._contact(name, country, author, text),
            sought=text.sought,
            levels=text.levels,
            languages=text.languages,
            themes=tuple(self.themes[code] for code in text.themes if code in self.themes),
            is_demo=True,
            **self._dates(rank, text.state),
        )

    @staticmethod
    def _contact(name: str, country: Country, author: ForeignAuthority | None, text: Abroad) -> NoticeContact:
        key = uuid.uuid5(NAMESPACE, text.title + name)
        contact = NoticeContact(
            uuid=key,
            country=country,
            foreign_authority=author,
            authority_name=name,
            name=text.person,
            function=text.function,
            email=f"mairie.{key.hex[:6]}@ville.example",
            language=next((code for code in text.languages if code in LANGUAGES), "fr"),
            expires_at=timezone.now() + timedelta(days=180),
            confirmed_at=timezone.now(),
        )
        contact.token_hash = token_hash(contact.token)
        return contact
