"""Forms of the spreadsheet: the workbook that comes back, and the authority to which records are entrusted."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from atlas.forms.base import DsfrForm
from atlas.services.uploads import too_big
from projects.imports.files import MOST_BYTES


class SheetForm(DsfrForm):
    """The corrected workbook. `dropped`: it was too heavy, and let go on its way."""

    file = forms.FileField(
        label=_("Classeur corrigé"),
        help_text=_("XLSX ou ODS, repris de celui que vous avez téléchargé ici."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.ods"}),
    )

    def __init__(self, *args, dropped: bool = False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.dropped = dropped
        self.fields["file"].required = not dropped

    def clean_file(self):
        file = self.cleaned_data["file"]
        if self.dropped:
            raise too_big(settings.UPLOAD_MAX_BYTES)
        if file.size > MOST_BYTES:
            raise too_big(MOST_BYTES)
        return file


class AgreementSearchForm(DsfrForm):
    """The name of the authority to which records are entrusted."""

    q = forms.CharField(label=_("Nom de la collectivité ou du groupement"), max_length=100)
