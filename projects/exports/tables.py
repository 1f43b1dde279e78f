"""Tables of partnerships and projects: one row per record, the parties of each side joined by «|»."""

import csv
import io
from collections.abc import Iterator

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import (
    BigIntegerField,
    Case,
    F,
    Func,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from atlas.exports import (
    COLLECTIVITY_COLUMNS,
    COUNTRY_COLUMNS,
    FOREIGN_AUTHORITY_COLUMNS,
    Columns,
    SafeText,
    joined,
    line,
    text,
)
from atlas.models import Collectivity, Country, ForeignAuthority
from projects.figures import Figure
from projects.models import (
    CountingRule,
    PanoramaYear,
    Partnership,
    PartnershipParty,
    Project,
    ProjectParty,
    ProjectPlace,
)


def _parties(column: str, side: str, model: type = PartnershipParty, owner: str = "partnership") -> Coalesce:
    """Values of `column` over the parties of one side, in the order of the sheet."""
    parties = (
        model.objects.filter(**{owner: OuterRef("pk"), f"{side}__isnull": False})
        .order_by()
        .values(owner)
        .annotate(joined=StringAgg(Cast(F(column), TextField()), Value("|"), order_by=("role", "pk")))
        .values("joined")
    )
    return Coalesce(Subquery(parties, output_field=TextField()), Value(""), output_field=TextField())


def _yes(column: str) -> Case:
    """«oui», or nothing."""
    return Case(When(**{column: True}, then=Value("oui")), default=Value(""), output_field=TextField())


PARTNERSHIP_COLUMNS: Columns = {
    "identifiant": "uuid",
    "nature": "kind",
    "intitule": text("title"),
    "collectivites_francaises": SafeText(_parties("collectivity__name", "collectivity")),
    "codes_insee": _parties("collectivity__insee_code", "collectivity"),
    "sirens": _parties("collectivity__siren", "collectivity"),
    "codes_regions": joined("region_codes"),
    "partenaires_etrangers": SafeText(_parties("foreign_authority__name", "foreign_authority")),
    "codes_pays": joined("country_codes"),
    "situation": "status",
    "signe_le": "signed_on",
    "precision_date": "signed_precision",
    "termine_le": "ended_on",
    "engagement": "formality",
    "echeance": "expires_on",
    "tacite_reconduction": _yes("is_tacitly_renewed"),
    "deliberation": text("deliberation"),
    "deliberation_du": "deliberated_on",
    "deliberation_en_ligne": text("deliberation_url"),
    "accord_en_ligne": text("agreement_url"),
    "langues_accord": text("languages"),
    "triangulaire": _yes("is_triangular"),
    "derniere_activite_le": "last_active_on",
    "themes": joined("theme_codes"),
    "confirme_le": "confirmed_on",
    "confirme_par_le_partenaire_le": "foreign_confirmed_on",
    "verifie_le": "verified_on",
    "origine": "origin",
    "source": text("source"),
    "mis_a_jour_le": "updated_at",
}


PARTNERSHIP_LINE = line(("french_longitude", "french_latitude"), ("foreign_longitude", "foreign_latitude"))


def with_line(rows: QuerySet) -> QuerySet:
    """Partnerships with the two ends of their line on a map: first French and first foreign party that have a position."""

    def end(side: str, coordinate: str) -> Subquery:
        parties = PartnershipParty.objects.filter(
            partnership=OuterRef("pk"), **{f"{side}__{coordinate}__isnull": False}
        ).order_by("role", "pk")
        return Subquery(parties.values(f"{side}__{coordinate}")[:1])

    return rows.annotate(
        french_longitude=end("collectivity", "longitude"),
        french_latitude=end("collectivity", "latitude"),
        foreign_longitude=end("foreign_authority", "longitude"),
        foreign_latitude=end("foreign_authority", "latitude"),
    ).filter(french_longitude__isnull=False, foreign_longitude__isnull=False)


def _project_parties(column: str, side: str) -> Coalesce:
    return _parties(column, side, ProjectParty, "project")


PROJECT_COLUMNS: Columns = {
    "identifiant": "uuid",
    "intitule": text("title"),
    "resume": text("summary"),
    "situation": "status",
    "debut": "starts_on",
    "fin": "ends_on",
    "collectivites_francaises": SafeText(_project_parties("collectivity__name", "collectivity")),
    "codes_insee": _project_parties("collectivity__insee_code", "collectivity"),
    "sirens": _project_parties("collectivity__siren", "collectivity"),
    "codes_regions": joined("region_codes"),
    "partenaires_etrangers": SafeText(_project_parties("foreign_authority__name", "foreign_authority")),
    "codes_pays": joined("country_codes"),
    "themes": joined("theme_codes"),
    "odd": joined("sdg_numbers"),
    "budget_prevu_eur": "budget_total",
    "confirme_le": "confirmed_on",
    "confirme_par_le_partenaire_le": "foreign_confirmed_on",
    "verifie_le": "verified_on",
    "origine": "origin",
    "source": text("source"),
    "mis_a_jour_le": "updated_at",
    "adresse": "slug",
}


def with_point(rows: QuerySet) -> QuerySet:
    """Projects with the point that stands for them: the first of their places that has one, those of the map (`place_ids`)."""
    places = ProjectPlace.objects.filter(project=OuterRef("pk"), longitude__isnull=False).order_by("pk")
    authorities = (
        ForeignAuthority.objects.filter(
            pk__in=Func(
                OuterRef("place_ids"), template="(SELECT unnest(%(expressions)s))", output_field=BigIntegerField()
            )
        )
        .on_map()
        .annotate(rank=Func(OuterRef("place_ids"), F("pk"), function="array_position", output_field=IntegerField()))
        .order_by("rank")
    )

    def point(coordinate: str) -> Coalesce:
        return Coalesce(Subquery(places.values(coordinate)[:1]), Subquery(authorities.values(coordinate)[:1]))

    return rows.annotate(longitude=point("longitude"), latitude=point("latitude")).filter(longitude__isnull=False)


NOTICE_COLUMNS: Columns = {
    "identifiant": "uuid",
    "sens": "direction",
    "titre": text("title"),
    "auteur": SafeText(Coalesce("collectivity__name", "foreign_authority__name")),
    "code_insee": "collectivity__insee_code",
    "siren": "collectivity__siren",
    "pays_auteur": "foreign_authority__country__iso2",
    "recherche": joined("sought"),
    "besoin": text("need"),
    "motifs": text("motives"),
    "territoire": text("territory"),
    "types_autorite": joined("levels"),
    "tailles": joined("sizes"),
    "codes_pays": joined("country_codes"),
    "codes_regions": joined("region_codes"),
    "themes": joined("theme_codes"),
    "langues": joined("languages"),
    "budget_eur": "budget",
    "publiee_le": "published_at",
    "expire_le": "expires_on",
    "close_le": "closed_on",
    "suite": "outcome",
    "mis_a_jour_le": "updated_at",
    "adresse": "slug",
}

FIGURE_COLUMNS = (
    "chiffre",
    "libelle",
    "annee",
    "code",
    "nom",
    "nombre",
    "part_pourcent",
    "regle",
    "version_regle",
    "calcule_le",
)


def figure_csv(figure: Figure, panorama: PanoramaYear, rule: CountingRule | None) -> Iterator[bytes]:
    """A figure of the panorama: its total, then its lines; each says by which rule and when it was computed."""
    values = panorama.figures.get(figure.id, {"total": 0, "rows": []})
    total = ["", "", values["total"], None]
    buffer = io.StringIO("\ufeff")
    buffer.seek(1)
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(FIGURE_COLUMNS)
    for key, label, n, share in [total, *values["rows"]]:
        ruled = [rule.text, rule.version] if rule else ["", ""]
        computed = panorama.computed_at.isoformat(timespec="seconds")
        writer.writerow([figure.id, figure.label, panorama.year or "", key, label, n, share, *ruled, computed])
    yield buffer.getvalue().encode()


def counted_rows(rows: QuerySet) -> tuple[QuerySet, Columns]:
    """Rows that a figure counts, with what the columns of their list need."""
    columns = {
        Collectivity: COLLECTIVITY_COLUMNS,
        ForeignAuthority: FOREIGN_AUTHORITY_COLUMNS,
        Country: COUNTRY_COLUMNS,
        Partnership: PARTNERSHIP_COLUMNS,
        Project: PROJECT_COLUMNS,
    }[rows.model]
    if rows.model is Project:
        rows = rows.with_status()
    elif rows.model is Country:
        rows = rows.with_dac_category()
    return rows.order_by("pk"), columns
