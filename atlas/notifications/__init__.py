"""E-mails of the ground: plain text, in French, one template each under `templates/atlas/email/`.

Addresses in them come from `SITE_URL`, never from a request: a forged Host header cannot send anybody elsewhere.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator, default_token_generator
from django.core.mail import EmailMultiAlternatives
from django.db.models import Model, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.encoding import force_bytes
from django.utils.http import base36_to_int, urlsafe_base64_encode
from django.utils.translation import override

from atlas import rules
from atlas.filters import lists
from atlas.models import (
    AccessRequest,
    AccessStatus,
    Collectivity,
    Contact,
    ExportJob,
    Membership,
    Role,
    StatusChange,
    User,
    in_force,
)


class InvitationTokens(PasswordResetTokenGenerator):
    """Signed links of invitations: void once the account has a password or has logged in, and after a while.

    The same machinery as password resets under another salt, so that neither link works as the other.
    """

    key_salt = "atlas.invitation"

    def check_token(self, user: User | None, token: str | None) -> bool:
        """As the parent does, with the delay of invitations instead of that of resets."""
        try:
            stamp = base36_to_int((token or "").split("-")[0])
        except ValueError:
            return False
        if user is None or self._num_seconds(self._now()) - stamp > in_force(rules.INVITATION_DAYS) * 86_400:
            return False
        return any(
            constant_time_compare(self._make_token_with_timestamp(user, stamp, secret), token)
            for secret in [self.secret, *self.secret_fallbacks]
        )


invitation_tokens = InvitationTokens()


def link(name: str, *args: Any) -> str:
    """Full address of a page of the portal."""
    return _site() + reverse(name, args=args)


def sheet_link(row: Model) -> str:
    """Full address of the public page of a row."""
    return _site() + row.get_absolute_url()


def _site() -> str:
    return settings.SITE_URL.rstrip("/")


def signed_link(name: str, user: User, tokens: PasswordResetTokenGenerator) -> str:
    return link(name, urlsafe_base64_encode(force_bytes(user.pk)), tokens.make_token(user))


def send(template: str, user: User, *, app: str = "atlas", **context: Any) -> None:
    """Send `templates/<app>/email/<template>.txt`, whose first paragraph is the subject, in the language of `user`."""
    send_to(user.email, template, app=app, language=user.language, user=user, **context)


def send_to(
    address: str,
    template: str,
    *,
    app: str = "atlas",
    language: str = "",
    headers: Mapping[str, str] | None = None,
    html: bool = False,
    **context: Any,
) -> None:
    """The same, to an address that perhaps has no account; with `html`, the template of that ending goes beside the text."""
    name = f"{app}/email/{template}"
    given = {"site_name": settings.SITE_NAME, "contact": settings.CONTACT_EMAIL, **context}
    with override(language or settings.LANGUAGE_CODE):
        text = render_to_string(f"{name}.txt", given)
        page = render_to_string(f"{name}.html", given) if html else ""
    subject, _line, body = text.strip().partition("\n\n")
    message = EmailMultiAlternatives(
        " ".join(subject.split()), body.strip() + "\n", settings.DEFAULT_FROM_EMAIL, [address], headers=headers
    )
    if page:
        message.attach_alternative(page, "text/html")
    message.send()


def members(collectivity: Collectivity | int, roles: Sequence[str]) -> QuerySet[User]:
    """Open accounts that hold one of these roles in an authority (or its key): whom news of it may be sent to."""
    held = User.objects.filter(is_active=True, memberships__collectivity=collectivity, memberships__role__in=roles)
    return held.order_by("pk")


def invitation(user: User, inviter: User, collectivity: Collectivity | None) -> None:
    """The link that opens the account; for somebody who already has a password, the news alone."""
    address = link("account") if user.is_opened else signed_link("invitation_accept", user, invitation_tokens)
    member = Membership.objects.filter(user=user, collectivity=collectivity).first() if collectivity else None
    send(
        "new_access" if user.is_opened else "invitation",
        user,
        inviter=inviter,
        collectivity=collectivity,
        role=member.get_role_display() if member else "",
        link=address,
        days=in_force(rules.INVITATION_DAYS),
    )


def password_reset(user: User) -> None:
    """The link that sets a new password. An account that only knows ProConnect is told so: a password would go round it."""
    if user.proconnect_sub and not user.has_usable_password():
        return send("password_reset_proconnect", user, link=link("login"))
    return send(
        "password_reset",
        user,
        link=signed_link("password_reset_confirm", user, default_token_generator),
        hours=settings.PASSWORD_RESET_TIMEOUT // 3_600,
    )


def access_confirmation(user: User, wanted: str) -> None:
    """The link that opens the account and so confirms the request; whoever has an account is sent to log in and ask."""
    if user.is_opened:
        asking = f"{link('access_request')}?{urlencode({'q': wanted})}"
        return send("access_known", user, link=f"{link('login')}?{urlencode({'next': asking.removeprefix(_site())})}")
    return send(
        "access_confirm",
        user,
        requests=list(AccessRequest.objects.filter(user=user, status=AccessStatus.UNCONFIRMED).for_list()),
        link=signed_link("invitation_accept", user, invitation_tokens),
        days=in_force(rules.INVITATION_DAYS),
    )


def access_requested(access: AccessRequest) -> None:
    """Tell the representatives of the authority. Without any, the request waits in the staff's queue."""
    if access.collectivity_id is None:
        return
    for representative in members(access.collectivity_id, (Role.REPRESENTATIVE,)):
        send("access_requested", representative, access=access, link=link("account"))


def access_decided(change: StatusChange) -> None:
    """Tell the person who asked; the note is the answer's reason."""
    access = change.subject
    granted = change.target == "granted"
    member = Membership.objects.filter(user=access.user, collectivity=access.collectivity_id).first()
    role = member.get_role_display() if member else ""
    send(
        "access_decided", access.user, access=access, granted=granted, role=role, note=change.note, link=link("account")
    )


def proconnect_linked(user: User) -> None:
    """Tell the holder that a ProConnect identity now opens the account: whoever did not do it can react."""
    send("proconnect_linked", user, link=link("account"))


def export_ready(job: ExportJob) -> None:
    """The page of the file: it asks for the account, so the link alone opens nothing."""
    listed = lists.find(job.list_name)
    name = listed.title if listed else job.list_name
    send("export_ready", job.user, job=job, name=name, ready=job.state == "done", link=link("export_job", job.uuid))


def contact_notice(contact: Contact) -> None:
    """Tell a person that its authority named it as a contact, what is kept, and by which link to object."""
    send_to(
        contact.email, "contact_notice", person=contact, link=link("contact_objection", contact.uuid, contact.token)
    )
