"""Buttons of a change page. Each has its own address: GET asks (with the note), POST does it, through a service."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from atlas.forms.accounts import TransitionForm
from atlas.models import User


@dataclass(frozen=True)
class Gesture:
    """A verb and the service behind it: `run(obj, actor=…, note=…)`, where the right to do it is checked."""

    name: str
    label: str | Promise
    run: Callable[..., Any]
    help: str | Promise = ""
    takes_note: bool = False
    needs_note: bool = False
    is_destructive: bool = False


class GesturesMixin:
    """For a ModelAdmin: the gestures of an object as buttons of its page."""

    def get_gestures(self, request: HttpRequest, obj: Model) -> list[Gesture]:
        """What this account may do to `obj` as it is now."""
        return []

    def knows_gesture(self, name: str) -> bool:
        """Whether the name is one that some object, in some state, offers."""
        return False

    def get_urls(self) -> list:
        info = self.opts.app_label, self.opts.model_name
        view = self.admin_site.admin_view(self.gesture_view)
        return [
            path("<path:object_id>/geste/<slug:name>/", view, name="{}_{}_gesture".format(*info)),
            *super().get_urls(),
        ]

    def gesture_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Ask, then do. A gesture that stopped being possible meanwhile sends back to the file, with the reason."""
        obj = self.get_object(request, object_id)
        if obj is None or not self.knows_gesture(name):
            raise Http404
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        file = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])
        gesture = next((one for one in self.get_gestures(request, obj) if one.name == name), None)
        if gesture is None:
            text = _("Cette action n’est pas possible : l’état a changé, ou vous n’en avez pas le droit.")
            self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(file)
        posted = request.POST if request.method == "POST" else None
        form = TransitionForm(posted, needs_note=gesture.needs_note)
        if not gesture.takes_note:
            del form.fields["note"]
        if form.is_valid():
            try:
                self._do(request, gesture, obj, form.cleaned_data.get("note", ""))
            except ValidationError as refusal:
                form.add_error(None, ValidationError(refusal.messages))
            else:
                self.message_user(
                    request, _("« %(label)s » : c’est fait.") % {"label": gesture.label}, messages.SUCCESS
                )
                return HttpResponseRedirect(file if self.get_object(request, object_id) else "../../..")
        context = {
            **self.admin_site.each_context(request),
            "title": gesture.label,
            "subtitle": str(obj),
            "opts": self.opts,
            "original": obj,
            "gesture": gesture,
            "form": form,
            "file": file,
            "is_popup": False,
        }
        return TemplateResponse(request, "admin/gesture.html", context)

    def _do(self, request: HttpRequest, gesture: Gesture, obj: Model, note: str) -> None:
        actor: User = request.user
        gesture.run(obj, actor=actor, note=note)
        self.log_change(request, obj, str(gesture.label))
