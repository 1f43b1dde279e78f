"""On what, with what money, with what results: the steps with figures."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from atlas.forms.base import AmountField, DayInput, DsfrForm, OrderedDays
from atlas.forms.steps import RowForm, RowSet, Step, row_set
from atlas.models import SDG, PolicyMarker, PurposeCode, Theme
from projects import services
from projects.forms.parties import check_shares, share_field
from projects.forms.themes import theme_groups
from projects.models import BudgetSource, IndicatorPeriod, Project, ProjectMarker, ResultKind


class ThemeForm(RowForm):
    theme = forms.TypedChoiceField(label=_("Thème"), coerce=int)
    share = share_field()
    is_primary = forms.BooleanField(label=_("Thème principal"), required=False)


class ThemeRows(RowSet):
    def clean(self) -> None:
        check_shares(self, "theme", _("Ce thème figure déjà dans le projet."))
        kept = self.kept_forms
        primary = [form for form in kept if form.cleaned_data.get("is_primary")]
        if len(kept) == 1:
            kept[0].cleaned_data["is_primary"] = True
        for form in primary[1:]:
            form.add_error("is_primary", _("Un projet a un seul thème principal."))


class AidCodesForm(DsfrForm):
    """Goals and purpose codes. The codes shown are those of the themes and those already chosen; another is added by its list."""

    sdgs = forms.TypedMultipleChoiceField(
        label=_("Objectifs de développement durable (ODD)"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    purpose_codes = forms.TypedMultipleChoiceField(
        label=_("Codes-objet de l’aide"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nomenclature du système de notification des pays créanciers (SNPC)."),
    )
    other_code = forms.TypedChoiceField(label=_("Autre code-objet"), coerce=int, required=False, empty_value=None)

    def __init__(self, *args, goals: list, shown_codes: list, every_code: list, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sdgs"].choices = goals
        self.fields["purpose_codes"].choices = shown_codes
        self.fields["other_code"].choices = [("", _("Aucun autre")), *every_code]


class ThemesStep(Step):
    slug, title = "themes", _("Thèmes et objectifs")
    hint = _(
        "Un thème principal, d’autres au besoin ; leurs parts font 100 %. Les objectifs de développement durable et les "
        "codes de l’aide s’en déduisent."
    )
    main_class = AidCodesForm
    set_classes = {
        "themes": row_set(ThemeForm, ThemeRows, title=_("Thèmes"), add_label=_("Ajouter un thème"), ready=True)
    }
    tools, rows_first = "projects/space/_suggest.html", True

    def prepare(self) -> None:
        self.themes = list(Theme.objects.valid_on().for_list())
        self.stored = [
            {"theme": link.theme_id, "share": link.share, "is_primary": link.is_primary}
            for link in self.record.theme_shares.all()
        ] if self.record else []  # fmt: skip

    def initial_rows(self, name: str) -> list[dict[str, Any]]:
        return self.stored

    def row_arguments(self, name: str) -> dict[str, Any]:
        return {"choices": {"theme": [("", _("Choisir un thème")), *theme_groups(self.themes)]}}

    def main_arguments(self) -> dict[str, Any]:
        sdgs = list(self.record.sdgs.values_list("pk", flat=True))
        codes = list(self.record.purpose_codes.values_list("pk", flat=True))
        typed = self.data.getlist("purpose_codes") if self.data is not None else []
        shown = {*codes, *self._suggested()[1], *(int(pk) for pk in typed if pk.isascii() and pk.isdigit())}
        every = [(code.pk, str(code)) for code in PurposeCode.objects.filter(is_active=True).order_by("code")]
        return {
            "data": self.data,
            "initial": {"sdgs": sdgs, "purpose_codes": codes},
            "goals": [(goal.pk, str(goal)) for goal in SDG.objects.all()],
            "shown_codes": [(pk, label) for pk, label in every if pk in shown],
            "every_code": every,
        }

    def _chosen_themes(self) -> set[int]:
        if self.data is None:
            return {row["theme"] for row in self.stored}
        typed = (value for name, value in self.data.items() if name.startswith("themes-") and name.endswith("-theme"))
        return {int(pk) for pk in typed if pk.isascii() and pk.isdigit()}

    def _suggested(self) -> tuple[set[int], set[int]]:
        """Ids of the goals and of the purpose codes that the chosen themes call for."""
        chosen = [theme for theme in self.themes if theme.pk in self._chosen_themes()]
        goals = {goal.pk for theme in chosen for goal in theme.sdgs.all()}
        return goals, {code.pk for theme in chosen for code in theme.purpose_codes.all()}

    def act(self, data: QueryDict) -> tuple[QueryDict, dict[str, Any]] | None:
        if "_suggest" not in data:
            return super().act(data)
        self.data = data
        goals, codes = self._suggested()
        filled = data.copy()
        filled.setlist("sdgs", sorted({*data.getlist("sdgs"), *map(str, goals)}))
        filled.setlist("purpose_codes", sorted({*data.getlist("purpose_codes"), *map(str, codes)}))
        return filled, {}

    def save(self, *, read_version: int | None) -> Project:
        rows = self.sets["themes"].rows()
        themes = {theme.pk: theme for theme in self.themes}
        codes = set(self.main.cleaned_data["purpose_codes"])
        if other := self.main.cleaned_data["other_code"]:
            codes.add(other)
        return services.set_themes(
            self.record,
            [row | {"theme": themes[row["theme"]]} for row in rows],
            actor=self.actor,
            sdgs=self.main.cleaned_data["sdgs"],
            purpose_codes=codes,
            read_version=read_version,
        )


class BudgetForm(RowForm):
    year = forms.IntegerField(label=_("Année"), min_value=1980, max_value=2100)
    source = forms.ChoiceField(label=_("Source"), choices=[("", _("Choisir")), *BudgetSource.choices])
    planned = AmountField(label=_("Prévu (€)"))
    obtained = AmountField(label=_("Obtenu (€)"), required=False)


class BudgetRows(RowSet):
    def clean(self) -> None:
        seen = set()
        for form in self.kept_forms:
            line = form.cleaned_data.get("year"), form.cleaned_data.get("source")
            if line in seen:
                form.add_error("source", _("Cette source figure déjà pour cette année."))
            seen.add(line)


class BudgetStep(Step):
    slug, title = "budget", _("Budget")
    hint = _("Une ligne par année et par source, en euros : ce qui est prévu, puis ce qui est obtenu.")
    set_classes = {
        "lines": row_set(BudgetForm, BudgetRows, title=_("Budget"), add_label=_("Ajouter une ligne"), ready=True)
    }

    def initial_rows(self, name: str) -> list[dict[str, Any]]:
        return list(self.record.budget_lines.values("year", "source", "planned", "obtained"))

    def save(self, *, read_version: int | None) -> Project:
        lines = self.sets["lines"].rows()
        return services.set_budget(self.record, lines, actor=self.actor, read_version=read_version)


class IndicatorForm(RowForm):
    pk = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=_("Indicateur"), max_length=200)
    kind = forms.ChoiceField(label=_("Niveau"), choices=[("", _("Choisir")), *ResultKind.choices])
    unit = forms.CharField(label=_("Unité"), max_length=40, required=False)
    baseline_year = forms.IntegerField(label=_("Année de départ"), min_value=1980, max_value=2100, required=False)
    baseline = AmountField(label=_("Valeur de départ"), min_value=None, required=False)
    target = AmountField(label=_("Cible"), min_value=None, required=False)


class MeasureForm(OrderedDays, RowForm):
    indicator = forms.TypedChoiceField(label=_("Indicateur"), coerce=int)
    starts_on = forms.DateField(label=_("Du"), widget=DayInput)
    ends_on = forms.DateField(label=_("Au"), widget=DayInput)
    target = AmountField(label=_("Cible"), min_value=None, required=False)
    actual = AmountField(label=_("Réalisé"), min_value=None, required=False)
    comment = forms.CharField(label=_("Commentaire"), max_length=500, required=False)


class ResultsStep(Step):
    slug, title = "resultats", _("Résultats")
    hint = _("Ce qui permettra de dire que le projet a réussi. Un indicateur enregistré peut recevoir des mesures.")
    set_classes = {
        "indicators": row_set(IndicatorForm, title=_("Indicateurs"), add_label=_("Ajouter un indicateur"), ready=True),
        "measures": row_set(MeasureForm, title=_("Mesures"), add_label=_("Ajouter une mesure")),
    }

    def initial_rows(self, name: str) -> list[dict[str, Any]]:
        if name == "indicators":
            columns = ("pk", "title", "kind", "unit", "baseline_year", "baseline", "target")
            return list(self.record.indicators.values(*columns))
        columns = ("indicator", "starts_on", "ends_on", "target", "actual", "comment")
        measures = IndicatorPeriod.objects.filter(indicator__project=self.record)
        return list(measures.order_by("indicator", "starts_on", "pk").values(*columns))

    def row_arguments(self, name: str) -> dict[str, Any]:
        if name == "indicators":
            return {}
        return {"choices": {"indicator": [("", _("Choisir")), *self.record.indicators.values_list("pk", "title")]}}

    def save(self, *, read_version: int | None) -> Project:
        indicators = self.sets["indicators"].rows()
        kept = {row["pk"] for row in indicators}
        # The measures of an indicator leave with it.
        measures = [row for row in self.sets["measures"].rows() if row["indicator"] in kept]
        return services.set_results(self.record, indicators, measures, actor=self.actor, read_version=read_version)


class MarkersForm(DsfrForm):
    """One choice for each marker in force."""

    def __init__(self, *args, markers: list[PolicyMarker], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(ProjectMarker._meta.get_field("score").choices)
        for marker in markers:
            scores = [(score, labels[score]) for score in map(int, marker.scores.split("|")) if score in labels]
            self.fields[f"marker_{marker.pk}"] = field = forms.TypedChoiceField(
                label=marker.name_fr or marker.name_en,
                choices=[("", _("Non examiné")), *scores],
                coerce=int,
                required=False,
                empty_value=None,
            )
            field.widget.attrs["class"] = "fr-select"


class MarkersStep(Step):
    slug, title = "marqueurs", _("Marqueurs")
    hint = _(
        "Ce que le projet vise, parmi les politiques que suit l’Organisation de coopération et de développement économiques "
        "(OCDE). Rien n’est obligatoire."
    )
    main_class = MarkersForm

    def main_arguments(self) -> dict[str, Any]:
        self.markers = list(PolicyMarker.objects.filter(is_active=True).order_by("pk"))
        scores = {f"marker_{one.marker_id}": one.score for one in self.record.markers.all()}
        return {"data": self.data, "initial": scores, "markers": self.markers}

    def save(self, *, read_version: int | None) -> Project:
        scores = [
            {"marker": marker, "score": score}
            for marker in self.markers
            if (score := self.main.cleaned_data[f"marker_{marker.pk}"]) is not None
        ]
        return services.set_markers(self.record, scores, actor=self.actor, read_version=read_version)
