"""How long the portal takes to answer with the projects that are there; see README.md."""

import statistics
import time
from collections.abc import Iterator

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse

from atlas.tasks import keep_counts
from projects.models import Project

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
    yield "list, by title", listed, {"sort": "title"}
    yield "search, common word", listed, {"q": "appui"}
    yield "search, rare words", listed, {"q": "thiès maraîchage"}
    yield "search, nothing", listed, {"q": "zzyzx"}
    yield "search, misspelt", listed, {"q": "sant etiene"}
    yield "portal search", reverse("search"), {"q": "rennes"}
    yield "suggestions", reverse("suggest"), {"q": "marai"}
    yield "sheet", reverse("projects:project_detail", args=[sheet]), {}
    yield "map page", reverse("map_layer", args=["projets"]), {}
    yield "map points", points, {}
    yield "map points, one country", points, {"country": "SN"}
    yield "API, page", reverse("api:project-list"), {}
    yield "API, cursor", reverse("api:project-list"), {"cursor": "", "country": "SN"}


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


def main() -> None:
    """Print a table."""
    with (
        override_settings(ALLOWED_HOSTS=["*"], DEBUG=False, API_RATES=None)
        if hasattr(settings, "API_RATES")
        else override_settings(ALLOWED_HOSTS=["*"], DEBUG=False)
    ):
        client = Client()
        print(f"{Project.objects.count():,} projects; median and worst of {REPEATED}, in ms")
        print(f"{'':26} {'fresh':>8} {'worst':>8} {'kept':>8} {'bytes':>9} queries")
        for name, address, query in questions():
            ask(client, address, query)  # labels, code and pages of the disk
            fresh, kept, size, statements = [], [], 0, 0
            for _time in range(REPEATED):
                cache.clear()
                took, size, statements = ask(client, address, query)
                fresh.append(took)
                kept.append(ask(client, address, query)[0])
            middle = statistics.median
            print(
                f"{name:26} {middle(fresh):8.0f} {max(fresh):8.0f} {middle(kept):8.0f} {size:9,} {statements:7}",
                flush=True,
            )
        cache.clear()
        began = time.perf_counter()
        keep_counts()
        print(f"keep_counts: {time.perf_counter() - began:.1f} s")
        for name, address, query in (
            list(questions())[:1] + [one for one in questions() if one[0].startswith("map p")][:2]
        ):
            took, size, statements = ask(client, address, query)
            print(f"{name + ', counted':26} {took:8.0f} {'':8} {'':8} {size:9,} {statements:7}")
        began, size, first = time.perf_counter(), 0, None
        for block in client.get(reverse("projects:project_export", args=["csv"])).streaming_content:
            first = first or time.perf_counter() - began
            size += len(block)
        took = time.perf_counter() - began
        print(f"CSV of everything: {size / 1e6:,.1f} MB in {took:.1f} s, first bytes after {first * 1000:.0f} ms")
