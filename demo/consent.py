"""A provider of consents (OAuth 2) for the stand-ins of the demo and the tests: PKCE is enforced, tokens rotate. See `Office`."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import OAuth2Error
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import Flask, Response, jsonify, request

from core.providers import Provider
from demo.consent_rules import App, Code, CodeRule, RefreshRule, RevocationRule, Tokens

#: Seconds that an access token lives.
LIVES = 1800
#: Where a mail server asks whose token one is.
INTROSPECTION = "/introspect"
_LOST = "moisson.lost"


def lose(environ: dict[str, Any]) -> None:
    """What this request does is done, and its answer is lost on the way: the connection ends without a word."""
    environ[_LOST] = True


def losing(app: Flask) -> None:
    """From now on `lose` works on this app."""
    app.wsgi_app = _Losing(app.wsgi_app)  # type: ignore[method-assign]


class _Losing:
    def __init__(self, inner: WSGIApplication) -> None:
        self._inner = inner

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = self._inner(environ, start_response)
        if environ.get(_LOST):
            raise ConnectionAbortedError
        return answer


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
        losing(self.app)
        os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # a stand-in speaks plain http on loopback
        self.app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True
        self.app.config["OAUTH2_TOKEN_EXPIRES_IN"] = dict.fromkeys(
            ("authorization_code", "refresh_token"), LIVES
        )
        self.server = AuthorizationServer(self.app, self.apps.get, self._save)
        self.server.register_grant(_rule(self, CodeRule), [CodeChallenge(required=True)])
        self.server.register_grant(_rule(self, RefreshRule))
        self.server.register_endpoint(_rule(self, RevocationRule))
        self._answer("authorize", self.provider.authorize, self._authorize, "GET", "POST")
        self._answer("token", self.provider.token, self._token, "POST")
        self._answer("introspect", INTROSPECTION, self.introspect, "POST")
        if self.provider.revoke:
            self._answer("revoke", self.provider.revoke, self._revoke, "POST")

    def register(self, client_id: str, secret: str, *redirects: str) -> None:
        self.apps[client_id] = App(client_id, secret, redirects)

    def whose(self) -> str | None:
        """The person whose access token the request bears; None for one that is unknown, over or withdrawn."""
        return self._person(request.headers.get("Authorization", "").removeprefix("Bearer "))

    def introspect(self) -> Any:
        """Whose token one is, for a mail server that asks (RFC 7662)."""
        person = self._person(request.form.get("token", ""))
        return jsonify(active=True, username=person) if person else jsonify(active=False)

    def _person(self, token: str) -> str | None:
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
        return self.server.create_endpoint_response(RevocationRule.ENDPOINT_NAME)

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


def _rule(office: Office, kind: type[Any]) -> type[Any]:
    """Authlib makes one for each request; this one knows its office."""
    return type(kind.__name__, (kind,), {"office": office})
