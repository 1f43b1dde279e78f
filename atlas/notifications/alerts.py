"""News of saved searches: what became public since the last time, in one e-mail that can be stopped in one click."""

from datetime import date, datetime, timedelta
from itertools import chain

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.signing import TimestampSigner
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from atlas import rules
from atlas.filters import lists
from atlas.filters.words import words_of
from atlas.models import AlertSent, Collectivity, ForeignAuthority, Rhythm, SavedSearch, in_force, successions

from . import link, send_to

# The link that confirms is not the one that stops.
CONFIRM, STOP = "atlas.alert.confirm", "atlas.alert.stop"
# What is written at this very moment may become visible a little later, bearing an earlier time: it waits for the next e-mail.
SETTLED = timedelta(minutes=5)


def token(search: SavedSearch, salt: str) -> str:
    """The secret of a link: signed, and void once the search is no longer followed."""
    return TimestampSigner(salt=salt).sign(str(search.uuid))


def period_of(rhythm: str, day: date) -> date:
    """The day, or the Monday of its week."""
    return day if rhythm == Rhythm.DAILY else day - timedelta(days=day.weekday())


def due(day: date) -> list[int]:
    """Searches whose news of the period of `day` were not told yet."""
    told = AlertSent.objects.filter(
        Q(search__rhythm=Rhythm.DAILY, period=period_of(Rhythm.DAILY, day))
        | Q(search__rhythm=Rhythm.WEEKLY, period=period_of(Rhythm.WEEKLY, day))
    )
    waiting = SavedSearch.objects.confirmed().exclude(pk__in=told.values("search"))
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def present(query: str) -> list[str]:
    """The criteria as they are meant today; more than one question where an authority of the past has heirs.

    It means these, the nearest first, and itself, which may still hold records; a partner that was merged means the kept one.
    The search itself stays as its owner wrote it: a merge may be undone.
    """
    given = QueryDict(query, mutable=True)
    for name in ("partner", "place"):
        if slugs := given.getlist(name):
            given.setlist(name, [_standing(slug) for slug in slugs])
    if not (slug := given.get("collectivity")):
        return [given.urlencode()]
    questions = []
    for meant in [*_heirs(slug), slug]:
        given["collectivity"] = meant
        questions.append(given.urlencode())
    return questions


def _heirs(slug: str) -> list[str]:
    past = Collectivity.objects.filter(slug=slug, is_current=False).values_list("pk", flat=True)
    keys = [one.heir for one in successions(past)] if past else []
    there = Collectivity.objects.in_bulk(keys)
    return [there[pk].slug for pk in keys]


def _standing(slug: str) -> str:
    row = ForeignAuthority.objects.filter(slug=slug, merged_into__isnull=False).first()
    return row.standing_row().slug if row else slug


def tell(search_id: int, day: date) -> int:
    """Send the news of a search for the period of `day`, if they were not. Returns how many rows were told.

    The line that says so, the time up to which it is told and the sending are one transaction: a worker killed on the way
    leaves the period to be told, and the next one tells it from the same time on.
    """
    with transaction.atomic():
        waiting = SavedSearch.objects.confirmed().select_for_update(of=("self",), skip_locked=True)
        search = waiting.filter(pk=search_id).first()
        if search is None:
            return 0
        period, until = period_of(search.rhythm, day), timezone.now() - SETTLED
        listed = lists.find(search.list_name)
        if listed is None or until <= search.told_until or search.sent.filter(period=period).exists():
            return 0
        questions = present(search.query)
        rows = _news(listed, questions, search.told_until, until)
        count = rows.order_by().count()
        since = search.told_until
        AlertSent.objects.create(search=search, period=period, since=since, until=until, count=count)
        search.told_until = until
        search.save(update_fields=["told_until"])
        if count:
            lines = [listed.line(row) for row in listed.shape(rows)[: in_force(rules.ALERT_ROWS)]]
            _send(search, questions, listed, lines, count, since)
    return count


def _news(listed: lists.PublicList, questions: list[str], since: datetime, until: datetime) -> QuerySet:
    """What answers one of the questions, each row once."""
    found = [listed.new_since(listed.ask(query, AnonymousUser()).rows(), since, until) for query in questions]
    if len(found) == 1:
        return found[0]
    keys = {pk for rows in found for pk in rows.values_list("pk", flat=True)}
    return listed.rows(AnonymousUser()).filter(pk__in=keys).order_by(*listed.filterset_class.default_order)


def _send(
    search: SavedSearch, questions: list[str], listed: lists.PublicList, lines: list, count: int, since: datetime
) -> None:
    site = settings.SITE_URL.rstrip("/")
    stop_url = link("alert_stop", token(search, STOP))
    said = [words_of(listed, query, AnonymousUser()) for query in questions]
    common = set(said[0]).intersection(*said)
    context = {
        "title": listed.title,
        "counted": str(listed.counted),
        "criteria": list(dict.fromkeys(chain.from_iterable(said))),
        "rows": [{"title": title, "detail": detail, "url": site + url} for title, detail, url in lines],
        "count": count,
        "more": max(0, count - len(lines)),
        "since": since,
        "lists": [
            (" · ".join(word for word in words if word not in common), site + listed.address(query))
            for words, query in zip(said, questions, strict=True)
        ],
        "stop_url": stop_url,
    }
    # RFC 8058: mail programs offer to stop, and do it by a POST to this address.
    headers = {"List-Unsubscribe": f"<{stop_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    send_to(search.email, "alert", headers=headers, html=True, **context)


def confirmation(search: SavedSearch) -> None:
    """The link that confirms, to whoever holds the address."""
    listed = lists.find(search.list_name)
    context = {
        "title": listed.title,
        "criteria": words_of(listed, search.query, AnonymousUser()),
        "link": link("alert_confirm", token(search, CONFIRM)),
        "days": in_force(rules.ALERT_CONFIRM_DAYS),
    }
    send_to(search.email, "alert_confirm", **context)
