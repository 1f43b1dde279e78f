"""Pure checks that no database constraint can hold."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.fr import siren


def validate_siren(value: str) -> None:
    """Luhn check of a SIREN (nine digits). The prefix says nothing: recent communes do not start with 21.

    Raises:
        ValidationError: in French, for a form field.
    """
    if not siren.is_valid(value):
        raise ValidationError(_("« %(value)s » n’est pas un SIREN valable."), code="siren", params={"value": value})
