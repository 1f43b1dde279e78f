"""A small world for imports: homonyms, former communes, bodies of every kind, towns abroad."""

from atlas.models import Collectivity, CollectivityEvent, CollectivityKind, EventKind, ForeignPlace, ForeignRegion
from tests.factories.atlas import CollectivityFactory, CountryFactory, DepartmentFactory, RegionFactory


def commune(name: str, code: str, department: str = "29", **fields) -> Collectivity:
    names = {"29": "Finistère", "93": "Seine-Saint-Denis", "974": "La Réunion", "38": "Isère", "74": "Haute-Savoie"}
    region = (
        RegionFactory(code="53", name="Bretagne") if department == "29" else RegionFactory(code=f"R{department}"[:3])
    )
    area = DepartmentFactory(code=department, name=names.get(department, f"Département {department}"), region=region)
    return CollectivityFactory(name=name, insee_code=code, department=area, region=region, **fields)


def body(name: str, kind: str, **fields) -> Collectivity:
    return CollectivityFactory(name=name, kind=kind, **{"insee_code": "", **fields})


def joined(former: Collectivity, *heirs: Collectivity) -> None:
    """`former` became part of `heirs`."""
    event = CollectivityEvent.objects.create(kind=EventKind.NEW_COMMUNE)
    event.predecessors.add(former)
    event.successors.add(*heirs)


def place(pk: int, name: str, country: str, latitude: float, longitude: float, others: str = "", size: int = 20_000):
    return ForeignPlace.objects.create(
        geonames_id=pk,
        name=name,
        country=COUNTRIES[country](),
        latitude=latitude,
        longitude=longitude,
        alternate_names=others,
        population=size,
    )


COUNTRIES = {
    "DE": lambda: CountryFactory(iso2="DE"),
    "GB": lambda: CountryFactory(
        iso2="GB", name_fr="Royaume-Uni", name_en="United Kingdom", aliases=["Scotland", "England", "Écosse"]
    ),
    "IE": lambda: CountryFactory(iso2="IE", name_fr="Irlande", name_en="Ireland", aliases=["Republic of Ireland"]),
    "GP": lambda: CountryFactory(iso2="GP", name_fr="Guadeloupe", name_en="Guadeloupe", is_french_territory=True),
    "FR": lambda: CountryFactory(iso2="FR", name_fr="France", name_en="France"),
    "CN": lambda: CountryFactory(iso2="CN", name_fr="Chine", name_en="China"),
    "GE": lambda: CountryFactory(iso2="GE", name_fr="Géorgie", name_en="Georgia"),
}
KIEL = (54.32, 10.13)


def make_world() -> dict[str, Collectivity]:
    """French authorities by a short name; German and British towns."""
    for country in COUNTRIES.values():
        country()
    found = {
        "brest": commune("Brest", "29019"),
        "st_etienne": commune("Saint-Étienne", "42218", "42"),
        "le_havre": commune("Le Havre", "76351", "76"),
        "denis_93": commune("Saint-Denis", "93066", "93", population=149_000),
        "denis_974": commune("Saint-Denis", "97411", "974", population=155_000),
        "vienne_38": commune("Vienne", "38544", "38"),
        "vienne_86": body("Vienne", CollectivityKind.DEPARTEMENT, insee_code="86"),
        "somme": body("Somme", CollectivityKind.DEPARTEMENT, insee_code="80"),
        "annecy": commune("Annecy", "74010", "74"),
        "seynod": commune("Seynod", "74268", "74", former=True),
        "touquet": commune("Le Touquet-Paris-Plage", "62826", "62"),
        "dunkerque": commune("Dunkerque", "59183", "59"),
        "kochersberg": body("CC du Kochersberg", CollectivityKind.COMMUNAUTE_COMMUNES),
        "brest_metropole": body("Brest Métropole", CollectivityKind.METROPOLE),
        "bretagne": body("Bretagne", CollectivityKind.REGION, insee_code="53"),
        "hauts_de_france": body("Hauts-de-France", CollectivityKind.REGION, insee_code="32"),
        "corse": body("Collectivité de Corse", CollectivityKind.COLLECTIVITE_UNIQUE, insee_code="94"),
        "paris": commune("Paris", "75056", "75"),
        "paris_75": body("Paris", CollectivityKind.DEPARTEMENT, insee_code="75", is_local_authority=False),
    }
    joined(found["seynod"], found["annecy"])
    place(1, "Kiel", "DE", *KIEL, others="Kilonia|Quilonia", size=246_000)
    place(2, "Frankfurt am Main", "DE", 50.11, 8.68, others="Francfort", size=650_000)
    place(3, "Inverness", "GB", 57.48, -4.22)
    place(4, "Neustadt", "DE", 49.35, 8.14)
    place(5, "Neustadt in Holstein", "DE", 54.10, 10.81)
    ForeignRegion.objects.create(code="DE.10", country=COUNTRIES["DE"](), name="Schleswig-Holstein")
    return found
