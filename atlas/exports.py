"""Files out of a queryset, straight from the database: CSV by COPY, GeoJSON built in SQL. Constant memory both.

A list of columns is a mapping `header → expression`; page, export and API use the same queryset, so the same rows.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection
from django.db.models import F, Func, JSONField, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.http import StreamingHttpResponse
from django.utils import timezone

Columns = Mapping[str, Any]


class SafeText(Func):
    """Text that a spreadsheet will not run: a leading =, +, -, @ or control character is quoted."""

    function = "regexp_replace"
    template = r"%(function)s(%(expressions)s, '^([=+\-@\t\r])', '''\1')"
    output_field = TextField()


def text(expression: Any) -> SafeText:
    """Column of free text, see `SafeText`."""
    return SafeText(F(expression) if isinstance(expression, str) else expression)


def joined(expression: Any) -> Func:
    """An array column as one text, elements separated by «|»."""
    return Func(F(expression), Value("|"), function="array_to_string", output_field=TextField())


def copy_csv(rows: QuerySet, columns: Columns) -> Iterator[bytes]:
    """CSV of `rows` in UTF-8 with a byte-order mark (spreadsheets then read accents), header first."""
    named = {f"c{index}": expression for index, expression in enumerate(columns.values())}
    values = rows.annotate(**{k: F(v) if isinstance(v, str) else v for k, v in named.items()}).values_list(*named)
    sql, params = values.query.sql_with_params()
    yield b"\xef\xbb\xbf" + (",".join(columns) + "\n").encode()
    with connection.cursor() as cursor, cursor.copy(f"COPY ({sql}) TO STDOUT WITH (FORMAT csv)", params) as copy:
        for block in copy:
            yield bytes(block)


def geojson(rows: QuerySet, properties: Columns, *, chunk: int = 500) -> Iterator[bytes]:
    """FeatureCollection of the rows that have a position (WGS 84, five decimals: about a metre)."""
    members: list[Any] = []
    for name, expression in properties.items():
        members += [Value(name), F(expression) if isinstance(expression, str) else expression]
    feature = Func(
        Value("type"),
        Value("Feature"),
        Value("geometry"),
        Func(
            Value("type"),
            Value("Point"),
            Value("coordinates"),
            Func(
                Func(F("longitude"), template="round(%(expressions)s::numeric, 5)"),
                Func(F("latitude"), template="round(%(expressions)s::numeric, 5)"),
                function="json_build_array",
            ),
            function="json_build_object",
            output_field=JSONField(),
        ),
        Value("properties"),
        Func(*members, function="json_build_object", output_field=JSONField()),
        function="json_build_object",
        output_field=JSONField(),
    )
    features = (
        rows.filter(longitude__isnull=False)
        .annotate(feature=Cast(feature, TextField()))
        .values_list("feature", flat=True)
    )
    yield b'{"type":"FeatureCollection","features":['
    first = True
    for feature_text in features.iterator(chunk_size=chunk):
        yield (b"" if first else b",\n") + feature_text.encode()
        first = False
    yield b"]}"


CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "geojson": "application/geo+json"}


def download(content: Iterator[bytes], *, name: str, fmt: str) -> StreamingHttpResponse:
    """Attachment named after the list and the day: `jumelages-2026-11-24.csv`."""
    response = StreamingHttpResponse(content, content_type=CONTENT_TYPES[fmt])
    response["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate():%Y-%m-%d}.{fmt}"'
    response["Cache-Control"] = "no-cache"
    return response


COLLECTIVITY_COLUMNS: Columns = {
    "type": "kind",
    "code_insee": "insee_code",
    "siren": "siren",
    "nom": text("name"),
    "population": "population",
    "annee_population": "population_year",
    "code_region": "region__code",
    "region": "region__name",
    "code_departement": "department__code",
    "departement": "department__name",
    "groupe_statistique": "stat_group",
    "longitude": "longitude",
    "latitude": "latitude",
    "partenariats": "partnership_count",
    "pays_partenaires": joined("partner_countries"),
    "adresse": "slug",
}
FOREIGN_AUTHORITY_COLUMNS: Columns = {
    "identifiant": "uuid",
    "nom": text("name"),
    "nom_local": text("name_local"),
    "nom_anglais": text("name_en"),
    "niveau": "level",
    "code_pays": "country__iso2",
    "pays": "country__name_fr",
    "region": "region__name",
    "geonames": "place_id",
    "wikidata": "wikidata_id",
    "population": "population",
    "longitude": "longitude",
    "latitude": "latitude",
    "precision_position": "position_precision",
    "partenariats": "partnership_count",
    "adresse": "slug",
}
COUNTRY_COLUMNS: Columns = {
    "code_iso2": "iso2",
    "code_iso3": "iso3",
    "nom": "name_fr",
    "nom_anglais": "name_en",
    "continent": "continent",
    "zone": "zone_atlas",
    "code_cad": "dac_code",
    "categorie_cad": "dac_category",
    "longitude": "longitude",
    "latitude": "latitude",
    "partenariats": "partnership_count",
}
