"""ProConnect, the login of public agents (OpenID Connect, authorization code), over mozilla-django-oidc.

Off unless its client is configured (`PROCONNECT_ENABLED`): its addresses then do not exist. What is stricter here than in
the library: endpoints come from the discovery document, whose issuer must be the one expected; the identity token and the
userinfo answer must both be signed by the provider's keys, for this issuer and this audience, and speak of one subject.
Source: numerique-gouv/proconnect-documentation.
"""

import logging
from typing import Any
from urllib.parse import urlencode

import jwt
import requests
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.backends import ModelBackend
from django.core.cache import cache
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare, get_random_string
from django.utils.translation import gettext as _
from mozilla_django_oidc import views as oidc_views
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from atlas.models import User
from atlas.services import identity

logger = logging.getLogger(__name__)

SCOPES = "openid given_name usual_name email uid siret idp_id"
TIMEOUT = 10.0  # seconds, for each request to the provider
LEEWAY = 30  # seconds between our clock and the provider's
DISCOVERY_KEPT = 3600  # seconds
ID_TOKEN = "oidc_id_token"  # noqa: S105 — the session key where the library keeps it
UNKNOWN_SIRET = "proconnect_unknown_siret"  # session: the organisation that the atlas does not know


class ProviderError(Exception):
    """The provider does not answer, or answers something else than its specification."""


def discovery() -> dict[str, Any]:
    """The provider's endpoints, read once an hour.

    Raises:
        ProviderError: unreachable, malformed, or issued by somebody else.
    """
    key = f"proconnect:{settings.PROCONNECT_ISSUER}"
    if document := cache.get(key):
        return document
    document = _fetch_json(f"{settings.PROCONNECT_ISSUER}/.well-known/openid-configuration")
    if document.get("issuer") != settings.PROCONNECT_ISSUER:
        raise ProviderError(f"unexpected issuer: {document.get('issuer')!r}")
    cache.set(key, document, DISCOVERY_KEPT)
    return document


def endpoint(name: str) -> str:
    try:
        return discovery()[name]
    except KeyError:
        raise ProviderError(f"the discovery document names no {name}") from None


def _fetch_json(url: str) -> dict[str, Any]:
    try:
        response = requests.get(url, timeout=TIMEOUT, allow_redirects=False)
        response.raise_for_status()
        document = response.json()
    except (requests.RequestException, ValueError) as error:
        raise ProviderError(f"{url}: {error}") from error
    if response.status_code != 200 or not isinstance(document, dict):
        raise ProviderError(f"{url}: not a JSON document")
    return document


def _setting(name: str, *default: Any) -> Any:
    """The library's settings. Endpoints are asked when they are used: a provider that is down stops no password login."""
    match name:
        case "OIDC_OP_AUTHORIZATION_ENDPOINT":
            return endpoint("authorization_endpoint")
        case "OIDC_RP_CLIENT_ID":
            return settings.PROCONNECT_CLIENT_ID
        case "OIDC_RP_SCOPES":
            return SCOPES
        case "OIDC_STATE_SIZE" | "OIDC_NONCE_SIZE":
            return 43  # characters of [a-zA-Z0-9]: 256 bits; ProConnect asks for 32 at least
        case "OIDC_STORE_ID_TOKEN":
            return True  # the logout of the provider asks for it
        case "OIDC_TIMEOUT":
            return TIMEOUT
        case "LOGIN_REDIRECT_URL_FAILURE":
            return reverse("login")
        case "LOGIN_REDIRECT_URL":
            return settings.LOGIN_REDIRECT_URL
    return default[0] if default else None


class ProConnectBackend(OIDCAuthenticationBackend):
    """Turns the code of a callback into an account. Passwords and permissions are another backend's matter."""

    get_settings = staticmethod(_setting)
    get_user = ModelBackend.get_user  # nobody for a closed account

    def __init__(self) -> None:
        # The parent reads every setting here, at each request of somebody logged in: we read them when needed.
        self.UserModel = User
        self.OIDC_RP_CLIENT_ID = settings.PROCONNECT_CLIENT_ID
        self.OIDC_RP_CLIENT_SECRET = settings.PROCONNECT_CLIENT_SECRET
        self.OIDC_RP_SIGN_ALGO = settings.PROCONNECT_SIGN_ALGO

    @property
    def OIDC_OP_TOKEN_ENDPOINT(self) -> str:
        return endpoint("token_endpoint")

    @property
    def OIDC_OP_USER_ENDPOINT(self) -> str:
        return endpoint("userinfo_endpoint")

    @property
    def OIDC_OP_JWKS_ENDPOINT(self) -> str:
        return endpoint("jwks_uri")

    def authenticate(self, request: HttpRequest, *, nonce: str, code_verifier: str | None = None) -> User | None:
        """Only for the callback: Django skips backends whose parameters do not fit.

        Raises:
            ProviderError, SuspiciousOperation, jwt.InvalidTokenError, requests.RequestException: nobody enters.
        """
        if not settings.PROCONNECT_ENABLED:
            return None
        return super().authenticate(request, nonce=nonce, code_verifier=code_verifier)

    def has_perm(self, user_obj: User, perm: str, obj: Any = None) -> bool:
        return False

    def get_all_permissions(self, user_obj: User, obj: Any = None) -> set[str]:
        return set()

    def has_module_perms(self, user_obj: User, app_label: str) -> bool:
        return False

    def verify_token(self, token: str, **kwargs: Any) -> dict[str, Any]:
        """Claims of an identity token: signature, issuer, audience, dates and nonce checked."""
        claims = self._decode(token, require=["iss", "aud", "exp", "iat", "sub"])
        if not constant_time_compare(str(claims.get("nonce", "")), kwargs["nonce"] or ""):
            raise SuspiciousOperation("the nonce is not the one sent")
        # Several audiences: the token must have been issued to us (OpenID Connect Core 3.1.3.7).
        if claims.get("azp", self.OIDC_RP_CLIENT_ID) != self.OIDC_RP_CLIENT_ID:
            raise SuspiciousOperation("the token was issued to another client")
        return claims

    def get_userinfo(self, access_token: str, id_token: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Claims about the person, which ProConnect signs. An answer in plain JSON is refused."""
        response = requests.get(
            self.OIDC_OP_USER_ENDPOINT,
            headers={"Authorization": f"Bearer {access_token}"},
            timeout=TIMEOUT,
            allow_redirects=False,
        )
        response.raise_for_status()
        if response.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/jwt":
            raise SuspiciousOperation("the userinfo answer is not signed")
        claims = self._decode(response.text, require=["iss", "aud", "sub"])
        if claims["sub"] != payload["sub"]:
            raise SuspiciousOperation("userinfo and identity token speak of two persons")
        return claims

    def verify_claims(self, claims: dict[str, Any]) -> bool:
        return bool(claims.get("sub") and claims.get("email"))

    def get_or_create_user(self, access_token: str, id_token: str, payload: dict[str, Any]) -> User | None:
        """The account of this identity, made if need be. Its reasons to refuse are shown on the login page."""
        claims = self.get_userinfo(access_token, id_token, payload)
        if not self.verify_claims(claims):
            raise SuspiciousOperation("no subject or no address in the claims")
        try:
            found = identity.reconcile(
                sub=claims["sub"],
                email=claims["email"],
                given_name=claims.get("given_name") or "",
                usual_name=claims.get("usual_name") or "",
                siret=claims.get("siret") or "",
            )
        except ValidationError as refusal:
            messages.error(self.request, refusal.messages[0])
            return None
        self.request.session[UNKNOWN_SIRET] = "" if found.collectivity else (claims.get("siret") or "")
        return found.user

    def _decode(self, token: str, require: list[str]) -> dict[str, Any]:
        if jwt.get_unverified_header(token).get("alg") != self.OIDC_RP_SIGN_ALGO:
            raise SuspiciousOperation("the token is not signed as agreed")
        return jwt.decode(
            token,
            self.retrieve_matching_jwk(token),
            algorithms=[self.OIDC_RP_SIGN_ALGO],
            audience=self.OIDC_RP_CLIENT_ID,
            issuer=settings.PROCONNECT_ISSUER,
            leeway=LEEWAY,
            options={"require": require},
        )

    def retrieve_matching_jwk(self, token: str) -> jwt.PyJWK:
        """The provider's key that the token names; read again each time, since providers change them."""
        wanted = jwt.get_unverified_header(token).get("kid")
        for key in _fetch_json(self.OIDC_OP_JWKS_ENDPOINT).get("keys", []):
            if key.get("kid") == wanted and key.get("use", "sig") == "sig":
                return jwt.PyJWK(key, algorithm=self.OIDC_RP_SIGN_ALGO)
        raise SuspiciousOperation("no key of the provider signs this token")


FAILURES = (ProviderError, SuspiciousOperation, jwt.PyJWTError, requests.RequestException, ValueError, KeyError)


class SwitchedOn:
    """Views that exist only where ProConnect is configured, and that fail in French, on the login page."""

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not settings.PROCONNECT_ENABLED:
            raise Http404
        try:
            response = super().dispatch(request, *args, **kwargs)
        except FAILURES as error:
            logger.warning("ProConnect: %s: %s", type(error).__name__, error)
            return self.failed(request)
        response.headers["Cache-Control"] = "no-store"
        return response

    def failed(self, request: HttpRequest) -> HttpResponse:
        if not len(messages.get_messages(request)):  # reading them would use them up
            text = _("La connexion par ProConnect n’a pas abouti. Recommencez, ou entrez avec votre mot de passe.")
            messages.error(request, text)
        return redirect("login")


class SignIn(SwitchedOn, oidc_views.OIDCAuthenticationRequestView):
    """Sends to ProConnect, with a `state` and a `nonce` kept in the session."""

    get_settings = staticmethod(_setting)

    def __init__(self, **kwargs: Any) -> None:
        # The parent reads the endpoint here, before `dispatch` can say that ProConnect is off.
        super(oidc_views.OIDCAuthenticationRequestView, self).__init__(**kwargs)
        self.OIDC_RP_CLIENT_ID = settings.PROCONNECT_CLIENT_ID

    @property
    def OIDC_OP_AUTH_ENDPOINT(self) -> str:
        return endpoint("authorization_endpoint")


class Callback(SwitchedOn, oidc_views.OIDCAuthenticationCallbackView):
    """Where ProConnect sends back. A `state` serves once, in the session that asked for it."""

    get_settings = staticmethod(_setting)

    def login_failure(self) -> HttpResponse:
        return self.failed(self.request)


def end_session_address(request: HttpRequest) -> str:
    """Where to leave ProConnect too, for whoever came through it; empty for the others, or when it does not answer."""
    id_token = request.session.get(ID_TOKEN)
    if not (settings.PROCONNECT_ENABLED and id_token):
        return ""
    try:
        address = endpoint("end_session_endpoint")
    except ProviderError as error:
        logger.warning("ProConnect: %s", error)
        return ""
    parameters = {
        "id_token_hint": id_token,
        "state": get_random_string(43),
        "post_logout_redirect_uri": settings.SITE_URL.rstrip("/") + reverse("home"),
    }
    return f"{address}?{urlencode(parameters)}"
