"""First steps of a project: what it is called, what it is about."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from atlas.forms.base import DayInput, DsfrModelForm, OrderedDays, WebField
from atlas.forms.steps import Step
from projects import services
from projects.models import ActivityStatus, Partnership, PartnershipKind, Project
from projects.services.projects import DESCRIPTION, IDENTITY

LONG = {"rows": 5}


class PartnershipChoice(forms.ModelChoiceField):
    """A partnership by its parties."""

    def label_from_instance(self, partnership: Partnership) -> str:
        parties = ", ".join(str(party) for party in partnership.all_parties)
        return partnership.title or f"{PartnershipKind(partnership.kind).label} – {parties}"


class IdentityForm(OrderedDays, DsfrModelForm):
    partnership = PartnershipChoice(
        queryset=Partnership.objects.none(),
        required=False,
        label=_("Partenariat"),
        help_text=_("Le jumelage ou la convention dans le cadre duquel le projet a lieu."),
        empty_label=_("Aucun, ou pas dans la liste"),
    )

    website = WebField(label=_("Page du projet"))

    needed_later = ("summary", "starts_on")

    class Meta:
        model = Project
        fields = IDENTITY
        widgets = {
            "summary": forms.Textarea(attrs=LONG),
            "summary_en": forms.Textarea(attrs=LONG),
            "summary_local": forms.Textarea(attrs=LONG),
            "starts_on": DayInput,
            "ends_on": DayInput,
        }
        help_texts = {
            "title": _("En une ligne : ce qui est fait, et où."),
            "summary": _("Deux ou trois phrases que chacun comprend."),
        }

    field_order = ("title", "summary", "starts_on", "ends_on", "declared_status", "partnership", "website")

    def __init__(self, *args, partnerships=None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["declared_status"].choices = [("", _("D’après les dates")), *ActivityStatus.choices]
        if partnerships is not None:
            self.fields["partnership"].queryset = partnerships


class IdentityStep(Step):
    """Also the page that creates a project, when `record` is None."""

    slug, title = "identite", _("Présentation")
    main_class = IdentityForm

    def main_arguments(self) -> dict[str, Any]:
        own = Partnership.objects.visible_to(self.actor).filter(french_ids__contains=[self.collectivity.pk])
        if self.record and self.record.partnership_id:
            own = own | Partnership.objects.visible_to(self.actor).filter(pk=self.record.partnership_id)
        return super().main_arguments() | {"partnerships": own.for_list()}

    def save(self, *, read_version: int | None) -> Project:
        fields = self.main.cleaned_data
        if self.record is None:
            return services.create_project(self.collectivity, actor=self.actor, **fields)
        return services.set_identity(self.record, actor=self.actor, read_version=read_version, **fields)


class DescriptionForm(DsfrModelForm):
    class Meta:
        model = Project
        fields = DESCRIPTION
        widgets = {
            name: forms.Textarea(attrs=LONG)
            for name in ("objectives", "activities", "expected_results", "beneficiaries")
        }


class DescriptionStep(Step):
    slug, title = "description", _("Description")
    main_class = DescriptionForm

    def save(self, *, read_version: int | None) -> Project:
        return services.set_description(
            self.record, actor=self.actor, read_version=read_version, **self.main.cleaned_data
        )
