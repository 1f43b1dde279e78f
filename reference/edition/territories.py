"""French authorities of every kind, and former communes."""

import collections

from .positions import Positions
from .workshop import Workshop, boolean, r5

REG_SIREN = {
    "11": "237500079",
    "24": "234500023",
    "27": "200053726",
    "28": "200053403",
    "32": "200053742",
    "44": "200052264",
    "52": "234400034",
    "53": "233500016",
    "75": "200053759",
    "76": "200053791",
    "84": "200053767",
    "93": "231300021",
    "94": "200076958",
    "01": "239710015",
    "02": "200055507",
    "03": "200052678",
    "04": "239740012",
    "06": "229850003",
}

REG_KIND = {
    "94": ("collectivite_unique", "Collectivité de Corse"),
    "02": ("collectivite_unique", "Collectivité territoriale de Martinique"),
    "03": ("collectivite_unique", "Collectivité territoriale de Guyane"),
    "06": ("collectivite_unique", "Département-Région de Mayotte"),
}

COM_NAME = {
    "975": "Collectivité territoriale de Saint-Pierre-et-Miquelon",
    "977": "Collectivité de Saint-Barthélemy",
    "978": "Collectivité de Saint-Martin",
    "986": "Territoire des îles Wallis et Futuna",
    "987": "Polynésie française",
    "988": "Nouvelle-Calédonie",
}

NOTCOL = {
    "75": "Ville de Paris",
    "2A": "Corse",
    "2B": "Corse",
    "67": "CEA",
    "68": "CEA",
    "972": "CTM",
    "973": "CTG",
    "976": "Mayotte",
}

KIND = {
    "CC": "communaute_communes",
    "CA": "communaute_agglomeration",
    "CU": "communaute_urbaine",
    "METRO": "metropole",
    "MET69": "metropole_lyon",
    "EPT": "ept",
}


class Territories:
    """What INSEE and the DGCL say of the territory, and the rows of its authorities."""

    def __init__(self, shop: Workshop) -> None:
        read = lambda name: shop.json(shop.etalab / f"{name}.json")
        self.communes, self.departments, self.regions = read("communes"), read("departements"), read("regions")
        self.epci, self.ept = read("epci"), read("ept")
        self.current = [
            c for c in self.communes if c["type"] == "commune-actuelle" and c["departement"] not in ("984", "989")
        ]
        self.by_code = {c["code"]: c for c in self.current}
        self.positions = Positions(shop, self.communes, self.current, self.epci)
        self.of_department, self.of_region = collections.defaultdict(list), collections.defaultdict(list)
        for c in self.current:
            self.of_department[c["departement"]].append(c)
            self.of_region[c["region"]].append(c)

    def write(self, shop: Workshop) -> None:
        """`collectivities.csv`, `communes_associees_deleguees.csv`."""
        rows = [
            *self._regions(),
            *self._departments(),
            self._alsace(),
            *map(self._intercommunal, self.epci + self.ept),
            *self._communes(),
        ]
        shop.write(
            "collectivities.csv",
            "kind insee_code siren name population departement region epci lat lon coord_source is_collectivity zone",
            rows,
        )
        print("  kinds", dict(collections.Counter(r["kind"] for r in rows)))
        sources = collections.Counter(r["coord_source"] for r in rows if r["kind"] == "commune")
        print("  commune coord_source", dict(sources))
        former = [
            dict(
                insee_code=c["code"],
                name=c["nom"],
                kind=c["type"],
                current_insee_code=c.get("chefLieu") or c.get("commune"),
            )
            for c in self.communes
            if c["type"] != "commune-actuelle"
        ]
        shop.write("communes_associees_deleguees.csv", "insee_code name kind current_insee_code", former)

    def _regions(self):
        """Régions and single communities, and the authorities overseas."""
        for r in self.regions:
            k = r["code"]
            if k in ("984", "989"):
                continue
            overseas = k in COM_NAME
            la, lo = self.positions.centre(self.of_region[k], (lambda c: 1) if overseas else self.positions.by_area)
            if overseas:
                kind, name = ("com" if k != "988" else "collectivite_sui_generis"), COM_NAME[k]
            else:
                kind, name = REG_KIND.get(k, ("region", r["nom"]))
            yield dict(
                kind=kind,
                insee_code=k,
                siren=REG_SIREN.get(k),
                name=name,
                population=_population(self.of_region[k]),
                departement=(self.of_region[k][0]["departement"] if k in REG_KIND and k != "94" else None),
                region=k,
                lat=r5(la),
                lon=r5(lo),
                coord_source="area-mean",
                is_collectivity="true",
                zone=r["zone"],
            )

    def _departments(self):
        """The geographic code is kept; `is_collectivity` is false where another body replaced the departmental council."""
        for d in self.departments:
            k = d["code"]
            if d["zone"] == "com":
                continue
            la, lo = self.positions.centre(self.of_department[k], self.positions.by_area)
            population = _population(self.of_department[k])
            if k == "69":  # the departmental council of Rhône does not cover the Métropole de Lyon
                lyon = {m["code"] for e in self.epci if e["type"] == "MET69" for m in e["membres"]}
                population = _population([c for c in self.of_department[k] if c["code"] not in lyon])
            yield dict(
                kind="departement",
                insee_code=k,
                siren="217500016" if k == "75" else None,
                name=d["nom"],
                population=population,
                departement=k,
                region=d["region"],
                lat=r5(la),
                lon=r5(lo),
                coord_source="area-mean",
                is_collectivity=boolean(k not in NOTCOL),
                zone=d["zone"],
            )

    def _alsace(self) -> dict:
        alsace = self.of_department["67"] + self.of_department["68"]
        la, lo = self.positions.centre(alsace, self.positions.by_area)
        return dict(
            kind="collectivite_statut_particulier",
            insee_code="6AE",
            siren="200094332",
            name="Collectivité européenne d'Alsace",
            population=_population(alsace),
            departement=None,
            region="44",
            lat=r5(la),
            lon=r5(lo),
            coord_source="area-mean",
            is_collectivity="true",
            zone="metro",
        )

    def _intercommunal(self, body: dict) -> dict:
        """In the département and the région where most of its people live."""
        known = self.by_code
        people = collections.Counter()
        for m in body["membres"]:
            if c := known.get(m["code"]):
                people[(c["departement"], c["region"])] += c.get("population") or 0
        department, region = people.most_common(1)[0][0]
        by_people = lambda c: c.get("population") or c.get("populationMunicipale") or 1
        la, lo = self.positions.centre(body["membres"], by_people)
        return dict(
            kind=KIND[body["type"]],
            insee_code="69M" if body["type"] == "MET69" else None,
            siren=body["code"],
            name=body["nom"],
            population=body.get("populationMunicipale"),
            departement=department,
            region=region,
            lat=r5(la),
            lon=r5(lo),
            coord_source="member-pop-mean",
            is_collectivity=boolean(body["type"] == "MET69"),
            zone=known[body["membres"][0]["code"]]["zone"],
        )

    def _communes(self):
        body = {m["code"]: e["code"] for e in self.epci for m in e["membres"]}
        for c in self.current:
            k = c["code"]
            la, lo = self.positions.at.get(k, (None, None))
            yield dict(
                kind="commune",
                insee_code=k,
                siren=c.get("siren"),
                name=c["nom"],
                population=c.get("population"),
                departement=c["departement"],
                region=c["region"],
                epci=body.get(k),
                lat=r5(la),
                lon=r5(lo),
                coord_source=self.positions.source.get(k),
                is_collectivity="true",
                zone=c["zone"],
            )


def _population(communes: list[dict]) -> int:
    return sum(c.get("population") or 0 for c in communes)
