"""Asking for a consent (OAuth 2 with PKCE, RFC 6749 and 7636): what leaves with the browser, and what may come back with it.

Nothing secret stays here: state and verifier are made, the verifier and later the code are sealed for the worker, and of the
state a keyed hash is kept.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from sqlalchemy import select
from sqlalchemy.orm import Session

from collectors.kit import hosts
from core import providers
from core.db import models
from core.providers import Provider
from vault import fields, sealing
from web import desk as desks

#: Where providers send people back to.
CALLBACK = "/oauth/callback"
#: A consent that takes longer is asked for anew.
LIVES = timedelta(minutes=10)
#: The field that an app's secret is sealed as.
CLIENT_SECRET = "client_secret"  # noqa: S105 - a field's name
_LONGEST = 4096


class NotOurs(Exception):
    """What came back belongs to no consent that this signed-in browser asked for in the last minutes."""


@dataclass(frozen=True)
class Visitor:
    """Who asks, in which signed-in browser, and when."""

    person_id: int
    session_hash: str
    now: datetime


@dataclass(frozen=True)
class Asked:
    """`address` is where the person goes: it holds the state and is shown to nobody else. With `paste` they bring the answer back by hand."""

    provider: Provider
    address: str
    redirect: str
    scopes: tuple[str, ...]
    paste: bool
    back: str


def register(
    session: Session,
    desk: desks.Desk,
    workspace_id: int,
    provider: Provider,
    *,
    client_id: str,
    client_secret: str,
    by: Visitor,
    tenant: str = "",
    scopes: str = "",
) -> models.ProviderApp:
    """What the company has registered at a provider; the same again corrects it. An empty secret leaves the one that is sealed."""
    app = app_of(session, workspace_id, provider.id)
    if app is None:
        app = models.ProviderApp(workspace_id=workspace_id, provider=provider.id, secret_version=0)
        session.add(app)
    app.client_id, app.tenant, app.scopes = client_id.strip(), tenant.strip(), " ".join(scopes.split())
    app.made_by, app.made_at = by.person_id, by.now
    if client_secret:
        app.secret_version += 1
        session.flush()
        holder, actor = fields.Holder.of(app, provider.origins), f"person:{by.person_id}"
        secret, trusted = client_secret.strip(), desk.trusted()
        fields.seal(session, trusted, holder, CLIENT_SECRET, secret, actor=actor, by=by.person_id, at=by.now)
    session.flush()
    return app


def app_of(session: Session, workspace_id: int, provider_id: str) -> models.ProviderApp | None:
    app = models.ProviderApp
    return session.scalar(select(app).where(app.workspace_id == workspace_id, app.provider == provider_id))


def redirect_of(provider: Provider, outside: str) -> tuple[str, bool]:
    """The address to register at the provider, and whether the answer is brought back by hand. `outside` is how this farm is reached."""
    parts = urlsplit(outside)
    if parts.scheme == "https" or (provider.loopback and hosts.is_loopback(parts.hostname or "")):
        return outside + CALLBACK, False
    if provider.shows_code_at:
        return provider.shows_code_at, True
    # Providers take plain http of one's own machine only: there the browser ends at a dead page, whose address is the answer.
    return f"http://localhost:{parts.port or 80}{CALLBACK}", True


def ask(
    session: Session,
    desk: desks.Desk,
    row: models.Mailbox | models.Destination,
    app: models.ProviderApp,
    provider: Provider,
    *,
    outside: str,
    back: str,
    by: Visitor,
    scopes: tuple[str, ...] = (),
    hint: str = "",
) -> Asked:
    """Begin a consent for this mailbox or destination. Raises VaultClosed, VaultError when nothing can be sealed."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    redirect, paste = redirect_of(provider, outside)
    wanted = scopes or tuple(app.scopes.split()) or provider.scopes
    consent = models.Consent(
        state_hash=_hashed(desk, state),
        workspace_id=row.workspace_id,
        owner=fields.Holder.of(row, ()).what,
        owner_id=row.id,
        provider=provider.id,
        redirect=redirect,
        scopes=" ".join(wanted),
        back=back,
        session_hash=by.session_hash,
        asked_by=by.person_id,
        asked_at=by.now,
        expires_at=by.now + LIVES,
    )
    consent.verifier = _sealed(session, desk, consent, provider, "verifier", verifier)
    session.add(consent)
    address = _address(provider, app.client_id, redirect, wanted, state, verifier, hint)
    return Asked(provider, address, redirect, wanted, paste, back)


def _address(
    provider: Provider,
    client_id: str,
    redirect: str,
    scopes: tuple[str, ...],
    state: str,
    verifier: str,
    hint: str,
) -> str:
    """Where the person goes to say yes (RFC 6749 4.1.1, RFC 7636 4.3)."""
    told = {"login_hint": hint} if hint else {}
    address: str = prepare_grant_uri(
        provider.authorize,
        client_id=client_id,
        response_type="code",
        redirect_uri=redirect,
        scope=" ".join(scopes),
        state=state,
        code_challenge=create_s256_code_challenge(verifier),
        code_challenge_method="S256",
        **provider.asks,
        **told,
    )
    return address


def come_back(
    session: Session,
    desk: desks.Desk,
    told: Mapping[str, str],
    *,
    stand_ins: Mapping[str, str],
    by: Visitor,
) -> models.Consent:
    """What the provider sent back with the browser: a code, or its refusal. Taken once, from the browser that asked. Raises NotOurs."""
    consent = _waiting(session, desk, told.get("state", ""), by)
    consent.returned_at = by.now
    code = told.get("code", "")
    if not code or len(code) > _LONGEST:
        consent.done_at, consent.verifier, consent.outcome = by.now, None, _word(told.get("error", ""))
        return consent
    app = app_of(session, consent.workspace_id, consent.provider)
    provider = providers.known(stand_ins, consent.provider, app.tenant if app else "")
    brought = {name: told[name][:200] for name in provider.brings if told.get(name)}
    sealed = json.dumps({"code": code, **brought})
    consent.code = _sealed(session, desk, consent, provider, "code", sealed)
    return consent


def pasted(address: str) -> dict[str, str]:
    """What an address says that somebody copied out of the browser after the provider had sent it somewhere."""
    return dict(parse_qsl(urlsplit(address.strip()[: 2 * _LONGEST]).query))


def last(session: Session, row: models.Mailbox | models.Destination) -> models.Consent | None:
    """The newest consent for it: `outcome` None is under way, `granted`, or why there is none."""
    consent, holder = models.Consent, fields.Holder.of(row, ())
    mine = (consent.owner == holder.what, consent.owner_id == holder.id)
    return session.scalar(select(consent).where(*mine).order_by(consent.asked_at.desc()).limit(1))


def _waiting(session: Session, desk: desks.Desk, state: str, by: Visitor) -> models.Consent:
    """The hash is compared in constant time, and only with what this very browser has asked for."""
    consent, hashed = models.Consent, _hashed(desk, state)
    mine = (consent.session_hash == by.session_hash, consent.asked_by == by.person_id)
    asked = select(consent).where(*mine, consent.returned_at.is_(None), consent.expires_at > by.now)
    for one in session.scalars(asked.with_for_update()):
        if hmac.compare_digest(one.state_hash, hashed):
            return one
    raise NotOurs


def _sealed(
    session: Session, desk: desks.Desk, consent: models.Consent, provider: Provider, part: str, text: str
) -> bytes:
    key = sealing.active_key(session, consent.workspace_id)
    binding = fields.consent_binding(consent, part, provider.origins)
    return sealing.seal(key, desk.trusted(), binding, text)


def _hashed(desk: desks.Desk, state: str) -> str:
    return hmac.digest(desk.key.of("consents"), state.encode(), "sha256").hex()


def _word(error: str) -> str:
    """A provider's refusal is one word (RFC 6749 4.1.2.1); anything else is not kept."""
    return error if error.replace("_", "").isalpha() and len(error) < 60 else "no_code"
