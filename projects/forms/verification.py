"""Words about a record, and the criteria of what waits to be verified."""

from django import forms
from django.utils.translation import gettext_lazy as _

from atlas.forms.base import DsfrForm


class CommentForm(DsfrForm):
    text = forms.CharField(
        label=_("Votre message"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}), strip=True
    )
