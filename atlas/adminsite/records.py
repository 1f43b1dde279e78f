"""Change pages that read like a file: the facts at left, the gestures and the history beside them."""

from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.core.exceptions import ValidationError
from django.db.models import Model, URLField
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from atlas.services.records import save_record

from .gestures import GesturesMixin
from .history import changes, steps, words


class RecordForm(forms.ModelForm):
    """A form that knows which version it shows, and that checks every rule of the model, those of hidden columns too.

    When somebody else saved meanwhile nothing is written: each field that differs shows the other value above the one
    typed, which stays; pressing again then saves knowingly.
    """

    refusal: ValidationError | None = None  # what the service answered to this very request
    read_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and hasattr(self.instance, "version"):
            self.fields["read_version"].initial = self.instance.version
        else:
            del self.fields["read_version"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "read_version" in self.fields and self.cleaned_data.get("read_version") != self.instance.version:
            self._show_both()
        elif self.refusal:
            self.add_error(None, ValidationError(self.refusal.messages))
        return cleaned

    def _show_both(self) -> None:
        stored = model_to_dict(self.instance, fields=list(self.fields))
        for name in [name for name in stored if name in self.cleaned_data]:
            field, now, typed = self.instance._meta.get_field(name), stored[name], self.cleaned_data[name]
            if _comparable(now) != _comparable(typed):
                shown = _names(field, now) if field.is_relation else words(field, now)
                text = _("Quelqu’un a enregistré entre-temps : « %(other)s ». Votre saisie est conservée ici.")
                self.add_error(name, text % {"other": shown})
        self.add_error(
            None,
            _(
                "Cette fiche a été modifiée entre-temps par une autre personne : rien n’a été enregistré. "
                "Comparez les valeurs signalées, puis enregistrez de nouveau."
            ),
        )
        self.data = self.data.copy()
        self.data[self.add_prefix("read_version")] = str(self.instance.version)

    def complete(self) -> None:
        """Fill the columns that are derived from what was typed, before the rules are checked."""

    def _post_clean(self) -> None:
        """Django checks the columns of the form; the rules of the others would only fail in the service."""
        super()._post_clean()
        if not self.errors:
            self.complete()
            try:
                self.instance.full_clean()
            except ValidationError as broken:
                self.add_error(None, ValidationError(broken.messages))


def _comparable(value: Any) -> Any:
    """The same shape for a row and its key, for a set of rows and a list, for nothing and an empty text."""
    if isinstance(value, Model):
        return value.pk
    if hasattr(value, "__iter__") and not isinstance(value, str):
        return sorted(str(getattr(one, "pk", one)) for one in value)
    return value if value not in (None, "") else None


def _names(field: Any, value: Any) -> str:
    pks = [value] if not isinstance(value, list) else [getattr(one, "pk", one) for one in value]
    rows = field.related_model._default_manager.in_bulk([pk for pk in pks if pk is not None])
    return ", ".join(sorted(str(row) for row in rows.values())) or "–"


class RecordAdmin(GesturesMixin, ModelAdmin):
    """Saves through `save_record`, and shows what happened to the row. What a service refuses is an error of the form."""

    form = RecordForm
    change_form_template = "admin/record_change_form.html"
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    list_per_page = 50
    show_full_result_count = False
    save_on_top = False

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Without the version, which the page carries hidden."""
        return [name for name in super().get_fields(request, obj) if name != "read_version"]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A refusal of the service undoes all, then shows the same form again with the reason: nothing typed is lost."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as refusal:
            request.refusal = refusal
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Model, form: RecordForm, change: bool) -> None:
        save_record(obj, actor=request.user, read_version=form.cleaned_data.get("read_version") if change else None)

    def save_formset(
        self, request: HttpRequest, form: RecordForm, formset: forms.BaseInlineFormSet, change: bool
    ) -> None:
        """Rows of inlines obey the same rules; those that end are written before those that begin."""
        rows = formset.save(commit=False)
        for row in formset.deleted_objects:
            row.delete()
        for row in rows:
            save_record(row, actor=request.user)
        formset.save_m2m()

    def derived_columns(self) -> set[str]:
        """Columns whose changes the history does not repeat."""
        return set()

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Model | None = None,
    ) -> HttpResponse:
        if change and not context["adminform"].form.visible_fields() and not context["inline_admin_formsets"]:
            # Nothing to type: only gestures change this file.
            context |= {"show_save": False, "show_save_and_continue": False}
        beside = {"gestures": [], "steps": [], "changes": [], "record": obj}
        if obj is not None:
            stored = type(obj)._default_manager.get(pk=obj.pk) if request.method == "POST" else obj
            beside["gestures"] = self.get_gestures(request, stored)
            beside["steps"] = steps(stored)
            beside["changes"] = changes(stored, hidden=self.derived_columns())
        return super().render_change_form(request, context | beside, add, change, form_url, obj)
