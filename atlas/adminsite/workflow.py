"""Change pages of rows with a workflow: the state is a fact that one reads, its transitions are buttons."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.db.models import Model
from django.http import HttpRequest

from atlas.services.transitions import available, fire

from .gestures import Gesture
from .records import RecordAdmin


class WorkflowAdmin(RecordAdmin):
    """Draws the table of transitions of the model (`model.workflow`).

    `transition_services` names the service that fires a transition, where it does more than moving the row; it takes
    the same parameters as `atlas.services.transitions.fire`, which fires the others.
    """

    transition_services: Mapping[str, Callable[..., Any]] = {}

    def get_gestures(self, request: HttpRequest, obj: Model) -> list[Gesture]:
        return [
            Gesture(
                name=transition.name,
                label=transition.label,
                run=partial(self._fire, transition.name),
                help=transition.help,
                takes_note=True,
                needs_note=transition.needs_note,
                is_destructive=transition.is_destructive,
            )
            for transition in available(obj, actor=request.user)
        ]

    def _fire(self, name: str, obj: Model, **kwargs: Any) -> None:
        self.transition_services.get(name, fire)(obj, name, **kwargs)

    def knows_gesture(self, name: str) -> bool:
        return self.model.workflow.get(name) is not None

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """The state and the columns tied to it are never fields of a form."""
        return list(dict.fromkeys([*super().get_readonly_fields(request, obj), *self.derived_columns()]))

    def derived_columns(self) -> set[str]:
        workflow = self.model.workflow
        return {workflow.field, *(column for transition in workflow for column in transition.stamps)}
