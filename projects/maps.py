"""What the map shows of partnerships, of projects and of notices."""

from typing import Any

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils.translation import gettext_lazy as _

from atlas.maps import MapLayer, MapTexts
from projects.filters import NoticeFilterSet, PartnershipFilterSet, ProjectFilterSet
from projects.models import Partnership, PartnershipNotice, Project, ProjectPlace

_PARTNERS = (_("{n} partenaire"), _("{n} partenaires"))

PARTNERSHIPS = MapLayer(
    name="jumelages",
    label=_("Jumelages et accords"),
    counted=_("partenariat,partenariats"),
    q_label=_("Nom d’une des parties"),
    texts=MapTexts(
        title=_("Carte des partenariats"),
        description=_(
            "La carte du monde des partenariats entre collectivités françaises et étrangères, avec son tableau par pays."
        ),
        by_country=_("Partenariats par pays"),
        by_region=_("Partenariats par région française"),
        by_department=_("Partenariats par département"),
        column=_("Partenariats"),
        foreign=_("Partenaires étrangers"),
        foreign_one=_("Partenaire étranger"),
        foreign_group=_("{n} partenaires étrangers groupés ici : rapprocher"),
        french_link=_PARTNERS,
        foreign_link=_PARTNERS,
        no_country=_("{name} : aucun partenariat"),
        empty=_("Aucun partenariat publié."),
        demo=_("Démonstration : partenariats fictifs."),
    ),
    model=Partnership,
    filterset_class=PartnershipFilterSet,
    list_url_name="projects:partnership_list",
    export_url_name="projects:partnership_export",
    sheet="projects/_map_sheet.html",
)


def own_points(projects: Any) -> QuerySet[ProjectPlace]:
    """The points that these projects give themselves, with the name and the country that the map shows."""
    text = TextField()
    return ProjectPlace.objects.filter(project__in=projects, longitude__isnull=False).annotate(
        shown_name=Coalesce(
            NullIf(Cast("name", text), Value("")), Cast("foreign_authority__name", text), output_field=text
        ),
        place_code=Coalesce(
            Cast(F("country__iso2"), text), Cast(F("foreign_authority__country__iso2"), text), Value("", text)
        ),
    )


PROJECTS = MapLayer(
    name="projets",
    label=_("Projets"),
    counted=_("projet,projets"),
    q_label=_("Mots de l’intitulé, du résumé, des parties"),
    texts=MapTexts(
        title=_("Carte des projets"),
        description=_(
            "La carte du monde des projets de coopération des collectivités françaises, avec son tableau par pays."
        ),
        by_country=_("Projets par pays"),
        by_region=_("Projets par région française"),
        by_department=_("Projets par département"),
        column=_("Projets"),
        foreign=_("Lieux des projets"),
        foreign_one=_("Lieu de projet"),
        foreign_group=_("{n} lieux de projets groupés ici : rapprocher"),
        french_link=(_("{n} lieu de projet"), _("{n} lieux de projet")),
        foreign_link=(_("{n} collectivité"), _("{n} collectivités")),
        no_country=_("{name} : aucun projet"),
        empty=_("Aucun projet publié."),
        demo=_("Démonstration : projets fictifs."),
    ),
    model=Project,
    filterset_class=ProjectFilterSet,
    list_url_name="projects:project_list",
    export_url_name="projects:project_export",
    sheet="projects/_map_sheet_projects.html",
    foreign="place_ids",
    spots=own_points,
    lines=False,
)

NOTICES = MapLayer(
    name="bourse",
    label=_("Bourse aux partenariats"),
    counted=_("annonce,annonces"),
    q_label=_("Mots du titre, du texte, de l’auteur"),
    texts=MapTexts(
        title=_("Carte de la bourse aux partenariats"),
        description=_(
            "La carte du monde des collectivités qui cherchent ou proposent un partenariat, avec son tableau par pays."
        ),
        by_country=_("Annonces par pays"),
        by_region=_("Annonces par région française"),
        by_department=_("Annonces par département"),
        column=_("Annonces"),
        foreign=_("Auteurs étrangers"),
        foreign_one=_("Auteur étranger"),
        foreign_group=_("{n} auteurs étrangers groupés ici : rapprocher"),
        french_link=("", ""),
        foreign_link=("", ""),
        no_country=_("{name} : aucune annonce"),
        empty=_("Aucune annonce publiée."),
        demo=_("Démonstration : annonces fictives."),
    ),
    model=PartnershipNotice,
    filterset_class=NoticeFilterSet,
    list_url_name="projects:notice_list",
    export_url_name="projects:notice_export",
    sheet="projects/_map_notices.html",
    lines=False,
    one_end=True,
)
