"""Contacts of authorities: the staff reads them, and records objections. Their authority keeps them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from atlas.adminsite import Gesture
from atlas.models import Contact, User
from atlas.permissions import may
from atlas.services import contacts

from .territories import ReadOnlyAdmin

FACTS = (
    *("collectivity", "first_name", "last_name", "function", "standing", "email", "phone", "languages"),
    *("starts_on", "ends_on", "visibility", "checked_on", "consent_note", "notified_at", "objected_at"),
)


@admin.register(Contact)
class ContactAdmin(ReadOnlyAdmin):
    """Whoever objected has no name any more: only the day, and the authority."""

    list_display = ("__str__", "collectivity", "function", "standing", "email", "visibility", "checked_on", "ends_on")
    list_filter = ("visibility", "standing", "collectivity__kind", "collectivity__region")
    list_select_related = ("collectivity",)
    search_fields = ("first_name", "last_name", "email", "collectivity__name")
    fields = readonly_fields = FACTS
    date_hierarchy = "checked_on"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).order_by("collectivity__sort_name", "last_name", "pk")

    def knows_gesture(self, name: str) -> bool:
        return name == "object"

    def get_gestures(self, request: HttpRequest, obj: Contact) -> list[Gesture]:
        if obj.objected_at or not may(request.user, "atlas.object_contact", obj):
            return []
        help_text = _(
            "Son nom, sa fonction et ses coordonnées sont effacés, avec leur historique. Rien ne peut les rendre."
        )
        return [Gesture("object", _("Enregistrer l’opposition"), _object, help=help_text, is_destructive=True)]


def _object(contact: Contact, *, actor: User, note: str) -> Any:
    erased = contacts.object_contact(contact, actor=actor)
    contact.refresh_from_db()  # what the journal of the administration says of the row is read after this
    return erased
