"""What the State's network verifies: the queue of records that wait for it, and what it says of them."""

from .acts import comment, settle, verify
from .queue import REASONS, Asked, Facet, Queue, Waiting, read_queue, reasons_of, waiting_count

__all__ = [
    "REASONS",
    "Asked",
    "Facet",
    "Queue",
    "Waiting",
    "comment",
    "read_queue",
    "reasons_of",
    "settle",
    "verify",
    "waiting_count",
]
