"""What the State's network verifies, seen by the staff: the queues, receipts, links, messages."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from atlas.adminsite import Gesture, RecordAdmin, Work, as_written, declare
from projects import services
from projects.models import Confirmation, PartnerRequest, RecordComment
from projects.services.succession import proposals
from projects.services.verification import waiting_count


class ReadOnly(RecordAdmin):
    """Rows that people made elsewhere: read, never typed."""

    actions = None

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(RecordComment)
class RecordCommentAdmin(ReadOnly):
    list_display = ("subject", "extract", "who", "created_at", "settled_at")
    list_filter = ("written_as", ("settled_at", admin.EmptyFieldListFilter))
    list_select_related = ("partnership", "project", "author")
    search_fields = ("text", "author__email", "partnership__party_names", "project__title")
    date_hierarchy = "created_at"
    fields = ("subject", "author", "written_as", "text", "created_at", "settled_at", "settled_by")

    @admin.display(description=gettext_lazy("fiche"))
    def subject(self, word: RecordComment) -> str:
        return str(word.subject)

    @admin.display(description=gettext_lazy("message"), ordering="text")
    def extract(self, word: RecordComment) -> str:
        """The list is narrow: the page of a word has all of it."""
        return Truncator(word.text).chars(100)

    @admin.display(description=gettext_lazy("de"), ordering="author")
    def who(self, word: RecordComment) -> str:
        return ", ".join(str(part) for part in (word.author, word.get_written_as_display()) if part)


@admin.register(Confirmation)
class ConfirmationAdmin(ReadOnly):
    """Receipts of «Tout est à jour». Whether one is intact is computed, not stored."""

    list_display = ("collectivity", as_written(Confirmation, "year"), "at", "by", "partnership_count", "project_count")
    list_filter = ("year", "collectivity__kind", "collectivity__region")
    list_select_related = ("collectivity", "by")
    search_fields = ("collectivity__search_name", "collectivity__siren", "by__email")
    fields = (
        "collectivity",
        as_written(Confirmation, "year"),
        "at",
        "by",
        "partnership_count",
        "project_count",
        "sha256",
        "intact",
    )

    def get_queryset(self, request: HttpRequest):
        """The content is long: only the page of one receipt reads it."""
        rows = super().get_queryset(request)
        return rows if request.resolver_match.kwargs.get("object_id") else rows.defer("content")

    @admin.display(description=gettext_lazy("contenu intact"), boolean=True)
    def intact(self, receipt: Confirmation) -> bool:
        return receipt.is_intact


class OpenFilter(admin.SimpleListFilter):
    """What a request waits for."""

    title = gettext_lazy("suite")
    parameter_name = "suite"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return [("attend", _("Sans réponse")), ("a-decider", _("Corrections à décider")), ("annule", _("Lien annulé"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        wanted = {
            "attend": {"answered_at__isnull": True, "revoked_at__isnull": True},
            "a-decider": {"answer": "corrected", "decision": ""},
            "annule": {"revoked_at__isnull": False},
        }
        return queryset.filter(**wanted.get(self.value(), {}))


@admin.register(PartnerRequest)
class PartnerRequestAdmin(ReadOnly):
    """Links sent to partners. The secret of a link is nowhere to be read; a link can be revoked."""

    list_display = ("foreign_authority", "collectivity", "email", "created_at", "expires_at", "answer", "decision")
    list_filter = (OpenFilter, "answer", "decision", "language")
    list_select_related = ("foreign_authority", "collectivity")
    search_fields = ("email", "collectivity__search_name", "foreign_authority__search_name")
    date_hierarchy = "created_at"
    fields = (
        *("foreign_authority", "collectivity", "sheet", "email", "language", "sent_by", "created_at", "expires_at"),
        *("revoked_at", "answered_at", "answer", "respondent_name", "respondent_function", "comment", "proposed"),
        *("decision", "decided_at", "decided_by"),
    )

    @admin.display(description=gettext_lazy("fiche"))
    def sheet(self, asked: PartnerRequest) -> str:
        return format_html('<a href="{}">{}</a>', asked.subject.get_absolute_url(), asked.subject)

    @admin.display(description=gettext_lazy("corrections proposées"))
    def proposed(self, asked: PartnerRequest) -> str:
        columns = asked.subject._meta
        lines = [
            f"{columns.get_field(name).verbose_name}\u00a0: {change['before'] or '–'} → {change['after'] or '–'}"
            for name, change in asked.corrections.items()
        ]
        return "\u00a0; ".join(lines) or "–"

    def knows_gesture(self, name: str) -> bool:
        return name == "annuler"

    def get_gestures(self, request: HttpRequest, obj: PartnerRequest) -> list[Gesture]:
        kind = obj.subject._meta.model_name
        if obj.state not in ("open", "expired") or not request.user.has_perm(f"projects.change_{kind}"):
            return []
        return [
            Gesture(
                "annuler",
                gettext_lazy("Annuler le lien"),
                lambda asked, actor, note: services.revoke_request(asked, actor=actor),
                help=gettext_lazy("Le lien ne vaudra plus ; le partenaire qui l’ouvre lira qu’il est annulé."),
                is_destructive=True,
            )
        ]


declare(
    Work(
        section=gettext_lazy("Vérification"),
        label=gettext_lazy("fiche à vérifier,fiches à vérifier"),
        count=waiting_count,
        url_name="projects:verification",
        permission="projects.verify_project",
        order=60,
    )
)
declare(
    Work(
        section=gettext_lazy("Vérification"),
        label=gettext_lazy("reprise à proposer,reprises à proposer"),
        count=lambda user: len(proposals()),
        url_name="projects:successions",
        permission="atlas.take_over",
        order=61,
    )
)
