"""Keeping what was typed in a form until it is saved: autosaved by the page, or caught when the session had ended."""

from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from atlas.models import FormDraft, User

MAX_LENGTH = 200_000  # characters of a form
MAX_FORMS = 50  # of one person: the oldest make room


def typed_fields(lists: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What of a posted form is worth keeping: neither the token nor the buttons (their names begin with «_»).

    Raises:
        ValidationError: more than a form can hold.
    """
    kept = {
        name: [value.replace("\x00", "") for value in values]
        for name, values in lists.items()
        if name != "csrfmiddlewaretoken" and not name.startswith("_") and "\x00" not in name
    }
    if sum(len(name) + sum(map(len, values)) for name, values in kept.items()) > MAX_LENGTH:
        raise ValidationError(_("Cette saisie est trop longue pour être gardée."), code="too_long")
    return kept


@transaction.atomic
def keep_draft(path: str, lists: Mapping[str, Sequence[str]], *, actor: User) -> FormDraft:
    """Write what `actor` typed at this address, over what was kept of it before.

    Raises:
        ValidationError: more than a form can hold, or not an address.
    """
    if not path.startswith("/") or len(path) > 300:
        raise ValidationError(_("Adresse de formulaire inattendue."), code="path")
    own = FormDraft.objects.filter(user=actor)
    draft, _created = own.update_or_create(user=actor, path=path, defaults={"data": typed_fields(lists)})
    recent = own.order_by("-updated_at", "-pk").values_list("pk", flat=True)[:MAX_FORMS]
    own.exclude(pk__in=list(recent)).delete()
    return draft


def find_draft(path: str, *, actor: User) -> FormDraft | None:
    return FormDraft.objects.filter(user=actor, path=path).first()


def forget_draft(path: str, *, actor: User) -> None:
    FormDraft.objects.filter(user=actor, path=path).delete()
