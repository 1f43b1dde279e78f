"""What matching answers: one authority for sure, or a question with what it hesitated between."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Self

MOST_CANDIDATES = 8


@dataclass(frozen=True)
class Candidate:
    """Something a name may mean. `side`: a `NameSide`, «place» (a GeoNames place, authority to make) or «new»."""

    side: str
    id: int | None
    label: str
    score: float
    reason: str

    def as_json(self) -> dict[str, Any]:
        return {
            "side": str(self.side),
            "id": self.id,
            "label": self.label,
            "score": round(self.score, 2),
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Answer:
    """`id` when it is sure, with `how`; `problem`, `reason` and `candidates` otherwise."""

    id: Any = None
    how: str = ""
    problem: str = ""
    reason: str = ""
    candidates: tuple[Candidate, ...] = ()

    @classmethod
    def ask(cls, problem: str, reason: str, candidates: list[Candidate] | tuple[()] = ()) -> Self:
        once = {(candidate.side, candidate.id): candidate for candidate in reversed(candidates)}
        best = sorted(once.values(), key=lambda candidate: -candidate.score)
        return cls(problem=problem, reason=reason[:500], candidates=tuple(best[:MOST_CANDIDATES]))


def score(asked: str, name: str) -> float:
    """How alike two normalised names are, from 0 to 1."""
    return SequenceMatcher(None, asked, name, autojunk=False).ratio()
