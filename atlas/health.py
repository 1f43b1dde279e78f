"""Probes for whoever watches over the portal: alive (`/healthz`), ready to serve (`/readyz`)."""

import functools

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

_PROBE_TIMEOUT = 2.0  # seconds


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process lives and answers. Asks nothing of the database, so that its loss restarts nobody."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 `{"status": "ok"}` when database, migrations and broker are ready; else 503, which names what is not."""
    missing = [name for name, is_ready in CHECKS.items() if not is_ready()]
    if missing:
        return JsonResponse({"status": "unavailable", "missing": missing}, status=503)
    return JsonResponse({"status": "ok"})


def database_is_ready() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def migrations_are_applied() -> bool:
    """Reading the files of migrations is slow, and a schema once up to date stays so for this code: asked until true."""
    if not _applied.get("once"):
        try:
            executor = MigrationExecutor(connection)
            _applied["once"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError:
            return False
    return _applied["once"]


def broker_is_ready() -> bool:
    try:
        return _broker().ping()
    except (redis.RedisError, OSError):
        return False


@functools.cache
def _broker() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=_PROBE_TIMEOUT, socket_timeout=_PROBE_TIMEOUT, retry=None
    )


_applied: dict[str, bool] = {}
CHECKS = {"database": database_is_ready, "migrations": migrations_are_applied, "broker": broker_is_ready}
