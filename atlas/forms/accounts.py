"""Forms of the account pages. What they write goes through `atlas.services.accounts`."""

from django import forms
from django.conf import settings
from django.contrib.auth import forms as auth_forms
from django.utils.translation import gettext_lazy as _

from atlas.forms.base import DsfrForm
from atlas.models import Role, User
from atlas.services import accounts


def email_field() -> forms.EmailField:
    return forms.EmailField(
        label=_("Adresse électronique"),
        max_length=254,
        help_text=_("Format attendu : nom@domaine.fr"),
        widget=forms.EmailInput(attrs={"autocomplete": "username", "inputmode": "email", "spellcheck": "false"}),
    )


class LoginForm(DsfrForm, auth_forms.AuthenticationForm):
    """Address and password. The address is lowered first, so that its case gives no fresh count of failures."""

    error_messages = {
        "invalid_login": _("Adresse ou mot de passe inexact. Vérifiez-les, ou choisissez un nouveau mot de passe."),
        "inactive": _("Ce compte est fermé."),
    }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"] = email_field()
        self.fields["username"].widget.attrs |= {"class": "fr-input", "autofocus": True}

    def clean_username(self) -> str:
        return self.cleaned_data["username"].lower()


class PasswordResetForm(DsfrForm):
    """Asks for the link. The answer is the same for an unknown address."""

    email = email_field()

    def save(self, **kwargs) -> None:
        """Called by Django's view with what its own form would need to write the message."""
        accounts.ask_password_reset(self.cleaned_data["email"])


class NewPasswordForm(DsfrForm, auth_forms.SetPasswordForm):
    """A new password, twice."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = _("Nouveau mot de passe")
        self.fields["new_password2"].label = _("Le même, une seconde fois")
        self.fields["new_password2"].help_text = ""

    def save(self, commit: bool = True) -> User:
        return accounts.set_password(self.user, password=self.cleaned_data["new_password1"])


class PasswordChangeForm(NewPasswordForm, auth_forms.PasswordChangeForm):
    """The present password, then the new one."""

    field_order = ["old_password", "new_password1", "new_password2"]


class InvitationForm(NewPasswordForm):
    """First password of an invited account, with the names if whoever invites did not give them."""

    first_name = forms.CharField(
        label=_("Prénom"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label=_("Nom"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    field_order = ["first_name", "last_name", "new_password1", "new_password2"]

    def __init__(self, user: User | None, *args, **kwargs) -> None:
        super().__init__(user, *args, **kwargs)
        if user:  # nobody: the page says that the link is void
            self.initial |= {"first_name": user.first_name, "last_name": user.last_name}

    def clean(self) -> dict:
        """The password must not resemble the names, those typed here included."""
        self.user.first_name = self.cleaned_data.get("first_name", "")
        self.user.last_name = self.cleaned_data.get("last_name", "")
        return super().clean()

    def save(self, commit: bool = True) -> User:
        return accounts.accept_invitation(
            self.user,
            password=self.cleaned_data["new_password1"],
            first_name=self.cleaned_data["first_name"],
            last_name=self.cleaned_data["last_name"],
        )


class ProfileForm(DsfrForm):
    """Names, and the language where there is a choice."""

    first_name = forms.CharField(
        label=_("Prénom"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=_("Nom"), max_length=150, required=False, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    language = forms.ChoiceField(label=_("Langue"), choices=lambda: settings.LANGUAGES)

    def __init__(self, *args, user: User, **kwargs) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        self.initial |= {"first_name": user.first_name, "last_name": user.last_name, "language": user.language}
        if len(settings.LANGUAGES) < 2:
            del self.fields["language"]

    def save(self) -> User:
        return accounts.update_profile(
            self.user,
            actor=self.user,
            first_name=self.cleaned_data["first_name"],
            last_name=self.cleaned_data["last_name"],
            language=self.cleaned_data.get("language", self.user.language),
        )


class InviteMemberForm(DsfrForm):
    """Who is let into an authority, and to do what."""

    email = email_field()
    role = forms.ChoiceField(label=_("Rôle"), choices=Role.choices, widget=forms.RadioSelect, initial=Role.READER)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "off"


class RoleForm(DsfrForm):
    """Another role."""

    role = forms.ChoiceField(label=_("Rôle"), choices=Role.choices, widget=forms.RadioSelect)


class TransitionForm(DsfrForm):
    """What a transition asks for: its note, compulsory when its table says so."""

    note = forms.CharField(
        label=_("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4, "class": "fr-input"})
    )

    def __init__(self, *args, needs_note: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = needs_note
        self.fields["note"].label = _("Motif") if needs_note else _("Note")
