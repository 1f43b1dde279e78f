"""The sheet of a project as PDF."""

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, Spacer

from atlas.typography import exact
from projects.models import (
    ActivityStatus,
    BudgetSource,
    Project,
    ProjectMarker,
    ProjectParty,
    ProjectRole,
    Publication,
    ResultKind,
)
from projects.workflow import PUBLIC

from .paper import BLUE, GREY, build, day_of, figure, fonts, grid, style, table, text_of


def project_pdf(project: Project) -> bytes:
    """The sheet of a project read by `for_detail`."""
    fonts()
    title, lead = style("title", 18, fontName="Atlas-Bold", textColor=BLUE), style("lead", 11)
    head = style("head", 12, fontName="Atlas-Bold", textColor=BLUE, spaceBefore=10, spaceAfter=3, keepWithNext=1)
    body, small = style("body", 9.5), style("small", 8, textColor=GREY)
    story = [Paragraph(text_of(project.title), title)]
    story += [Paragraph(text_of(name), body) for name in (project.title_en, project.title_local) if name]
    story.append(Spacer(1, 3 * mm))
    if project.publication not in PUBLIC:
        story.append(Paragraph(text_of(project.get_publication_display()), style("state", 9, fontName="Atlas-Bold")))
    if project.summary:
        story += [Paragraph(text_of(project.summary), lead), Spacer(1, 2 * mm)]
    status = ActivityStatus(project.status).label if project.status else _("non précisée")
    facts = [
        (_("Situation"), status),
        (_("Début"), day_of(project.starts_on, _("Date inconnue"))),
        (_("Fin"), day_of(project.ends_on, _("Non fixée"))),
        (_("Pays"), _shared(project.country_rows)),
        (_("Lieux"), ", ".join(row["authority"] or row["name"] for row in project.place_rows)),
        (_("Thèmes"), _shared(project.theme_rows)),
        (
            _("Objectifs de développement durable"),
            ", ".join(f"{row['number']}. {row['name']}" for row in project.sdg_rows),
        ),
        (_("Codes-objet de l’aide (SNPC)"), ", ".join(f"{row['code']} {row['name']}" for row in project.purpose_rows)),
    ]
    if project.budget_total:
        facts.append((_("Budget prévu"), f"{figure(project.budget_total)}\u00a0€"))
    if project.beneficiary_count:
        facts.append((_("Bénéficiaires"), figure(project.beneficiary_count)))
    if project.partnership and project.partnership.publication == Publication.PUBLISHED:
        facts.append((_("Cadre"), project.partnership.title or project.partnership.get_kind_display()))
    facts.append((_("Page du projet"), project.website))
    cells = [[Paragraph(text_of(label), small), Paragraph(text_of(value), body)] for label, value in facts if value]
    story.append(table(cells, [42 * mm, 128 * mm]))
    story.append(Paragraph(text_of(_("Parties")), head))
    order = list(ProjectRole.values)
    for party in sorted(project.all_parties, key=lambda party: order.index(party.role)):
        where = f" ({party.foreign_authority.country})" if party.foreign_authority else ""
        doubt = f" ({_('à confirmer')})" if party.to_confirm else ""
        story.append(
            Paragraph(text_of(f"– {party}{where}\u00a0: {party.get_role_display()}{_brings(party)}{doubt}"), body)
        )
    for label, text in (
        (_("Objectifs"), project.objectives),
        (_("Activités"), project.activities),
        (_("Résultats attendus"), project.expected_results),
        (_("Bénéficiaires"), project.beneficiaries),
    ):
        if text:
            story += [Paragraph(text_of(label), head), Paragraph(text_of(text), body)]
    if project.budget_rows:
        story.append(Paragraph(text_of(_("Budget, en euros")), head))
        lines = [
            [str(row["year"]), BudgetSource(row["source"]).label, figure(row["planned"]), figure(row["obtained"])]
            for row in project.budget_rows
        ]
        story.append(
            grid([_("Année"), _("Source"), _("Prévu"), _("Obtenu")], lines, [18 * mm, 92 * mm, 30 * mm, 30 * mm], body)
        )
    if project.indicator_rows:
        story.append(Paragraph(text_of(_("Résultats")), head))
        lines = [
            [
                f"{row['title']} ({row['unit']})" if row["unit"] else row["title"],
                ResultKind(row["kind"]).label,
                exact(row["baseline"]),
                exact(row["target"]),
                exact(row["actual"]),
            ]
            for row in project.indicator_rows
        ]
        columns = [_("Indicateur"), _("Niveau"), _("Départ"), _("Cible"), _("Réalisé")]
        story.append(grid(columns, lines, [74 * mm, 24 * mm, 24 * mm, 24 * mm, 24 * mm], body))
    if project.marker_rows:
        scores = dict(ProjectMarker._meta.get_field("score").choices)
        story.append(Paragraph(text_of(_("Marqueurs de politique")), head))
        lines = [[row["name"], str(scores[row["score"]])] for row in project.marker_rows]
        story.append(grid([_("Marqueur"), _("Score")], lines, [110 * mm, 60 * mm], body))
    story += [Spacer(1, 6 * mm), Paragraph(text_of(_origin(project)), small)]
    return build(story, project.title)


def _shared(rows: list[dict]) -> str:
    """Names, with their shares where there are several."""
    several = len(rows) > 1
    return ", ".join(f"{row['name']} ({exact(row['share'])}\u00a0%)" if several else row["name"] for row in rows)


def _brings(party: ProjectParty) -> str:
    said = [
        text % {"amount": f"{figure(amount)}\u00a0€"}
        for amount, text in ((party.cash, _("%(amount)s en numéraire")), (party.in_kind, _("%(amount)s valorisés")))
        if amount
    ]
    return f" ({', '.join(said)})" if said else ""


def _origin(project: Project) -> str:
    confirmed = day_of(project.confirmed_on, _("jamais confirmé"))
    return _("Confirmé : %(confirmed)s. Fiche lue le %(today)s : %(address)s") % {
        "confirmed": confirmed,
        "today": day_of(timezone.localdate(), ""),
        "address": settings.SITE_URL.rstrip("/") + project.get_absolute_url(),
    }
