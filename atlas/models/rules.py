"""What the staff decide of the rules by which the portal works: dated rows, which services read."""

from calendar import monthrange
from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Func
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atlas import rules
from atlas.querysets import CodeQuerySet
from atlas.rules import Rule

from .base import Dated, Validity, tracked
from .users import User


@tracked("OperatingRuleHistory")
class OperatingRule(Validity, Dated):
    """What a rule of `atlas.rules` is worth between two dates. A new value is a new row: what was stays to be read."""

    code = models.SlugField(_("règle"), max_length=40, choices=rules.choices)
    value = models.PositiveIntegerField(_("valeur"))
    note = models.TextField(_("note"), blank=True, help_text=_("Ce qui change, et pourquoi."))
    written_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("écrite par"), editable=False
    )

    objects = CodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("règle de fonctionnement")
        verbose_name_plural = _("règles de fonctionnement")
        ordering = ["code", models.F("valid_from").desc(nulls_last=True)]
        constraints = [
            *Validity.Meta.constraints,
            ExclusionConstraint(
                name="atlas_operatingrule_no_overlap",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (
                        Func("valid_from", "valid_to", function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("Une règle n’a qu’une valeur à la fois."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}\u00a0: {self.rule.say(self.value) if self.rule else self.value}"

    @property
    def rule(self) -> Rule | None:
        """Its meaning; None where the portal no longer knows it."""
        return rules.find(self.code)

    @property
    def label(self) -> str:
        return str(self.rule.label) if self.rule else self.code

    def clean(self) -> None:
        """Raises ValidationError: the value is out of the bounds of its rule."""
        rule = self.rule
        if rule and self.value is not None and not rule.lowest <= self.value <= rule.highest:
            bounds = {"lowest": rule.lowest, "highest": rule.highest}
            message = _("Cette règle va de %(lowest)d à %(highest)d.")
            raise ValidationError({"value": ValidationError(message, code="bounds", params=bounds)})


def in_force(rule: Rule, day: date | None = None) -> int:
    """What the rule is worth on that day, today by default (one query, which the data version would cost too)."""
    rows = OperatingRule.objects.valid_on(day).filter(code=rule.code)
    value = rows.values_list("value", flat=True).first()
    return rule.start if value is None else value


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def limit_of(rule: Rule, today: date | None = None) -> date:
    """For a rule in months: what was last looked at before this day is old."""
    today = today or timezone.localdate()
    return months_before(today, in_force(rule, today))
