"""Files of partnerships: one row per partnership, the parties of each side joined by «|»."""

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import F, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce

from atlas.exports import Columns, SafeText, joined, line, text
from projects.models import PartnershipParty


def _parties(column: str, side: str) -> Coalesce:
    """Values of `column` over the parties of one side, in the order of the sheet."""
    parties = (
        PartnershipParty.objects.filter(partnership=OuterRef("pk"), **{f"{side}__isnull": False})
        .order_by()
        .values("partnership")
        .annotate(joined=StringAgg(Cast(F(column), TextField()), Value("|"), order_by=("role", "pk")))
        .values("joined")
    )
    return Coalesce(Subquery(parties, output_field=TextField()), Value(""), output_field=TextField())


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
    "themes": joined("theme_codes"),
    "confirme_le": "confirmed_on",
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
