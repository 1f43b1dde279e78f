"""How long the portal takes to answer with the projects that are there; see README.md."""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse

from atlas.models import DataChange
from atlas.tasks import keep_counts
from projects.models import Project
from projects.permissions import Scope
from projects.services import verification
from projects.tasks import refresh_verification

REPEATED = 5


def questions() -> Iterator[tuple[str, str, dict]]:
    """(name, address, query) of what people do."""
    listed, points = reverse("projects:project_list"), reverse("map_points", args=["projets", "points"])
    sheet = Project.objects.filter(publication="published").order_by("-pk").values_list("slug", flat=True).first()
    yield "list", listed, {}
    yield "list, page 390", listed, {"page": 390}
    yield "list, one country", listed, {"country": "SN"}
    yield "list, one theme", listed, {"theme": "eau-potable"}
    yield "list, theme × région", listed, {"theme": "eau-potable", "region": "53"}
    yield "list, status", listed, {"status": "2"}
    yield "list, status (most)", listed, {"status": "4"}
    yield "list, status × country", listed, {"status": "2", "country": "SN"}
    yield "list, status × theme", listed, {"status": "2", "theme": "eau-potable"}
    yield "list, kind × status", listed, {"kind": "commune", "status": "4"}
    yield "list, by title", listed, {"sort": "title"}
    yield "search, common word", listed, {"q": "appui"}
    yield "search, rare words", listed, {"q": "thiès maraîchage"}
    yield "search, nothing", listed, {"q": "zzyzx"}
    yield "search, misspelt", listed, {"q": "sant etiene"}
    yield "portal search", reverse("search"), {"q": "rennes"}
    yield "suggestions", reverse("suggest"), {"q": "marai"}
    yield "sheet", reverse("projects:project_detail", args=[sheet]), {}
    yield "map page", reverse("map_layer", args=["projets"]), {}
    yield "map page, one country", reverse("map_layer", args=["projets"]), {"country": "SN"}
    yield "map page, one theme", reverse("map_layer", args=["projets"]), {"theme": "eau-potable"}
    yield "map page, status", reverse("map_layer", args=["projets"]), {"status": "2"}
    yield "map points", points, {}
    yield "map points, one country", points, {"country": "SN"}
    yield "map points, one theme", points, {"theme": "eau-potable"}
    yield "map points, status", points, {"status": "2"}
    yield "API, page", reverse("api:project-list"), {}
    yield "API, facets", reverse("api:project-list"), {"facets": "true"}
    yield "API, cursor", reverse("api:project-list"), {"cursor": "", "country": "SN"}


def queues() -> Iterator[tuple[str, Scope, dict]]:
    """(name, who, query) of the queue of records to verify."""
    yield "queue, staff", Scope(everything=True), {}
    yield "queue, staff, never", Scope(everything=True), {"reason": ["never"]}
    yield "queue, embassy", Scope(countries=frozenset(["SN"])), {}
    yield "queue, adviser", Scope(regions=frozenset(["53"])), {}


def _database_time() -> float:
    """Milliseconds of processor that our connection to the database has used, where that can be read (Linux, same machine)."""
    connection.ensure_connection()
    try:
        told = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(told[11]) + int(told[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def ask(client: Client, address: str, query: dict) -> tuple[float, int, int]:
    """Milliseconds, bytes and statements of an answer."""
    with CaptureQueriesContext(connection) as sent:
        began = time.perf_counter()
        response = client.get(address, query, headers={"Accept-Encoding": "br"})
        content = b"".join(response.streaming_content) if response.streaming else response.content
        took = (time.perf_counter() - began) * 1000
    if response.status_code != 200:
        raise RuntimeError(f"{response.status_code} {address} {query}")
    return took, len(content), len(sent)


def judge(scope: Scope, query: dict) -> tuple[float, int, int]:
    """The same of a page of the queue."""
    with CaptureQueriesContext(connection) as sent:
        began = time.perf_counter()
        verification.read_queue(scope, query)
        took = (time.perf_counter() - began) * 1000
    return took, 0, len(sent)


def change() -> None:
    """As when somebody changes a record: what was kept of the data is that of before."""
    DataChange.objects.create(table_name="bench")


def report(name: str, put: Callable[[], tuple[float, int, int]]) -> None:
    """A line of the table."""
    put()  # labels, code and pages of the disk
    fresh, kept, size, statements, used = [], [], 0, 0, 0.0
    for _time in range(REPEATED):
        change()
        before = _database_time()
        took, size, statements = put()
        used = _database_time() - before
        fresh.append(took)
        kept.append(put()[0])
    middle = statistics.median
    print(
        f"{name:26} {middle(fresh):8.0f} {max(fresh):8.0f} {used:8.0f} {middle(kept):8.0f} {size:9,} {statements:7}",
        flush=True,
    )


def main() -> None:
    """Print a table."""
    with (
        override_settings(ALLOWED_HOSTS=["*"], DEBUG=False, API_RATES=None)
        if hasattr(settings, "API_RATES")
        else override_settings(ALLOWED_HOSTS=["*"], DEBUG=False)
    ):
        client = Client()
        print(
            f"{Project.objects.count():,} projects; median and worst of {REPEATED}, in ms; load {os.getloadavg()[0]:.1f}"
        )
        for task in (keep_counts, refresh_verification):
            began = time.perf_counter()
            task()
            print(f"{task.__name__}: {time.perf_counter() - began:.1f} s", flush=True)
        print(f"{'':26} {'fresh':>8} {'worst':>8} {'database':>8} {'kept':>8} {'bytes':>9} queries")
        for name, address, query in questions():
            report(name, partial(ask, client, address, query))
        for name, scope, query in queues():
            report(name, partial(judge, scope, query))
        began, size, first = time.perf_counter(), 0, None
        for block in client.get(reverse("projects:project_export", args=["csv"])).streaming_content:
            first = first or time.perf_counter() - began
            size += len(block)
        took = time.perf_counter() - began
        print(f"CSV of everything: {size / 1e6:,.1f} MB in {took:.1f} s, first bytes after {first * 1000:.0f} ms")
        print(f"load {os.getloadavg()[0]:.1f}")
