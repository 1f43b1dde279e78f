"""Rules of records, links and notices that the staff decide (see `atlas.rules`)."""

from django.utils.translation import gettext_lazy as _

from atlas.rules import DAYS, MONTHS, declare

FRESHNESS_MONTHS = declare(
    "freshness_months",
    _("Fiches : délai d’actualisation"),
    MONTHS,
    12,
    1,
    120,
    _("Sans changement ni confirmation pendant ce temps, une fiche est à relire."),
)
PROJECT_DEADLINE_DAYS = declare(
    "project_deadline_days",
    _("Fiches : échéances montrées"),
    DAYS,
    92,
    1,
    366,
    _("Avant et après la fin d’un projet ou l’échéance d’un accord, sur le tableau de bord."),
)
SHEETS_KEPT_DAYS = declare(
    "sheets_kept_days",
    _("Conservation : tableurs contrôlés et non enregistrés"),
    DAYS,
    30,
    1,
    366,
)

# --- Links of partners ------------------------------------------------------------------------------------------------

PARTNER_LINK_DAYS = declare("partner_link_days", _("Partenaires : validité d’un lien"), DAYS, 60, 1, 366)
PARTNER_LINK_SOON_DAYS = declare(
    "partner_link_soon_days",
    _("Partenaires : annonce d’un lien qui expire"),
    DAYS,
    7,
    0,
    90,
    _("Avant la date, sur le tableau de bord de qui l’a envoyé."),
)
PARTNER_LINKS_BY_DAY = declare(
    "partner_links_by_day",
    _("Partenaires : liens envoyés par jour"),
    _("lien,liens"),
    50,
    1,
    1000,
    _("Par une collectivité."),
)

# --- The exchange -----------------------------------------------------------------------------------------------------

NOTICE_DAYS = declare(
    "notice_days",
    _("Bourse : durée de publication d’une annonce"),
    DAYS,
    270,
    30,
    730,
    _("Vaut pour la publication et pour chaque renouvellement ; les annonces déjà publiées gardent leur date."),
)
NOTICE_REMINDER_DAYS = declare(
    "notice_reminder_days",
    _("Bourse : rappel avant l’expiration d’une annonce"),
    DAYS,
    15,
    0,
    90,
    _("Un courriel part à l’auteur, avec un lien pour renouveler. 0 : aucun rappel."),
)
NOTICE_LINK_DAYS = declare(
    "notice_link_days",
    _("Bourse : validité du lien d’un auteur étranger"),
    DAYS,
    180,
    7,
    730,
    _("Chaque lien renvoyé vaut de nouveau autant."),
)
NOTICE_CONTACTS_BY_DAY = declare(
    "notice_contacts_by_day",
    _("Bourse : annonces et réponses sans compte par jour"),
    _("envoi,envois"),
    3,
    1,
    100,
    _("Pour une adresse électronique."),
)
NOTICE_REPLIES_BY_DAY = declare(
    "notice_replies_by_day",
    _("Bourse : annonces auxquelles répondre par jour"),
    _("réponse,réponses"),
    20,
    1,
    500,
    _("Pour une collectivité."),
)
NOTICE_MESSAGES_BY_DAY = declare(
    "notice_messages_by_day",
    _("Bourse : messages par jour dans une conversation"),
    _("message,messages"),
    20,
    1,
    500,
    _("De chaque côté."),
)
NOTICE_UNANSWERED = declare(
    "notice_unanswered",
    _("Bourse : messages de suite sans réponse"),
    _("message,messages"),
    5,
    1,
    100,
    _("Au-delà, il faut attendre que l’autre réponde."),
)
NOTICE_UNCONFIRMED_DAYS = declare(
    "notice_unconfirmed_days",
    _("Conservation : annonces et réponses dont l’adresse n’est pas confirmée"),
    DAYS,
    30,
    1,
    366,
)
