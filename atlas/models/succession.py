"""Which authorities stand today after those of the past, as the register of events says."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

# Through as many events as it took, each authority once on the way: a register may say that one became itself again.
_HEIRS = """
WITH RECURSIVE heir (old, heir, event, path) AS (
    SELECT before.collectivity_id, after.collectivity_id, before.collectivityevent_id,
           ARRAY[before.collectivity_id, after.collectivity_id]
    FROM atlas_collectivityevent_predecessors before
    JOIN atlas_collectivityevent_successors after USING (collectivityevent_id)
    WHERE before.collectivity_id = ANY(%s) AND after.collectivity_id <> before.collectivity_id
    UNION
    SELECT heir.old, after.collectivity_id, heir.event, heir.path || after.collectivity_id
    FROM heir
    JOIN atlas_collectivity between_ ON between_.id = heir.heir AND NOT between_.is_current
    JOIN atlas_collectivityevent_predecessors before ON before.collectivity_id = heir.heir
    JOIN atlas_collectivityevent_successors after USING (collectivityevent_id)
    WHERE after.collectivity_id <> ALL(heir.path)
)
SELECT old, heir, min(event) FROM heir JOIN atlas_collectivity ON id = heir AND is_current
GROUP BY old, heir, sort_name ORDER BY old, min(cardinality(path)), sort_name, heir
"""


@dataclass(frozen=True)
class Succession:
    """Keys of an authority of the past, of one that stands after it, and of the first event between them."""

    old: int
    heir: int
    event: int


def successions(old: Iterable[int]) -> list[Succession]:
    """The heirs of each of these authorities, those of the fewest events first, then by name (one statement)."""
    with connection.cursor() as cursor:
        cursor.execute(_HEIRS, [list(old)])
        return [Succession(*row) for row in cursor.fetchall()]
