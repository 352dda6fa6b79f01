"""Access tokens of one round: refreshed in time by one request at a time, and kept before they are used (OAuth 2, Authlib)."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.oauth2.client import OAuth2Client
from sqlalchemy.orm import Session

from core import errors, nouns, partners
from core.db.writer import Writer
from core.providers import Provider
from vault.field_opening import FieldOpener
from vault.redact import Secret

log = structlog.get_logger(__name__)

#: The field that a token set is sealed as, and the one of an app's secret.
FIELD, CLIENT_SECRET = "tokens", "client_secret"
#: A token that ends sooner is refreshed before it is used.
LEEWAY = timedelta(seconds=90)

#: One refresh at a time for each mailbox and destination; the lease keeps other workers out.
_turns: defaultdict[tuple[str, int], threading.Lock] = defaultdict(threading.Lock)


@dataclass(frozen=True)
class App:
    """What a company has registered at a provider, as a round uses it. `secret` is empty for an app that has none."""

    provider: Provider
    client_id: str
    secret: Secret


class Tokens:
    """`app` opens the company's registration at a provider; `learn` keeps what is opened out of every log line."""

    def __init__(
        self,
        of: nouns.Round,
        origins: tuple[str, ...],
        http: httpx.Client,
        *,
        app: Callable[[str], App],
        opener: FieldOpener,
        writer: Writer,
        learn: Callable[..., object],
        now: Callable[[], datetime],
    ) -> None:
        self._of, self._origins, self._http, self._app = of, origins, http, app
        self._opener, self._writer, self._learn, self._now = opener, writer, learn, now
        self._fresh: dict[str, Any] | None = None

    def access(self, *, but: str = "") -> Secret:
        """A token that is still good for a while, and another one than `but`. Raises ConsentEnded."""
        held = self._fresh
        if held is None or not self._good(held, but):
            with _turns[self._of.what, self._of.id]:
                held = self._fresh = self._current(but)
        return Secret(held["access_token"])

    def brought(self) -> dict[str, str]:
        """What came with the consent, and is no secret."""
        self.access()
        return {name: str(told) for name, told in (self._fresh or {}).get("brought", {}).items()}

    def keep(
        self,
        given: Mapping[str, Any],
        before: Mapping[str, Any],
        *,
        also: Callable[[Session], None] = lambda _: None,
    ) -> None:
        """Committed under the round's fence before anybody uses it, with what changes in the same moment.

        `before` is what it takes the place of; at first `provider`, and what was `brought`.
        """
        kept = {**before, **_stamped(given, self._now())}
        self._learn(*_secret(kept))

        def commit(session: Session) -> None:
            told = json.dumps(kept)
            self._opener.seal(session, self._of, FIELD, told, origins=self._origins, now=self._now())
            also(session)

        self._writer.now(commit)
        self._fresh = kept

    def _good(self, held: Mapping[str, Any], but: str) -> bool:
        ends = datetime.fromisoformat(held["ends_at"])
        return held["access_token"] != but and self._now() + LEEWAY < ends

    def _current(self, but: str) -> dict[str, Any]:
        """What is sealed, refreshed if it must be: another may have done so while we waited for our turn."""
        sealed = self._opener.of_round(self._of, origins=self._origins, now=self._now()).get(FIELD)
        if sealed is None:
            raise errors.ConsentEnded("there is none")
        kept: dict[str, Any] = json.loads(sealed.reveal())
        self._learn(*_secret(kept))
        if self._good(kept, but):
            return kept
        if not kept.get("refresh_token"):
            raise errors.ConsentEnded("it cannot be renewed without asking")
        given = refresh(self._http, self._app(kept["provider"]), kept["refresh_token"])
        self.keep(given, kept)
        return self._fresh or kept


class Bearer(httpx.Auth):
    """The access token as a header. What comes back as expired or withdrawn is asked once more with a new one."""

    def __init__(self, tokens: Tokens, origins: tuple[str, ...]) -> None:
        self._tokens, self._origins = tokens, origins

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if f"{request.url.scheme}://{request.url.netloc.decode()}" not in self._origins:
            raise errors.DoorClosed(request.url.host)
        token = self._tokens.access().reveal()
        request.headers["Authorization"] = f"Bearer {token}"
        answer = yield request
        if answer.status_code == 401:
            another = self._tokens.access(but=token).reveal()
            request.headers["Authorization"] = f"Bearer {another}"
            yield request


def exchange(http: httpx.Client, app: App, code: str, verifier: str, redirect: str) -> dict[str, Any]:
    """The first token set of a consent (RFC 6749 4.1.3, RFC 7636 4.5). Raises ConsentEnded for a code that is none any more."""
    return _granted(
        lambda client, how: client.fetch_token(
            app.provider.token, code=code, code_verifier=verifier, redirect_uri=redirect, **how
        ),
        http,
        app,
    )


def refresh(http: httpx.Client, app: App, token: str) -> dict[str, Any]:
    """The next token set. When the answer is lost, the old token is tried once more: providers let it live that long."""

    def ask(client: OAuth2Client, how: Mapping[str, Any]) -> Any:
        try:
            return client.refresh_token(app.provider.token, refresh_token=token, **how)
        except errors.PartnerSilent:
            log.warning("token.answer_lost", provider=app.provider.id)
            return client.refresh_token(app.provider.token, refresh_token=token, **how)

    return _granted(ask, http, app)


def revoke(http: httpx.Client, app: App, token: str) -> None:
    """RFC 7009: after that neither this refresh token nor what it gave works. Nothing happens where a provider has no such address."""
    if app.provider.revoke:
        answer = _Client(http).revoke_token(app.provider.revoke, token=token, **_proof(app))
        partners.expect(answer, 400, step="revoke")


class _Client(OAuth2Client):  # type: ignore[misc]
    """Authlib's client on our line."""

    oauth_error_class = OAuthError  # it takes any description; the other refuses those with a quotation mark

    def __init__(self, http: httpx.Client) -> None:
        super().__init__(http)
        for answer in ("access_token_response", "refresh_token_response"):
            self.register_compliance_hook(answer, lambda told: partners.expect(told, 400, 401, step="token"))


def _granted(
    ask: Callable[[OAuth2Client, Mapping[str, Any]], Any], http: httpx.Client, app: App
) -> dict[str, Any]:
    try:
        given: dict[str, Any] = dict(ask(_Client(http), _proof(app)))
    except OAuthError as err:
        raise _meant(str(err.error)) from None
    except (ValueError, httpx.HTTPStatusError):
        raise errors.PartnerChanged("no JSON", step="token") from None
    if not given.get("access_token"):
        raise errors.PartnerChanged("no token", step="token")
    return given


def _proof(app: App) -> dict[str, Any]:
    """How the app proves itself: in the header or in the body (RFC 6749 2.3.1)."""
    secret = app.secret.reveal()
    if secret and app.provider.proof == "client_secret_basic":
        return {"auth": httpx.BasicAuth(app.client_id, secret)}
    said = {"client_id": app.client_id} | ({"client_secret": secret} if secret else {})
    return {"auth": httpx.Auth(), "body": urlencode(said)}


def _meant(error: str) -> errors.PartnerError:
    """RFC 6749 5.2. The provider's own description may quote what was sent, so only its word is kept."""
    word = error if error.replace("_", "").isalnum() and len(error) < 60 else "unknown"
    if word == "invalid_grant":
        return errors.ConsentEnded(word, step="token")
    if word in ("invalid_client", "unauthorized_client", "invalid_scope"):
        return errors.PartnerRefused(word, step="token")
    if word in ("temporarily_unavailable", "server_error"):
        return errors.PartnerDown(word, step="token")
    return errors.PartnerChanged(word, step="token")


def _stamped(given: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """With the instant at which the access token ends: an hour from now when nothing is said (RFC 6749 4.2.2)."""
    seconds = float(given.get("expires_in") or 3600)
    return {**given, "ends_at": (now + timedelta(seconds=seconds)).isoformat()}


def _secret(kept: Mapping[str, Any]) -> list[str]:
    return [str(kept[name]) for name in ("access_token", "refresh_token", "id_token") if kept.get(name)]
