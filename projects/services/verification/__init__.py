"""What the State's network verifies: the queue of records that wait for it, and what it says of them."""

from projects.figures.queue import reasons_of

from .acts import comment, settle, verify
from .queue import SENTENCES, Queue, Waiting, read_queue, waiting_count

__all__ = [
    "SENTENCES",
    "Queue",
    "Waiting",
    "comment",
    "read_queue",
    "reasons_of",
    "settle",
    "verify",
    "waiting_count",
]
