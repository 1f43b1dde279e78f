"""The national panorama: its page, the files of its figures and of the rows they count, its frozen editions."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView, View

from atlas.exports import copy_csv, download
from atlas.names import normalise
from projects.exports import counted_rows, figure_csv
from projects.figures import FIGURES, Figure, panorama_of, rules_in_force
from projects.models import CountingRule, PanoramaSnapshot, PanoramaYear


def asked_year(request: HttpRequest) -> int | None:
    """The year of the address, `?annee=2015`; None for today. Raises Http404 where it is no year."""
    asked = request.GET.get("annee", "")
    if not asked:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) == 4):
        raise Http404
    return int(asked)


@dataclass(frozen=True)
class PanoramaRow:
    """A line of a figure; `url` leads to the rows it counts."""

    key: str
    label: str
    number: int
    share: float | None
    url: str


class PanoramaPage(TemplateView):
    """The national panorama, today or at the end of a year: four queries."""

    template_name = "projects/panorama.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        year = asked_year(self.request)
        panorama = panorama_of(year)
        if not panorama and year:
            raise Http404
        context = {"year": year, "panorama": panorama}
        if panorama:
            rules = rules_in_force()
            context["blocks"] = {
                name.replace("-", "_"): self._block(figure, panorama, rules.get(name))
                for name, figure in FIGURES.items()
            }
            context["regions"] = self._regions(context["blocks"])
            context["years"] = range(timezone.localdate().year, panorama.first_year - 1, -1)
            context["snapshots"] = list(PanoramaSnapshot.objects.defer("figures"))
        return super().get_context_data(**context, **kwargs)

    @staticmethod
    def _regions(blocks: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
        """Projects and twinnings of each région side by side."""
        projects, twinnings = (
            {row.key: row for row in blocks[f"{name}_par_region"]["rows"]} for name in ("projets", "jumelages")
        )
        labels = {key: row.label for key, row in [*projects.items(), *twinnings.items()]}
        both = [
            {"label": label, "projects": projects.get(key), "twinnings": twinnings.get(key)}
            for key, label in labels.items()
        ]
        return sorted(both, key=lambda row: normalise(row["label"]))

    @staticmethod
    def _block(figure: Figure, panorama: PanoramaYear, rule: CountingRule | None) -> dict[str, Any]:
        values = panorama.figures.get(figure.id, {"total": 0, "rows": []})
        return {
            "figure": figure,
            "rule": rule,
            "total": values["total"],
            "url": rows_url(figure, "", panorama.year),
            "rows": [
                PanoramaRow(key, label, n, share, rows_url(figure, key, panorama.year))
                for key, label, n, share in values["rows"]
            ],
        }


def rows_url(figure: Figure, key: str, year: int | None) -> str:
    """Where the counted rows are read: the list that shows exactly them, else their file."""
    query = figure.list_query(key, year)
    if query is not None:
        return reverse(figure.list_url_name) + (f"?{query}" if query else "")
    asked = urlencode({name: value for name, value in (("code", key), ("annee", year)) if value})
    return reverse("projects:panorama_rows", args=[figure.id]) + (f"?{asked}" if asked else "")


def _figure(name: str) -> Figure:
    if name not in FIGURES:
        raise Http404
    return FIGURES[name]


class PanoramaFile(View):
    """A figure as a file: one line by key, with the rule and the time of the computation."""

    def get(self, request: HttpRequest, figure: str) -> HttpResponse:
        asked, year = _figure(figure), asked_year(request)
        panorama = panorama_of(year)
        if not panorama:
            raise Http404
        name = f"panorama-{asked.id}-{year}" if year else f"panorama-{asked.id}"
        return download(figure_csv(asked, panorama, rules_in_force().get(asked.id)), name=name, fmt="csv")


class PanoramaRows(View):
    """The counted rows of a figure as a file, with the columns of their list."""

    def get(self, request: HttpRequest, figure: str) -> HttpResponse:
        asked, key = _figure(figure), request.GET.get("code", "").replace("\x00", "")
        if key and (not asked.breakdown or key not in asked.breakdown.labels()):
            raise Http404
        rows, columns = counted_rows(asked.rows(asked_year(request), key))
        return download(copy_csv(rows, columns), name=f"panorama-{asked.id}-fiches", fmt="csv")


class PanoramaEdition(View):
    """The file of a frozen edition, byte for byte."""

    def get(self, request: HttpRequest, year: int, edition: int) -> FileResponse:
        snapshot = get_object_or_404(PanoramaSnapshot, year=year, edition=edition)
        try:
            content = snapshot.file.open("rb")
        except FileNotFoundError:
            raise Http404 from None
        name = f"panorama-{year}-{edition}.json"
        return FileResponse(content, as_attachment=True, filename=name, content_type="application/json")
