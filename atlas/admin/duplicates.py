"""Duplicates of foreign authorities: pairs that look alike, side by side, merged or told apart; the journal, and undoing."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from atlas.adminsite import Gesture, RecordAdmin, Work, declare
from atlas.history import words
from atlas.models import Country, ForeignAuthority, Move
from atlas.permissions import require
from atlas.services import moves

PAGE_SIZE = 25
PERMISSION = "atlas.change_foreignauthority"


class PairForm(forms.Form):
    """Any two sheets, for who knows them to be one though their names do not show it."""

    un = forms.ModelChoiceField(queryset=ForeignAuthority.objects.none(), label=gettext_lazy("Une fiche"))
    autre = forms.ModelChoiceField(queryset=ForeignAuthority.objects.none(), label=gettext_lazy("Une autre"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.queryset = ForeignAuthority.objects.visible_to(user).standing()
            field.widget = AutocompleteSelect(ForeignAuthority._meta.get_field("merged_into"), admin.site)
            field.widget.choices = field.choices


class DuplicatesMixin:
    """For the admin of foreign authorities: the pages of duplicates, under `doublons/`."""

    def get_urls(self) -> list:
        wrap = self.admin_site.admin_view
        stem = "atlas_foreignauthority"
        return [
            path("doublons/", wrap(self.duplicates_view), name=f"{stem}_duplicates"),
            path("doublons/<int:one>/<int:other>/", wrap(self.compare_view), name=f"{stem}_compare"),
            path(
                "doublons/<int:one>/<int:other>/distinctes/",
                wrap(require_POST(self.tell_apart_view)),
                name=f"{stem}_tell_apart",
            ),
            *super().get_urls(),
        ]

    def _page(self, request: HttpRequest, template: str, title: str, status: int = 200, **context: Any) -> HttpResponse:
        given = {**self.admin_site.each_context(request), "opts": self.opts, "title": title, "is_popup": False}
        return TemplateResponse(request, f"admin/atlas/foreignauthority/{template}", given | context, status=status)

    @staticmethod
    def _check(request: HttpRequest) -> None:
        require(request.user.has_perm(PERMISSION))

    def duplicates_view(self, request: HttpRequest) -> HttpResponse:
        """Pairs to look at, the likeliest first; `pays` and `fiche` narrow them."""
        self._check(request)
        chosen = PairForm(request.GET if "un" in request.GET else None, user=request.user)
        if chosen.is_valid():
            pair = chosen.cleaned_data
            return HttpResponseRedirect(
                reverse("admin:atlas_foreignauthority_compare", args=[pair["un"].pk, pair["autre"].pk])
            )
        country = Country.objects.filter(iso2=request.GET.get("pays", "").upper()[:2]).first()
        number = _number(request.GET.get("page"), 1)
        total, candidates = moves.find_candidates(
            country_id=country.pk if country else None,
            authority_id=_number(request.GET.get("fiche"), None),
            start=(number - 1) * PAGE_SIZE,
            limit=PAGE_SIZE,
        )
        return self._page(
            request,
            "duplicates.html",
            _("Doublons possibles"),
            candidates=candidates,
            total=total,
            number=number,
            has_next=bool(candidates) and number * PAGE_SIZE < total,
            country=country,
            countries=Country.objects.visible_to(request.user).order_by("sort_name").only("iso2", "name_fr"),
            form=chosen,
            media=chosen.media,
        )

    def _pair(self, request: HttpRequest, one: int, other: int) -> tuple[ForeignAuthority, ForeignAuthority]:
        rows = ForeignAuthority.objects.visible_to(request.user).for_detail()
        return get_object_or_404(rows, pk=one), get_object_or_404(rows, pk=other)

    def compare_view(self, request: HttpRequest, one: int, other: int) -> HttpResponse:
        """Both sheets side by side; POST merges: `kept` is the key of the one that stays, each choice that of a side."""
        self._check(request)
        pair = self._pair(request, one, other)
        refusal: list[str] = []
        if request.method == "POST":
            try:
                return self._merge(request, pair)
            except ValidationError as error:
                refusal = error.messages
        return self._page(
            request,
            "compare.html",
            _("Comparer deux fiches"),
            422 if refusal else 200,
            subtitle=f"{pair[0]} / {pair[1]}",
            pair=pair,
            rows=[_row(key, pair) for key in moves.CHOICES],
            aliases=[", ".join(row.aliases) for row in pair],
            holdings=[moves.holdings(row) for row in pair],
            refusal=refusal,
            standing=not any(row.merged_into_id for row in pair) and one != other,
        )

    def _merge(self, request: HttpRequest, pair: tuple[ForeignAuthority, ForeignAuthority]) -> HttpResponse:
        """Raises ValidationError."""
        by_key = {str(row.pk): row for row in pair}
        kept = by_key.get(request.POST.get("kept", ""))
        if kept is None:
            raise ValidationError(_("Choisissez la fiche à garder."))
        duplicate = pair[1] if kept == pair[0] else pair[0]
        taken = [key for key in moves.CHOICES if request.POST.get(key) == str(duplicate.pk)]
        move = moves.merge_foreign_authorities(kept, duplicate, actor=request.user, taken=taken)
        self.log_change(request, kept, _("Fusion de %(name)s") % {"name": duplicate})
        self.message_user(
            request,
            _("« %(gone)s » est réunie à « %(kept)s ». Vous pouvez défaire ce rattachement ci-dessous.")
            % {"gone": duplicate, "kept": kept},
            messages.SUCCESS,
        )
        return HttpResponseRedirect(reverse("admin:atlas_move_change", args=[move.pk]))

    def tell_apart_view(self, request: HttpRequest, one: int, other: int) -> HttpResponse:
        """«Ce ne sont pas les mêmes»."""
        self._check(request)
        pair = self._pair(request, one, other)
        try:
            moves.tell_apart(*pair, actor=request.user)
        except ValidationError as error:
            self.message_user(request, error.messages[0], messages.ERROR)
        else:
            text = _("« %(one)s » et « %(other)s » ne seront plus proposées ensemble.")
            self.message_user(request, text % {"one": pair[0], "other": pair[1]}, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:atlas_foreignauthority_duplicates"))


def _number(text: str | None, default: int | None) -> int | None:
    """A number of an address.

    Raises:
        Http404: it is something else.
    """
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text)):
        raise Http404
    return int(text)


def _row(key: str, pair: tuple[ForeignAuthority, ForeignAuthority]) -> dict[str, Any]:
    """One line of the comparison: what each side says, and which of them is proposed."""
    label, names = moves.CHOICES[key]
    # The first one is proposed, unless it says nothing.
    proposed = pair[1] if moves.says_nothing(pair[0], key) else pair[0]
    return {
        "key": key,
        "label": label,
        "differs": key in moves.differing(*pair),
        "sides": [(row.pk, _said(row, names), row == proposed) for row in pair],
    }


def _said(row: ForeignAuthority, names: tuple[str, ...]) -> str:
    said = [words(row._meta.get_field(name), getattr(row, name)) for name in names]
    return ", ".join(text for text in said if text != "–") or "–"


@admin.register(Move)
class MoveAdmin(RecordAdmin):
    """The journal of merges and successions. Each can be undone as long as nothing that it changed was changed again."""

    list_display = ("__str__", "kind", "done_at", "done_by", "undone_at")
    list_filter = ("kind", ("undone_at", admin.EmptyFieldListFilter))
    search_fields = ("foreign_from__search_name", "foreign_into__search_name", "french_from__name", "french_into__name")
    date_hierarchy = "done_at"
    fields = ("kind", "left", "joined", "passed_on", "done_at", "done_by", "undone_at", "undone_by")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest):
        return Move.objects.visible_to(request.user).for_list()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Move | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Move | None = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("fiche quittée"))
    def left(self, move: Move) -> str:
        return str(move.source)

    @admin.display(description=gettext_lazy("fiche rejointe"))
    def joined(self, move: Move) -> str:
        return str(move.target)

    @admin.display(description=gettext_lazy("ce qui est passé de l’une à l’autre"))
    def passed_on(self, move: Move) -> str:
        kinds = {one.model._meta.label_lower: one.model._meta.verbose_name_plural for one in _all_references()}
        return capfirst(", ".join(f"{kinds.get(label, label)}\u00a0: {n}" for label, n in move.counts.items())) or "–"

    def knows_gesture(self, name: str) -> bool:
        return name == "annuler"

    def get_gestures(self, request: HttpRequest, obj: Move) -> list[Gesture]:
        if obj.undone_at or not request.user.has_perm("atlas.undo_move"):
            return []
        return [
            Gesture(
                "annuler",
                gettext_lazy("Défaire ce rattachement"),
                lambda move, actor, note: moves.undo_move(move, actor=actor),
                help=gettext_lazy(
                    "Tout revient comme avant. Si l’une des lignes a changé depuis, rien n’est fait et vous saurez laquelle."
                ),
                is_destructive=True,
            )
        ]


def _all_references() -> list[moves.Reference]:
    return [one for row in (Move.foreign_from, Move.french_from) for one in moves.references(row.field.related_model)]


declare(
    Work(
        section=gettext_lazy("Partenaires"),
        label=gettext_lazy("doublon possible,doublons possibles"),
        count=lambda user: moves.count_candidates(),
        url_name="admin:atlas_foreignauthority_duplicates",
        permission=PERMISSION,
        order=45,
    )
)
