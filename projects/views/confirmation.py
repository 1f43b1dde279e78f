"""«Tout est à jour»: one page that lists what is confirmed, one click, and the receipts."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from atlas.models import Contact
from atlas.permissions import may
from atlas.views.space import InSpace
from projects import services
from projects.exports.receipt import receipt_pdf
from projects.models import Partnership, Project
from projects.services.confirmation import confirmable_partnerships, confirmable_projects
from projects.services.history import Change, changes_since


class ConfirmAll(InSpace):
    """What will be confirmed, and what changed since the last time; POST confirms it all."""

    def get(self, request: HttpRequest) -> HttpResponse:
        receipts = list(self.collectivity.confirmations.select_related("by"))
        last = receipts[0] if receipts else None
        partnerships = list(confirmable_partnerships(self.collectivity).for_list().order_by("-signed_on", "-pk"))
        projects = list(confirmable_projects(self.collectivity).for_list().order_by("-starts_on", "-pk"))
        own = {"french_ids__contains": [self.collectivity.pk]}
        projects_seen = Project.objects.visible_to(request.user).filter(**own)
        return self.render(
            "projects/space/confirm_all.html",
            last=last,
            done=last is not None and last.year == timezone.localdate().year,
            year=timezone.localdate().year,
            contacts=list(Contact.objects.visible_to(request.user).running().filter(collectivity=self.collectivity)),
            partnerships=self._with_changes(partnerships, last),
            projects=self._with_changes(projects, last),
            sheet_changes=self._sheet_changes(last),
            asked=list(projects_seen.filter(publication="to_refresh").only("uuid", "title").order_by("title", "pk")),
            draft_count=projects_seen.filter(publication__in=["draft", "submitted"]).count()
            + Partnership.objects.visible_to(request.user).filter(publication="draft", **own).count(),
            can_confirm=may(request.user, "projects.add_confirmation", self.collectivity),
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        receipt = services.confirm_all(self.collectivity, actor=request.user)
        messages.success(
            request, _("Tout est à jour pour %(year)s : le reçu est gardé ci-dessous.") % {"year": receipt.year}
        )
        return redirect("space:confirm_all", self.collectivity.slug)

    def _sheet_changes(self, last: Any) -> list[Change]:
        found = changes_since([self.collectivity], last.at) if last else {}
        return found.get(self.collectivity.pk, [])

    @staticmethod
    def _with_changes(rows: list, last: Any) -> list[dict[str, Any]]:
        """Each row, whether it came or moved since `last`, and which of its fields did."""
        found = changes_since(rows, last.at) if last else {}
        return [
            {
                "row": row,
                "is_new": bool(last) and row.created_at > last.at,
                "moved": row.pk in found,
                "changes": found.get(row.pk, []),
            }
            for row in rows
        ]


class Receipt(InSpace):
    """The receipt of a year, on paper."""

    def get(self, request: HttpRequest, year: int) -> HttpResponse:
        receipt = get_object_or_404(self.collectivity.confirmations, year=year)
        response = HttpResponse(receipt_pdf(receipt), content_type="application/pdf")
        name = f"confirmation-{self.collectivity.slug[:80]}-{year}.pdf"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        patch_cache_control(response, private=True)
        return response
