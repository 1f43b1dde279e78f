"""Files: the same rows as the list, safe in a spreadsheet, in constant memory."""

import csv
import io
import json

import pytest

from atlas.exports import COLLECTIVITY_COLUMNS, copy_csv, geojson
from atlas.filters import CollectivityFilterSet
from tests.factories.atlas import CollectivityFactory

pytestmark = pytest.mark.django_db


def read(content) -> list[dict]:
    text = b"".join(content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_holds_the_rows_of_the_list_in_its_order():
    for name in ("Vannes", "Brest", "Auray"):
        CollectivityFactory(name=name)
    rows = read(copy_csv(CollectivityFilterSet({"sort": "name"}).rows(), COLLECTIVITY_COLUMNS))
    assert [row["nom"] for row in rows] == ["Auray", "Brest", "Vannes"]
    assert list(rows[0]) == list(COLLECTIVITY_COLUMNS)


def test_csv_of_a_search_holds_the_rows_of_the_search():
    CollectivityFactory(name="L’Haÿ-les-Roses 100 %")
    CollectivityFactory(name="Brest")
    rows = read(copy_csv(CollectivityFilterSet({"q": "hay roses"}).rows(), COLLECTIVITY_COLUMNS))
    assert [row["nom"] for row in rows] == ["L’Haÿ-les-Roses 100 %"]


@pytest.mark.parametrize("name", ['=cmd|"/c calc"!A1', "+33", "-1+1", "@SUM(A1)"])
def test_a_spreadsheet_runs_nothing_from_a_csv(name):
    CollectivityFactory(name=name)
    assert read(copy_csv(CollectivityFilterSet().rows(), COLLECTIVITY_COLUMNS))[0]["nom"] == f"'{name}"


def test_geojson_is_a_collection_of_points_with_properties():
    CollectivityFactory(name="Brest", longitude=-4.486076, latitude=48.390394)
    CollectivityFactory(name="Nulle part", longitude=None, latitude=None)
    data = json.loads(b"".join(geojson(CollectivityFilterSet().rows().on_map(), {"nom": "name"})))
    assert data["features"] == [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [-4.48608, 48.39039]},
            "properties": {"nom": "Brest"},
        }
    ]
