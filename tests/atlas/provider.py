"""A small OpenID Connect provider on a thread, for the tests of ProConnect: real HTTP, real RSA keys, and every way to lie."""

import json
import threading
import time
from base64 import b64encode
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "atlas-client", "atlas-secret-of-the-tests-long-enough"


def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """Answers discovery, keys, tokens and userinfo. A test changes `id_claims`, `info_claims`, or whole answers."""

    def __init__(self) -> None:
        self.key, self.kid = key(), "first"
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self.server.server_port}/api/v2"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        self.reset()

    def reset(self) -> None:
        """An honest provider, and a public agent of nowhere in particular."""
        self.nonce = ""
        self.asked: list[tuple[str, Any]] = []
        self.id_claims: dict[str, Any] = {}
        self.info_claims = {
            "sub": "sub-1",
            "email": "nour@ville.example",
            "given_name": "Nour",
            "usual_name": "Diallo",
            "siret": "",
        }
        self.id_signer = self.info_signer = self.sign
        self.info_type = "application/jwt"
        self.document: dict[str, Any] = {}

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": self.kid})

    def common(self) -> dict[str, Any]:
        now = int(time.time())
        return {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60}

    # --- Answers: (content type, body) ---

    def answers(self) -> dict[str, Callable[[], tuple[str, str]]]:
        return {
            "/.well-known/openid-configuration": self.discovery,
            "/jwks": self.keys,
            "/token": self.token,
            "/userinfo": self.userinfo,
        }

    def discovery(self) -> tuple[str, str]:
        endpoints = {"authorization": "authorize", "token": "token", "userinfo": "userinfo", "end_session": "logout"}
        document = {f"{name}_endpoint": f"{self.issuer}/{where}" for name, where in endpoints.items()}
        document |= {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks"}
        return "application/json", json.dumps(document | self.document)

    def keys(self) -> tuple[str, str]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return "application/json", json.dumps({"keys": [public | {"kid": self.kid, "use": "sig", "alg": "RS256"}]})

    def token(self) -> tuple[str, str]:
        claims = self.common() | {"sub": "sub-1", "nonce": self.nonce} | self.id_claims
        id_token = self.id_signer({name: value for name, value in claims.items() if value is not None})
        return "application/json", json.dumps({"access_token": "access", "token_type": "Bearer", "id_token": id_token})

    def userinfo(self) -> tuple[str, str]:
        claims = {name: value for name, value in (self.common() | self.info_claims).items() if value is not None}
        return self.info_type, self.info_signer(claims)

    def _handler(provider) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(None)

            def do_POST(self) -> None:
                self._answer(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))

            def _answer(self, sent: Any) -> None:
                where = self.path.partition("?")[0].removeprefix("/api/v2")
                provider.asked.append((where, sent if sent is not None else self.headers.get("Authorization")))
                kind, body = provider.answers()[where]()
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *args: Any) -> None:
                """Silent."""

        return Handler


def unsigned(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, None, algorithm="none")


def by_somebody_else(kid: str = "first") -> Callable[[dict[str, Any]], str]:
    """The right name of key, another key."""
    other = key()
    return lambda claims: jwt.encode(claims, other, algorithm="RS256", headers={"kid": kid})


def by_the_client_secret(claims: dict[str, Any]) -> str:
    """A symmetric signature, by what every holder of the client knows."""
    return jwt.encode(claims, SECRET, algorithm="HS256", headers={"kid": "first"})


def basic() -> str:
    return "Basic " + b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
