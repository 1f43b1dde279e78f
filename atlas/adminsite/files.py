"""Import and export of code lists by the staff: a file, the differences shown, then all or nothing."""

import re
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model
from django.utils.safestring import mark_safe
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import CSV
from import_export.forms import ImportForm
from import_export.resources import Diff, ModelResource

from atlas.forms.uploads import check_kept
from atlas.services.records import save_record

from .records import RecordAdmin


class PlainDiff(Diff):
    """Differences in `<ins>` and `<del>` without the library's inline styles, which the security policy refuses."""

    def as_html(self) -> list[str]:
        # Only the library's own attribute goes: it has escaped the values, which cannot hold a tag.
        return [mark_safe(re.sub(r'(<(?:ins|del)) style="[^"]*"', r"\1", cell)) for cell in super().as_html()]  # noqa: S308


class ListResource(ModelResource):
    """Rows of a list, checked one by one by the rules of the model, written by `save_record`."""

    class Meta:
        skip_unchanged = True
        report_skipped = False

    @classmethod
    def get_diff_class(cls) -> type[Diff]:
        return PlainDiff

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        self.actor = kwargs.get("user")

    def do_instance_save(self, instance: Model, is_create: bool) -> None:
        save_record(instance, actor=self.actor)


class ListFileForm(ImportForm):
    """The file of an edition; one that was too big to be kept says so."""

    def clean_import_file(self) -> UploadedFile:
        return check_kept(self.cleaned_data["import_file"])


class ByFile(ImportExportMixin):
    """For an admin whose rows come and go by CSV file."""

    formats = (CSV,)
    skip_export_form = True
    import_form_class = ListFileForm


class CodeListAdmin(ByFile, RecordAdmin):
    """Codes are looked up here and corrected by file: one at a time would leave half an edition."""

    list_display = ("code", "name_fr", "name_en", "is_active", "valid_from", "valid_to")
    list_display_links = ("code", "name_fr")
    list_filter = ("is_active",)
    search_fields = ("code", "name_fr", "name_en")
    ordering = ("code",)

    def has_delete_permission(self, request, obj=None) -> bool:
        """A withdrawn code keeps its row, with the date of its end."""
        return False
