"""The compulsory pages: texts, plan, sources. And the last resort when the portal itself fails."""

import csv
import functools
import sys
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from atlas import rules
from atlas.models import Continent, Region, in_force

SOURCES_FILE = settings.BASE_DIR / "atlas" / "data" / "sources.csv"
FAMILIES = {
    "data": gettext_lazy("Données de référence"),
    "outline": gettext_lazy("Fonds de carte"),
    "software": gettext_lazy("Logiciels"),
}
RETRY_AFTER = 60  # seconds


class StaticPage(TemplateView):
    """A page of text, with what the operator declares of itself."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            publisher=settings.PUBLISHER,
            publication_director=settings.PUBLICATION_DIRECTOR,
            hosting_notice=settings.HOSTING_NOTICE,
            dpo_contact=settings.DPO_CONTACT,
            **kwargs,
        )


class PrivacyPage(StaticPage):
    """What is done with personal data; delays are those of the rules in force."""

    template_name = "atlas/privacy.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            log_ins_kept_days=in_force(rules.LOG_INS_KEPT_DAYS),
            drafts_kept_days=in_force(rules.DRAFTS_KEPT_DAYS),
            contact_check_months=in_force(rules.CONTACT_CHECK_MONTHS),
            contacts_kept_days=in_force(rules.CONTACTS_KEPT_DAYS),
            invitation_days=in_force(rules.INVITATION_DAYS),
            notice_days=in_force(rules.find("notice_unconfirmed_days")),
            proconnect=settings.PROCONNECT_ENABLED,
            **kwargs,
        )


class CookiesPage(StaticPage):
    """What the portal keeps in the visitor's browser, named as the settings name it."""

    template_name = "atlas/cookies.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            session_cookie=settings.SESSION_COOKIE_NAME,
            session_days=settings.SESSION_COOKIE_AGE // 86_400,
            csrf_cookie=settings.CSRF_COOKIE_NAME,
            csrf_days=settings.CSRF_COOKIE_AGE // 86_400,
            **kwargs,
        )


# --- Sources --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Source:
    """A line of `atlas/data/sources.csv`: whom the portal owes what, and under which licence."""

    family: str
    name: str
    holder: str
    edition: str
    licence: str
    licence_url: str
    url: str
    used_for: str
    files: str


@functools.cache
def sources() -> tuple[Source, ...]:
    with SOURCES_FILE.open(encoding="utf-8", newline="") as handle:
        return tuple(Source(**row) for row in csv.DictReader(handle))


class CreditsPage(StaticPage):
    """Sources of data, outlines and software, with their editions and licences."""

    template_name = "atlas/credits.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        groups = [
            (family, label, [source for source in sources() if source.family == family])
            for family, label in FAMILIES.items()
        ]
        return super().get_context_data(groups=groups, **kwargs)


# --- Plan -----------------------------------------------------------------------------------------------------------


class SitePlanPage(StaticPage):
    """Every page one can go to, and the ways into the lists; régions and continents come from the data."""

    template_name = "atlas/site_plan.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        collectivities, countries = reverse("collectivity_list"), reverse("country_list")
        sections = [
            (
                _("Explorer"),
                [
                    (_("Accueil"), reverse("home")),
                    (_("Recherche"), reverse("search")),
                    (_("Carte"), reverse("map")),
                    (_("Collectivités françaises"), collectivities),
                    (_("Anciennes collectivités"), f"{collectivities}?former=true"),
                    (_("Partenaires étrangers"), reverse("foreign_authority_list")),
                    (_("Pays"), countries),
                    (_("Projets"), reverse("projects:project_list")),
                    (_("Jumelages et accords"), reverse("projects:partnership_list")),
                    (_("Bourse aux partenariats"), reverse("projects:notice_list")),
                    (_("Panorama national"), reverse("projects:panorama")),
                ],
            ),
            (
                _("Collectivités par région"),
                [(region.name, f"{collectivities}?region={region.code}") for region in Region.objects.all()],
            ),
            (
                _("Pays par continent"),
                [
                    (continent.label, f"{countries}?continent={quote(continent.value)}")
                    for continent in Continent
                    if continent != Continent.ANTARCTICA
                ],
            ),
            (
                _("Données et API"),
                [
                    (_("Documentation de l’API"), reverse("api:documentation")),
                    (_("Sources et crédits"), reverse("credits")),
                ],
            ),
            (
                _("Compte"),
                [
                    (_("Se connecter"), reverse("login")),
                    (_("Demander un accès"), reverse("access_request")),
                    (_("Mon compte"), reverse("account")),
                ],
            ),
            (
                _("À propos"),
                [
                    (_("Accessibilité"), reverse("accessibility")),
                    (_("Mentions légales"), reverse("legal")),
                    (_("Données personnelles"), reverse("privacy")),
                    (_("Gestion des cookies"), reverse("cookies")),
                ],
            ),
        ]
        return super().get_context_data(sections=sections, **kwargs)


# --- When the portal fails ------------------------------------------------------------------------------------------


def failed(request: HttpRequest) -> HttpResponse:
    """Answer to an unforeseen error: 503 when the database is out of reach, else 500. Asks nothing of anybody.

    Called by Django while the exception is being handled.
    """
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": str(RETRY_AFTER)})
    return HttpResponse(render_to_string("500.html"), status=500)
