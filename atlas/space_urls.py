"""Addresses of the private space. Those of the other apps, under each authority, are included by name."""

from django.urls import include, path

from atlas.views import space

app_name = "space"

urlpatterns = [
    path("", space.home, name="home"),
    path("saisie/", space.keep_draft, name="keep_draft"),
    path("<slug:collectivity>/", space.Dashboard.as_view(), name="dashboard"),
    path("<slug:collectivity>/", include("projects.space_urls")),
]
