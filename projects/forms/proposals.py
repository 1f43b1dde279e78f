"""What a foreign authority fills in, without account, in its language."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from atlas.forms.base import DsfrForm
from atlas.models import Country, ForeignAuthority, ForeignPlace, Region
from atlas.names import sort_key
from projects.forms.notices import ForeignNoticeForm
from projects.forms.themes import all_themes
from projects.models import NoticeContact, NoticeOutcome, RequestLanguage
from projects.services.notice_checks import NEW, Candidate, candidates

IDENTITY = ("country", "authority_name", "authority", "name", "function", "email", "language", "site")


class CountrySelect(forms.Select):
    """Foreign countries in the language of the page; a name that is only known in French is marked so."""

    languages: Mapping[int, str] = {}

    def offer(self, language: str | None) -> list[tuple[int | str, str]]:
        """The choices, in the order of their names."""
        rows = Country.objects.filter(is_french_territory=False).exclude(iso2="FR")
        named = sorted((sort_key(name), row.pk, name, other) for row in rows for name, other in [row.name_in(language)])
        self.languages = {pk: other for _key, pk, _name, other in named if other}
        return [("", "—"), *((pk, name) for _key, pk, name, _other in named)]

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if other := self.languages.get(value):
            option["attrs"]["lang"] = other
        return option


class WhoForm(DsfrForm):
    """Who writes: the authority, searched in the atlas whatever its spelling, and the person. `site` is a trap for robots."""

    country = forms.TypedChoiceField(
        label=_("Votre pays"),
        coerce=int,
        widget=CountrySelect,
        error_messages={"required": _("Choisissez votre pays.")},
    )
    authority_name = forms.CharField(label=_("Nom de votre collectivité"), max_length=200)
    authority = forms.ChoiceField(label=_("Est-ce l’une de celles-ci ?"), widget=forms.RadioSelect, required=False)
    name = forms.CharField(
        label=_("Votre prénom et votre nom"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    function = forms.CharField(
        label=_("Votre fonction"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    email = forms.EmailField(
        label=_("Votre adresse électronique"),
        max_length=254,
        help_text=_("Format attendu : nom@domaine.org. Elle n’est jamais montrée ; vous y recevrez un lien à ouvrir."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    language = forms.ChoiceField(label=_("Langue des courriels que vous recevrez"), choices=RequestLanguage)
    site = forms.CharField(
        label=_("Ne remplissez pas cette case"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = self.fields["country"].widget.offer(get_language())
        self.near = self._near()
        if self.near:
            nobody = (NEW, _("Aucune : elle n’est pas encore dans l’atlas"))
            self.fields["authority"].choices = [*((one.key, one.label) for one in self.near), nobody]
        else:
            self.fields["authority"].widget = forms.HiddenInput()
            self.fields["authority"].choices = [(NEW, "")]

    def _near(self) -> list[Candidate]:
        """What the name typed may mean, once a country is chosen."""
        name, pk = str(self.data.get("authority_name", ""))[:200], str(self.data.get("country", ""))
        if not (name.strip() and pk.isascii() and pk.isdigit() and len(pk) < 10):
            return []
        country = Country.objects.filter(pk=int(pk)).first()
        return candidates(name.replace("\x00", ""), country) if country else []

    @property
    def is_robot(self) -> bool:
        return bool(self.data.get("site"))

    def clean_authority(self) -> str:
        """One is chosen for a name that looks like others: a duplicate never comes in silence."""
        chosen = self.cleaned_data["authority"]
        if not chosen and self.near:
            exact = [one for one in self.near if one.exact]
            if len(exact) == 1:
                return exact[0].key
            raise forms.ValidationError(_("Dites si votre collectivité est déjà dans l’atlas."))
        return chosen or NEW

    def said_authority(self) -> ForeignAuthority | ForeignPlace | str:
        """The authority or the place chosen, else the name given."""
        chosen = self.cleaned_data["authority"]
        found = next((one.row for one in self.near if one.key == chosen), None)
        return found or self.cleaned_data["authority_name"].strip()

    def said_country(self) -> Country:
        return Country.objects.get(pk=self.cleaned_data["country"])

    def said_who(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "function", "email", "language")}

    def who_fields(self) -> list[forms.BoundField]:
        names = ("country", "authority_name", *(("authority",) if self.near else ()))
        return [self[name] for name in (*names, "name", "function", "email", "language")]


class ReviseForm(ForeignNoticeForm):
    """The notice alone, by its author abroad: it must be complete at once."""

    def __init__(self, *args: Any, regions: Sequence[Region], **kwargs: Any) -> None:
        super().__init__(*args, regions=regions, themes=all_themes(), **kwargs)
        for name in self.needed_later:
            self.fields[name].required = True

    def notice_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in NOTICE_ORDER]


class ProposeForm(WhoForm, ReviseForm):
    """The whole proposal: who, then the notice."""

    def said_notice(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in IDENTITY}


NOTICE_ORDER = (
    *("direction", "title", "sought", "need", "motives", "territory", "themes", "languages"),
    *("levels", "sizes", "regions", "budget"),
)


class CloseOwnForm(DsfrForm):
    """What a notice has given, by its foreign author."""

    outcome = forms.ChoiceField(
        label=_("Qu’a donné cette annonce ?"), widget=forms.RadioSelect, choices=NoticeOutcome.choices
    )


class CheckForm(DsfrForm):
    """The State's look at a foreign notice: which authority it is, and a note where one is needed."""

    authority = forms.ChoiceField(label=_("Quelle autorité est-ce ?"), widget=forms.RadioSelect, required=False)
    note = forms.CharField(
        label=_("Note à l’auteur"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Nécessaire pour renvoyer ou refuser ; l’auteur la reçoit par courriel, dans votre langue."),
    )

    def __init__(self, *args: Any, contact: NoticeContact, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.near = candidates(contact.authority_name, contact.country)
        known = contact.foreign_authority
        if known and all(one.row != known for one in self.near):
            self.near.insert(0, Candidate(f"partner:{known.slug}", str(known), known, True))
        new = _("Aucune : créer « %(name)s »") % {"name": contact.authority_name}
        self.fields["authority"].choices = [*((one.key, one.label) for one in self.near), (NEW, new)]
        if known:
            self.fields["authority"].initial = f"partner:{known.slug}"
        elif contact.place_id:
            self.fields["authority"].initial = f"place:{contact.place_id}"

    def chosen(self) -> ForeignAuthority | ForeignPlace | None:
        """The authority or the place recognised; None: a new one."""
        return next((one.row for one in self.near if one.key == self.cleaned_data["authority"]), None)
