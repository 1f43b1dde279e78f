"""Asking for access to an authority, with an account or without one; deciding, for its representatives."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import View

from atlas import rules
from atlas.forms.access import AccessForm
from atlas.forms.accounts import TransitionForm
from atlas.forms.steps import as_typed
from atlas.models import AccessRequest, in_force
from atlas.services import access
from atlas.services.transitions import available
from atlas.throttling import AskThrottle


@method_decorator(never_cache, name="dispatch")
class AskAccess(View):
    """One page, open to all. `_find` looks for the authority and judges nothing; `_ask` sends, once it is known which."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """`?q=`: what is looked for."""
        asked = request.GET.get("q", "").replace("\x00", "")[:200]
        return self.show(AccessForm(user=request.user, initial={"authority": asked}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = AccessForm(request.POST, user=request.user)
        if "_find" in request.POST:
            return self.show(as_typed(form))
        if not form.is_valid():
            return self.show(form, 422)
        visitor = not request.user.is_authenticated
        if visitor and not AskThrottle().allow_request(request, None):
            form.add_error(None, _("Trop de demandes depuis votre réseau : attendez une heure, ou écrivez-nous."))
            return self.show(form, 429)
        try:
            form.send(None if visitor else request.user)
        except ValidationError as error:
            form.add_error(None, error.messages)
            return self.show(form, 422)
        if visitor:
            context = {"email": form.cleaned_data["email"], "days": in_force(rules.INVITATION_DAYS)}
            return render(request, "atlas/access_sent.html", context)
        messages.success(request, _("Votre demande est envoyée. La réponse arrivera par courriel."))
        return redirect("account")

    def show(self, form: AccessForm, status: int = 200) -> HttpResponse:
        return render(self.request, "atlas/access_request.html", {"form": form}, status=status)


@login_required
@never_cache
def decide_access(request: HttpRequest, pk: int, transition: str) -> HttpResponse:
    """A representative grants or refuses: a page that asks for the note, then POST."""
    asked = get_object_or_404(AccessRequest.objects.visible_to(request.user).for_list(), pk=pk)
    chosen = asked.workflow.get(transition)
    if chosen is None or chosen not in available(asked, actor=request.user):
        raise Http404
    form = TransitionForm(request.POST or None, needs_note=chosen.needs_note)
    if request.method == "POST" and form.is_valid():
        try:
            access.decide_access(asked, transition, actor=request.user, note=form.cleaned_data["note"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Votre réponse est envoyée."))
            return redirect("account")
    return render(request, "atlas/access_decide.html", {"access": asked, "transition": chosen, "form": form})
