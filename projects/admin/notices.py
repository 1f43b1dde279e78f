"""Notices of the exchange: what their authors wrote, to read; foreign ones are checked on a page of their own."""

from functools import partial

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from atlas.adminsite import Gesture, RecordAdmin, Work, WorkflowAdmin, as_written, declare
from atlas.permissions import may
from projects import services
from projects.models import NoticeMessage, PartnershipNotice
from projects.services.notices import OF_STATE

from .criteria import CRITERIA, SearchedByParty


@admin.register(PartnershipNotice)
class NoticeAdmin(SearchedByParty, WorkflowAdmin):
    """Nothing of it can be changed here by accident: an abusive one is withdrawn, and the link of its author revoked."""

    transition_services = dict.fromkeys(OF_STATE, services.move_notice)
    list_display = ("title", "author", "direction", "publication", "published_at", "expires_on", "updated_at")
    list_filter = ("publication", "direction", "outcome", *CRITERIA)
    search_fields = ("title",)
    fieldsets = (
        (None, {"fields": ("title", "sheet", "direction", "author", "person")}),
        (
            gettext_lazy("Ce que dit l’annonce"),
            {
                "fields": (
                    "need",
                    "motives",
                    "territory",
                    *(as_written(PartnershipNotice, name) for name in ("sought", "levels", "sizes", "languages")),
                    *("countries", "regions", "themes", "budget"),
                )
            },
        ),
        (
            gettext_lazy("Publication"),
            {
                "fields": (
                    *("publication", "published_at", "expires_on", "renewal_count", "closed_on", "outcome"),
                    *("partnership", "created_by", "created_at", "updated_at"),
                )
            },
        ),
    )

    @admin.display(description=gettext_lazy("auteur"))
    def author(self, notice: PartnershipNotice) -> str:
        return str(notice.author)

    @admin.display(description=gettext_lazy("fiche"))
    def sheet(self, notice: PartnershipNotice) -> str:
        """Its public sheet, and the page where one checks it or sees who fits."""
        if notice.is_foreign:
            url, label = reverse("projects:notice_check", args=[notice.uuid]), _("Vérifier, et voir qui convient")
        else:
            url = reverse("space:notice", args=[notice.collectivity.slug, notice.uuid])
            label = _("Dans l’espace de la collectivité, et qui convient")
        links = [(notice.get_absolute_url(), _("Voir la fiche")), (url, label)]
        return format_html_join(" · ", '<a href="{}">{}</a>', links)

    @admin.display(description=gettext_lazy("personne"))
    def person(self, notice: PartnershipNotice) -> str:
        contact = notice.contact
        return f"{contact.name}, {contact.function}, {contact.email}" if contact else "–"

    def get_gestures(self, request: HttpRequest, obj: PartnershipNotice) -> list[Gesture]:
        """Those of the State on a foreign notice, withdrawal alone on a French one; accepting has a page of its own."""
        moves = {one.name for one in services.notice_moves(obj, actor=request.user)} & set(OF_STATE)
        gestures = [one for one in super().get_gestures(request, obj) if one.name in moves]
        if (
            obj.contact_id
            and obj.contact.state == "open"
            and may(request.user, "projects.check_partnershipnotice", obj)
        ):
            gestures.append(
                Gesture(
                    "revoke_link",
                    _("Annuler le lien de l’auteur"),
                    services.revoke_contact,
                    help=_("L’auteur ne peut plus rien faire de son annonce ni de ses conversations."),
                    is_destructive=True,
                )
            )
        return gestures

    def knows_gesture(self, name: str) -> bool:
        return name == "revoke_link" or super().knows_gesture(name)

    def get_readonly_fields(self, request: HttpRequest, obj: PartnershipNotice | None = None) -> list[str]:
        shown = [name for _title, options in self.fieldsets for name in options["fields"]]
        return list(dict.fromkeys([*shown, *super().get_readonly_fields(request, obj)]))

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = PartnershipNotice.objects.visible_to(request.user).defer("search")
        return rows.select_related("collectivity", "foreign_authority", "contact", "created_by")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A notice is written by its author."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PartnershipNotice | None = None) -> bool:
        """What was is withdrawn, never deleted."""
        return False


declare(
    Work(
        section=gettext_lazy("Bourse aux partenariats"),
        label=gettext_lazy("annonce étrangère à vérifier,annonces étrangères à vérifier"),
        count=lambda user: PartnershipNotice.objects.visible_to(user).to_check(user).count(),
        url_name="projects:notice_checks",
        permission="projects.check_partnershipnotice",
        order=45,
    )
)


@admin.register(NoticeMessage)
class MessageAdmin(RecordAdmin):
    """Messages that one side reported: hidden with the conversation stopped, or left as they are."""

    list_display = ("text", "side", "reported_at", "report_reason", "handled_at")
    list_filter = (("handled_at", admin.EmptyFieldListFilter),)
    search_fields = ("text", "report_reason")
    fields = (
        "conversation",
        "side",
        "text",
        "created_at",
        "reported_at",
        "report_reason",
        "handled_at",
        "handled_by",
        "is_hidden",
    )

    def get_gestures(self, request: HttpRequest, obj: NoticeMessage) -> list[Gesture]:
        if obj.handled_at or not may(request.user, "projects.change_noticemessage", obj):
            return []
        hide = _("Le message n’est plus lisible et la conversation s’arrête.")
        return [
            Gesture("hide", _("Masquer le message"), services.handle_report, help=hide, is_destructive=True),
            Gesture("dismiss", _("Classer le signalement"), partial(services.handle_report, hide=False)),
        ]

    def knows_gesture(self, name: str) -> bool:
        return name in ("hide", "dismiss")

    def get_readonly_fields(self, request: HttpRequest, obj: NoticeMessage | None = None) -> list[str]:
        return list(self.fields)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return NoticeMessage.objects.visible_to(request.user).select_related("conversation__notice", "handled_by")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: NoticeMessage | None = None) -> bool:
        return False


declare(
    Work(
        section=gettext_lazy("Bourse aux partenariats"),
        label=gettext_lazy("message signalé,messages signalés"),
        count=lambda user: NoticeMessage.objects.visible_to(user).to_handle().count(),
        url_name="admin:projects_noticemessage_changelist",
        query="handled_at__isempty=1",
        permission="projects.change_noticemessage",
        order=46,
    )
)
