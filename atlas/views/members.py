"""Members of an authority in its space: who, with which role, and the invitations that wait."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from atlas.forms.accounts import InviteMemberForm, RoleForm
from atlas.models import AccessRequest, Membership, Role
from atlas.permissions import may, require
from atlas.services import accounts, members
from atlas.services.transitions import available
from atlas.views.space import InSpace


class MemberList(InSpace):
    """Who works for the authority; those who manage its members invite here."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(InviteMemberForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        require(self.can_manage)
        form = InviteMemberForm(request.POST)
        if not form.is_valid():
            return self.show(form, 422)
        given = form.cleaned_data
        try:
            accounts.invite(given["email"], actor=request.user, collectivity=self.collectivity, role=given["role"])
        except ValidationError as error:
            form.add_error(None, error.messages)
            return self.show(form, 422)
        messages.success(request, _("L’invitation est envoyée à %(email)s.") % {"email": given["email"]})
        return redirect(request.path)

    @cached_property
    def can_manage(self) -> bool:
        return may(self.request.user, "atlas.change_membership", self.collectivity)

    def asked(self) -> list:
        """The requests that this account may decide, each with what it may answer."""
        rows = AccessRequest.objects.visible_to(self.request.user).pending().for_list()
        rows = rows.filter(collectivity=self.collectivity)
        return [(row, answers) for row in rows if (answers := available(row, actor=self.request.user))]

    def show(self, form: InviteMemberForm, status: int = 200) -> HttpResponse:
        rows = Membership.objects.visible_to(self.request.user).filter(collectivity=self.collectivity)
        rows = list(rows.for_list().select_related("invited_by").order_by("user__last_name", "user__email"))
        opened = [row for row in rows if row.user.is_opened]
        return self.render(
            "atlas/space/member_list.html",
            status,
            form=form,
            can_manage=self.can_manage,
            opened=opened,
            invited=[row for row in rows if not row.user.is_opened],
            asked=self.asked(),
            has_representative=any(row.role == Role.REPRESENTATIVE and row.user.is_active for row in opened),
        )


class OfMember(InSpace):
    """A page about one member, for whoever manages them."""

    template_name = ""

    @cached_property
    def member(self) -> Membership:
        """Raises Http404, PermissionDenied."""
        rows = Membership.objects.visible_to(self.request.user).for_list().filter(collectivity=self.collectivity)
        found = get_object_or_404(rows, pk=self.kwargs["pk"])
        require(may(self.request.user, "atlas.change_membership", found))
        return found

    def back(self) -> str:
        """The list, or one's account for whoever has just left."""
        still = self.collectivity.memberships.filter(user=self.request.user).exists() or self.request.user.is_staff
        return reverse("space:member_list", args=[self.collectivity.slug]) if still else reverse("account")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(member=self.member, back=self.back(), **kwargs)

    def act(self, action: Any, done: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Call a service, and say on the list what came of it."""
        try:
            action(self.member, *args, actor=self.request.user, **kwargs)
        except ValidationError as error:
            messages.error(self.request, " ".join(error.messages))
        else:
            messages.success(self.request, done)
        return redirect(self.back())


class MemberRole(OfMember):
    """Another role: a page that says what each may do, then POST."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.render("atlas/space/member_role.html", form=RoleForm(initial={"role": self.member.role}))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        require(bool(self.member))
        form = RoleForm(request.POST)
        if not form.is_valid():
            return self.render("atlas/space/member_role.html", 422, form=form)
        done = _("Le rôle de %(name)s est changé.") % {"name": self.member.user}
        return self.act(members.change_role, done, role=form.cleaned_data["role"])


class MemberRemove(OfMember):
    """Somebody leaves, at the representatives’ wish: a page that says what is lost, then POST."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.render("atlas/space/member_remove.html")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        done = _("%(name)s ne fait plus partie de la collectivité.") % {"name": self.member.user}
        return self.act(members.remove_member, done)


class MemberInvitation(OfMember):
    """POST: `_again` sends an invitation once more, `_withdraw` takes it back."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Whoever had to log in first comes back to the list, and asks again."""
        return redirect("space:member_list", self.collectivity.slug)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if "_withdraw" in request.POST:
            return self.act(members.withdraw_invitation, _("L’invitation est retirée : son lien ne vaut plus."))
        return self.act(members.invite_member_again, _("L’invitation est repartie."))
