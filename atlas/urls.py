"""Addresses of the portal. The other apps are included by name: nothing is imported from above."""

from django.contrib import admin
from django.urls import include, path

from atlas import health
from atlas.pages import versioned
from atlas.views import contacts, directory, maps, portal, texts


def page(template: str):
    """A page of text."""
    return texts.StaticPage.as_view(template_name=f"atlas/{template}.html")


# Read by Django by this name.
handler500 = texts.failed

urlpatterns = [
    path("", versioned(portal.HomePage.as_view()), name="home"),
    path("recherche/", portal.SearchPage.as_view(), name="search"),
    path("recherche/suggestions/", portal.suggestions, name="suggest"),
    path("carte/", versioned(maps.MapPage.as_view()), name="map"),
    path("carte/integration/", maps.embed, name="map_embed"),
    path("carte/integration/<slug:layer_name>/", maps.embed, name="map_embed"),
    path("carte/<slug:layer_name>/", versioned(maps.MapPage.as_view()), name="map_layer"),
    path("carte/<slug:layer_name>/fiche/", versioned(maps.MapSheet.as_view()), name="map_sheet"),
    path("carte/<slug:layer_name>/<slug:part>.json", versioned(maps.MapPoints.as_view()), name="map_points"),
    path("collectivites/", versioned(directory.CollectivityList.as_view()), name="collectivity_list"),
    path("collectivites/export.<str:fmt>", directory.CollectivityExport.as_view(), name="collectivity_export"),
    path("collectivites/<slug:slug>/", versioned(directory.CollectivityPage.as_view()), name="collectivity_detail"),
    path("partenaires/", versioned(directory.ForeignAuthorityList.as_view()), name="foreign_authority_list"),
    path("partenaires/export.<str:fmt>", directory.ForeignAuthorityExport.as_view(), name="foreign_authority_export"),
    path(
        "partenaires/<slug:slug>/",
        versioned(directory.ForeignAuthorityPage.as_view()),
        name="foreign_authority_detail",
    ),
    path("pays/", versioned(directory.CountryList.as_view()), name="country_list"),
    path("pays/export.<str:fmt>", directory.CountryExport.as_view(), name="country_export"),
    path("pays/<slug:code>/", versioned(directory.CountryPage.as_view()), name="country_detail"),
    path("opposition/<uuid:uuid>/<slug:token>/", contacts.objection, name="contact_objection"),
    path("accessibilite/", page("accessibility"), name="accessibility"),
    path("mentions-legales/", page("legal"), name="legal"),
    path("donnees-personnelles/", texts.PrivacyPage.as_view(), name="privacy"),
    path("cookies/", texts.CookiesPage.as_view(), name="cookies"),
    path("credits/", texts.CreditsPage.as_view(), name="credits"),
    path("plan-du-site/", texts.SitePlanPage.as_view(), name="site_plan"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("atlas.account_urls")),
    path("", include("projects.urls")),  # before the space, whose second word is an authority
    path("espace/", include("atlas.space_urls")),
    path("api/v1/", include("atlas.api_urls")),
    path("admin/", admin.site.urls),
]
