"""Background work of partnerships and projects."""

from celery import shared_task

from atlas.models import StatusChange
from projects import notifications


@shared_task
def send_project_moved(change_id: int) -> None:
    notifications.project_moved(StatusChange.objects.select_related("actor").get(pk=change_id))
