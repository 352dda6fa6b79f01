"""A provider of consents (OAuth 2 by Authlib) for the stand-ins of the demo and the tests: PKCE is enforced, tokens rotate."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, OAuth2Error, TokenMixin, grants
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import Flask, Response, request

from core.providers import Provider

#: Seconds that an access token lives.
LIVES = 1800
_LOST = "moisson.lost"


def lose(environ: dict[str, Any]) -> None:
    """What this request does is done, and its answer is lost on the way: the connection ends without a word."""
    environ[_LOST] = True


class _Losing:
    def __init__(self, inner: WSGIApplication) -> None:
        self._inner = inner

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = self._inner(environ, start_response)
        if environ.get(_LOST):
            raise ConnectionAbortedError
        return answer


@dataclass
class App(ClientMixin):  # type: ignore[misc]
    """What a customer has registered. An empty secret is an app that has none."""

    client_id: str
    secret: str
    redirects: tuple[str, ...]

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return self.redirects[0]

    def get_allowed_scope(self, scope: str) -> str:
        return scope or ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirects

    def check_client_secret(self, client_secret: str) -> bool:
        return bool(self.secret) and client_secret == self.secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return (method == "none") is not bool(self.secret)

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in ("authorization_code", "refresh_token")


@dataclass
class Code(AuthorizationCodeMixin):  # type: ignore[misc]
    code: str
    client_id: str
    redirect_uri: str
    scope: str
    person: str
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


@dataclass
class Tokens(TokenMixin):  # type: ignore[misc]
    """One set. `spent_at` is when its successor was made; until the grace is over it may be asked for again."""

    client_id: str
    person: str
    scope: str
    access_token: str
    refresh_token: str
    ends_at: float
    spent_at: float | None = None
    revoked: bool = False

    def check_client(self, client: ClientMixin) -> bool:
        return bool(client.get_client_id() == self.client_id)

    def get_scope(self) -> str:
        return self.scope


@dataclass
class Office:
    """Puts `authorize`, `token` and `revoke` of a provider on a stand-in's app, at the provider's own paths.

    Levers: `lose_answers` (so many token answers are lost after everything was stored), `ended` (no refresh works any
    more), `refuses` (the person says no), `expire_access()`. `token_calls` counts what came to the token address.
    `brings` is added to what comes back with the code: QuickBooks' `realmId`.
    """

    app: Flask
    provider: Provider
    person: str = "anne@firm.example"
    brings: Mapping[str, str] = field(default_factory=dict)
    clock: Callable[[], float] = time.time
    rotates: bool = True
    lose_answers: int = 0
    ended: bool = False
    refuses: bool = False
    token_calls: int = 0
    apps: dict[str, App] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    given: list[Tokens] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.app.wsgi_app = _Losing(self.app.wsgi_app)  # type: ignore[method-assign]
        os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # a stand-in speaks plain http on loopback
        self.app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True
        self.app.config["OAUTH2_TOKEN_EXPIRES_IN"] = dict.fromkeys(
            ("authorization_code", "refresh_token"), LIVES
        )
        self.server = AuthorizationServer(self.app, self.apps.get, self._save)
        self.server.register_grant(_grant(self, _CodeGrant), [CodeChallenge(required=True)])
        self.server.register_grant(_grant(self, _RefreshGrant))
        self.server.register_endpoint(_grant(self, _Revocation))
        self._answer("authorize", self.provider.authorize, self._authorize, "GET", "POST")
        self._answer("token", self.provider.token, self._token, "POST")
        if self.provider.revoke:
            self._answer("revoke", self.provider.revoke, self._revoke, "POST")

    def register(self, client_id: str, secret: str, *redirects: str) -> None:
        self.apps[client_id] = App(client_id, secret, redirects)

    def whose(self) -> str | None:
        """The person whose access token the request bears; None for one that is unknown, over or withdrawn."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        found = next((one for one in self.given if one.access_token == token), None)
        if found is None or found.revoked or self.ended or self.clock() >= found.ends_at:
            return None
        return found.person

    def expire_access(self) -> None:
        """Every access token is over; refresh tokens live."""
        for one in self.given:
            one.ends_at = 0.0

    def _answer(self, name: str, url: str, view: Callable[[], Any], *methods: str) -> None:
        self.app.add_url_rule(urlsplit(url).path, f"consent_{name}", view, methods=list(methods))

    def _authorize(self) -> Any:
        try:
            grant = self.server.get_consent_grant(end_user=self.person)
        except OAuth2Error as err:
            return Response(f"{err.error}: {err.description}", status=400)
        if request.method == "GET":
            return _PAGE.format(
                name=self.provider.name, person=self.person, scope=grant.request.payload.scope
            )
        agreed = request.form.get("answer") == "yes" and not self.refuses
        answer = self.server.create_authorization_response(
            grant_user=self.person if agreed else None, grant=grant
        )
        if agreed and self.brings and "Location" in answer.headers:
            more = "&".join(f"{name}={value}" for name, value in self.brings.items())
            answer.headers["Location"] += f"&{more}"
        return answer

    def _token(self) -> Any:
        self.token_calls += 1
        answer = self.server.create_token_response()
        if self.lose_answers and answer.status_code == 200:
            self.lose_answers -= 1
            lose(request.environ)
        return answer

    def _revoke(self) -> Any:
        return self.server.create_endpoint_response(_Revocation.ENDPOINT_NAME)

    def _save(self, token: Mapping[str, Any], asked: Any) -> None:
        kept = token.get("refresh_token") or asked.refresh_token.refresh_token
        self.given.append(
            Tokens(
                asked.client.client_id,
                asked.user,
                token.get("scope", ""),
                token["access_token"],
                kept,
                self.clock() + LIVES,
            )
        )


_PAGE = """<!doctype html><html lang="fr"><meta charset="utf-8"><title>{name} (démonstration)</title>
<h1>{name} (démonstration)</h1><p>{person} : autoriser Moisson ?</p><p>{scope}</p>
<form method="post"><button name="answer" value="yes">Autoriser</button> <button name="answer" value="no">Refuser</button></form></html>"""


def _grant(office: Office, kind: type[Any]) -> type[Any]:
    """Authlib makes one for each request; this one knows its office."""
    return type(kind.__name__, (kind,), {"office": office})


class _CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")
    office: Office

    def save_authorization_code(self, code: str, asked: Any) -> None:
        told = asked.payload
        self.office.codes[code] = Code(
            code,
            asked.client.client_id,
            told.redirect_uri,
            told.scope,
            asked.user,
            told.data["code_challenge"],
            told.data["code_challenge_method"],
        )

    def query_authorization_code(self, code: str, client: App) -> Code | None:
        found = self.office.codes.get(code)
        return found if found and found.client_id == client.client_id else None

    def delete_authorization_code(self, code: Code) -> None:
        del self.office.codes[code.code]

    def authenticate_user(self, code: Code) -> str:
        return code.person


class _RefreshGrant(grants.RefreshTokenGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")
    office: Office

    @property
    def INCLUDE_NEW_REFRESH_TOKEN(self) -> bool:
        return self.office.rotates

    def authenticate_refresh_token(self, refresh_token: str) -> Tokens | None:
        if self.office.ended:
            return None
        found = [one for one in self.office.given if one.refresh_token == refresh_token and not one.revoked]
        grace = self.office.provider.grace.total_seconds()
        alive = [one for one in found if one.spent_at is None or self.office.clock() - one.spent_at < grace]
        return alive[-1] if alive else None

    def authenticate_user(self, credential: Tokens) -> str:
        return credential.person

    def revoke_old_credential(self, refresh_token: Tokens) -> None:
        if self.office.rotates and refresh_token.spent_at is None:
            refresh_token.spent_at = self.office.clock()


class _Revocation(RevocationEndpoint):  # type: ignore[misc]
    office: Office

    def query_token(self, token_string: str, token_type_hint: str | None) -> Tokens | None:
        held = (one for one in self.office.given if token_string in (one.refresh_token, one.access_token))
        return next(held, None)

    def revoke_token(self, token: Tokens, request: Any) -> None:
        for one in self.office.given:
            one.revoked = one.revoked or one.person == token.person
