"""The panorama for the staff: rules are read and followed by a new version, frozen editions are read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atlas.adminsite import RecordAdmin, as_written
from projects import services
from projects.figures import FIGURES
from projects.models import CountingRule, PanoramaSnapshot


class RuleForm(forms.ModelForm):
    """The next version of a rule: the ledger knows the figures, the service ends the former rule."""

    refusal = None
    figure = forms.ChoiceField(label=_("Chiffre"), choices=lambda: [(one.id, one.label) for one in FIGURES.values()])
    valid_from = forms.DateField(label=_("Valable à partir du"), initial=timezone.localdate)

    class Meta:
        model = CountingRule
        fields = ("figure", "text", "note", "valid_from", "source")

    def clean(self) -> dict[str, Any]:
        if self.refusal:
            self.add_error(None, self.refusal.messages)
        return super().clean()

    def _post_clean(self) -> None:
        """The service checks the row, once the former rule has ended."""


@admin.register(CountingRule)
class CountingRuleAdmin(RecordAdmin):
    """A rule that was in force stays as it was: its figures were published under it."""

    form = RuleForm
    list_display = ("figure", "version", "valid_from", "valid_to", "note", "written_by")
    list_filter = ("figure",)
    list_select_related = ("written_by",)
    search_fields = ("figure", "text", "note")
    fields = ("figure", "version", "text", "note", "valid_from", "valid_to", "source", "written_by")

    def get_fields(self, request: HttpRequest, obj: CountingRule | None = None) -> list[str]:
        return list(self.fields if obj else RuleForm.Meta.fields)

    def has_change_permission(self, request: HttpRequest, obj: CountingRule | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: CountingRule | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: CountingRule, form: RuleForm, change: bool) -> None:
        given = form.cleaned_data
        rule = services.change_rule(
            given["figure"],
            text=given["text"],
            note=given["note"],
            source=given["source"],
            valid_from=given["valid_from"],
            actor=request.user,
        )
        # The admin goes on with the row that the service wrote.
        obj.__dict__.update(rule.__dict__)


@admin.register(PanoramaSnapshot)
class PanoramaSnapshotAdmin(RecordAdmin):
    """Made by `freeze_panorama`, never changed."""

    shown = (as_written(PanoramaSnapshot, "year"), as_written(PanoramaSnapshot, "edition"))
    list_display = (*shown, "frozen_at", "frozen_by", "note", "sha256")
    list_filter = ("year",)
    list_select_related = ("frozen_by",)
    fields = (*shown, "note", "file", "sha256", "rule_versions", "data_version", "frozen_at", "frozen_by")

    def has_add_permission(self, request: HttpRequest, obj: PanoramaSnapshot | None = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission
