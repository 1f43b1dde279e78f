"""Rows about a record: a partnership or a project, exactly one of the two."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .partnerships import Partnership
from .projects import Project


def about_partnership(related_name: str) -> models.ForeignKey:
    return models.ForeignKey(
        Partnership, models.CASCADE, null=True, blank=True, related_name=related_name, verbose_name=_("partenariat")
    )


def about_project(related_name: str) -> models.ForeignKey:
    return models.ForeignKey(
        Project, models.CASCADE, null=True, blank=True, related_name=related_name, verbose_name=_("projet")
    )


class AboutRecord(models.Model):
    """Its subclasses have `partnership` and `project`, and a constraint that says `exactly_one` of them."""

    class Meta:
        abstract = True

    @property
    def subject(self) -> Partnership | Project:
        """The record, whichever it is."""
        return self.partnership or self.project

    @property
    def kind(self) -> str:
        """What the record is, in a sentence: «projet», «partenariat»."""
        return self.subject._meta.verbose_name
