"""Requests drawn from the OpenAPI schema, right and wrong: no failure of the server, and answers as the schema says."""

from datetime import date

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from atlas.models import CollectivityEvent, EventKind
from tests.factories.atlas import CollectivityFactory, CountryStatusFactory, ForeignAuthorityFactory, ThemeFactory
from tests.factories.projects import NoticeFactory, PartnershipFactory, ProjectFactory

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rows")]
api = schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application())  # asks no database


@pytest.fixture
def _one_connection():
    """Requests see the rows of the test: its transaction stays open between them, as with Django's own client."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def rows(settings, _one_connection):
    """Rows of every kind, full and empty, and no limit to what one asks."""
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {"read": None, "export": None}}
    full = CollectivityFactory(
        slug="brest", website="https://brest.example", epci=CollectivityFactory(kind="metropole")
    )
    bare = CollectivityFactory(
        former=True, siren=None, insee_code="", population=None, population_year=None, region=None, department=None,
        longitude=None, latitude=None,
    )  # fmt: skip
    event = CollectivityEvent.objects.create(kind=EventKind.MERGER)
    event.predecessors.add(bare)
    event.successors.add(full)
    theme = ThemeFactory(code="eau", parent=ThemeFactory(code="planete"))
    country = CountryStatusFactory(valid_to=date(2030, 1, 1)).country
    kiel = ForeignAuthorityFactory(slug="kiel", country=country, aliases=["Kilia"])
    PartnershipFactory(uuid="5a1b0f39-3a0e-4d0e-9b1e-0c4f3d1a2b3c", french=full, foreign=kiel).themes.add(theme)
    PartnershipFactory(signed_on=None, signed_precision="unknown")
    ProjectFactory(slug="forages", french=full, foreign=kiel, theme=theme)
    NoticeFactory(
        slug="eau", collectivity=full, theme=theme, country=country, levels=["local"], sizes=["100000-"], budget=5
    )
    NoticeFactory(foreign=True, foreign_authority=kiel, sought=[], languages=[])
    NoticeFactory(closed=True)


@api.parametrize()
@hypothesis.settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
def test_no_request_breaks_the_api_or_its_schema(case):
    case.call_and_validate(checks=CHECKS)


@pytest.mark.parametrize(
    ("path", "identifier"),
    [
        ("/api/v1/collectivities/{slug}/", {"slug": "brest"}),
        ("/api/v1/countries/{iso2}/", {"iso2": "sn"}),
        ("/api/v1/foreign-authorities/{slug}/", {"slug": "kiel"}),
        ("/api/v1/projects/{slug}/", {"slug": "forages"}),
        ("/api/v1/notices/{slug}/", {"slug": "eau"}),
        ("/api/v1/partnerships/{uuid}/", {"uuid": "5a1b0f39-3a0e-4d0e-9b1e-0c4f3d1a2b3c"}),
        ("/api/v1/themes/{code}/", {"code": "eau"}),
    ],
)
def test_real_rows_are_as_the_schema_says(path, identifier):
    record = api[path]["GET"].Case(path_parameters=identifier)
    assert record.call_and_validate(checks=CHECKS).status_code == 200
    listing = api[path.partition("{")[0]]["GET"]
    for query in ({}, {"facets": "true"}, {"cursor": ""}, {"format": "csv"}, {"former": "true"}):
        known = {parameter.name for parameter in listing.query}
        if query.keys() <= known:
            assert listing.Case(query=query).call_and_validate(checks=CHECKS).status_code == 200
