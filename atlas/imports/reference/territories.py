"""French territories of an edition."""

from collections import defaultdict

from django.utils.translation import gettext as _
from stdnum.fr import siren as siren_number

from atlas.imports.tables import Fault, Folder
from atlas.models import INTERMUNICIPAL_KINDS, CollectivityKind, EventKind, Zone
from atlas.names import normalise, slugify

from .edition import POPULATION_YEAR, Values

MAYOTTE = "976"
_COLLECTIVITY = [
    "kind",
    "insee_code",
    "siren",
    "name",
    "population",
    "departement",
    "region",
    "epci",
    "lat",
    "lon",
    "coord_source",
    "is_collectivity",
    "zone",
]


def read_collectivities(folder: Folder) -> list:
    rows = list(folder.rows("collectivities.csv", _COLLECTIVITY))
    seen: dict[tuple[str, str], int] = {}
    kinds, zones = set(CollectivityKind.values), set(Zone.values)  # asked of the enumeration once, not at each row
    for row in rows:
        row.known("kind", kinds, required=True)
        row.known("zone", zones, required=True)
        row.text("name", required=True, longest=200)
        code, siren = row.text("insee_code", longest=9), row.values["siren"]
        if not code and not siren:
            row.fail(_("ni code INSEE ni SIREN."))
        if siren and not siren_number.is_valid(siren):
            row.fail(_("« %s » n’est pas un SIREN valable.") % siren)
        for label, value in (("code INSEE", code), ("SIREN", siren)):
            key = (row.values["kind"], f"{label} {value}")
            if value and key in seen:
                row.fail(
                    _("%(label)s %(value)s déjà donné à la ligne %(line)d.")
                    % {"label": label, "value": value, "line": seen[key]}
                )
            seen[key] = row.line
    return rows


def read_regions(folder: Folder, collectivities: list) -> tuple[list[Values], list[Values]]:
    """Régions and départements; the overseas bodies stand among the régions, so that every commune has one."""
    points = {(row.values["kind"], row.values["insee_code"]): row for row in collectivities}

    def position(*keys: tuple[str, str]) -> tuple[float | None, float | None]:
        return next((points[key].position() for key in keys if key in points), (None, None))

    regions = []
    for feature in folder.features("france_regions.geojson"):
        code, name = feature["code"], feature["nom"]
        where = position(("region", code), ("collectivite_unique", code))
        regions.append((code, name, slugify(name, code), feature["zone"], *where))
    for row in collectivities:
        if row.values["zone"] == Zone.COM and row.values["kind"] in ("com", "collectivite_sui_generis"):
            code = row.values["insee_code"]
            name = row.values["name"].removeprefix("Collectivité territoriale de ").removeprefix("Collectivité de ")
            regions.append((code, name, slugify(name, code), Zone.COM, *row.position()))
    known = {region[0] for region in regions}
    departments = []
    for feature in folder.features("france_departements.geojson"):
        code, name, region = feature["code"], feature["nom"], feature["region"]
        if region not in known:
            folder.faults.append(Fault("france_departements.geojson", 0, _("région inconnue : %s.") % region))
        departments.append((code, name, region, feature["zone"], *position(("departement", code))))
    return regions, departments


def read_authorities(folder: Folder, collectivities: list, regions: set[str], departments: set[str]):
    inter = {row.values["siren"] for row in collectivities if row.values["kind"] in INTERMUNICIPAL_KINDS}
    authorities, communes = [], []
    for row in collectivities:
        value = row.values
        overseas = value["zone"] == Zone.COM
        region = value["region"] or (value["departement"] if overseas else "")
        if region and region not in regions:
            row.fail(_("région inconnue : « %s ».") % region)
        department = "" if overseas else value["departement"]
        if department and department not in departments:
            row.fail(_("département inconnu : « %s ».") % department)
        epci = row.known("epci", inter)
        population = row.integer("population")
        dated = population is not None and not overseas and value["departement"] != MAYOTTE
        line = (
            value["kind"],
            value["insee_code"],
            value["siren"] or None,
            value["name"].strip(),
            slugify(value["name"], value["insee_code"] or value["siren"]),
            population,
            POPULATION_YEAR if dated else None,
            region or None,
            department or None,
            epci,
            value["zone"],
            *row.position(),
            row.text("coord_source", longest=40),
            row.boolean("is_collectivity"),
        )
        (communes if value["kind"] == CollectivityKind.COMMUNE else authorities).append(line)
    return authorities, communes


def read_networks(folder: Folder, zones: dict[str, str]) -> list[Values]:
    """Networks of authorities: the national ones, and those of a région (`zones`: its code → where it lies)."""
    networks = []
    for row in folder.rows("networks.csv", ["name", "region", "website"], unique=("name",)):
        name, region = row.text("name", required=True, longest=200), row.known("region", zones)
        zone = zones.get(region, Zone.METRO)
        networks.append((slugify(name), CollectivityKind.RESEAU.value, name, region, zone, row.text("website")))
    return networks


_FORMER_KINDS = {
    "commune-deleguee": EventKind.NEW_COMMUNE,
    "commune-associee": EventKind.ASSOCIATION,
}


def read_former_communes(folder: Folder, collectivities: list):
    """Former communes, and one event per (current commune, nature). Wards of Paris, Lyon, Marseille were never communes."""
    current = {r.values["insee_code"]: r for r in collectivities if r.values["kind"] == CollectivityKind.COMMUNE}
    former, events = [], defaultdict(list)
    columns = ("insee_code", "name", "kind", "current_insee_code")
    for row in folder.rows("communes_associees_deleguees.csv", columns, unique=("insee_code", "name")):
        kind, code, name = row.values["kind"], row.values["insee_code"], row.text("name", required=True, longest=200)
        heir = row.known("current_insee_code", current.keys(), required=True)
        if kind == "arrondissement-municipal" or heir is None:
            continue
        if row.known("kind", _FORMER_KINDS.keys(), required=True) is None:
            continue
        now = current[heir].values
        if normalise(now["name"]) == normalise(name) and code == heir:
            continue  # the seat of the new commune that kept its name
        overseas = now["zone"] == Zone.COM
        region = now["region"] or (now["departement"] if overseas else None)
        former.append(
            (
                code,
                name,
                f"{slugify(name, code)}-ancienne",
                region,
                None if overseas else now["departement"],
                now["zone"],
            )
        )
        events[heir, _FORMER_KINDS[kind]].append((code, name))
    return former, [(f"{kind}:{heir}", kind, heir, members) for (heir, kind), members in events.items()]
