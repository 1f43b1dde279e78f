"""Files out of a queryset, straight from the database: CSV by COPY, GeoJSON built in SQL. Constant memory both.

A list of columns is a mapping `header → expression`; page, export and API use the same queryset, so the same rows.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import IO, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Func, JSONField, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.http import FileResponse, StreamingHttpResponse
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
    yield b"\xef\xbb\xbf" + (",".join(columns) + "\n").encode()
    try:
        sql, params = values.query.sql_with_params()
    except EmptyResultSet:  # Django knows without asking: a criterion names nobody
        return
    with connection.cursor() as cursor:
        # The statement in one piece: where Django logs its queries, its cursor takes no parameters here.
        statement = cursor.mogrify(f"COPY ({sql}) TO STDOUT WITH (FORMAT csv)", params)
        with cursor.copy(statement) as copy:
            for block in copy:
                yield bytes(block)


def _position(longitude: str, latitude: str) -> Func:
    """[longitude, latitude] in five decimals: about a metre."""
    return Func(
        *(Func(F(name), template="round(%(expressions)s::numeric, 5)") for name in (longitude, latitude)),
        function="json_build_array",
        output_field=JSONField(),
    )


def _object(**members: Any) -> Func:
    pairs = [part for name, value in members.items() for part in (Value(name), value)]
    return Func(*pairs, function="json_build_object", output_field=JSONField())


POINT = _object(type=Value("Point"), coordinates=_position("longitude", "latitude"))


def line(start: tuple[str, str], end: tuple[str, str]) -> Func:
    """Geometry of a line between two (longitude, latitude) pairs of columns."""
    ends = Func(_position(*start), _position(*end), function="json_build_array", output_field=JSONField())
    return _object(type=Value("LineString"), coordinates=ends)


def geojson(rows: QuerySet, properties: Columns, geometry: Func = POINT, *, chunk: int = 500) -> Iterator[bytes]:
    """FeatureCollection of `rows`, all of which have a position (WGS 84)."""
    members = {name: F(value) if isinstance(value, str) else value for name, value in properties.items()}
    feature = _object(type=Value("Feature"), geometry=geometry, properties=_object(**members))
    features = rows.annotate(feature=Cast(feature, TextField())).values_list("feature", flat=True)
    yield b'{"type":"FeatureCollection","features":['
    first = True
    for feature_text in features.iterator(chunk_size=chunk):
        yield (b"" if first else b",\n") + feature_text.encode()
        first = False
    yield b"]}"


CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "geojson": "application/geo+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def download(content: Iterator[bytes], *, name: str, fmt: str) -> StreamingHttpResponse:
    """Attachment named after the list and the day: `jumelages-2026-11-24.csv`."""
    response = StreamingHttpResponse(content, content_type=CONTENT_TYPES[fmt])
    response["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate():%Y-%m-%d}.{fmt}"'
    response["Cache-Control"] = "no-cache"
    return response


def attach(file: IO[bytes], *, name: str, day: date | None = None, fmt: str = "xlsx") -> FileResponse:
    """A file that is ready, for one person: named like the others, kept by no cache."""
    day = day or timezone.localdate()
    response = FileResponse(file, as_attachment=True, filename=f"{name}-{day:%Y-%m-%d}.{fmt}")
    response["Content-Type"] = CONTENT_TYPES[fmt]
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
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
    "projets": "project_count",
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
    "projets": "project_count",
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
    "projets": "project_count",
}
