"""«Historique»: who changed what in the records of an authority, page after page."""

from django.http import Http404, HttpRequest, HttpResponse

from atlas import history
from atlas.views.space import InSpace


class History(InSpace):
    """`?avant=`: where the page before ended."""

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("avant", "")
        try:
            before = history.Cursor.parse(asked) if asked else None
        except ValueError:
            raise Http404 from None
        entries, following = history.page_of(self.collectivity, request.user, before)
        return self.render("atlas/space/history.html", entries=entries, following=following, is_first=before is None)
