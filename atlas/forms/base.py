"""The look of the design system on Django's own forms; `components/form.html` draws them."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.translation import gettext_lazy as _

_SPACES = re.compile(r"\s")  # the narrow and the no-break ones too


def faults(form: forms.BaseForm) -> list[tuple[str, str, str]]:
    """Anchor, label and sentence of each error, in the order of the page. What concerns no field has neither anchor nor label."""
    found = [("", "", text) for text in form.non_field_errors()]
    for bound in form:
        anchor = "" if bound.is_hidden else bound.id_for_label or bound.auto_id
        found += [(anchor, str(bound.label), text) for text in bound.errors]
    return found


class DsfrForm(forms.Form):
    """Gives each widget the class that the design system expects."""

    needed_later: tuple[str, ...] = ()  # fields that a draft may leave empty, and what is published may not

    classes = {
        forms.Select: "fr-select",
        forms.CheckboxInput: "",
        forms.RadioSelect: "",
        forms.CheckboxSelectMultiple: "",
        forms.FileInput: "fr-upload",
    }
    # Names of fields that most people leave as they are: one opens them below `folded_title`.
    folded: Sequence[str] = ()
    folded_title: Any = ""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            kinds = (css for kind, css in self.classes.items() if isinstance(field.widget, kind))
            if css := next(kinds, "fr-input"):
                field.widget.attrs["class"] = css

    @property
    def first_fields(self) -> list[forms.BoundField]:
        return [bound for bound in self.visible_fields() if bound.name not in self.folded]

    @property
    def folded_fields(self) -> list[forms.BoundField]:
        return [bound for bound in self.visible_fields() if bound.name in self.folded]

    @property
    def is_unfolded(self) -> bool:
        """Whether one of the folded fields says something, or was refused."""
        return any(bound.value() or bound.errors for bound in self.folded_fields)


class LinesField(SimpleArrayField):
    """A list of short texts, one by line: a comma may be part of a name. Empty lines do not count."""

    def __init__(self, base_field: forms.Field, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 4, "cols": 40})
        super().__init__(base_field, **{"delimiter": "\n", "widget": widget, "help_text": _("Un par ligne."), **kwargs})

    def to_python(self, value: str | list | None) -> list:
        lines = value.splitlines() if isinstance(value, str) else (value or [])
        return super().to_python("\n".join(line.strip() for line in lines if line.strip()))


class WebField(forms.URLField):
    """The address of a page, not always known; what bears no scheme is https."""

    def __init__(self, *, label: Any, max_length: int = 200) -> None:
        super().__init__(
            label=label, required=False, max_length=max_length, assume_scheme="https", help_text="https://…"
        )


class OrderedDays:
    """Of a form with a first and a last day, its fields `days`: they do not cross."""

    days = ("starts_on", "ends_on")
    crossed = _("La fin ne peut pas précéder le début.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, last = (cleaned.get(name) for name in self.days)
        if first and last and last < first:
            self.add_error(self.days[1], self.crossed)
        return cleaned


class DsfrModelForm(DsfrForm, forms.ModelForm):
    """A form that takes its fields from a model. It checks; a service writes."""


class AmountField(forms.DecimalField):
    """A figure as the French write it: «1 234,50». Spaces and a decimal comma are understood."""

    def __init__(self, **kwargs) -> None:
        kwargs.setdefault("max_digits", 14)
        kwargs.setdefault("decimal_places", 2)
        kwargs.setdefault("min_value", 0)
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}), **kwargs)

    def to_python(self, value):
        if isinstance(value, str):
            value = _SPACES.sub("", value).replace(",", ".")
        return super().to_python(value)

    def prepare_value(self, value):
        if value is None or isinstance(value, str):
            return value
        text = f"{value:.{self.decimal_places}f}"
        return text.rstrip("0").rstrip(".").replace(".", ",") if self.decimal_places else text


class DayInput(forms.DateInput):
    """The browser's own calendar; without one, the day is typed as the field shows it."""

    input_type = "date"

    def __init__(self, attrs=None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")
