"""Account pages: entering and leaving, passwords, invitations, «Mon compte»."""

from typing import Any

from axes.utils import reset as forget_failures
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, views
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from atlas import launcher, proconnect
from atlas.forms import accounts as forms
from atlas.models import AccessRequest, Membership, Posting, User
from atlas.notifications import invitation_tokens
from atlas.services import members
from atlas.services.transitions import available


def client_address(request: HttpRequest) -> str:
    """The visitor's address for the lock-out, counted from the right behind trusted proxies only: the rest is hearsay."""
    proxies = settings.REST_FRAMEWORK["NUM_PROXIES"]
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if proxies and forwarded:
        return forwarded[-min(proxies, len(forwarded))]
    return request.META.get("REMOTE_ADDR", "")


class Login(views.LoginView):
    """Address and password, and ProConnect when it is switched on. Also the door of the administration."""

    template_name = "atlas/login.html"
    authentication_form = forms.LoginForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        known = (
            User.objects.filter(email__in=launcher.ACCOUNTS).values_list("email", flat=True) if settings.DEMO else []
        )
        return super().get_context_data(**kwargs) | {
            "proconnect": settings.PROCONNECT_ENABLED,
            "contact_email": settings.CONTACT_EMAIL,
            "site_name": settings.SITE_NAME,  # Django's own view puts the host there
            # A portal started with --empty has none of them.
            "demo_accounts": [(email, what) for email, what in launcher.ACCOUNTS.items() if email in set(known)],
            "demo_password": launcher.PASSWORD,
        }


@method_decorator(never_cache, name="dispatch")
class Logout(views.LogoutView):
    """POST only. Whoever came through ProConnect is offered to leave it too."""

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not (end_session := proconnect.end_session_address(request)):
            return super().post(request, *args, **kwargs)
        logout(request)
        # A page rather than a redirection: the policy of forms (`form-action`) holds for where a POST ends up.
        return render(request, "atlas/logout_proconnect.html", {"end_session": end_session})


class PasswordChange(views.PasswordChangeView):
    """The other sessions of the account end; this one goes on."""

    template_name = "atlas/password_change.html"
    form_class = forms.PasswordChangeForm
    success_url = reverse_lazy("password_change_done")


class PasswordChangeDone(views.PasswordChangeDoneView):
    template_name = "atlas/password_change_done.html"


class PasswordReset(views.PasswordResetView):
    """The same answer, as fast, whether the address is known or not."""

    template_name = "atlas/password_reset.html"
    form_class = forms.PasswordResetForm
    success_url = reverse_lazy("password_reset_done")


class PasswordResetDone(views.PasswordResetDoneView):
    template_name = "atlas/password_reset_done.html"


class PasswordResetConfirm(views.PasswordResetConfirmView):
    """The link of the message. Django keeps its token in the session, so that no other site reads it in a Referer."""

    template_name = "atlas/password_reset_confirm.html"
    form_class = forms.NewPasswordForm
    success_url = reverse_lazy("password_reset_complete")
    reset_url_token = "choisir"  # noqa: S105 — a word of the address, not a secret

    def form_valid(self, form: forms.NewPasswordForm) -> HttpResponse:
        forget_failures(username=self.user.email)
        return super().form_valid(form)


class PasswordResetComplete(views.PasswordResetCompleteView):
    template_name = "atlas/password_reset_complete.html"


class InvitationAccept(PasswordResetConfirm):
    """First password; enters at once."""

    template_name = "atlas/invitation_accept.html"
    form_class = forms.InvitationForm
    token_generator = invitation_tokens
    success_url = reverse_lazy("account")
    post_reset_login = True
    post_reset_login_backend = "django.contrib.auth.backends.ModelBackend"

    def get_user(self, uidb64: str):
        """Nobody for a closed account."""
        user = super().get_user(uidb64)
        return user if user and user.is_active else None


@method_decorator([login_required, never_cache], name="dispatch")
class Account(FormView):
    """Names, authorities and roles, postings, requests for access to decide or made."""

    template_name = "atlas/account.html"
    form_class = forms.ProfileForm
    success_url = reverse_lazy("account")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form: forms.ProfileForm) -> HttpResponse:
        form.save()
        messages.success(self.request, _("Vos informations sont enregistrées."))
        return super().form_valid(form)

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        user = self.request.user
        waiting = AccessRequest.objects.visible_to(user).for_list()
        asked = waiting.pending()
        return super().get_context_data(**kwargs) | {
            "memberships": Membership.objects.visible_to(user).for_list().filter(user=user).order_by("pk"),
            "postings": Posting.objects.visible_to(user).valid_on().for_list().filter(user=user),
            "my_requests": waiting.filter(user=user, status__in=["pending", "unconfirmed"]),
            "to_decide": [
                (access, transitions)
                for access in asked.exclude(user=user).filter(collectivity__memberships__user=user)
                if (transitions := available(access, actor=user))
            ],
            "contact_email": settings.CONTACT_EMAIL,
            "siret_unknown": self.request.session.get(proconnect.UNKNOWN_SIRET, ""),
        }


@login_required
@never_cache
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave an authority, after a page that says what is lost."""
    membership = get_object_or_404(
        Membership.objects.visible_to(request.user).for_list().filter(user=request.user), pk=pk
    )
    if request.method == "POST":
        try:
            members.remove_member(membership, actor=request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            messages.success(
                request, _("Vous ne faites plus partie de « %(name)s ».") % {"name": membership.collectivity}
            )
        return redirect("account")
    return render(request, "atlas/membership_leave.html", {"membership": membership})
