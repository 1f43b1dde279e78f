"""Rules of the portal's working, for the staff: what holds, what held, and the next value from a day on."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Case, F, QuerySet, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from atlas import rules
from atlas.adminsite import RecordAdmin
from atlas.models import OperatingRule, in_force
from atlas.rules import Rule
from atlas.services.rules import set_rule


class RuleForm(forms.ModelForm):
    """The next value of a rule: the service ends the one before it."""

    refusal = None
    code = forms.ChoiceField(label=gettext_lazy("Règle"), choices=rules.choices)
    valid_from = forms.DateField(label=gettext_lazy("Valable à partir du"), initial=timezone.localdate)

    class Meta:
        model = OperatingRule
        fields = ("code", "value", "valid_from", "note", "source")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if rule := rules.find(self.initial.get("code", "")):
            self.fields["code"].help_text = rule.help
            self.fields["value"].help_text = _("Aujourd’hui : %(now)s. %(bounds)s.") % {
                "now": rule.say(in_force(rule)),
                "bounds": _bounds(rule),
            }

    def clean(self) -> dict[str, Any]:
        if self.refusal:
            self.add_error(None, self.refusal.messages)
        return super().clean()

    def _post_clean(self) -> None:
        """The service checks the row, once the value before it has ended."""


def _bounds(rule: Rule) -> str:
    return _("De %(lowest)s à %(highest)s") % {"lowest": rule.lowest, "highest": rule.say(rule.highest)}


class InForceFilter(admin.SimpleListFilter):
    """What holds today, first of all."""

    title = gettext_lazy("validité")
    parameter_name = "validite"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return [("vigueur", _("En vigueur")), ("avenir", _("À venir")), ("passe", _("Passées"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        today = timezone.localdate()
        if self.value() == "vigueur":
            return queryset.valid_on(today)
        wanted = {"avenir": {"valid_from__gt": today}, "passe": {"valid_to__lte": today}}
        return queryset.filter(**wanted.get(self.value(), {}))


@admin.register(OperatingRule)
class OperatingRuleAdmin(RecordAdmin):
    """A value that held stays as it was: what was done under it can be explained."""

    form = RuleForm
    list_display = ("label", "worth", "held", "next_value")
    list_filter = (InForceFilter,)
    list_per_page = 200
    search_fields = ("code", "note", "source")
    fields = ("label", "help", "worth", "bounds", "valid_from", "valid_to", "note", "source", "written_by")

    def get_fields(self, request: HttpRequest, obj: OperatingRule | None = None) -> list[str]:
        return list(self.fields if obj else RuleForm.Meta.fields)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """By the words of the labels too, which are not in the table."""
        found, duplicates = super().get_search_results(request, queryset, search_term)
        words = search_term.lower().split()
        codes = [rule.code for rule in rules.everything() if all(word in str(rule.label).lower() for word in words)]
        return found | queryset.filter(code__in=codes), duplicates

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """As their labels go: what belongs together stands together, the latest value first."""
        ranks = [When(code=rule.code, then=rank) for rank, rule in enumerate(rules.everything())]
        return [Case(*ranks, default=len(ranks)), F("valid_from").desc(nulls_last=True)]

    @admin.display(description=gettext_lazy("règle"))
    def label(self, row: OperatingRule) -> str:
        return row.label

    @admin.display(description=gettext_lazy("explication"))
    def help(self, row: OperatingRule) -> str:
        return str(row.rule.help) if row.rule else ""

    @admin.display(description=gettext_lazy("valeur"))
    def worth(self, row: OperatingRule) -> str:
        return row.rule.say(row.value) if row.rule else str(row.value)

    @admin.display(description=gettext_lazy("validité"))
    def held(self, row: OperatingRule) -> str:
        """«depuis le 26 novembre 2026», «du … au …»; nothing for what always held."""
        start, end = (date_format(day) if day else "" for day in (row.valid_from, row.valid_to))
        if start and end:
            return _("du %(start)s au %(end)s (exclu)") % {"start": start, "end": end}
        if end:
            return _("jusqu’au %(end)s (exclu)") % {"end": end}
        return _("à partir du %(start)s") % {"start": start} if start else ""

    @admin.display(description=gettext_lazy("bornes"))
    def bounds(self, row: OperatingRule) -> str:
        return _bounds(row.rule) if row.rule else ""

    @admin.display(description=gettext_lazy("changer"))
    def next_value(self, row: OperatingRule) -> str:
        if row.rule is None or row.valid_to:
            return ""
        address = f"{reverse('admin:atlas_operatingrule_add')}?code={row.code}"
        return format_html('<a href="{}">{}</a>', address, _("Nouvelle valeur"))

    def has_change_permission(self, request: HttpRequest, obj: OperatingRule | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OperatingRule | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: OperatingRule, form: RuleForm, change: bool) -> None:
        given = form.cleaned_data
        row = set_rule(
            given["code"],
            given["value"],
            note=given["note"],
            source=given["source"],
            valid_from=given["valid_from"],
            actor=request.user,
        )
        # The admin goes on with the row that the service wrote.
        obj.__dict__.update(row.__dict__)
