"""The rules by which the portal works: a new value follows the one in force, from a day on."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from atlas import rules
from atlas.models import OperatingRule, User
from atlas.permissions import require


@transaction.atomic
def set_rule(
    code: str, value: int, *, actor: User | None, valid_from: date | None = None, note: str = "", source: str = ""
) -> OperatingRule:
    """Write what a rule is worth from a day on (today by default); the value before ends that day.

    Raises:
        PermissionDenied: `actor` does not write rules.
        ValidationError: no such rule, out of its bounds, it begins before the last one, or no reason is given.
    """
    require(actor is None or actor.has_perm("atlas.add_operatingrule"))
    if rules.find(code) is None:
        raise ValidationError({"code": _("Cette règle n’existe pas.")}, code="unknown")
    valid_from = valid_from or timezone.localdate()
    known = OperatingRule.objects.select_for_update(of=("self",)).filter(code=code)
    if last := known.order_by(F("valid_from").desc(nulls_last=True)).first():
        if not note:
            raise ValidationError({"note": _("Dites ce qui change, et pourquoi.")}, code="no_reason")
        if last.valid_from and valid_from <= last.valid_from:
            text = _("La dernière valeur commence le %(day)s : la suivante commence après.")
            refusal = ValidationError(text, code="too_early", params={"day": date_format(last.valid_from)})
            raise ValidationError({"valid_from": refusal})
        last.valid_to = valid_from
        last.save(update_fields=["valid_to", "updated_at"])
    row = OperatingRule(code=code, value=value, valid_from=valid_from, note=note, source=source, written_by=actor)
    row.full_clean()
    row.save()
    return row


def write_starting_values() -> int:
    """A row for each rule that has none, so that the staff sees them all. Returns how many were written."""
    known = set(OperatingRule.objects.values_list("code", flat=True))
    rows = [
        OperatingRule(code=rule.code, value=rule.start, source=_("Valeur de départ de l’atlas"))
        for rule in rules.everything()
        if rule.code not in known
    ]
    OperatingRule.objects.bulk_create(rows)
    return len(rows)
