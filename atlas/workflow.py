"""State as a table: which transitions a kind of row knows, from where to where, and who may fire them.

Pure: no ORM, no HTTP. `atlas.services.transitions.fire` is the only one to move a row; `WorkflowAdmin` draws the buttons.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Stamp(Enum):
    """What a transition writes into a column tied to the state."""

    NOW = "now"  # a datetime
    TODAY = "today"  # a date
    ACTOR = "actor"  # the account that fires it
    NOTE = "note"  # the words given with it
    CLEAR = "clear"  # null
    BLANK = "blank"  # an empty text


@dataclass(frozen=True)
class Transition:
    """One arrow of a workflow.

    `name` is the verb used in addresses and in the log; `label` the button, a verb in the reader's language;
    `permission` a Django permission (`app.codename`), which `atlas.permissions.may` also asks to the rules about one
    object; `needs_note` when the reason must be written; `stamps` the columns that the new state entails.
    """

    name: str
    label: str | Promise
    sources: tuple[str, ...]
    target: str
    permission: str
    needs_note: bool = False
    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    help: str | Promise = ""
    is_destructive: bool = False


class Workflow:
    """The table of transitions of a model, which names it: `workflow = Workflow("status", …)`.

    Raises:
        ValueError: two transitions of the same name, or one without a source.
    """

    def __init__(self, field: str, *transitions: Transition) -> None:
        self.field = field
        self.transitions = {transition.name: transition for transition in transitions}
        if len(self.transitions) != len(transitions):
            raise ValueError("two transitions bear the same name")
        if any(not transition.sources for transition in transitions):
            raise ValueError("a transition starts from a state")

    def __iter__(self) -> Iterator[Transition]:
        return iter(self.transitions.values())

    def __getitem__(self, name: str) -> Transition:
        """Raises KeyError for a name that the table does not hold."""
        return self.transitions[name]

    def get(self, name: str) -> Transition | None:
        return self.transitions.get(name)

    def leaving(self, state: str) -> list[Transition]:
        """The transitions that start from `state`, in the order of the table."""
        return [transition for transition in self if state in transition.sources]

    @property
    def states(self) -> set[str]:
        """Every state that the table names."""
        return {state for transition in self for state in (*transition.sources, transition.target)}


_DECIDED = {"decided_at": Stamp.NOW, "decided_by": Stamp.ACTOR}

ACCESS_REQUEST = Workflow(
    "status",
    Transition(
        "grant",
        _("Accorder la lecture"),
        ("pending",),
        "granted",
        "atlas.change_accessrequest",
        stamps=_DECIDED,
        help=_("La personne devient membre de la collectivité : elle lit ses brouillons."),
    ),
    Transition(
        "grant_editor",
        _("Accorder la rédaction"),
        ("pending",),
        "granted",
        "atlas.change_accessrequest",
        stamps=_DECIDED,
        help=_("La personne devient membre de la collectivité : elle écrit ses fiches."),
    ),
    Transition(
        "grant_representative",
        _("Accorder la représentation"),
        ("pending",),
        "granted",
        "atlas.change_accessrequest",
        stamps=_DECIDED,
        help=_("La personne publie et dépose au nom de la collectivité, et décide de qui en est membre."),
    ),
    Transition(
        "refuse",
        _("Refuser"),
        ("pending",),
        "refused",
        "atlas.change_accessrequest",
        needs_note=True,
        stamps=_DECIDED,
        help=_("La personne reçoit votre réponse par courriel."),
        is_destructive=True,
    ),
    Transition("confirm", _("Confirmer mon adresse"), ("unconfirmed",), "pending", "atlas.confirm_accessrequest"),
)
