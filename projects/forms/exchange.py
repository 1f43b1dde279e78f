"""Conversations: reply, write, say where one stands, report, conclude."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from atlas.forms.base import DsfrForm
from projects.forms.proposals import WhoForm
from projects.models import ConversationStatus, Partnership, PartnershipKind
from projects.services.exchange import SAID


def _message_field() -> forms.CharField:
    return forms.CharField(
        label=_("Votre message"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "N’écrivez ni adresse ni numéro si vous ne voulez pas les donner : l’autre collectivité lit tout le message."
        ),
        error_messages={"required": _("Écrivez un message.")},
    )


class MessageForm(DsfrForm):
    text = _message_field()


class ReplyForm(WhoForm):
    """A foreign authority without account: who it is, and its message."""

    text = _message_field()


class StatusForm(DsfrForm):
    """Where the two stand."""

    status = forms.ChoiceField(
        label=_("Où en êtes-vous ?"),
        choices=[(value, label) for value, label in ConversationStatus.choices if value in SAID],
    )


class ReportForm(DsfrForm):
    """What is wrong with a message."""

    reason = forms.CharField(
        label=_("Ce qui ne va pas"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Dites ce qui ne va pas.")},
    )


class ConcludeForm(DsfrForm):
    """The partnership that a conversation has become: drafted now, or already in the atlas."""

    existing = forms.ModelChoiceField(
        queryset=Partnership.objects.none(),
        label=_("Partenariat"),
        required=False,
        empty_label=_("Le créer maintenant, en brouillon"),
        help_text=_("Ou l’un des partenariats de votre collectivité, s’il est déjà dans l’atlas."),
    )
    kind = forms.ChoiceField(
        label=_("Nature du partenariat à créer"),
        choices=PartnershipKind.choices,
        initial=PartnershipKind.COOPERATION,
    )
    close_notice = forms.BooleanField(
        label=_("Clore l’annonce : elle a trouvé son partenaire"), required=False, initial=True
    )

    def __init__(self, *args: Any, partnerships: QuerySet, own_notice: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["existing"]
        field.queryset = partnerships
        field.label_from_instance = lambda row: (
            f"{PartnershipKind(row.kind).label} – {', '.join(str(party) for party in row.all_parties)}"
        )
        if not own_notice:
            del self.fields["close_notice"]
