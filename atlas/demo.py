"""The demonstration: accounts whose password everybody knows, and data that each app makes in its own `demo` module.

Nothing of it may reach a production service: see `refuse_elsewhere` and `no_known_password_in_production`.
"""

import random
from collections.abc import Callable
from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core import checks
from django.db import DatabaseError, connections, transaction
from django.utils.module_loading import autodiscover_modules

from atlas.launcher import ACCOUNTS, PASSWORD
from atlas.models import (
    AccessRequest,
    Audience,
    Collectivity,
    CollectivityKind,
    Contact,
    Country,
    PostingKind,
    Region,
    Role,
    Standing,
    User,
)
from atlas.names import slugify
from atlas.permissions import OFFICERS
from atlas.services.accounts import ensure_account, ensure_posting

DOMAIN = "@demo.example"
SINCE = date(2026, 1, 1)  # of the postings

# A part makes what it is named after, leaves what is already there, and says in one French phrase what it did.
Part = Callable[[], str]
_parts: dict[str, Part] = {}


class NotADemonstration(Exception):
    """These settings, or this database, are somebody's work: the reason, in French."""


def part(label: str) -> Callable[[Part], Part]:
    """Register a part of the demonstration. Apps are asked in the order of INSTALLED_APPS: lower ones first."""

    def register(function: Part) -> Part:
        _parts[label] = function
        return function

    return register


@transaction.atomic
def make_demonstration(tell: Callable[[str, str], None]) -> None:
    """Make every part, all or none; `tell` hears what each is called and what it did.

    Raises:
        NotADemonstration: these are not the demonstration's settings, or this database serves real people.
    """
    refuse_elsewhere()
    autodiscover_modules("demo")
    for label, make in _parts.items():
        tell(label, make())


def refuse_elsewhere() -> None:
    """See that the known passwords stay among the demonstration's own settings and databases.

    Raises:
        NotADemonstration: they would not.
    """
    if not settings.DEMO:
        raise NotADemonstration("Ces réglages ne sont pas ceux de la démonstration : rien n’a été écrit.")
    demo, others = User.objects.filter(email__endswith=DOMAIN), User.objects.exclude(email__endswith=DOMAIN)
    if others.exists() and not demo.exists():
        raise NotADemonstration(
            "Cette base sert déjà à d’autres comptes que ceux de la démonstration : rien n’y a été écrit. "
            "Pour l’ouvrir telle quelle : « python3 run.py --empty »."
        )


@checks.register(checks.Tags.database)
def no_known_password_in_production(databases: list[str] | None = None, **_options) -> list[checks.Error]:
    """`manage.py migrate` refuses a database that holds the accounts of the demonstration, elsewhere than there."""
    if settings.DEMO or not databases:
        return []
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM atlas_user WHERE is_active AND email = ANY(%s)", [list(ACCOUNTS)])
            known = cursor.fetchone()[0]
    except DatabaseError:  # no table yet
        return []
    if not known:
        return []
    return [
        checks.Error(
            "Cette base contient les comptes de la démonstration, dont le mot de passe est public.",
            hint="Partez d’une base vide, ou fermez ces comptes dans l’administration de la démonstration.",
            id="atlas.E001",
        )
    ]


@part("Comptes")
def make_accounts() -> str:
    """The accounts that the launcher announces, one for each way of using the portal."""
    rennes = Collectivity.objects.get(kind=CollectivityKind.COMMUNE, insee_code="35238", is_current=True)
    region = Collectivity.objects.get(kind=CollectivityKind.REGION, insee_code="84", is_current=True)
    described = {
        "admin@demo.example": {"first_name": "Andrea", "last_name": "Administration", "is_superuser": True},
        "dctciv@demo.example": {"first_name": "Dominique", "last_name": "Chargé-Mission", "groups": [OFFICERS]},
        "ville@demo.example": {
            "first_name": "Camille",
            "last_name": "Rennes",
            "memberships": [(rennes, Role.REPRESENTATIVE)],
        },
        "region@demo.example": {"first_name": "Sacha", "last_name": "Région", "memberships": [(region, Role.EDITOR)]},
        "ambassade@demo.example": {"first_name": "Alix", "last_name": "Dakar"},
        "prefecture@demo.example": {"first_name": "Maud", "last_name": "Bretagne"},
    }
    encoded = make_password(PASSWORD)
    users = {email: ensure_account(email, password=PASSWORD, encoded=encoded, **described[email]) for email in ACCOUNTS}
    officer, correspondent = users["dctciv@demo.example"], users["ambassade@demo.example"]
    adviser = users["prefecture@demo.example"]
    senegal, brittany = Country.objects.get(iso2="SN"), Region.objects.get(code="53")
    ensure_posting(officer, kind=PostingKind.OFFICER, valid_from=SINCE, zones=["Afrique subsaharienne"])
    ensure_posting(correspondent, kind=PostingKind.EMBASSY, valid_from=SINCE, countries=[senegal])
    ensure_posting(adviser, kind=PostingKind.ADVISER, valid_from=SINCE, regions=[brittany])
    return f"{len(users)} comptes"


# Invented people; their addresses lead nowhere.
WOMEN = (
    "Awa",
    "Camille",
    "Djamila",
    "Fatou",
    "Gwenaëlle",
    "Inès",
    "Katell",
    "Maëlle",
    "Nadia",
    "Pauline",
    "Soazig",
    "Zoé",
)
MEN = ("Bruno", "Étienne", "Hugo", "Jérôme", "Loïc", "Malo", "Olivier", "Quentin", "Rachid", "Théo", "Valentin", "Yves")
LAST_NAMES = (
    *("Abgrall", "Bellanger", "Carpentier", "Diallo", "Esnault", "Ferrand", "Guérin", "Haddad", "Jaouen", "Kerbrat"),
    *(
        "Lefèvre",
        "Marchand",
        "Nicolas",
        "Ouattara",
        "Peltier",
        "Quéré",
        "Roussel",
        "Sow",
        "Texier",
        "Vasseur",
        "Zerbib",
    ),
)
# What they are called, a woman and a man.
FUNCTIONS = {
    Standing.ELECTED: (
        ("Adjointe aux relations internationales", "Adjoint aux relations internationales"),
        ("Conseillère déléguée à la coopération décentralisée", "Conseiller délégué à la coopération décentralisée"),
        ("Vice-présidente chargée de l’international", "Vice-président chargé de l’international"),
    ),
    Standing.OFFICER: (
        ("Chargée de mission coopération décentralisée", "Chargé de mission coopération décentralisée"),
        ("Directrice des relations internationales", "Directeur des relations internationales"),
        ("Responsable des jumelages", "Responsable des jumelages"),
    ),
}
LANGUAGES = (
    "français, anglais",
    "français, allemand",
    "français, anglais, espagnol",
    "français, wolof",
    "français, anglais, arabe",
    "",
)
CHECKED = date(2026, 10, 5)
WITH_CONTACTS = 60


@part("Contacts")
@transaction.atomic
def make_contacts() -> str:
    """An elected official and an officer of the largest authorities; some left office, some were not checked for long."""
    if Contact.objects.exists():
        return "déjà là"
    draw = random.Random(20260101)  # noqa: S311 — the same people at each run
    # The town and the région that one enters by, then the largest.
    mine = list(Collectivity.objects.filter(memberships__user__email__endswith=DOMAIN).order_by("kind", "pk"))
    largest = Collectivity.objects.current().filter(is_local_authority=True, population__isnull=False)
    largest = largest.exclude(pk__in=[one.pk for one in mine]).order_by("-population", "pk")
    chosen = [*mine, *largest[:WITH_CONTACTS]]
    rows = [
        _contact(draw, collectivity, standing)
        for collectivity in chosen
        for standing in (Standing.ELECTED, Standing.OFFICER)
    ]
    # The town that one enters by has something to check, and somebody who left.
    rows[1].checked_on, rows[1].visibility = date(2025, 9, 15), Audience.PUBLIC
    rows[0].visibility = Audience.PUBLIC
    left = _contact(draw, chosen[0], Standing.OFFICER)
    left.starts_on, left.ends_on = date(2021, 3, 1), date(2026, 8, 31)
    Contact.objects.bulk_create([*rows, left])
    return f"{len(rows) + 1} contacts fictifs de {len(chosen)} collectivités"


def _contact(draw: random.Random, collectivity: Collectivity, standing: str) -> Contact:
    feminine, masculine = draw.choice(FUNCTIONS[standing])
    names, function = draw.choice([(WOMEN, feminine), (MEN, masculine)])
    first, last = draw.choice(names), draw.choice(LAST_NAMES)
    return Contact(
        collectivity=collectivity,
        first_name=first,
        last_name=last,
        function=function,
        standing=standing,
        email=f"{slugify(first)}.{slugify(last)}@{slugify(collectivity.name)[:60]}.example",
        phone=f"01 99 00 {draw.randrange(100):02} {draw.randrange(100):02}" if draw.random() < 0.6 else "",
        languages=draw.choice(LANGUAGES),
        starts_on=date(2026, 3, 23) if standing == Standing.ELECTED else None,
        visibility=draw.choices(list(Audience), weights=[6, 3, 1])[0],
        checked_on=CHECKED - timedelta(days=draw.randrange(200)),
    )


@part("Demandes d’accès")
@transaction.atomic
def make_access_requests() -> str:
    """One that the town decides, and one for an authority that the atlas lacks, which waits for the staff."""
    if AccessRequest.objects.exists():
        return "déjà là"
    asker = User.objects.get(email="region@demo.example")
    town = Collectivity.objects.filter(memberships__user__email="ville@demo.example").first()
    AccessRequest.objects.bulk_create(
        [
            AccessRequest(
                user=asker,
                collectivity=town,
                function="Chargée de mission Afrique de l’Ouest",
                message="Nous préparons ensemble un dossier : lire vos brouillons m’éviterait de tout redemander.",
            ),
            AccessRequest(
                user=asker,
                wanted_name="Syndicat intercommunal des eaux du Haut-Bugey",
                function="Déléguée à la coopération",
                message="Le syndicat finance un forage au Burkina Faso et n’apparaît pas dans la liste.",
            ),
        ]
    )
    return "2 demandes fictives"
