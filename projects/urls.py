"""Addresses of partnerships, projects, the exchange and the panorama."""

from django.urls import path

from atlas.pages import versioned
from projects.views import (
    exchange_links,
    exchange_space,
    files,
    notice_checks,
    notices,
    panorama,
    partner,
    proposals,
    public,
    succession,
    verification,
)

app_name = "projects"

urlpatterns = [
    path("bourse/", versioned(notices.NoticeList.as_view()), name="notice_list"),
    path("bourse/export.<str:fmt>", notices.NoticeExport.as_view(), name="notice_export"),
    path("bourse/proposer/", proposals.propose, name="notice_propose"),
    path("bourse/suivi/<slug:token>/", proposals.follow, name="notice_follow"),
    path("bourse/suivi/<slug:token>/modifier/", proposals.revise, name="notice_revise"),
    path("bourse/a-verifier/", notice_checks.checks, name="notice_checks"),
    path("bourse/a-verifier/<uuid:uuid>/", notice_checks.check, name="notice_check"),
    path(
        "bourse/suivi/<slug:token>/conversations/<uuid:uuid>/", exchange_links.conversation, name="notice_conversation"
    ),
    path("bourse/<slug:slug>/repondre/", exchange_space.reply_door, name="notice_reply"),
    path("bourse/<slug:slug>/repondre-sans-compte/", exchange_links.reply, name="notice_reply_by_contact"),
    path("bourse/<slug:slug>/", versioned(notices.NoticePage.as_view()), name="notice_detail"),
    path("jumelages/", versioned(public.PartnershipList.as_view()), name="partnership_list"),
    path("jumelages/export.<str:fmt>", public.PartnershipExport.as_view(), name="partnership_export"),
    path("jumelages/<uuid:uuid>/", versioned(public.PartnershipPage.as_view()), name="partnership_detail"),
    path("panorama/", versioned(panorama.PanoramaPage.as_view()), name="panorama"),
    path("panorama/<slug:figure>.csv", panorama.PanoramaFile.as_view(), name="panorama_file"),
    path("panorama/<slug:figure>/fiches.csv", panorama.PanoramaRows.as_view(), name="panorama_rows"),
    path(
        "panorama/editions/<int:year>-<int:edition>.json", panorama.PanoramaEdition.as_view(), name="panorama_edition"
    ),
    path("projets/", versioned(public.ProjectList.as_view()), name="project_list"),
    path("projets/export.<str:fmt>", public.ProjectExport.as_view(), name="project_export"),
    path("projets/<slug:slug>/fiche.pdf", files.pdf, name="project_pdf"),
    path("projets/<slug:slug>/documents/<int:pk>/", files.document, name="project_document"),
    path("projets/<slug:slug>/photos/<int:pk>/", files.photo, name="project_photo"),
    path("projets/<slug:slug>/", versioned(public.ProjectPage.as_view()), name="project_detail"),
    path("espace/verification/", verification.VerificationList.as_view(), name="verification"),
    path("espace/verification/reprises/", succession.SuccessionList.as_view(), name="successions"),
    path(
        "espace/verification/partenariats/<uuid:uuid>/",
        verification.PartnershipVerification.as_view(),
        name="partnership_verification",
    ),
    path(
        "espace/verification/projets/<uuid:uuid>/",
        verification.ProjectVerification.as_view(),
        name="project_verification",
    ),
    path("confirmer/<slug:token>/", partner.confirm, name="partner_confirm"),
]
