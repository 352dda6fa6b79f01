"""Addresses to forward invoices to, for lists, aliases and mailboxes that nobody connects: made, replaced, retired."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.db import models
from core.ledger import forwards, mailboxes
from web import farm, guard, people
from web import mailboxes as shown
from web.pages.statements import record

pages = Blueprint("forwarding", __name__, url_prefix="/mailboxes/addresses")


@pages.get("")
@guard.finance
def room() -> str:
    with farm.here().database.read() as session:
        at = catch_all(session)
        living = forwards.living(session, g.visitor.workspace_id)
        return render_template(
            "mailbox_addresses.html",
            addresses=[
                (one, forwards.written(one, at), people.named(session, one.made_by)) for one in living
            ],
            catch_all=at,
        )


@pages.post("")
@guard.finance
def make() -> Response:
    """One more; those that live go on living until somebody retires them."""
    here, role = farm.here(), request.form.get("role", "ap")
    if role not in shown.ROLES:
        abort(400)
    with here.database.write() as session:
        if not catch_all(session):
            abort(409)
        forwards.make(session, g.visitor.workspace_id, role, by=g.visitor.person_id, now=here.now())
        record(session, "forward.made", f"workspace:{g.visitor.workspace_id}")
    return redirect(url_for("forwarding.room"))


@pages.post("/retire")
@guard.finance
def retire() -> Response:
    here = farm.here()
    with here.database.write() as session:
        forwards.retire(_found(session), now=here.now())
        record(session, "forward.retired", f"workspace:{g.visitor.workspace_id}")
    return redirect(url_for("forwarding.room"))


@pages.post("/replace")
@guard.finance
def replace() -> Response:
    """Somebody knows it who should not: a new one, and the old one is retired."""
    here = farm.here()
    with here.database.write() as session:
        forwards.replace(session, _found(session), by=g.visitor.person_id, now=here.now())
        record(session, "forward.replaced", f"workspace:{g.visitor.workspace_id}")
    return redirect(url_for("forwarding.room"))


def _found(session: Session) -> models.ForwardAddress:
    """The living address that the form names, of the visitor's company, else 404."""
    token, mine = request.form.get("address", ""), forwards.living(session, g.visitor.workspace_id)
    return next((address for address in mine if address.token == token), None) or abort(404)


def catch_all(session: Session) -> str:
    """What receives mail for every such address: a mailbox of the company, else the farm itself where it takes mail; empty is nothing."""
    boxes = mailboxes.living(session, g.visitor.workspace_id)
    box = next((one.address for one in boxes if one.kind == "forward" and "host" in one.place), "")
    settings = farm.here().settings
    return box or (urlsplit(settings.public_url).hostname or "" if settings.inbound else "")
