"""Background work of partnerships and projects."""

from celery import shared_task

from atlas.models import StatusChange
from projects import figures, notifications


@shared_task
def send_project_moved(change_id: int) -> None:
    notifications.project_moved(StatusChange.objects.select_related("actor").get(pk=change_id))


@shared_task
def refresh_panorama(force: bool = False) -> bool:
    """Keeps the national figures up to date with the data. Nothing is done twice: the data version says what is new."""
    return figures.refresh(force=force)
