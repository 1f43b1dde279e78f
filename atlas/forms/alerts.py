"""Forms of saved searches."""

from django import forms
from django.utils.translation import gettext_lazy as _

from atlas.forms.base import DsfrForm
from atlas.models import Rhythm


class FollowForm(DsfrForm):
    """Where news are sent, and how often. An account has its address already."""

    email = forms.EmailField(
        label=_("Votre adresse électronique"),
        max_length=254,
        help_text=_("Un lien de confirmation y est envoyé. Elle ne sert qu’à ces alertes, et n’est pas publiée."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    rhythm = forms.ChoiceField(label=_("Rythme"), choices=Rhythm.choices, widget=forms.RadioSelect)

    def __init__(self, *args, with_email: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not with_email:
            del self.fields["email"]
