"""The look of the design system on Django's own forms; `components/form.html` draws them."""

from django import forms


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
