"""Addresses of partnerships and projects in the private space, below `espace/<collectivity>/`; names in `space:`."""

from django.urls import path

from projects.views import (
    confirmation,
    consents,
    exchange_space,
    notice_space,
    partner_space,
    sheets,
    space,
    space_files,
    succession,
    verification,
)

urlpatterns = [
    path("confirmer/", confirmation.ConfirmAll.as_view(), name="confirm_all"),
    path("confirmer/<int:year>.pdf", confirmation.Receipt.as_view(), name="receipt"),
    path("tableur/", sheets.SheetPage.as_view(), name="sheet"),
    path("tableur/fichier.xlsx", sheets.SheetFile.as_view(), name="sheet_file"),
    path("tableur/accords/", sheets.Agreements.as_view(), name="sheet_agreements"),
    path("tableur/<uuid:uuid>/", sheets.SheetReport.as_view(), name="sheet_report"),
    path("tableur/<uuid:uuid>/apercu.csv", sheets.SheetReportFile.as_view(), name="sheet_report_file"),
    path("projets/", space.ProjectList.as_view(), name="project_list"),
    path("projets/export.xlsx", space_files.ProjectExport.as_view(), name="project_export"),
    path("projets/nouveau/", space.ProjectCreate.as_view(), name="project_create"),
    path("projets/<uuid:uuid>/", space.ProjectSummary.as_view(), name="project"),
    path("projets/<uuid:uuid>/copier/", space.ProjectCopy.as_view(), name="project_copy"),
    path("projets/<uuid:uuid>/documents/", space.ProjectFiles.as_view(), name="project_files"),
    path("projets/<uuid:uuid>/partenaire/", partner_space.ProjectPartner.as_view(), name="project_partner"),
    path("projets/<uuid:uuid>/accord/", consents.ProjectConsent.as_view(), name="project_consent"),
    path("projets/<uuid:uuid>/messages/", verification.ProjectThread.as_view(), name="project_thread"),
    path("partenariats/<uuid:uuid>/accord/", consents.PartnershipConsent.as_view(), name="partnership_consent"),
    path("partenariats/<uuid:uuid>/messages/", verification.PartnershipThread.as_view(), name="partnership_thread"),
    path("reprise/<slug:old>/", succession.TakeOver.as_view(), name="take_over"),
    path("projets/<uuid:uuid>/etat/<slug:transition>/", space.ProjectMove.as_view(), name="project_move"),
    path("projets/<uuid:uuid>/<slug:step>/", space.ProjectStep.as_view(), name="project_step"),
    path("bourse/", notice_space.NoticeList.as_view(), name="notice_list"),
    path("bourse/nouvelle/", notice_space.NoticeCreate.as_view(), name="notice_create"),
    path("bourse/conversations/", exchange_space.ConversationList.as_view(), name="conversation_list"),
    path("bourse/conversations/<uuid:uuid>/", exchange_space.Conversation.as_view(), name="conversation"),
    path("bourse/conversations/<uuid:uuid>/conclure/", exchange_space.Conclude.as_view(), name="conversation_conclude"),
    path("bourse/repondre/<slug:slug>/", exchange_space.Reply.as_view(), name="notice_reply"),
    path("bourse/<uuid:uuid>/", notice_space.Notice.as_view(), name="notice"),
    path("bourse/<uuid:uuid>/modifier/", notice_space.NoticeUpdate.as_view(), name="notice_update"),
    path("bourse/<uuid:uuid>/etat/<slug:transition>/", notice_space.NoticeMove.as_view(), name="notice_move"),
    path("partenariats/", space.PartnershipList.as_view(), name="partnership_list"),
    path("partenariats/export.xlsx", space_files.PartnershipExport.as_view(), name="partnership_export"),
    path("partenariats/nouveau/", space.PartnershipCreate.as_view(), name="partnership_create"),
    path("partenariats/<uuid:uuid>/", space.PartnershipUpdate.as_view(), name="partnership"),
    path(
        "partenariats/<uuid:uuid>/partenaire/", partner_space.PartnershipPartner.as_view(), name="partnership_partner"
    ),
    path("partenariats/<uuid:uuid>/etat/<slug:transition>/", space.PartnershipMove.as_view(), name="partnership_move"),
]
