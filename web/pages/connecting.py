"""Connecting a mailbox: an address, the ways that it can be read, and what the company has registered at its providers."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import errors, providers
from core.db import models
from core.ledger import mail_notices, mailboxes
from core.mailbox import places
from web import consents, farm, guard, mail_places, people
from web import desk as desks
from web import mailboxes as shown
from web.pages.consents import provider_of, sent_there, visitor
from web.pages.statements import record

pages = Blueprint("connecting", __name__, url_prefix="/mailboxes")
#: Providers of consents for mail.
MAIL = tuple(places.PROVIDER.values())


@pages.get("/new")
@guard.finance
def form() -> str:
    """The address alone, then the ways that it may be read."""
    if "address" not in request.args:
        return render_template("mailbox_new.html", typed=shown.Typed(), ways=False)
    return _ways(shown.begun(request.args))


@pages.post("/consent/<kind>")
@guard.finance
def by_consent(kind: str) -> Response | str | tuple[str, int]:
    """A mailbox that waits for its consent, and the way to the provider; `line` imap reads it by IMAP instead of the provider's interface."""
    if kind not in places.PROVIDER:
        abort(404)
    here, typed = farm.here(), shown.begun(request.form)
    if typed.problems:
        return _ways(typed), 422
    try:
        with here.database.write() as session:
            app = consents.app_of(session, g.visitor.workspace_id, places.PROVIDER[kind]) or abort(409)
            provider = provider_of(app)
            place: dict[str, str | int] = {"tenant": app.tenant} if app.tenant else {}
            if request.form.get("line") == "imap":
                kind, place = "imap", places.imap_by_consent(provider, typed.address) | place
            row = _connect(session, typed, kind, place, ready=False)
        back = url_for("mailboxes.mailbox", mailbox_id=row.id)
        return sent_there(row, app, back=back, scopes=places.scopes_of(row, provider), hint=row.address)
    except mailboxes.AlreadyConnected:
        return _back_to(typed)
    except errors.VaultError:
        typed.problems["form"] = "form.not_ready"
        return _ways(typed), 422


@pages.post("/imap")
@guard.finance
def by_password() -> Response | tuple[str, int]:
    here = farm.here()
    typed = shown.server(request.form, loopback=here.settings.allow_loopback)
    if typed.problems:
        return _ways(typed), 422
    place = places.imap(typed.host, int(typed.port), security=typed.security, login=typed.login)
    try:
        with here.database.write() as session:
            row = _connect(session, typed, "forward" if typed.catch_all else "imap", place, ready=True)
            shown.seal_password(session, row, typed.password, by=g.visitor.person_id, now=here.now())
    except mailboxes.AlreadyConnected:
        return _back_to(typed)
    except errors.VaultError:
        typed.problems["form"] = "form.not_ready"
        return _ways(typed), 422
    return redirect(url_for("mailboxes.mailbox", mailbox_id=row.id))


@pages.get("/apps/<provider>")
@guard.admin
def app(provider: str) -> str:
    return _app(provider)


@pages.post("/apps/<provider>")
@guard.admin
def register(provider: str) -> Response | tuple[str, int]:
    """What the company has registered there for itself: its id stays readable, its secret is sealed."""
    here, told = farm.here(), _provider(provider)
    client_id, secret = request.form.get("client_id", "").strip(), request.form.get("client_secret", "")
    try:
        with here.database.write() as session:
            known = consents.app_of(session, g.visitor.workspace_id, provider)
            if not client_id or not (secret or known):
                return _app(provider, "mailboxes.app_incomplete"), 422
            consents.register(
                session,
                here.desk,
                g.visitor.workspace_id,
                told,
                client_id=client_id[:300],
                client_secret=secret,
                by=visitor(),
                tenant=request.form.get("tenant", "")[:100],
            )
            record(session, "app.registered", f"provider:{provider}")
    except errors.VaultError:
        return _app(provider, "form.not_ready"), 422
    address = request.form.get("address", "")
    return redirect(url_for("connecting.form", address=address or None))


def _connect(
    session: Session, typed: shown.Typed, kind: str, place: dict[str, str | int], *, ready: bool
) -> models.Mailbox:
    row = mailboxes.connect(
        session,
        g.visitor.workspace_id,
        typed.address,
        kind=kind,
        role=typed.role,
        place=place,
        by=g.visitor.person_id,
        now=farm.here().now(),
        ready=ready,
    )
    record(session, "mailbox.connected", f"mailbox:{row.id}")
    return row


def _back_to(typed: shown.Typed) -> Response:
    """To the page that says who has connected it already."""
    return redirect(url_for("connecting.form", address=typed.address, role=typed.role))


def _ways(typed: shown.Typed) -> str:
    here, outside = farm.here(), farm.outside_address()
    with here.database.read() as session:
        already = mailboxes.connected(session, g.visitor.workspace_id, typed.address)
        if already and "address" not in typed.problems:
            return _already(session, already)
        known = {
            kind: consents.app_of(session, g.visitor.workspace_id, told)
            for kind, told in places.PROVIDER.items()
        }
        ready = desks.is_ready(session, here.desk, g.visitor.workspace_id)
    offered = {
        kind: provider_of(app) if app else _provider(places.PROVIDER[kind]) for kind, app in known.items()
    }
    return render_template(
        "mailbox_new.html",
        typed=typed,
        ways="address" not in typed.problems,
        way=mail_places.way_of(typed.address),
        apps=known,
        providers=offered,
        redirects={kind: consents.redirect_of(told, outside)[0] for kind, told in offered.items()},
        loopback=here.settings.allow_loopback,
        ready=ready,
    )


def _already(session: Session, already: models.Mailbox) -> str:
    return render_template(
        "mailbox_already.html",
        mailbox=already,
        by=people.named(session, already.connected_by),
        owner=people.named(session, already.owner_id),
        ask=next(
            (one for one in mail_notices.asks(session, already.id) if one.by_id == g.visitor.person_id), None
        ),
    )


def _app(name: str, problem: str = "") -> str:
    provider = _provider(name)
    with farm.here().database.read() as session:
        known = consents.app_of(session, g.visitor.workspace_id, name)
    redirect_uri, paste = consents.redirect_of(provider, farm.outside_address())
    return render_template(
        "mailbox_app.html",
        provider=provider,
        app=known,
        redirect_uri=redirect_uri,
        paste=paste,
        problem=problem,
        address=request.values.get("address", ""),
    )


def _provider(name: str) -> providers.Provider:
    """Of mail only; the others have pages of their own."""
    return providers.known(farm.here().settings.stand_ins, name) if name in MAIL else abort(404)
