"""Forms of imports: the file, and looking for the authority that a row means."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from atlas.services.uploads import check_size
from projects.imports.columns import HEADERS
from projects.imports.files import MOST_BYTES
from projects.models import PartnershipKind


class ImportForm(forms.Form):
    """A file of partnerships and what it does not say itself."""

    file = forms.FileField(
        label=gettext_lazy("Fichier"),
        help_text=gettext_lazy(
            "CSV, XLSX ou ODS, avec un en-tête. Colonnes attendues : collectivité, partenaire, pays."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.ods"}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Nature"),
        choices=PartnershipKind,
        help_text=gettext_lazy("Celle des lignes qui n’en disent rien."),
    )
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("D’où vient ce fichier : affichée sur chaque fiche."),
    )
    mapping = forms.CharField(
        label=gettext_lazy("Colonnes associées"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Une par ligne, si un en-tête n’est pas reconnu : « Ville jumelle = partenaire »."),
    )

    def clean_file(self):
        check_size(self.cleaned_data["file"], MOST_BYTES)
        return self.cleaned_data["file"]

    def clean_mapping(self) -> dict[str, str]:
        mapping = {}
        for line in filter(str.strip, self.cleaned_data["mapping"].splitlines()):
            header, _sign, name = (part.strip() for part in line.rpartition("="))
            if not header or name not in HEADERS:
                raise ValidationError(
                    _("« %(line)s » : écrivez « en-tête = champ ». Champs possibles : %(fields)s.")
                    % {"line": line.strip(), "fields": ", ".join(HEADERS)}
                )
            mapping[header] = name
        return mapping


class AuthoritySearchForm(forms.Form):
    """The name of the authority that a row means, when it is not among the candidates."""

    q = forms.CharField(label=gettext_lazy("Chercher une autre autorité"), max_length=100, required=False)
