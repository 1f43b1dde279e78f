"""The page that explains the API and lets one try it: made from the OpenAPI schema, without any script of others."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from rest_framework.settings import api_settings

from atlas.api.errors import TITLES
from atlas.api.paging import CURSOR_SIZE_MAX, OFFSET_MAX, PAGE_SIZE, PAGE_SIZE_MAX
from atlas.api.schema import openapi

TYPES = {"string": _("texte"), "integer": _("nombre entier"), "boolean": _("true ou false"), "number": _("nombre")}


ADVICE = {
    400: _(
        "Un critère inconnu, une valeur mal écrite : « errors » nomme chaque paramètre en cause et ce qu’il attend."
    ),
    404: _(
        "L’adresse, l’identifiant ou la page demandée n’existe pas, ou la page est trop lointaine pour être numérotée."
    ),
    405: _("L’API se lit seulement : GET, HEAD et OPTIONS."),
    406: _("L’en-tête Accept ne demande aucun des formats offerts à cette adresse."),
    429: _("La limite par adresse est atteinte : attendez le nombre de secondes que donne Retry-After."),
}


def with_code(text: str) -> SafeString:
    """HTML of a description of the schema, where `…` marks code."""
    return mark_safe(re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text)))  # noqa: S308 - escaped first


@dataclass(frozen=True)
class Parameter:
    """A query parameter as the page shows it and as the trial form asks for it."""

    name: str
    title: str
    description: SafeString
    type: str
    many: bool
    values: list[str]
    example: str

    @classmethod
    def read(cls, spec: dict[str, Any]) -> "Parameter":
        value = spec["schema"]
        many = value["type"] == "array"
        inner = value["items"] if many else value
        values = [str(item) for item in inner.get("enum", [])]
        if inner["type"] == "boolean":
            values = ["true", "false"]
        return cls(
            spec["name"],
            re.split(r"[.,;:(]", spec["description"])[0].strip(),
            with_code(spec["description"]),
            str(TYPES[inner["type"]]),
            many,
            values,
            str(inner.get("example", "")),
        )


@dataclass
class ResourceDoc:
    """A resource: its list, its record, the criteria of the list, what each member of a row is."""

    name: str
    summary: str = ""
    description: str = ""
    list_path: str = ""
    record_path: str = ""
    parameters: list[Parameter] = field(default_factory=list)
    members: list[tuple[str, str]] = field(default_factory=list)


def resources(schema: dict[str, Any]) -> list[ResourceDoc]:
    """What the page says, read from the schema."""
    components = schema["components"]["schemas"]
    found: dict[str, ResourceDoc] = {}
    for path, operations in schema["paths"].items():
        operation = operations["get"]
        name = operation["tags"][0]
        doc = found.setdefault(name, ResourceDoc(name))
        if "{" in path:
            doc.record_path = path
            continue
        doc.list_path = path
        doc.summary = operation["summary"].partition(":")[2].strip()
        doc.description = with_code(operation["description"])
        doc.parameters = [Parameter.read(spec) for spec in operation["parameters"] if spec["in"] == "query"]
        page = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
        row = components[page]["properties"]["results"]["items"]["$ref"].rsplit("/", 1)[-1]
        doc.members = [
            (member, with_code(spec.get("description") or spec.get("title", "")))
            for member, spec in components[row]["properties"].items()
        ]
    return list(found.values())


class DocumentationView(TemplateView):
    """Guide of the API, with a form per resource: a plain GET, which a script makes nicer."""

    template_name = "atlas/api_documentation.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            resources=resources(openapi()),
            page_size=PAGE_SIZE,
            page_size_max=PAGE_SIZE_MAX,
            cursor_size_max=CURSOR_SIZE_MAX,
            offset_max=OFFSET_MAX,
            rates=api_settings.DEFAULT_THROTTLE_RATES,
            errors=[(status, *TITLES[status], ADVICE[status]) for status in TITLES],
            **kwargs,
        )
