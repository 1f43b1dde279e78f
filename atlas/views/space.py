"""The private space of an authority: its door, its dashboard, and the forms that lose nothing."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView, View

from atlas import completeness, waiting
from atlas.forms.steps import Step
from atlas.models import Collectivity, FormDraft, Membership
from atlas.services import drafts
from atlas.services.records import StaleRecord

KEPT = "kept_form"  # in the session: what was posted once the former session had ended
KEPT_SECONDS = 3600


@login_required
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """The authority of a member who has one; the choice, for whoever has several; how to get one, for the others."""
    memberships = list(Membership.objects.visible_to(request.user).for_list().filter(user=request.user))
    if len(memberships) == 1:
        return redirect("space:dashboard", memberships[0].collectivity.slug)
    memberships.sort(key=lambda membership: membership.collectivity.sort_name)
    return render(request, "atlas/space/home.html", {"memberships": memberships})


@method_decorator(never_cache, name="dispatch")
class InSpace(View):
    """A page in the space of one authority: its members enter, and the staff. For anybody else it does not exist.

    Gives `self.collectivity`. A form posted after the session had ended is kept aside until the next log-in.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            if request.method == "POST":
                keep_aside(request)
            return redirect_to_login(request.path)
        entered = Collectivity.objects.visible_to(request.user).entered_by(request.user).for_list()
        self.collectivity = get_object_or_404(entered, slug=kwargs.pop("collectivity"))
        take_back(request)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"collectivity": self.collectivity, "view": self} | kwargs

    def render(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        return render(self.request, template, self.get_context_data(**context), status=status)


class SpacePage(InSpace, TemplateView):
    """A page of the space that only shows."""


class Dashboard(SpacePage):
    """What is asked of the authority, and what waits."""

    template_name = "atlas/space/dashboard.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        member = Membership.objects.visible_to(self.request.user).filter(
            user=self.request.user, collectivity=self.collectivity
        )
        return super().get_context_data(
            waiting=waiting.messages_for(self.collectivity, self.request.user, timezone.localdate()),
            obligations=completeness.evaluate(self.collectivity, timezone.localdate()),
            membership=member.first(),
            **kwargs,
        )


# --- Forms that lose nothing ------------------------------------------------------------------------------------------


def keep_aside(request: HttpRequest) -> None:
    """The session ended while somebody typed: what is posted waits in the new one, an hour at most."""
    try:
        typed = drafts.typed_fields(dict(request.POST.lists()))
    except ValidationError:
        return
    request.session[KEPT] = {"path": request.path, "data": typed}
    request.session.set_expiry(KEPT_SECONDS)
    messages.info(
        request, _("Votre session a pris fin. Ce que vous avez saisi est gardé : connectez-vous pour le retrouver.")
    )


def take_back(request: HttpRequest) -> None:
    """After the log-in, what waited becomes a draft of the account, whichever page comes first."""
    if kept := request.session.pop(KEPT, None):
        request.session.set_expiry(None)
        drafts.keep_draft(kept["path"], kept["data"], actor=request.user)


@never_cache
@require_POST
def keep_draft(request: HttpRequest) -> HttpResponse:
    """Autosave: 204 once kept. 403 when the session has ended, 413 when it is too much."""
    if not request.user.is_authenticated:
        return JsonResponse({"detail": _("Votre session a pris fin.")}, status=403)
    try:
        drafts.keep_draft(request.POST.get("_path", ""), dict(request.POST.lists()), actor=request.user)
    except ValidationError as error:
        return JsonResponse({"detail": error.messages[0]}, status=413)
    return HttpResponse(status=204)


class StepPage(InSpace):
    """A step of a long form. Each is saved on its own; nothing typed is lost, and nobody's work is overwritten unseen.

    Buttons bear names: `_add` (a row more in the set it names), `_discard` (forget the draft), `_save`.
    """

    template_name = ""

    def get_step(self, data: QueryDict | None = None) -> Step:
        """The step over the record as it stands, read anew at each call."""
        raise NotImplementedError

    def get_success_url(self, step: Step, record: Any) -> str:
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        draft = drafts.find_draft(request.path, actor=request.user)
        if draft:
            step = self.get_step(_query(draft)).as_typed()
            if step.has_changed():
                return self.show(step, draft=draft)
            drafts.forget_draft(request.path, actor=request.user)
        return self.show(self.get_step())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "_discard" in request.POST:
            drafts.forget_draft(request.path, actor=request.user)
            return redirect(request.path)
        stored = self.get_step()
        if acted := stored.act(request.POST):
            data, context = acted
            return self.show(self.get_step(data).as_typed(), **context)
        step = self.get_step(request.POST)
        if not step.is_valid():
            return self.show(step, status=422)
        return self._save(step, stored)

    def _save(self, step: Step, stored: Step) -> HttpResponse:
        posted = self.request.POST
        try:
            # Somebody saved another step meanwhile: no harm. This very one: both values are shown.
            if stored.record and posted.get("seen") != stored.seen:
                raise StaleRecord
            record = step.save(read_version=getattr(stored.record, "version", None))
        except StaleRecord:
            stored = self.get_step()
            if not (differences := step.differences(stored)):
                drafts.forget_draft(self.request.path, actor=self.request.user)
                return redirect(self.get_success_url(step, stored.record))
            return self.show(step, status=409, differences=differences, stored=stored)
        except ValidationError as error:
            step.refuse(error)
            return self.show(step, status=422)
        drafts.forget_draft(self.request.path, actor=self.request.user)
        messages.success(self.request, self.saved_message(record))
        return redirect(self.get_success_url(step, record))

    def saved_message(self, record: Any) -> str:
        return _("Enregistré.")

    def show(self, step: Step, status: int = 200, stored: Step | None = None, **context: Any) -> HttpResponse:
        """`stored`: the step as it was just read. Its imprint goes with the form, unless the draft was typed over another."""
        typed = step.data or {}
        seen = stored.seen if stored else typed.get("seen") or self.get_step().seen
        given = {"differences": [], "draft": None, "found": None, "asked": "", "step": step, "seen": seen}
        return self.render(self.template_name, status, **(given | context))


def _query(draft: FormDraft) -> QueryDict:
    """A draft as if it had just been posted."""
    data = QueryDict(mutable=True)
    for name, values in draft.data.items():
        data.setlist(name, values)
    return data
