"""Forms in progress when an authority takes over from another one."""

from django.urls import reverse

from atlas.models import Collectivity, FormDraft, Membership


def pass_drafts(source: Collectivity, target: Collectivity) -> None:
    """They follow their authors, who left one space for the other.

    They are in no journal: a form that is saved meanwhile forgets its draft, and that forbids nothing. Undoing passes them back
    by the same rule.
    """
    before, after = (reverse("space:dashboard", args=[one.slug]) for one in (source, target))
    moved = Membership.objects.filter(collectivity=target).exclude(
        user__in=Membership.objects.filter(collectivity=source).values("user")
    )
    drafts = FormDraft.objects.filter(path__startswith=before, user__in=moved.values("user"))
    longest = FormDraft._meta.get_field("path").max_length
    for draft in drafts.order_by("pk").select_for_update(of=("self",)):
        path = after + draft.path.removeprefix(before)
        if len(path) <= longest and not FormDraft.objects.filter(user=draft.user_id, path=path).exists():
            FormDraft.objects.filter(pk=draft.pk).update(path=path)
