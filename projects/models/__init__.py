"""Partnerships, projects and their parts, and the files that rows come from."""

from .confirmations import Confirmation
from .imports import ImportRow, ImportStatus, NameResolution, NameSide, PartnershipImport, Problem, RowStatus
from .panorama import CountingRule, PanoramaSnapshot, PanoramaYear
from .partner_requests import Decision, PartnerAnswer, PartnerRequest, RequestLanguage
from .partnerships import (
    DatePrecision,
    Origin,
    Partnership,
    PartnershipKind,
    PartnershipParty,
    PartnershipStatus,
    PartyRole,
    Publication,
    VerifierKind,
)
from .parts import (
    BudgetSource,
    DocumentCategory,
    IndicatorPeriod,
    PartKind,
    ProjectBudget,
    ProjectDocument,
    ProjectIndicator,
    ProjectMarker,
    ProjectParty,
    ProjectPhoto,
    ProjectPlace,
    ProjectRole,
    ResultKind,
)
from .projects import ActivityStatus, Project, ProjectCountry, ProjectPublication, ProjectTheme
from .sheets import Delegation, SheetUpload
from .verification import FreshnessRule, RecordComment

__all__ = [
    "ActivityStatus",
    "BudgetSource",
    "Confirmation",
    "CountingRule",
    "DatePrecision",
    "Decision",
    "Delegation",
    "DocumentCategory",
    "FreshnessRule",
    "ImportRow",
    "ImportStatus",
    "IndicatorPeriod",
    "NameResolution",
    "NameSide",
    "Origin",
    "PanoramaSnapshot",
    "PanoramaYear",
    "PartKind",
    "PartnerAnswer",
    "PartnerRequest",
    "Partnership",
    "PartnershipImport",
    "PartnershipKind",
    "PartnershipParty",
    "PartnershipStatus",
    "PartyRole",
    "Problem",
    "Project",
    "ProjectBudget",
    "ProjectCountry",
    "ProjectDocument",
    "ProjectIndicator",
    "ProjectMarker",
    "ProjectParty",
    "ProjectPhoto",
    "ProjectPlace",
    "ProjectPublication",
    "ProjectRole",
    "ProjectTheme",
    "Publication",
    "RecordComment",
    "RequestLanguage",
    "ResultKind",
    "RowStatus",
    "SheetUpload",
    "VerifierKind",
]
