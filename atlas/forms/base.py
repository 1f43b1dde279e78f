"""The look of the design system on Django's own forms; `components/form.html` draws them."""

from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.translation import gettext_lazy as _


class DsfrForm(forms.Form):
    """Gives each widget the class that the design system expects."""

    classes = {
        forms.Select: "fr-select",
        forms.CheckboxInput: "",
        forms.RadioSelect: "",
        forms.CheckboxSelectMultiple: "",
        forms.FileInput: "fr-upload",
    }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            kinds = (css for kind, css in self.classes.items() if isinstance(field.widget, kind))
            if css := next(kinds, "fr-input"):
                field.widget.attrs["class"] = css


class LinesField(SimpleArrayField):
    """A list of short texts, one by line: a comma may be part of a name. Empty lines do not count."""

    def __init__(self, base_field: forms.Field, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 4, "cols": 40})
        super().__init__(base_field, **{"delimiter": "\n", "widget": widget, "help_text": _("Un par ligne."), **kwargs})

    def to_python(self, value: str | list | None) -> list:
        lines = value.splitlines() if isinstance(value, str) else (value or [])
        return super().to_python("\n".join(line.strip() for line in lines if line.strip()))
