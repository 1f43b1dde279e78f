"""What people typed and did not save yet."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .base import Dated
from .users import User


class FormDraft(Dated):
    """The fields of one form as somebody left them, by the address of the page: a list of texts for each name.

    Never a record: nothing in it was checked. Saving the form forgets it, and so does time.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="form_drafts", verbose_name=_("compte"))
    path = models.CharField(_("adresse du formulaire"), max_length=300)
    data = models.JSONField(_("saisie"))

    class Meta:
        verbose_name = _("saisie en cours")
        verbose_name_plural = _("saisies en cours")
        ordering = ["-updated_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "path"],
                name="atlas_formdraft_once",
                violation_error_message=_("Cette saisie est déjà gardée."),
            )
        ]

    def __str__(self) -> str:
        return self.path
