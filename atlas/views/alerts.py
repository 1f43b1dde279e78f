"""Saved searches: follow a list, confirm, stop in one click, and keep one's own."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from atlas.filters import lists
from atlas.filters.words import words_of
from atlas.forms.alerts import FollowForm
from atlas.models import Rhythm, SavedSearch
from atlas.notifications.alerts import CONFIRM, STOP
from atlas.pages import unindexed
from atlas.services import alerts
from atlas.throttling import LinkThrottle

VOID = {"false": 404}  # the others were valid once: 410


@never_cache
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest, list_name: str) -> HttpResponse:
    """Follow a list with the criteria of the address. The answer is the same whether the e-mail address is known or not."""
    listed = lists.find(list_name)
    if listed is None or not listed.new_since:
        raise Http404
    query, user = listed.asked(request.META["QUERY_STRING"]), request.user
    initial = {"email": user.email if user.is_authenticated else "", "rhythm": Rhythm.WEEKLY}
    form = FollowForm(request.POST or None, initial=initial, with_email=not user.is_authenticated)
    status = 200
    if request.method == "POST":
        if not LinkThrottle().allow_request(request, None):
            return render(request, "429.html", status=429)
        if form.is_valid() and (answer := _follow(request, listed, query, form)):
            return answer
        status = 422
    shown = {"listed": listed, "criteria": words_of(listed, query, user), "form": form, "back": listed.address(query)}
    return render(request, "atlas/alert_follow.html", shown, status=status)


def _follow(request: HttpRequest, listed: lists.PublicList, query: str, form: FollowForm) -> HttpResponse | None:
    actor = request.user if request.user.is_authenticated else None
    email = actor.email if actor else form.cleaned_data["email"]
    try:
        alerts.follow(listed.name, query, email=email, rhythm=form.cleaned_data["rhythm"], actor=actor)
    except ValidationError as error:
        form.add_error(None, error)
        return None
    if actor:
        messages.success(request, _("C’est noté : les nouveautés vous arriveront par courriel."))
        return redirect("alerts")
    return redirect("alert_asked")


@never_cache
def asked(request: HttpRequest) -> HttpResponse:
    """What to do next: the link is in the e-mail."""
    return render(request, "atlas/alert_asked.html")


def _void(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return unindexed(
        render(request, "atlas/alert_void.html", {"reason": error.messages[0]}, status=VOID.get(error.code, 410))
    )


def _shown(search: SavedSearch) -> dict[str, Any]:
    listed = lists.find(search.list_name)
    return {
        "search": search,
        "title": listed.title if listed else search.list_name,
        "criteria": words_of(listed, search.query, AnonymousUser()) if listed else [],
        "address": listed.address(search.query) if listed else "",
    }


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """A page with a button: whatever reads links before people do confirms nothing."""
    if not LinkThrottle().allow_request(request, None):
        return render(request, "429.html", status=429)
    try:
        search = alerts.confirm_alert(token) if request.method == "POST" else alerts.open_link(token, CONFIRM)
    except alerts.VoidAlertLink as error:
        return _void(request, error)
    return unindexed(render(request, "atlas/alert_confirm.html", _shown(search)))


@never_cache
@csrf_exempt  # RFC 8058: mail programs post here by themselves; the link itself is the proof
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop in one click, with or without an account. A GET only shows the button."""
    if not LinkThrottle().allow_request(request, None):
        return render(request, "429.html", status=429)
    try:
        if request.method == "POST":
            alerts.stop_by_link(token)
            return unindexed(render(request, "atlas/alert_stopped.html"))
        search = alerts.open_link(token, STOP)
    except alerts.VoidAlertLink as error:
        return _void(request, error)
    return unindexed(render(request, "atlas/alert_stop.html", _shown(search)))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """«Mes alertes». POST: `_stop` or `_save` with the search, `rhythm`."""
    rows = SavedSearch.objects.visible_to(request.user)
    if request.method == "POST":
        _change(request, rows)
        return redirect("alerts")
    shown = [_shown(search) for search in rows.order_by("-pk")]
    return render(request, "atlas/alerts.html", {"alerts": shown, "rhythms": Rhythm.choices, "lists": lists.followed()})


def _change(request: HttpRequest, rows: Any) -> None:
    def chosen(given: str) -> SavedSearch:
        try:
            return get_object_or_404(rows, uuid=UUID(given))
        except ValueError:
            raise Http404 from None

    if given := request.POST.get("_stop"):
        alerts.stop(chosen(given), actor=request.user)
        messages.success(request, _("Cette recherche n’est plus suivie."))
    elif given := request.POST.get("_save"):
        try:
            alerts.change_rhythm(chosen(given), request.POST.get("rhythm", ""), actor=request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            messages.success(request, _("Le rythme est changé."))
