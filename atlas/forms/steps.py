"""Long forms in steps: each step is a main form, sets of rows, or both, saved together on its own."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from copy import copy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms.utils import ErrorDict, ErrorList
from django.http import QueryDict
from django.utils.functional import cached_property

from atlas.forms.base import DsfrForm, faults
from atlas.models import User

MAX_ROWS = 60


def as_typed(form: forms.BaseForm) -> forms.BaseForm:
    """Shows what was typed without judging it: somebody still at work is not told of errors."""
    form._errors = ErrorDict()
    return form


def shown(bound: forms.BoundField) -> str:
    """The value of a field in words: the label of a choice, the lines of several."""
    value, field = bound.value(), bound.field
    if value in (None, "", [], False):
        return ""
    if describe := getattr(field, "describe", None):
        return describe(value)
    if choices := getattr(field, "choices", None):
        labels = dict(_flat(choices))
        values = value if isinstance(value, list | tuple | set) else [value]
        return "\n".join(labels.get(str(getattr(one, "pk", one)), str(one)) for one in values)
    formatted = field.widget.format_value(value) if hasattr(field.widget, "format_value") else value
    return str(formatted).strip().replace("\r\n", "\n")


def _flat(choices: Iterable) -> Iterator[tuple[str, str]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield str(value), str(label)


class RowForm(DsfrForm):
    """A row of a set. `choices`: the lists of its fields, read once for all the rows."""

    def __init__(self, *args, choices: dict[str, list] | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, values in (choices or {}).items():
            self.fields[name].choices = values


class RowSet(forms.BaseFormSet):
    """Rows that people add and remove, by buttons that work without JavaScript. `row_set` makes the classes."""

    title: Any = ""
    add_label: Any = ""
    ready = False  # where there is no row yet, an empty one is shown, which counts once it is filled

    def total_form_count(self) -> int:
        return super().total_form_count() or int(self.ready and not self.is_bound)

    @property
    def kept_forms(self) -> list[RowForm]:
        """The rows that count, once cleaned: neither the removed nor the empty ones."""
        return [form for form in self.forms if form.cleaned_data and not self._should_delete_form(form)]

    def rows(self) -> list[dict[str, Any]]:
        """What they say."""
        return [
            {name: value for name, value in form.cleaned_data.items() if name != "DELETE"} for form in self.kept_forms
        ]

    def as_typed(self) -> "RowSet":
        self._errors = [as_typed(form)._errors for form in self.forms]
        self._non_form_errors = ErrorList()
        return self

    def described(self) -> str:
        """One line a row."""
        lines = []
        for form in self.forms:
            if form.is_bound and form["DELETE"].value():
                continue
            parts = [shown(bound) for bound in form if bound.name != "DELETE"]
            if any(parts) and (form in self.initial_forms or form.has_changed()):
                lines.append(" · ".join(part.replace("\n", " ") for part in parts if part))
        return "\n".join(lines)


def row_set(form: type[RowForm], base: type[RowSet] = RowSet, **attributes: Any) -> type[RowSet]:
    """The class of a set of such rows. `attributes`: its title, the label of its button."""
    made = forms.formset_factory(
        form, formset=base, extra=0, can_delete=True, max_num=MAX_ROWS, validate_max=True, absolute_max=2 * MAX_ROWS
    )
    for name, value in attributes.items():
        setattr(made, name, value)
    return made


def add_row(data: QueryDict, prefix: str, **values: Any) -> QueryDict:
    """A copy of posted data with one more row in the set `prefix`, which says `values`."""
    grown = data.copy()
    typed = grown.get(f"{prefix}-TOTAL_FORMS", "0")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0
    grown[f"{prefix}-TOTAL_FORMS"] = str(min(number + 1, MAX_ROWS))
    for name, value in values.items():
        grown[f"{prefix}-{number}-{name}"] = str(value)
    return grown


class Step:
    """One page of a long form about `record` (None: yet to be made), in the space of `collectivity`."""

    slug = ""
    title: Any = ""
    hint: Any = ""
    tools = ""  # a template of the step's own, after the rows
    rows_first = False  # the rows come before the main form, which follows from them
    main_class: type[DsfrForm] | None = None
    set_classes: dict[str, type[RowSet]] = {}

    def __init__(
        self, record: Model | None, *, actor: User, collectivity: Model, data: QueryDict | None = None
    ) -> None:
        self.record, self.actor, self.collectivity, self.data = record, actor, collectivity, data
        self.prepare()
        self.main = self.main_class(**self.main_arguments()) if self.main_class else None
        self.sets = {
            name: made(data, prefix=name, initial=self.initial_rows(name), form_kwargs=self.row_arguments(name))
            for name, made in self.set_classes.items()
        }

    def prepare(self) -> None:
        """Reads what the forms need, before they are made."""

    def main_arguments(self) -> dict[str, Any]:
        """With a copy of the row: a form writes into its instance even when it is refused."""
        return {"data": self.data, "instance": copy(self.record)}

    def initial_rows(self, name: str) -> list[dict[str, Any]]:
        return []

    def row_arguments(self, name: str) -> dict[str, Any]:
        return {}

    def act(self, data: QueryDict) -> tuple[QueryDict, dict[str, Any]] | None:
        """What a button that does not save does: the data to show instead, and more context. None: no such button."""
        if data.get("_add") in self.set_classes:
            return add_row(data, data["_add"]), {}
        return None

    def save(self, *, read_version: int | None) -> Model:
        """Write through a service. Raises StaleRecord, ValidationError, PermissionDenied."""
        raise NotImplementedError

    # --- What the page asks -------------------------------------------------------------------------------------------

    @property
    def forms(self) -> list:
        return [*([self.main] if self.main else []), *self.sets.values()]

    def is_valid(self) -> bool:
        judged = [form.is_valid() for form in self.forms]  # every form, so that every error is shown
        return all(judged)

    def has_changed(self) -> bool:
        return any(form.has_changed() for form in self.forms)

    def as_typed(self) -> "Step":
        if self.main:
            as_typed(self.main)
        for rows in self.sets.values():
            rows.as_typed()
        return self

    def refuse(self, error: ValidationError) -> None:
        """Shows what a service refused: at the field when it names one, else above the form."""
        named = error.error_dict if hasattr(error, "error_dict") else {forms.forms.NON_FIELD_ERRORS: error.error_list}
        for name, errors in named.items():
            if self.main:
                self.main.add_error(name if name in self.main.fields else None, errors)
            else:
                next(iter(self.sets.values())).non_form_errors().extend(ValidationError(errors).messages)

    @property
    def faults(self) -> list[tuple[str, str, str]]:
        """What is wrong, as `forms.base.faults` says it; an error of rows leads to them."""
        found = faults(self.main) if self.main else []
        for rows in self.sets.values():
            found += [(f"{rows.prefix}-titre", str(rows.title), text) for text in rows.non_form_errors()]
            for number, form in enumerate(rows.forms, 1):
                where = f"{rows.title} {number}"
                found += [
                    (anchor or f"{rows.prefix}-titre", f"{where}, {label}" if label else where, text)
                    for anchor, label, text in faults(form)
                ]
        return found

    def described(self) -> dict[str, str]:
        """What the step says, in words, by label."""
        words = {str(bound.label): shown(bound) for bound in self.main.visible_fields()} if self.main else {}
        return words | {str(rows.title): rows.described() for rows in self.sets.values()}

    @cached_property
    def seen(self) -> str:
        """Imprint of what the step said when it was read: tells whether somebody changed this very step meanwhile."""
        return hashlib.sha256(json.dumps(self.described(), sort_keys=True).encode()).hexdigest()[:16]

    def differences(self, stored: "Step") -> list[tuple[str, str, str]]:
        """Label, stored and typed value of all that differs from what `stored` (the step as it now stands) says."""
        theirs, mine = stored.described(), self.described()
        return [(label, theirs.get(label, ""), text) for label, text in mine.items() if theirs.get(label, "") != text]
