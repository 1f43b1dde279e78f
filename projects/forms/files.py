"""Documents and photos as they are sent."""

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy

from atlas.forms.base import DsfrForm
from atlas.models import User
from projects import services
from projects.models import DocumentCategory, Project, ProjectDocument, ProjectPhoto


def _up_to(text: str, setting: str) -> str:
    return text % {"limit": filesizeformat(getattr(settings, setting))}


up_to = lazy(_up_to, str)


class DocumentForm(DsfrForm):
    file = forms.FileField(
        label=gettext_lazy("Fichier"),
        help_text=up_to(gettext_lazy("PDF, ODT, DOCX, ODS, XLSX ou image ; %(limit)s au plus."), "DOCUMENT_MAX_BYTES"),
    )
    title = forms.CharField(label=gettext_lazy("Titre"), max_length=200)
    category = forms.ChoiceField(label=gettext_lazy("Nature"), choices=DocumentCategory.choices)

    def save(self, project: Project, *, actor: User) -> ProjectDocument:
        fields = self.cleaned_data
        return services.add_document(
            project, fields["file"], actor=actor, title=fields["title"], category=fields["category"]
        )


class PhotoForm(DsfrForm):
    file = forms.FileField(
        label=gettext_lazy("Photo"),
        help_text=up_to(gettext_lazy("JPEG, PNG ou WebP ; %(limit)s au plus."), "PHOTO_MAX_BYTES"),
    )
    alt = forms.CharField(
        label=gettext_lazy("Description de l’image"),
        max_length=250,
        help_text=gettext_lazy("Ce qu’on y voit, pour qui ne la voit pas."),
    )
    credit = forms.CharField(
        label=gettext_lazy("Crédit"), max_length=150, help_text=gettext_lazy("Qui l’a prise, ou à qui elle appartient.")
    )
    licence = forms.CharField(
        label=gettext_lazy("Licence"),
        max_length=100,
        help_text=gettext_lazy("Par exemple « Licence Ouverte 2.0 », « CC BY 4.0 », « tous droits réservés »."),
    )

    def save(self, project: Project, *, actor: User) -> ProjectPhoto:
        fields = self.cleaned_data
        return services.add_photo(
            project,
            fields["file"],
            actor=actor,
            alt=fields["alt"],
            credit=fields["credit"],
            licence=fields["licence"],
        )
