"""Rows that pass from one authority to another: duplicates merged, heirs that take over, both undoable."""

from .candidates import Candidate, count_candidates, find_candidates
from .ledger import Ledger
from .merging import CHOICES, differing, finish, merge_foreign_authorities, says_nothing, tell_apart, undo_move
from .references import Follower, Reference, declare, follow, followers, holdings, references, staying
from .succession import take_over

__all__ = [
    "CHOICES",
    "Candidate",
    "Follower",
    "Ledger",
    "Reference",
    "count_candidates",
    "declare",
    "differing",
    "find_candidates",
    "finish",
    "follow",
    "followers",
    "holdings",
    "merge_foreign_authorities",
    "references",
    "says_nothing",
    "staying",
    "take_over",
    "tell_apart",
    "undo_move",
]
