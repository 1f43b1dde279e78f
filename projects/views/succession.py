"""Taking over what an authority of the past still holds, in the space of the one that came after it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import View

from atlas.models import Collectivity, CollectivityEvent, Move, Succession, successions
from atlas.permissions import may, require
from atlas.services import moves
from atlas.views.space import InSpace
from projects.services import succession


class TakeOver(InSpace):
    """Everything by one button, or what is ticked; what was taken over can be given back."""

    def get(self, request: HttpRequest, old: str) -> HttpResponse:
        return self._show(self._succession(old))

    def post(self, request: HttpRequest, old: str) -> HttpResponse:
        found = self._succession(old)
        former = get_object_or_404(Collectivity.objects.visible_to(request.user), pk=found.old)
        try:
            if "_undo" in request.POST:
                self._undo(former)
            else:
                chosen = None if "_all" in request.POST else self._chosen()
                done = succession.take_over(former, self.collectivity, actor=request.user, chosen=chosen)
                text = _("%(what)s : c’est à votre nom désormais.")
                messages.success(request, text % {"what": succession.said_of(done)})
        except ValidationError as error:
            return self._show(found, 422, " ".join(error.messages))
        return redirect(request.path)

    def _succession(self, slug: str) -> Succession:
        """Raises Http404 where no event leads from that authority to this one."""
        former = get_object_or_404(Collectivity.objects.visible_to(self.request.user), slug=slug, is_current=False)
        found = [one for one in successions([former.pk]) if one.heir == self.collectivity.pk]
        if not found:
            raise Http404
        return found[0]

    def _chosen(self) -> dict[str, list[int]]:
        posted = {name: self.request.POST.getlist(name) for name in succession.HELD}
        return {
            name: [int(pk) for pk in keys if pk.isascii() and pk.isdigit() and len(pk) < 19]
            for name, keys in posted.items()
        }

    def _undo(self, former: Collectivity) -> None:
        pk = self.request.POST["_undo"]
        if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
            raise Http404
        move = get_object_or_404(self.collectivity.moves_in.standing(), pk=pk, french_from=former)
        moves.undo_move(move, actor=self.request.user)
        messages.success(self.request, _("Tout est revenu comme avant."))

    def _show(self, found: Succession, status: int = 200, refusal: str = "") -> HttpResponse:
        if self.request.method == "POST":
            require(may(self.request.user, "atlas.take_over", self.collectivity))
        former = Collectivity.objects.visible_to(self.request.user).get(pk=found.old)
        posted = self._chosen() if status == 422 else None
        standing: list[Move] = list(self.collectivity.moves_in.standing().filter(french_from=former).for_list())
        return self.render(
            "projects/space/take_over.html",
            status,
            old=former,
            event=CollectivityEvent.objects.get(pk=found.event),
            held=self._held(former, posted),
            done=[(move, succession.said_of(move)) for move in standing],
            can_take=may(self.request.user, "atlas.take_over", self.collectivity),
            refusal=refusal,
        )

    def _held(self, former: Collectivity, posted: dict[str, list[int]] | None) -> list[dict[str, Any]]:
        """What can be chosen, group by group, all ticked at first. Who may not take over reads what is public."""
        whole = may(self.request.user, "atlas.take_over", self.collectivity)
        return [
            {
                "name": name,
                "label": succession.LABELS[name],
                "rows": rows,
                "chosen": [pk for pk, _text in rows] if posted is None else posted[name],
            }
            for name, rows in succession.held(
                former, self.collectivity, reader=None if whole else self.request.user
            ).items()
            if rows
        ]


@method_decorator(never_cache, name="dispatch")
class SuccessionList(View):
    """For officers: every authority of the past that still holds something."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.path)
        if not request.user.is_staff or not may(request.user, "atlas.take_over"):
            raise PermissionDenied(_("Cette page est celle de la DCTCIV."))
        return render(request, "projects/verification/successions.html", {"proposals": succession.proposals()})
