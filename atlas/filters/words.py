"""Criteria in words, for people: «Pays : Sénégal», «Confirmé : oui»."""

from typing import Any

from django.utils.translation import gettext as _

from atlas.typography import NO_BREAK

from .base import FacetedFilterSet
from .lists import PublicList


def label_of(filterset: FacetedFilterSet, name: str, value: Any) -> str:
    """«Confirmé : oui», «« rennes »», «Collectivité française : Rennes», «Signé à partir de (année) : 1990»."""
    if name == "q":
        return _("«\u00a0%(words)s\u00a0»") % {"words": value}
    if isinstance(value, bool):
        value = _("oui") if value else _("non")
    elif words := getattr(filterset.filters[name], "words", None):
        value = words(value)
    return f"{filterset.filters[name].label}{NO_BREAK}: {value}"


def words_of(listed: PublicList, query: str, user: Any) -> list[str]:
    """Each criterion of a question in words, the order of the rows left out."""
    filterset = listed.ask(query, user)
    found = []
    for name, value in filterset.criteria.items():
        if name == "sort":
            continue
        spec = filterset.facets_spec.get(name)
        labels = {str(key): str(label) for key, label in spec.labels().items()} if spec else {}
        for one in value if isinstance(value, list) else [value]:
            said = labels.get(str(one))
            label = f"{filterset.filters[name].label}{NO_BREAK}: {said}" if said else label_of(filterset, name, one)
            found.append(label)
    return found
