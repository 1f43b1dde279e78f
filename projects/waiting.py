"""Messages of partnerships, projects and notices: what the ministry sent back, what partners propose, what expires."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from atlas import waiting
from atlas.models import Collectivity, Role, StatusChange, User, in_force
from atlas.permissions import has_role
from atlas.waiting import SHOWN, Message
from projects import rules
from projects.models import PartnerRequest, PartnershipNotice, PartyConsent, Project
from projects.permissions import WRITERS
from projects.workflow import PUBLIC

# The state in which each note of the ministry leaves a project: once out of it, the note was answered.
SENT = {"send_back": "draft", "ask_refresh": "to_refresh"}


def sent_back(collectivity: Collectivity, user: User, today: date) -> Iterable[Message]:
    """Notes of the ministry that nobody answered yet (two queries)."""
    own = Project.objects.visible_to(user).filter(french_ids__contains=[collectivity.pk])
    waits = own.filter(publication__in=SENT.values()).only("pk", "uuid", "title", "publication")
    projects = {project.pk: project for project in waits}
    kind = ContentType.objects.get_for_model(Project)
    changes = StatusChange.objects.filter(content_type=kind, object_id__in=projects).order_by("object_id", "-at", "-pk")
    last = changes.distinct("object_id") if projects else ()
    for change in sorted(last, key=lambda change: (change.at, change.pk), reverse=True)[:SHOWN]:
        project = projects[change.object_id]
        if SENT.get(change.transition) == project.publication:
            text = (
                _("Le ministère a renvoyé « %(title)s » pour correction.")
                if change.transition == "send_back"
                else _("Le ministère demande d’actualiser « %(title)s ».")
            )
            yield Message(
                text % {"title": project.title},
                reverse("space:project", args=[collectivity.slug, project.uuid]),
                _("Ouvrir le projet"),
                timezone.localtime(change.at).date(),
                change.note,
            )


def _requests(collectivity: Collectivity, user: User):
    """Those of the authority, for whoever writes for it."""
    if not (user.is_staff or has_role(user, collectivity.pk, *WRITERS)):
        return PartnerRequest.objects.none()
    rows = PartnerRequest.objects.filter(collectivity=collectivity)
    return rows.select_related("project", "partnership", "foreign_authority").order_by(
        "-answered_at", "expires_at", "pk"
    )


def _address(collectivity: Collectivity, asked: PartnerRequest) -> str:
    name = "space:project_partner" if asked.project_id else "space:partnership_partner"
    return reverse(name, args=[collectivity.slug, asked.subject.uuid])


def corrections(collectivity: Collectivity, user: User, today: date) -> Iterable[Message]:
    """What partners propose to correct (two queries)."""
    for asked in _requests(collectivity, user).filter(answer="corrected", decision="")[:SHOWN]:
        yield Message(
            _("%(partner)s propose de corriger « %(record)s ».")
            % {"partner": asked.foreign_authority, "record": asked.subject},
            _address(collectivity, asked),
            _("Accepter ou refuser"),
            timezone.localtime(asked.answered_at).date(),
            asked.comment,
        )


def links_expiring(collectivity: Collectivity, user: User, today: date) -> Iterable[Message]:
    """Links that a partner has not answered, and soon cannot any more (three queries)."""
    now = timezone.now()
    soon = now + timedelta(days=in_force(rules.PARTNER_LINK_SOON_DAYS, today))
    rows = _requests(collectivity, user).filter(
        answered_at__isnull=True, revoked_at__isnull=True, expires_at__range=(now, soon)
    )
    for asked in rows[:SHOWN]:
        yield Message(
            _("Le lien envoyé à %(partner)s expire bientôt, sans réponse.") % {"partner": asked.foreign_authority},
            _address(collectivity, asked),
            _("Renvoyer un lien"),
            timezone.localtime(asked.expires_at).date(),
        )


def notices_expiring(collectivity: Collectivity, user: User, today: date) -> Iterable[Message]:
    """Notices to renew or to let go, for whoever keeps them (two queries)."""
    if not (user.is_staff or has_role(user, collectivity.pk, *WRITERS)):
        return
    soon = PartnershipNotice.objects.expiring(today, in_force(rules.NOTICE_REMINDER_DAYS, today))
    for notice in soon.filter(collectivity=collectivity).order_by("expires_on", "pk")[:SHOWN]:
        yield Message(
            _("Votre annonce « %(title)s » expire bientôt.") % {"title": notice.title},
            reverse("space:notice", args=[collectivity.slug, notice.uuid]),
            _("Renouveler ou clore"),
            notice.expires_on,
        )


def named(collectivity: Collectivity, user: User, today: date) -> Iterable[Message]:
    """Records of others that name the authority, for who represents it (one query, and one a partnership without title)."""
    if not (user.is_staff or has_role(user, collectivity.pk, Role.REPRESENTATIVE)):
        return
    public = Q(project__publication__in=PUBLIC) | Q(partnership__publication__in=PUBLIC)
    asked = PartyConsent.objects.filter(public, collectivity=collectivity, answer="", told_at__isnull=False)
    for one in asked.select_related("project", "partnership").order_by("-told_at", "pk")[:SHOWN]:
        yield Message(
            _("Le %(kind)s « %(title)s » nomme votre collectivité parmi ses parties.")
            % {"kind": one.kind, "title": one.subject},
            reverse(f"space:{one.subject._meta.model_name}_consent", args=[collectivity.slug, one.subject.uuid]),
            _("Confirmer ou refuser"),
            timezone.localtime(one.told_at).date(),
        )


def declare() -> None:
    """The messages of this app."""
    waiting.register("projects.named", named, 10)
    waiting.register("projects.sent_back", sent_back, 0)
    waiting.register("projects.corrections", corrections, 20)
    waiting.register("projects.links", links_expiring, 60)
    waiting.register("projects.notices", notices_expiring, 65)
