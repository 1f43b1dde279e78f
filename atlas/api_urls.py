"""Addresses under `/api/v1/`. Other apps add theirs by string, as in `atlas.urls`: nothing is imported from above."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from atlas.api import resources
from atlas.api.documentation import DocumentationView

app_name = "api"

router = SimpleRouter(use_regex_path=False)
router.register("collectivities", resources.CollectivityResource, "collectivity")
router.register("foreign-authorities", resources.ForeignAuthorityResource, "foreign-authority")
router.register("countries", resources.CountryResource, "country")
router.register("themes", resources.ThemeResource, "theme")

urlpatterns = [
    path("", resources.RootView.as_view(), name="root"),
    *router.urls,
    path("", include("projects.api_urls")),
    path("schema/", resources.SchemaView.as_view(), name="schema"),
    path("documentation/", DocumentationView.as_view(), name="documentation"),
    re_path(r"^[\s\S]+/$", resources.NowhereView.as_view()),  # a line feed too is nowhere
]
