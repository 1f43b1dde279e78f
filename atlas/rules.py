"""Rules by which the portal works: delays, limits and spans that the staff decide. Here is what each means and its bounds.

What holds is a dated row, `OperatingRule`; services read it by `in_force(RULE)`. Each app declares its own in `rules.py`.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DAYS, MONTHS = _("jour,jours"), _("mois,mois")


@dataclass(frozen=True)
class Rule:
    """`unit`: one and several, «jour,jours». `start`: what holds before any row says otherwise."""

    code: str
    label: str | Promise
    unit: str | Promise
    start: int
    lowest: int
    highest: int
    help: str | Promise = ""

    def say(self, value: int) -> str:
        """«270 jours», with a no-break space."""
        one, _comma, many = str(self.unit).partition(",")
        return f"{value}\u00a0{one if value < 2 else many}"


_registry: dict[str, Rule] = {}


def declare(code: str, *told, **also) -> Rule:
    """Add a rule. The same code again replaces it."""
    _registry[code] = Rule(code, *told, **also)
    return _registry[code]


def find(code: str) -> Rule | None:
    """The rule of this code, if the portal knows it."""
    return _registry.get(code)


def everything() -> list[Rule]:
    """All rules, by their labels."""
    return sorted(_registry.values(), key=lambda rule: str(rule.label))


def choices() -> list[tuple[str, str | Promise]]:
    """Code and label of each."""
    return [(rule.code, rule.label) for rule in everything()]


# --- Accounts and authorities -----------------------------------------------------------------------------------------

INVITATION_DAYS = declare(
    "invitation_days",
    _("Comptes : validité d’une invitation"),
    DAYS,
    14,
    1,
    90,
    _("Vaut aussi pour confirmer l’adresse d’une demande d’accès."),
)
INVITATIONS_BY_DAY = declare(
    "invitations_by_day",
    _("Comptes : invitations par jour"),
    _("invitation,invitations"),
    50,
    1,
    1000,
    _("Pour une personne qui représente une collectivité."),
)
ACCESS_REQUESTS_WAITING = declare(
    "access_requests_waiting",
    _("Comptes : demandes d’accès en attente"),
    _("demande,demandes"),
    5,
    1,
    50,
    _("D’une même personne."),
)
ACCESS_RETRY_DAYS = declare(
    "access_retry_days",
    _("Comptes : délai après un refus d’accès"),
    DAYS,
    30,
    0,
    366,
    _("Avant de demander de nouveau la même collectivité."),
)
LOG_INS_KEPT_DAYS = declare(
    "log_ins_kept_days", _("Conservation : journal des connexions et des alertes"), DAYS, 180, 1, 366
)
DRAFTS_KEPT_DAYS = declare(
    "drafts_kept_days", _("Conservation : saisies non enregistrées"), DAYS, 90, 1, 366, _("Depuis la dernière saisie.")
)
EXPORTS_KEPT_DAYS = declare("exports_kept_days", _("Conservation : fichiers XLSX demandés"), DAYS, 7, 1, 90)

# --- Contacts ---------------------------------------------------------------------------------------------------------

CONTACT_CHECK_MONTHS = declare(
    "contact_check_months",
    _("Contacts : délai de vérification"),
    MONTHS,
    12,
    1,
    60,
    _("Passé ce délai, la collectivité est invitée à dire que la personne est toujours en fonction."),
)
CONTACTS_BY_DAY = declare(
    "contacts_by_day",
    _("Contacts : saisies par jour"),
    _("contact,contacts"),
    50,
    1,
    1000,
    _("Pour une collectivité : chaque personne saisie reçoit un courriel."),
)
CONTACT_NOTICE_DAYS = declare(
    "contact_notice_days",
    _("Contacts : délai entre deux courriels d’information"),
    DAYS,
    30,
    1,
    366,
    _("À une même personne, pour une même collectivité."),
)
CONTACT_LEAVING_DAYS = declare(
    "contact_leaving_days", _("Contacts : annonce d’une fin de fonctions"), DAYS, 30, 1, 366, _("Avant la date de fin.")
)
CONTACTS_KEPT_DAYS = declare(
    "contacts_kept_days", _("Conservation : contacts"), DAYS, 365, 0, 3650, _("Après la fin des fonctions.")
)

# --- Saved searches ---------------------------------------------------------------------------------------------------

ALERT_CONFIRM_DAYS = declare("alert_confirm_days", _("Alertes : délai pour confirmer"), DAYS, 7, 1, 90)
ALERTS_TO_CONFIRM = declare(
    "alerts_to_confirm",
    _("Alertes : recherches en attente de confirmation"),
    _("recherche,recherches"),
    3,
    1,
    50,
    _("Pour une adresse."),
)
ALERTS_AT_MOST = declare(
    "alerts_at_most",
    _("Alertes : recherches enregistrées"),
    _("recherche,recherches"),
    20,
    1,
    500,
    _("Pour une adresse."),
)
ALERT_ROWS = declare(
    "alert_rows",
    _("Alertes : fiches citées dans un courriel"),
    _("fiche,fiches"),
    20,
    1,
    100,
    _("Un lien mène aux autres."),
)
