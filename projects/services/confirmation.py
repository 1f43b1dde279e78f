"""«Tout est à jour»: an authority confirms its sheet, its contacts, its partnerships and its projects for the year, and keeps a receipt."""

from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from atlas.models import Collectivity, User
from atlas.services.collectivities import WRITABLE
from atlas.services.contacts import lock_running, mark_checked
from projects.models import Confirmation, Partnership, Project, ProjectPublication, Publication
from projects.models.confirmations import digest_of
from projects.services.editing import check


def confirmable_partnerships(collectivity: Collectivity) -> QuerySet[Partnership]:
    """What one click confirms: the published ones."""
    return Partnership.objects.filter(french_ids__contains=[collectivity.pk], publication=Publication.PUBLISHED)


def confirmable_projects(collectivity: Collectivity) -> QuerySet[Project]:
    """The published ones. Those that the ministry asked to refresh wait for somebody to read its note."""
    return Project.objects.filter(french_ids__contains=[collectivity.pk], publication=ProjectPublication.PUBLISHED)


@transaction.atomic
def confirm_all(collectivity: Collectivity, *, actor: User) -> Confirmation:
    """Confirm everything for this year; returns the receipt. Asked again in the same year, gives the same one, unchanged.

    Raises:
        PermissionDenied: `actor` does not write for this authority.
    """
    check("projects.add_confirmation", collectivity, actor=actor)
    # Records before the authority, as whoever edits one takes them: nobody waits for somebody who waits for him.
    links = list(confirmable_partnerships(collectivity).select_for_update(of=("self",)).for_list().order_by("pk"))
    projects = list(confirmable_projects(collectivity).select_for_update(of=("self",)).for_list().order_by("pk"))
    contacts = list(lock_running(collectivity))
    locked = Collectivity.objects.select_for_update(of=("self",)).get(pk=collectivity.pk)
    now, today = timezone.now(), timezone.localdate()
    # Of two people who click together, the second waited for the lock: it finds the receipt of the first.
    if found := locked.confirmations.filter(year=today.year).first():
        return found
    for model, rows in ((Partnership, links), (Project, projects)):
        model.objects.filter(pk__in=[row.pk for row in rows]).update(
            confirmed_on=today, confirmed_by=actor, version=F("version") + 1
        )
    mark_checked(contacts)
    Collectivity.objects.filter(pk=locked.pk).update(confirmed_at=today)
    content = {
        "year": today.year,
        "at": timezone.localtime(now).isoformat(timespec="seconds"),
        "by": str(actor),
        "collectivity": _sheet(locked),
        # A receipt lasts longer than a mandate: it says which functions were checked, not who holds them.
        "contacts": [{"uuid": str(row.uuid), "function": row.function, "standing": row.standing} for row in contacts],
        "partnerships": [_partnership(row) for row in links],
        "projects": [_project(row) for row in projects],
    }
    return Confirmation.objects.create(
        collectivity=locked,
        year=today.year,
        at=now,
        by=actor,
        partnership_count=len(links),
        project_count=len(projects),
        content=content,
        sha256=digest_of(content),
    )


def _day(value: Any) -> str | None:
    return value.isoformat() if value else None


def _sheet(collectivity: Collectivity) -> dict[str, Any]:
    return {
        "name": collectivity.name,
        "kind": collectivity.kind,
        "insee_code": collectivity.insee_code,
        "siren": collectivity.siren,
        **{name: getattr(collectivity, name) for name in WRITABLE},
        "population": collectivity.population,
    }


def _partnership(row: Partnership) -> dict[str, Any]:
    return {
        "uuid": str(row.uuid),
        "title": row.title,
        "kind": row.kind,
        "status": row.status,
        "signed_on": _day(row.signed_on),
        "signed_precision": row.signed_precision,
        "ended_on": _day(row.ended_on),
        "parties": [str(party) for party in row.all_parties],
    }


def _project(row: Project) -> dict[str, Any]:
    return {
        "uuid": str(row.uuid),
        "title": row.title,
        "status": row.status,
        "starts_on": _day(row.starts_on),
        "ends_on": _day(row.ends_on),
        "parties": [str(party) for party in row.all_parties],
    }
