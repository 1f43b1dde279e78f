"""Change pages that read like a file: the facts at left, the gestures and the history beside them."""

import hashlib
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import ModelAdmin, StackedInline, TabularInline
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet, URLField
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from atlas.history import words
from atlas.services.records import save_record

from .gestures import GesturesMixin
from .history import changes, steps


class FreshForm(forms.ModelForm):
    """A form that knows the state of the row it shows: its version or, without that column, the digest of its fields.

    When somebody else saved meanwhile nothing is written: each field that differs shows the other value above the one
    typed, which stays; pressing again then saves knowingly.
    """

    read_version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._shown = list(self.fields)  # before a formset adds its own
        if self.instance.pk:
            self.fields["read_version"].initial = self._state(self.instance)

    def _state(self, row: Model) -> str:
        if hasattr(row, "version"):
            return str(row.version)
        values = model_to_dict(row, fields=self._shown)
        shown = sorted((name, str(_comparable(value))) for name, value in values.items())
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.instance.pk:
            # Locked until the end of the request's transaction: nobody saves between this look and the write.
            stored = type(self.instance)._default_manager.select_for_update(of=("self",)).get(pk=self.instance.pk)
            if self.cleaned_data.get("read_version") != self._state(stored):
                self._show_both(stored)
        return cleaned

    def _show_both(self, row: Model) -> None:
        stored = model_to_dict(row, fields=self._shown)
        for name in [name for name in stored if name in self.cleaned_data]:
            field, now, typed = row._meta.get_field(name), stored[name], self.cleaned_data[name]
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
        self.data[self.add_prefix("read_version")] = self._state(row)


class FreshInline(StackedInline):
    """Rows below a record, to write: each is refused like a record when somebody else changed it meanwhile."""

    form = FreshForm

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return [*(name for name in super().get_fields(request, obj) if name != "read_version"), "read_version"]


class PartsInline(TabularInline):
    """Rows below a record, to read: a table. `related`: what their columns name, read with them."""

    template = "admin/parts.html"
    extra = 0
    related: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        return rows.select_related(*self.related) if self.related else rows

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return list(self.fields)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


class RecordForm(FreshForm):
    """The same, which also checks every rule of the model, those of hidden columns too."""

    refusal: ValidationError | None = None  # what the service answered to this very request

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.refusal and not self.errors:
            self.add_error(None, ValidationError(self.refusal.messages))
        return cleaned

    @property
    def version(self) -> int | None:
        """What `save_record` asks of a model with versions."""
        read = self.cleaned_data.get("read_version")
        return int(read) if read and hasattr(self.instance, "version") else None

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


def as_written(model: type[Model], name: str) -> Callable[[Model], str | None]:
    """A column for lists and facts: a year or an edition, in which no space parts the thousands."""
    field = model._meta.get_field(name)

    @admin.display(description=field.verbose_name, ordering=name)
    def shown(row: Model) -> str | None:
        return words(field, value) if (value := getattr(row, name)) is not None else None

    shown.__name__ = name
    return shown


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

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Under the name of what is listed, rather than Django's «Sélectionnez l’objet … à changer»."""
        return super().changelist_view(
            request, {"title": capfirst(self.opts.verbose_name_plural), **(extra_context or {})}
        )

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
        """A refusal of the service undoes all, then shows the same form again with the reason: nothing typed is lost.

        The page bears the name of what it shows, rather than Django's «Modification de …».
        """
        kind = capfirst(self.opts.verbose_name)
        title = kind if object_id else _("%(kind)s : ajout") % {"kind": kind}
        extra_context = {"title": title, **(extra_context or {})}
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as refusal:
            request.refusal = refusal
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Model, form: RecordForm, change: bool) -> None:
        save_record(obj, actor=request.user, read_version=form.version if change else None)

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
        written = any(
            inline.has_add_permission or inline.has_change_permission for inline in context["inline_admin_formsets"]
        )
        if change and not context["adminform"].form.visible_fields() and not written:
            # Nothing to type: only gestures change this file.
            context |= {"show_save": False, "show_save_and_continue": False}
        beside = {"gestures": [], "steps": [], "changes": [], "record": obj}
        if obj is not None:
            stored = type(obj)._default_manager.get(pk=obj.pk) if request.method == "POST" else obj
            beside["gestures"] = self.get_gestures(request, stored)
            beside["steps"] = steps(stored)
            beside["changes"] = changes(stored, hidden=self.derived_columns())
        return super().render_change_form(request, context | beside, add, change, form_url, obj)
