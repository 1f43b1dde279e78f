"""What waits to be verified, for the State's network; and the words about a record, on both sides."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.generic import View

from atlas.filters import labels
from atlas.names import sort_key
from atlas.pages import LAST_PAGE, Page
from atlas.permissions import may
from projects.forms.verification import CommentForm
from projects.models import Partnership, Project, Reason, RecordComment
from projects.permissions import scope_of
from projects.services import verification
from projects.services.verification import SENTENCES
from projects.services.verification.queue import PAGE_SIZE
from projects.views.space import OfRecord


@method_decorator(never_cache, name="dispatch")
class InNetwork(View):
    """A page for who follows countries or régions today, and for officers. Gives `self.scope`."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.path)
        self.scope = scope_of(request.user)
        if not self.scope:
            raise PermissionDenied(_("Cette page est celle des ambassades, des conseillers en région et de la DCTCIV."))
        return super().dispatch(request, *args, **kwargs)


class VerificationList(InNetwork):
    """The queue, narrowed by reason, kind of record, country and région."""

    def get(self, request: HttpRequest) -> HttpResponse:
        number = self._page_number()
        queue = verification.read_queue(self.scope, request.GET, start=(number - 1) * PAGE_SIZE)
        if number > 1 and not queue.rows:
            raise Http404
        pages = max(1, min(-(-queue.total // PAGE_SIZE), LAST_PAGE))
        return render(
            request,
            "projects/verification/list.html",
            {
                "page": Page(queue.rows, number, queue.total, pages, queue.filterset.total_capped),
                "filterset": queue.filterset,
                "errors": queue.filterset.errors,
                "facets": queue.facets,
                "judged_at": queue.at,
                "scope": self._said(),
            },
        )

    def _page_number(self) -> int:
        asked = self.request.GET.get("page", "1")
        if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:6]) <= LAST_PAGE):
            raise Http404
        return int(asked)

    def _said(self) -> list[str]:
        """Names of what the account follows; nothing for who follows everything."""
        found = [labels("country").get(code, code) for code in self.scope.countries]
        found += [labels("region").get(code, code) for code in self.scope.regions]
        return sorted(found, key=sort_key)


class Verification(InNetwork):
    """One record: why it waits, what was said of it; POST verifies it (`_verify`) or writes a word (`_comment`)."""

    model: Any = Project

    def rows(self) -> QuerySet:
        return self.model.objects.visible_to(self.request.user).for_detail()

    def read(self) -> Any:
        found = get_object_or_404(self.rows(), uuid=self.kwargs["uuid"])
        if not self.scope.covers(found):
            raise PermissionDenied(_("Cette fiche n’est pas de celles que vous suivez."))
        return found

    def get(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        return self._show(self.read(), CommentForm())

    def post(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        record = self.read()
        if "_verify" in request.POST:
            verification.verify(record, actor=request.user, text=request.POST.get("text", "")[:2000])
            messages.success(request, _("C’est noté : la fiche porte votre vérification d’aujourd’hui."))
            return redirect("projects:verification")
        form = CommentForm(request.POST)
        if not form.is_valid():
            return self._show(record, form, 422)
        verification.comment(record, actor=request.user, text=form.cleaned_data["text"])
        messages.success(request, _("Votre message est sur le tableau de bord de la collectivité."))
        return redirect(request.path)

    def _show(self, record: Any, form: CommentForm, status: int = 200) -> HttpResponse:
        return render(
            self.request,
            "projects/verification/record.html",
            {
                "record": record,
                "is_project": isinstance(record, Project),
                "reasons": [(Reason(code).label, SENTENCES[code]) for code in verification.reasons_of(record)],
                "thread": list(record.comments.for_list()),
                "form": form,
            },
            status=status,
        )


class PartnershipVerification(Verification):
    model = Partnership

    def rows(self) -> QuerySet:
        """Its themes are not shown."""
        return Partnership.objects.visible_to(self.request.user).for_list()


class ProjectVerification(Verification):
    model = Project


class Thread(OfRecord):
    """The words about a record in the space of its authority: `_comment` answers, `_settle` says that it is done."""

    def get(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        return self._show(CommentForm())

    def post(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        self.check_writer()
        if "_settle" in request.POST:
            try:
                n = verification.settle(self.record, actor=request.user)
            except ValidationError as error:
                messages.error(request, error.messages[0])
            else:
                messages.success(request, ngettext("%(n)d message traité.", "%(n)d messages traités.", n) % {"n": n})
            return redirect(request.path)
        form = CommentForm(request.POST)
        if not form.is_valid():
            return self._show(form, 422)
        verification.comment(self.record, actor=request.user, text=form.cleaned_data["text"])
        messages.success(request, _("Votre réponse est enregistrée."))
        return redirect(request.path)

    def rows(self) -> Any:
        return super().rows().for_list()

    def _show(self, form: CommentForm, status: int = 200) -> HttpResponse:
        thread = list(RecordComment.objects.visible_to(self.request.user).filter(**self._about()).for_list())
        return self.render(
            "projects/space/thread.html",
            status,
            record=self.record,
            is_project=isinstance(self.record, Project),
            thread=thread,
            waits=any(word.written_as and not word.settled_at for word in thread),
            can_write=may(self.request.user, f"projects.change_{self.model._meta.model_name}", self.record),
            form=form,
        )

    def _about(self) -> dict[str, Any]:
        return {self.model._meta.model_name: self.record}


class PartnershipThread(Thread):
    model = Partnership


class ProjectThread(Thread):
    model = Project
