"""What a project still lacks before it may be published, and the obligation to keep one's records fresh."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Max, Min, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from atlas.completeness import Light, Obligation, State
from atlas.models import Collectivity, limit_of
from atlas.workflow import Transition
from projects import rules
from projects.models import (
    PartKind,
    Partnership,
    PartnershipNotice,
    Project,
    ProjectPublication,
    ProjectRole,
)
from projects.workflow import PUBLIC


@dataclass(frozen=True)
class Missing:
    """Something to complete, and the step of the form where it is."""

    code: str
    step: str
    text: str | Promise


def missing(project: Project) -> list[Missing]:
    """What keeps `project` from being published, in the order of the steps (three queries)."""
    parties = list(project.parties.all())
    themes, countries = list(project.theme_shares.all()), list(project.country_shares.all())
    lead = [party for party in parties if party.role == ProjectRole.LEAD and party.kind == PartKind.COLLECTIVITY]
    dates_crossed = project.starts_on and project.ends_on and project.ends_on < project.starts_on
    rules = [
        (project.title.strip(), "title", "identite", _("Donnez un intitulé au projet.")),
        (project.summary.strip(), "summary", "identite", _("Résumez le projet en quelques phrases.")),
        (project.starts_on, "start", "identite", _("Indiquez la date de début.")),
        (not dates_crossed, "dates", "identite", _("La fin ne peut pas précéder le début.")),
        (lead, "lead", "parties", _("Désignez la collectivité française chef de file.")),
        (themes, "theme", "themes", _("Choisissez au moins un thème.")),
        (
            not themes or sum(1 for theme in themes if theme.is_primary) == 1,
            "primary",
            "themes",
            _("Désignez le thème principal."),
        ),
        (not themes or _adds_up(themes), "theme_shares", "themes", _("Les parts des thèmes doivent faire 100 %.")),
        (countries, "country", "lieux", _("Indiquez au moins un pays.")),
        (
            not countries or _adds_up(countries),
            "country_shares",
            "lieux",
            _("Les parts des pays doivent faire 100 %."),
        ),
    ]
    return [Missing(code, step, text) for holds, code, step, text in rules if not holds]


def notice_lacks(notice: PartnershipNotice) -> list[str | Promise]:
    """What keeps a notice from being published, in words (one query)."""
    rules = [
        (notice.title.strip(), _("Donnez un titre à l’annonce.")),
        (notice.need.strip(), _("Dites ce que vous cherchez ou proposez.")),
        (notice.territory.strip(), _("Présentez votre territoire en quelques phrases.")),
        (notice.sought, _("Choisissez ce qui est recherché ou proposé.")),
        (notice.languages, _("Indiquez au moins une langue de travail.")),
        (notice.pk and notice.themes.exists(), _("Choisissez au moins un thème.")),
    ]
    return [text for holds, text in rules if not holds]


def offered(found: list[Transition], lacks: list) -> list[Transition]:
    """Those shown as buttons. Who may publish need not propose; what lacks something is completed first."""
    names = {transition.name for transition in found}
    hidden = {"submit", "publish"} if lacks else {"submit"} if "publish" in names else set()
    return [transition for transition in found if transition.name not in hidden]


def _adds_up(rows: list) -> bool:
    return sum(row.share for row in rows) == Decimal(100)


def freshness(collectivity: Collectivity, today: date) -> State:
    """Red when the ministry asked to refresh a record; orange when one is older than the rule allows (three queries)."""
    own = Q(french_ids__contains=[collectivity.pk])
    limit = limit_of(rules.FRESHNESS_MONTHS, today)
    stale = Q(updated_at__date__lt=limit) & (Q(confirmed_on__isnull=True) | Q(confirmed_on__lt=limit))
    projects = (
        Project.objects.filter(own, publication__in=PUBLIC)
        .order_by()
        .aggregate(
            n=Count("pk"),
            asked=Count("pk", filter=Q(publication=ProjectPublication.TO_REFRESH)),
            stale=Count("pk", filter=stale),
            oldest=Min("updated_at", filter=stale),
            last=Max("updated_at"),
        )
    )
    links = (
        Partnership.objects.filter(own, publication="published")
        .order_by()
        .aggregate(
            n=Count("pk"),
            stale=Count("pk", filter=stale),
            oldest=Min("updated_at", filter=stale),
            last=Max("updated_at"),
        )
    )
    to_projects = reverse("space:project_list", args=[collectivity.slug])
    to_links = reverse("space:partnership_list", args=[collectivity.slug])
    if asked := projects["asked"]:
        text = ngettext("%(n)d projet est à actualiser.", "%(n)d projets sont à actualiser.", asked) % {"n": asked}
        url = f"{to_projects}?etat={ProjectPublication.TO_REFRESH}"
        return State(Light.RED, text, action=_("Actualiser"), url=url)
    if old := projects["stale"] + links["stale"]:
        text = ngettext(
            "%(n)d fiche n’a pas bougé depuis le %(day)s.", "%(n)d fiches n’ont pas bougé depuis le %(day)s.", old
        ) % {"n": old, "day": date_format(limit)}
        since = min(moment for moment in (projects["oldest"], links["oldest"]) if moment)
        url = to_projects if projects["stale"] else to_links
        return State(Light.ORANGE, text, since.date(), _("Relire ces fiches"), url)
    if not projects["n"] + links["n"]:
        text = _("Aucune fiche publiée : ce que vous faites à l’étranger n’apparaît pas dans l’atlas.")
        return State(Light.ORANGE, text, action=_("Décrire un projet"), url=to_projects)
    last = max(moment for moment in (projects["last"], links["last"]) if moment)
    return State(Light.GREEN, _("Vos fiches publiées sont récentes."), last.date())


FRESH_RECORDS = Obligation("projects.fresh_records", gettext_lazy("Projets et partenariats"), freshness, position=20)


def confirmed(collectivity: Collectivity, today: date) -> State:
    """Green when the authority confirmed its sheet this year, orange when last year, else red (no query)."""
    day, url = collectivity.confirmed_at, reverse("space:confirm_all", args=[collectivity.slug])
    if day and day.year >= today.year:
        return State(Light.GREEN, _("Tout est confirmé pour cette année."), day, _("Voir ce qui est confirmé"), url)
    act = _("Confirmer que tout est à jour")
    if day and day.year == today.year - 1:
        return State(Light.ORANGE, _("La dernière confirmation est de l’an dernier."), day, act, url)
    if day:
        return State(Light.RED, _("La dernière confirmation a plus d’un an."), day, act, url)
    return State(Light.RED, _("La fiche n’a jamais été confirmée."), action=act, url=url)


CONFIRMED_SHEET = Obligation(
    "projects.confirmed_sheet", gettext_lazy("Confirmation de l’année"), confirmed, position=10
)
