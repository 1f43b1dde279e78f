"""Outlines of the maps: countries, départements, régions, overseas authorities. Needs shapely."""

import collections
import json

from shapely import make_valid, set_precision
from shapely.affinity import translate
from shapely.geometry import Polygon, box, mapping, shape
from shapely.ops import unary_union

from .territories import Territories
from .workshop import Workshop, norm

MERGE = {"CYN": "CYP", "SOL": "SOM"}  # Northern Cyprus -> Cyprus, Somaliland -> Somalia
UNNAMED = {
    "Siachen Glacier": "Glacier de Siachen (statut contesté)",
    "Indian Ocean Ter.": "Territoires australiens de l’océan Indien",
}
DEPARTMENT_ALIAS = {"Guyane française": "Guyane", "Haute-Rhin": "Haut-Rhin", "Seien-et-Marne": "Seine-et-Marne"}
OVERSEAS = {"SPM": "975", "BLM": "977", "MAF": "978", "WLF": "986", "PYF": "987", "NCL": "988"}


def outlines(shop: Workshop, countries: dict[str, dict], territories: Territories) -> None:
    """`world_110m.geojson`, `world_50m.geojson`, `france_departements.geojson`, `france_regions.geojson`, `france_com.geojson`."""
    for resolution in ("110m", "50m"):
        _world(shop, countries, resolution)
    regions = {x["code"]: x for x in territories.regions}
    departments = _departments(shop, territories.departments)
    _regions(shop, regions, departments)
    _overseas(shop, regions)


def _feature(geometry, **properties) -> dict:
    return {"type": "Feature", "properties": properties, "geometry": json.loads(json.dumps(mapping(geometry)))}


def _world(shop: Workshop, countries: dict[str, dict], resolution: str) -> None:
    by_iso3 = {r["iso3"]: r for r in countries.values()}
    by_number = {r["num"]: r for r in countries.values() if r["num"]}
    drawn = {}
    for f in _features(shop.json(shop.world / f"{resolution}.json"), "countries", 2):
        iso3 = f["properties"].get("a3")
        name = f["properties"].get("name")
        country = by_iso3.get(MERGE.get(iso3, iso3)) or by_number.get(str(f["id"]).zfill(3))
        key = country["iso2"] if country else "?" + UNNAMED.get(name, str(name))
        drawn.setdefault(key, []).append(set_precision(_polygons(_planar(f["geometry"])), 0.01))
    features = []
    for key, parts in sorted(drawn.items()):
        if key == "AQ":
            continue
        whole = set_precision(_polygons(unary_union(parts)), 0.01) if len(parts) > 1 else parts[0]
        r = countries.get(key) or {"iso2": None, "iso3": None, "name_fr": key[1:]}
        features.append(_feature(whole, iso2=r["iso2"], iso3=r["iso3"], name_fr=r["name_fr"]))
    shop.write_outlines(f"world_{resolution}.geojson", features)
    nameless = [f["properties"]["name_fr"] for f in features if not f["properties"]["iso2"]]
    print("  no iso:", nameless, "| missing:", [k for k in countries if k not in drawn and resolution == "50m"])


def _departments(shop: Workshop, departments: list[dict]) -> list[dict]:
    by_name = {norm(x["nom"]): x for x in departments}
    features = []
    for f in _features(shop.json(shop.departments / "FRA.json"), "units", 3):
        name = f["properties"]["name"]
        x = by_name[norm(DEPARTMENT_ALIAS.get(name, name))]
        drawn = _polygons(shape(f["geometry"]))
        features.append(_feature(drawn, code=x["code"], nom=x["nom"], region=x["region"], zone=x["zone"]))
    features.sort(key=lambda f: f["properties"]["code"])
    shop.write_outlines("france_departements.geojson", features)
    return features


def _regions(shop: Workshop, regions: dict[str, dict], departments: list[dict]) -> None:
    """Dissolved from their départements, whose borders do not quite meet."""
    members = collections.defaultdict(list)
    for f in departments:
        members[f["properties"]["region"]].append(shape(f["geometry"]))
    features = []
    for k, parts in sorted(members.items()):
        g = _polygons(unary_union([set_precision(x, 0.001).buffer(0.0006) for x in parts]).buffer(-0.0006))
        g = set_precision(g.simplify(0.002), 0.001)
        features.append(_feature(_polygons(g), code=k, nom=regions[k]["nom"], zone=regions[k]["zone"]))
    shop.write_outlines("france_regions.geojson", features)


def _overseas(shop: Workshop, regions: dict[str, dict]) -> None:
    world = _features(shop.json(shop.world / "50m.json"), "countries", 3)
    drawn = {f["properties"].get("a3"): f["geometry"] for f in world}
    features = [
        _feature(_polygons(shape(drawn[iso3])), code=code, nom=regions[code]["nom"], zone="com")
        for iso3, code in OVERSEAS.items()
        if iso3 in drawn
    ]
    shop.write_outlines("france_com.geojson", features)


# --- Geometry ---


def _polygons(g):
    """The valid surfaces of a drawing, without the lines and points that mending leaves."""
    g = make_valid(g)
    ps = [x for x in getattr(g, "geoms", [g]) if x.geom_type in ("Polygon", "MultiPolygon")]
    return unary_union(ps) if ps else g


def _unwrap(ring: list) -> list:
    """Longitudes made continuous across the antimeridian."""
    out = [list(ring[0])]
    for x, y in ring[1:]:
        px = out[-1][0]
        while x - px > 180:
            x -= 360
        while x - px < -180:
            x += 360
        out.append([x, y])
    return out


def _planar(geom: dict):
    """Cut at +/-180 so that flat maps draw no bands."""
    parts = []
    for rings in geom["coordinates"] if geom["type"] == "MultiPolygon" else [geom["coordinates"]]:
        rr = [_unwrap(r) for r in rings]
        x0 = min(q[0] for q in rr[0])
        x1 = max(q[0] for q in rr[0])
        if x0 >= -180 and x1 <= 180:
            parts.append(shape({"type": "Polygon", "coordinates": rings}))
            continue
        mid = (x0 + x1) / 2
        holes = []
        for h in rr[1:]:
            m = sum(q[0] for q in h) / len(h)
            d = round((mid - m) / 360) * 360
            holes.append([[a + d, b] for a, b in h])
        g = make_valid(Polygon(rr[0], holes))
        for k in (-360, 0, 360):
            c = g.intersection(box(-180 + k, -90, 180 + k, 90))
            if not c.is_empty:
                parts.append(translate(c, -k))
    return unary_union([make_valid(x) for x in parts])


def _arcs(topology: dict) -> list[list[tuple[float, float]]]:
    """Lines of a TopoJSON file in degrees: they are stored as steps from point to point."""
    transform, arcs = topology.get("transform"), []
    for arc in topology["arcs"]:
        if not transform:
            arcs.append([tuple(q[:2]) for q in arc])
            continue
        (sx, sy), (tx, ty) = transform["scale"], transform["translate"]
        x = y = 0
        points = []
        for q in arc:
            x += q[0]
            y += q[1]
            points.append((x * sx + tx, y * sy + ty))
        arcs.append(points)
    return arcs


def _features(topology: dict, name: str, decimals: int) -> list[dict]:
    """The object `name` of a TopoJSON file as GeoJSON features; rings of less than three points are left out."""
    arcs = _arcs(topology)

    def ring(ids: list[int]) -> list[list[float]]:
        points = []
        for i in ids:
            arc = arcs[i] if i >= 0 else arcs[~i][::-1]
            points += arc[1:] if points else arc
        return [[round(x, decimals), round(y, decimals)] for x, y in points]

    features = []
    for g in topology["objects"][name]["geometries"]:
        polygons = {"Polygon": [g.get("arcs")], "MultiPolygon": g.get("arcs")}.get(g["type"], [])
        kept = []
        for polygon in polygons:
            rings = [r for r in map(ring, polygon) if len({tuple(q) for q in r}) >= 3 and len(r) >= 4]
            if rings:
                kept.append(rings)
        if kept:
            geometry = (
                {"type": "MultiPolygon", "coordinates": kept}
                if len(kept) > 1
                else {"type": "Polygon", "coordinates": kept[0]}
            )
            properties = dict(g.get("properties") or {})
            features.append({"type": "Feature", "id": g.get("id"), "properties": properties, "geometry": geometry})
    return features
