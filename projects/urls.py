"""Addresses of partnerships and projects."""

from django.urls import path

from atlas.pages import versioned
from projects import views

app_name = "projects"

urlpatterns = [
    path("jumelages/", versioned(views.PartnershipList.as_view()), name="partnership_list"),
    path("jumelages/export.<str:fmt>", views.PartnershipExport.as_view(), name="partnership_export"),
    path("jumelages/<uuid:uuid>/", versioned(views.PartnershipPage.as_view()), name="partnership_detail"),
    path("projets/", versioned(views.ProjectList.as_view()), name="project_list"),
    path("projets/export.<str:fmt>", views.ProjectExport.as_view(), name="project_export"),
    path("projets/<slug:slug>/", versioned(views.ProjectPage.as_view()), name="project_detail"),
]
