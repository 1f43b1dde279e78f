"""Accounts, members, postings, requests for access. Nobody types another's password: accounts open by invitation."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import Field
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from atlas.adminsite import Gesture, PartsInline, RecordAdmin, RecordForm, Work, WorkflowAdmin, declare
from atlas.forms.base import LinesField
from atlas.models import AccessRequest, Collectivity, Membership, Posting, Role, User
from atlas.services import access, accounts, members


class InviteForm(RecordForm):
    """Who is invited, and into which authority, if any."""

    collectivity = forms.ModelChoiceField(
        Collectivity.objects.current(),
        label=_("Collectivité"),
        required=False,
        widget=AutocompleteSelect(Membership._meta.get_field("collectivity"), admin.site),
    )
    role = forms.ChoiceField(label=_("Rôle dans la collectivité"), choices=Role.choices, initial=Role.READER)

    def complete(self) -> None:
        self.instance.set_unusable_password()


class MembershipInline(PartsInline):
    """Where the account is a member. Roles change on the member's own page."""

    model = Membership
    fk_name = "user"
    fields = readonly_fields = ("collectivity", "role", "created_at")
    related = ("collectivity", "user")
    show_change_link = True


GESTURES = {
    "close": (
        _("Fermer le compte"),
        _("La personne ne pourra plus entrer ; ses sessions ouvertes prennent fin. Ce qu’elle a fait reste."),
    ),
    "reopen": (_("Rouvrir le compte"), _("La personne pourra de nouveau entrer, avec les mêmes droits.")),
    "invite": (_("Envoyer une nouvelle invitation"), _("La personne reçoit un nouveau lien pour ouvrir son compte.")),
    "unlink": (
        _("Délier ProConnect"),
        _("Une autre identité ProConnect à la même adresse pourra être liée à ce compte."),
    ),
    "unlock": (_("Lever le blocage"), _("Les essais infructueux sont oubliés : la personne peut se connecter.")),
}


@admin.register(User)
class UserAdmin(RecordAdmin):
    """Administrators write; officers invite, and read. Close rather than delete: what a person did keeps its author."""

    list_display = ("email", "first_name", "last_name", "is_staff", "is_active", "last_login")
    list_filter = ("is_active", "is_staff", "groups", "memberships__role")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    readonly_fields = ("is_active", "date_joined", "last_login", "proconnect_sub")
    inlines = (MembershipInline,)
    invitation = (
        (None, {"fields": ("email", "first_name", "last_name")}),
        (_("Collectivité"), {"fields": ("collectivity", "role")}),
    )
    rights = (_("Administration du portail"), {"fields": ("is_staff", "groups")})
    fieldsets = (
        (None, {"fields": ("email", "first_name", "last_name")}),
        (_("Administration du portail"), {"fields": ("is_staff", "is_superuser", "groups")}),
        (_("Connexion"), {"fields": ("is_active", "date_joined", "last_login", "proconnect_sub")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None):
        if obj:
            return self.fieldsets
        return (*self.invitation, self.rights) if request.user.has_perm("atlas.change_user") else self.invitation

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any):
        return super().get_form(request, obj, change, **(kwargs if obj else {"form": InviteForm, **kwargs}))

    def formfield_for_manytomany(self, db_field: Field, request: HttpRequest, **kwargs: Any):
        """Two groups: boxes to tick."""
        if db_field.name == "groups":
            kwargs |= {"widget": forms.CheckboxSelectMultiple, "help_text": ""}
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_inlines(self, request: HttpRequest, obj: User | None):
        return self.inlines if obj else ()

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None):
        """Only a superuser makes another one."""
        fixed = super().get_readonly_fields(request, obj)
        return fixed if request.user.is_superuser else (*fixed, "is_superuser")

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody writes above its own rank: the address of an account is its key."""
        if obj and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: RecordForm, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        given = form.cleaned_data
        invited = accounts.invite(
            given["email"],
            actor=request.user,
            first_name=given["first_name"],
            last_name=given["last_name"],
            collectivity=given["collectivity"],
            role=given["role"],
            is_staff=given.get("is_staff", False),
            groups=given.get("groups", ()),
        )
        obj.pk = invited.pk
        obj.refresh_from_db()

    # --- Gestures ---

    def knows_gesture(self, name: str) -> bool:
        return name in GESTURES

    def get_gestures(self, request: HttpRequest, obj: User) -> list[Gesture]:
        names = []
        if self.has_change_permission(request, obj):
            names += ["close"] if obj.is_active else ["reopen"]
            names += ["unlink"] if obj.proconnect_sub else []
            names += ["unlock"] if accounts.is_locked_out(obj) else []
        if obj.is_active and not obj.is_opened and request.user.has_perm("atlas.add_user"):
            names.append("invite")
        services = {
            "close": accounts.deactivate,
            "reopen": accounts.reactivate,
            "invite": accounts.invite_again,
            "unlink": accounts.unlink_proconnect,
            "unlock": accounts.unlock,
        }
        return [
            Gesture(name, *GESTURES[name][:1], partial(_without_note, services[name]), help=GESTURES[name][1],
                    is_destructive=name in ("close", "unlink"))
            for name in names
        ]  # fmt: skip


def _without_note(service, obj: User, *, actor: User, note: str) -> None:
    service(obj, actor=actor)


@admin.register(Membership)
class MembershipAdmin(RecordAdmin):
    """Who works for which authority. Everything goes through the services of members, which keep a representative."""

    list_display = ("user", "collectivity", "role", "created_at")
    list_filter = ("role", "collectivity__kind", "collectivity__region")
    list_select_related = ("user", "collectivity")
    search_fields = ("user__email", "user__last_name", "collectivity__name")
    autocomplete_fields = ("user", "collectivity")
    fields = ("user", "collectivity", "role", "invited_by", "created_at")
    readonly_fields = ("invited_by", "created_at")
    ordering = ("collectivity__sort_name", "pk")
    actions = None

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None):
        fixed = super().get_readonly_fields(request, obj)
        return ("user", "collectivity", *fixed) if obj else fixed

    def save_model(self, request: HttpRequest, obj: Membership, form: RecordForm, change: bool) -> None:
        if change:
            members.change_role(obj, actor=request.user, role=form.cleaned_data["role"])
            return
        accounts.invite(obj.user.email, actor=request.user, collectivity=obj.collectivity, role=obj.role)
        obj.pk = Membership.objects.get(user=obj.user, collectivity=obj.collectivity).pk

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        members.remove_member(obj, actor=request.user)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        """The last representative stays: said on its page."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except ValidationError as refusal:
            self.message_user(request, refusal.messages[0], messages.ERROR)
            return HttpResponseRedirect(reverse("admin:atlas_membership_change", args=[object_id]))


@admin.register(AccessRequest)
class AccessRequestAdmin(WorkflowAdmin):
    """Granting makes a member: the service of accounts decides, and tells the person."""

    transition_services = dict.fromkeys((*access.GRANTED_ROLES, "refuse"), access.decide_access)
    list_display = ("user", "wanted", "function", "status", "created_at", "decided_by", "decided_at")
    list_filter = ("status", ("collectivity", admin.EmptyFieldListFilter), "collectivity__region")
    list_select_related = ("user", "collectivity", "decided_by")
    search_fields = ("user__email", "user__last_name", "collectivity__name", "siret", "wanted_name", "wanted_siren")
    readonly_fields = (
        *("user", "function", "message", "siret", "wanted_name", "wanted_siren", "register"),
        *("status", "created_at", "decided_at", "decided_by"),
    )
    fields = ("user", "collectivity", *readonly_fields[1:])
    autocomplete_fields = ("collectivity",)
    date_hierarchy = "created_at"

    @admin.display(description=_("collectivité demandée"), ordering="collectivity__sort_name")
    def wanted(self, obj: AccessRequest) -> str:
        return obj.wanted

    @admin.display(description=_("ce que dit le registre"))
    def register(self, obj: AccessRequest) -> str:
        """Of an authority that the atlas could not place: is the number right, who bears it, which names are near."""
        if not (obj.wanted_name or obj.wanted_siren):
            return "–"
        return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in access.register_says(obj))) or "–"

    def get_readonly_fields(self, request: HttpRequest, obj: AccessRequest | None = None):
        """The authority is chosen here for a request that named none of ours."""
        fixed = super().get_readonly_fields(request, obj)
        waits = obj and obj.status == "pending" and (obj.wanted_name or obj.wanted_siren)
        return fixed if waits else ["collectivity", *fixed]

    def save_model(self, request: HttpRequest, obj: AccessRequest, form: RecordForm, change: bool) -> None:
        if "collectivity" in form.changed_data and obj.collectivity:
            access.attach_request(obj, obj.collectivity, actor=request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AccessRequest | None = None) -> bool:
        return False


class PostingForm(RecordForm):
    """Zones one by line, as lists of countries name them."""

    zones = LinesField(forms.CharField(max_length=60), label=_("Zones du monde"), required=False)


@admin.register(Posting)
class PostingAdmin(RecordAdmin):
    """Who follows what. A posting that ends gets its date; its row stays."""

    form = PostingForm
    list_display = ("user", "kind", "valid_from", "valid_to")
    list_filter = ("kind", "countries__continent", "regions")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__last_name", "countries__name_fr", "regions__name")
    autocomplete_fields = ("user", "countries", "regions", "themes")
    fieldsets = (
        (None, {"fields": ("user", "kind", "valid_from", "valid_to", "source")}),
        (_("Suit"), {"fields": ("countries", "zones", "regions", "themes")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Posting | None = None) -> bool:
        return False


declare(
    Work(
        section=_("Personnes"),
        label=_("collectivité absente de l’atlas à ajouter,collectivités absentes de l’atlas à ajouter"),
        count=lambda user: AccessRequest.objects.visible_to(user).pending().filter(collectivity=None).count(),
        url_name="admin:atlas_accessrequest_changelist",
        query="status__exact=pending&collectivity__isempty=1",
        permission="atlas.change_accessrequest",
        order=21,
    )
)
declare(
    Work(
        section=_("Personnes"),
        label=_("demande d’accès à décider,demandes d’accès à décider"),
        count=lambda user: AccessRequest.objects.visible_to(user).pending().count(),
        url_name="admin:atlas_accessrequest_changelist",
        query="status__exact=pending",
        permission="atlas.change_accessrequest",
        order=20,
    )
)
