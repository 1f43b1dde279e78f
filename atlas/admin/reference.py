"""Official code lists, goals, and the atlas's own themes."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import modelresource_factory
from import_export.widgets import ForeignKeyWidget

from atlas.adminsite import CodeListAdmin, ListResource, RecordAdmin, as_written
from atlas.models import (
    SDG,
    AidType,
    Channel,
    FinanceType,
    FlowType,
    PolicyMarker,
    PurposeCode,
    RecipientRegion,
    SectorCategory,
    Theme,
)

from .territories import ReadOnlyAdmin

COMMON = ("code", "name_fr", "name_en", "label_source", "is_active", "valid_from", "valid_to", "source")
LISTS = {
    SectorCategory: ("group_code", "group_name"),
    PurposeCode: ("category", "is_voluntary", "theme_group"),
    AidType: ("parent", "category", "category_name", "is_in_donor_refugees"),
    FinanceType: ("category", "category_name"),
    FlowType: (),
    PolicyMarker: ("is_rio", "scores"),
    Channel: ("parent", "is_category", "acronym_fr", "acronym_en"),
    RecipientRegion: (),
}


def _register(model, own: tuple[str, ...]) -> None:
    """A list with its own columns after the common ones, in its page and in its files alike."""
    keys = [name for name in own if model._meta.get_field(name).is_relation]
    resource = modelresource_factory(
        model,
        resource_class=ListResource,
        meta_options={"fields": (*COMMON, *own), "import_id_fields": ("code",)},
        custom_fields={name: _by_code(model, name) for name in keys},
    )
    options = {
        "resource_classes": (resource,),
        "fields": (*COMMON, *own),
        "autocomplete_fields": tuple(keys),
        "list_select_related": tuple(keys) or False,
    }
    admin.site.register(model, type(f"{model.__name__}Admin", (CodeListAdmin,), options))


def _by_code(model, name: str) -> Field:
    """In files, a row names another one by its code."""
    return Field(name, name, ForeignKeyWidget(model._meta.get_field(name).related_model, "code"))


for _model, _own in LISTS.items():
    _register(_model, _own)


@admin.register(SDG)
class SDGAdmin(ReadOnlyAdmin):
    list_display = ("number", "name_fr", "name_en")
    list_display_links = ("number", "name_fr")
    search_fields = ("number", "name_fr")
    fields = ("number", "name_fr", "name_en")


@admin.register(Theme)
class ThemeAdmin(RecordAdmin):
    """The tree of themes. A theme that goes gets its date: what was filed under it keeps its name."""

    list_display = ("name", "parent", "position", as_written(Theme, "edition"), "valid_from", "valid_to")
    list_filter = (("parent", admin.RelatedOnlyFieldListFilter), "edition")
    list_select_related = ("parent",)
    search_fields = ("name", "code")
    autocomplete_fields = ("parent", "purpose_codes", "sdgs")
    fieldsets = (
        (None, {"fields": ("name", "name_en", "name_es", "code", "parent", "position")}),
        (_("Correspondances proposées"), {"fields": ("purpose_codes", "sdgs")}),
        (_("Validité"), {"fields": ("edition", "valid_from", "valid_to", "source")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Theme | None = None) -> bool:
        return False
