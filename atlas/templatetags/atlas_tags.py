"""French figures, plurals and dates, and the small logic that lists share."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from django import template
from django.forms import BaseForm
from django.forms.boundfield import BoundField, BoundWidget
from django.http import QueryDict
from django.template.defaultfilters import date as format_date
from django.utils.translation import gettext as _

from atlas import models, rules
from atlas.filters.words import label_of
from atlas.forms.base import faults
from atlas.forms.steps import Step
from atlas.typography import NO_BREAK, exact, number

register = template.Library()

register.filter(number)
register.filter(exact)


@register.filter
def millions(value: float | Decimal, decimals: int = 1) -> str:
    """1234500000 (euros) → «1 234,5 M€»."""
    return f"{number(Decimal(str(value)) / 1_000_000, decimals)}{NO_BREAK}M€"


@register.simple_tag
def in_force(code: str) -> str:
    """«365 jours»: what the rule of this code is worth today, with its unit (one query)."""
    rule = rules.find(code)
    return rule.say(models.in_force(rule))


@register.filter
def plural(count: int, words: str) -> str:
    """`3|plural:"projet,projets"` → «3 projets»; 0 and 1 take the singular: «0 projet»."""
    one, _comma, many = words.partition(",")
    return f"{number(count)}{NO_BREAK}{one if abs(count) < 2 else many or one + 's'}"


@register.filter(expects_localtime=True)
def full_date(day: date | None) -> str:
    """«12 mai 1987», «1er mai 1987»; nothing without a date."""
    return format_date(day, "DATE_FORMAT")


@register.filter
def iso_day(text: str) -> date:
    """A date that PostgreSQL wrote within the JSON of its record."""
    return date.fromisoformat(text)


@register.filter(expects_localtime=True)
def partial_date(day: date | None, precision: str) -> str:
    """A date as far as it is known: «12 mai 1987», «1er mai 1987», «mai 1987», «1987», «date inconnue»."""
    if day is None or precision == "unknown":
        return _("date inconnue")
    if pattern := {"year": "Y", "month": "F Y"}.get(precision):
        return format_date(day, pattern)
    return full_date(day)


@register.simple_tag(takes_context=True)
def is_current(context: dict[str, Any], url: str, exact: bool = False) -> bool:
    """Whether the page shown is `url` or, unless `exact`, lies below it."""
    request = context.get("request")
    return bool(request) and (request.path == url if exact else request.path.startswith(url))


def _address(query: QueryDict) -> str:
    return f"?{query.urlencode()}" if query else "?"


@register.simple_tag(takes_context=True)
def active_criteria(context: dict[str, Any], filterset: Any, facets: Sequence[Any]) -> list[dict[str, str]]:
    """The criteria in force, each with its label and the address of the list without it."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    tags = []
    named = {(facet.name, choice.value): choice.label for facet in facets for choice in facet.selected}
    for name, value in filterset.criteria.items():
        if name == "sort":
            continue
        for one in value if isinstance(value, list) else [value]:
            without = query.copy()
            without.setlist(name, [other for other in query.getlist(name) if other != str(one)])
            if not isinstance(value, list):
                without.pop(name, None)
            label = named.get((name, str(one))) or label_of(filterset, name, one)
            tags.append({"label": label, "url": _address(without)})
    return tags


@register.inclusion_tag("components/errors.html")
def error_summary(judged: Step | BaseForm) -> dict[str, Any]:
    """What is wrong with a form or a step, above it: the page opens there, each line leads to what it is about."""
    return {"faults": judged.faults if isinstance(judged, Step) else faults(judged)}


@register.filter
def in_groups(field: BoundField) -> list[tuple[str, list[BoundWidget]]]:
    """The boxes of a field under the names of their groups; "" for those that have none."""
    boxes = iter(field)
    groups: list[tuple[str, list[BoundWidget]]] = []
    for value, label in field.field.choices:
        inside = list(islice(boxes, len(label) if isinstance(label, list | tuple) else 1))
        if isinstance(label, list | tuple):
            groups.append((value, inside))
        elif groups and not groups[-1][0]:
            groups[-1][1].extend(inside)
        else:
            groups.append(("", inside))
    return groups


@register.filter
def extent(field: BoundField) -> str:
    """How its boxes are laid out: "few" below each other, "several" in columns, "many" in a frame that scrolls."""
    return "few" if len(field) <= 8 else "several" if len(field) <= 60 else "many"


@register.simple_tag
def trail(*parts: str) -> list[tuple[str, str]]:
    """Pages above this one for the breadcrumb: `{% trail label url label url as above %}`."""
    return list(zip(parts[::2], parts[1::2], strict=True))
