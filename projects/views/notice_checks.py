"""Foreign notices that wait for the State: the embassies of their countries, and the staff."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from atlas.permissions import may
from projects import services
from projects.forms.proposals import CheckForm
from projects.models import PartnershipNotice


@login_required
@never_cache
def checks(request: HttpRequest) -> HttpResponse:
    """What waits for this account, the oldest first. Whoever checks nothing finds no such page."""
    if not services.checks_notices(request.user):
        raise Http404
    waiting = PartnershipNotice.objects.visible_to(request.user).to_check(request.user)
    rows = list(waiting.select_related("contact__country", "contact__foreign_authority").order_by("updated_at", "pk"))
    return render(request, "projects/notice_checks.html", {"notices": rows})


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, uuid: Any) -> HttpResponse:
    """One notice: who proposes it, which authority it is; POST `_accept`, `_send_back` or `_refuse`."""
    rows = PartnershipNotice.objects.visible_to(request.user).filter(contact__isnull=False)
    notice = get_object_or_404(rows.for_detail(), uuid=uuid)
    if not may(request.user, "projects.check_partnershipnotice", notice):
        raise Http404
    form = CheckForm(request.POST or None, contact=notice.contact)
    if request.method == "POST" and form.is_valid():
        try:
            done = _decide(request, notice, form)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, done)
            return redirect("projects:notice_checks")
    status = 422 if request.method == "POST" else 200
    return render(request, "projects/notice_check.html", {"notice": notice, "form": form}, status=status)


def _decide(request: HttpRequest, notice: PartnershipNotice, form: CheckForm) -> str:
    """Does what the button says. Raises ValidationError."""
    note = form.cleaned_data["note"]
    if "_accept" in request.POST:
        if not form.cleaned_data["authority"]:
            raise ValidationError(_("Dites de quelle autorité il s’agit."))
        services.accept_notice(notice, form.chosen(), actor=request.user, note=note)
        return _("L’annonce est publiée ; son auteur est prévenu.")
    if "_send_back" in request.POST:
        services.move_notice(notice, "send_back", actor=request.user, note=note)
        return _("L’annonce est renvoyée à son auteur, avec votre note.")
    if "_refuse" in request.POST:
        services.move_notice(notice, "refuse", actor=request.user, note=note)
        return _("L’annonce est refusée ; son auteur est prévenu.")
    raise ValidationError(_("Cette action n’existe pas."))
