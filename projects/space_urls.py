"""Addresses of partnerships and projects in the private space, below `espace/<collectivity>/`; names in `space:`."""

from django.urls import path

from projects.views import confirmation, partner_space, sheets, space, space_files, succession, verification

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
    path("projets/<uuid:uuid>/messages/", verification.ProjectThread.as_view(), name="project_thread"),
    path("partenariats/<uuid:uuid>/messages/", verification.PartnershipThread.as_view(), name="partnership_thread"),
    path("reprise/<slug:old>/", succession.TakeOver.as_view(), name="take_over"),
    path("projets/<uuid:uuid>/etat/<slug:transition>/", space.ProjectMove.as_view(), name="project_move"),
    path("projets/<uuid:uuid>/<slug:step>/", space.ProjectStep.as_view(), name="project_step"),
    path("partenariats/", space.PartnershipList.as_view(), name="partnership_list"),
    path("partenariats/export.xlsx", space_files.PartnershipExport.as_view(), name="partnership_export"),
    path("partenariats/nouveau/", space.PartnershipCreate.as_view(), name="partnership_create"),
    path("partenariats/<uuid:uuid>/", space.PartnershipUpdate.as_view(), name="partnership"),
    path(
        "partenariats/<uuid:uuid>/partenaire/", partner_space.PartnershipPartner.as_view(), name="partnership_partner"
    ),
    path("partenariats/<uuid:uuid>/etat/<slug:transition>/", space.PartnershipMove.as_view(), name="partnership_move"),
]
