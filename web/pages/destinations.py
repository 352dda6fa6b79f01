"""Destinations: connecting Xero, choosing what goes where, and what was sent."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import errors, providers
from core.db import models
from core.export import chosen, delivering
from vault import fields
from web import consents, destinations, farm, guard, people
from web.pages.consents import sent_there, visitor
from web.pages.statements import record

pages = Blueprint("destinations", __name__, url_prefix="/destinations")
ONE = "/<int:destination_id>"
DELIVERY = ONE + "/deliveries/<int:delivery_id>"


@pages.get("")
@guard.members
def every() -> str:
    return _list()


@pages.post("")
@guard.finance
def connect() -> str | tuple[str, int]:
    """A new place where invoices go is made by somebody who knows their password."""
    if people.check(g.visitor.email, request.form.get("password", "")) is None:
        return _list("destinations.wrong_password"), 422
    here, provider = farm.here(), providers.known(farm.here().settings.stand_ins, "xero")
    client_id, secret = request.form.get("client_id", ""), request.form.get("client_secret", "")
    try:
        with here.database.write() as session:
            app = consents.app_of(session, g.visitor.workspace_id, provider.id)
            if client_id.strip() and g.visitor.role == "admin":
                app = consents.register(
                    session, here.desk, g.visitor.workspace_id, provider,
                    client_id=client_id, client_secret=secret, by=visitor(),
                )  # fmt: skip
            if app is None:
                return _list("destinations.no_app"), 422
            place = _new(session)
        return sent_there(place, app, back=_at(place.id))
    except errors.VaultError:
        return _list("form.not_ready"), 503


def _new(session: Session) -> models.Destination:
    now = farm.here().now()
    place = models.Destination(workspace_id=g.visitor.workspace_id, kind="xero", place="", created_at=now)
    place.name, place.made_by, place.starts_at = "Xero", g.visitor.person_id, now
    session.add(place)
    session.flush()
    record(session, "destination.added", f"destination:{place.id}")
    return place


@pages.get(ONE)
@guard.members
def room(destination_id: int) -> str:
    with farm.here().database.read() as session:
        seen = destinations.look(session, _of(session, destination_id))
        consent = consents.last(session, seen.place)
        versions = chosen.versions(session, destination_id)
    return render_template(
        "destination.html",
        seen=seen,
        consent=consent,
        versions=versions,
        what=chosen,
        **destinations.spoken(),
    )


@pages.post(f"{ONE}/connect")
@guard.finance
def again_there(destination_id: int) -> str | tuple[str, int]:
    """A new consent for the same destination; what was chosen stays."""
    with farm.here().database.read() as session:
        place = _of(session, destination_id)
        app = consents.app_of(session, place.workspace_id, place.kind) or abort(409)
    try:
        return sent_there(place, app, back=_at(destination_id))
    except errors.VaultError:
        return _list("form.not_ready"), 503


@pages.post(f"{ONE}/settings")
@guard.finance
def choose(destination_id: int) -> Response:
    """A new version, for what has not been sent; what waited for it goes."""
    here, now = farm.here(), farm.here().now()
    with here.database.write() as session:
        place = _of(session, destination_id)
        settings = destinations.typed(request.form, destinations.look(session, place), now)
        version = chosen.keep(session, place, settings, by=g.visitor.person_id, now=now)
        delivering.release(session, place.id, ["no_mapping", "lock_date"], now)
        record(session, "destination.chosen", f"destination:{place.id} version:{version}")
    return redirect(_at(destination_id))


@pages.post(f"{ONE}/refresh")
@guard.finance
def refresh(destination_id: int) -> Response:
    """The lists are read anew; a person asks, so what stopped it is tried once more."""
    with farm.here().database.write() as session:
        place = _of(session, destination_id)
        place.books = {**(place.books or {}), "asked": True}
        place.next_round_at, place.error, place.parked_until = farm.here().now(), None, None
    return redirect(_at(destination_id))


@pages.post(f"{ONE}/dry")
@guard.finance
def dry(destination_id: int) -> Response:
    """A day in which everything is shown and nothing sent, or its end."""
    here, now = farm.here(), farm.here().now()
    with here.database.write() as session:
        place = _of(session, destination_id)
        going = place.dry_until is not None and place.dry_until > now
        place.dry_until = None if going else now + timedelta(days=1)
        record(session, "destination.dry_ended" if going else "destination.dry", f"destination:{place.id}")
    return redirect(_at(destination_id))


@pages.post(f"{ONE}/organisation")
@guard.finance
def organisation(destination_id: int) -> Response:
    """Which books it is. With other books than before, what was chosen is used there only if a person says so."""
    here, now = farm.here(), farm.here().now()
    with here.database.write() as session:
        place = _of(session, destination_id)
        books = place.books or {}
        if request.form.get("organisation") not in [one["id"] for one in books.get("offered", [])]:
            abort(422)
        if books.get("id") and "keep" not in request.form:
            chosen.keep(session, place, chosen.Settings(), by=g.visitor.person_id, now=now)
        place.books, place.next_round_at = {"id": request.form["organisation"], "asked": True}, now
        record(session, "destination.organisation", f"destination:{place.id}")
    return redirect(_at(destination_id))


@pages.post(f"{ONE}/disconnect")
@guard.finance
def disconnect(destination_id: int) -> Response:
    """Tokens and consents go; what was chosen and what was sent stay."""
    here, now = farm.here(), farm.here().now()
    with here.database.write() as session:
        place = _of(session, destination_id)
        fields.forget(session, place, actor=f"person:{g.visitor.person_id}", at=now)
        place.connected_at, place.next_round_at, place.error, place.said = None, None, None, None
    return redirect(_at(destination_id))


@pages.get(DELIVERY)
@guard.members
def delivery(destination_id: int, delivery_id: int) -> str:
    """What goes, or went, word for word."""
    with farm.here().database.read() as session:
        place = _of(session, destination_id)
        one = _delivery(session, place, delivery_id)
        version, settings = chosen.current(session, place.id)
        desk = destinations.desk_of(place, version, settings)
        sent = destinations.sent(session, one, desk)
        would, why = destinations.preview(session, sent.invoice, desk)
    return render_template(
        "delivery.html",
        place=place,
        sent=sent,
        version=version,
        would=would,
        why=why,
        **destinations.spoken(),
    )


@pages.post(f"{DELIVERY}/again")
@guard.finance
def push_again(destination_id: int, delivery_id: int) -> Response:
    """What is there is changed to what the settings say now; what is held is tried anew."""
    now = farm.here().now()
    with farm.here().database.write() as session:
        one = _delivery(session, _of(session, destination_id), delivery_id)
        _push(session, one)
        if one.sent_at is None:
            one.held_for, one.error, one.next_try_at = None, None, now
    return redirect(url_for("destinations.delivery", destination_id=destination_id, delivery_id=delivery_id))


@pages.post(f"{ONE}/again")
@guard.finance
def push_all_again(destination_id: int) -> Response:
    """All on the page that differ."""
    with farm.here().database.write() as session:
        seen = destinations.look(session, _of(session, destination_id))
        for one in seen.sent:
            if one.differs:
                _push(session, one.delivery)
    return redirect(_at(destination_id))


def _push(session: Session, one: models.Delivery) -> None:
    if one.sent_at is not None:
        delivering.push_again(one, farm.here().now())
        record(session, "delivery.again", f"delivery:{one.id}")


def _list(problem: str = "") -> str:
    here = farm.here()
    provider = providers.known(here.settings.stand_ins, "xero")
    place = models.Destination
    mine = select(place).where(place.workspace_id == g.visitor.workspace_id, place.removed_at.is_(None))
    with here.database.read() as session:
        every_one = session.scalars(mine.order_by(place.id)).all()
        app = consents.app_of(session, g.visitor.workspace_id, provider.id)
    address, _ = consents.redirect_of(provider, farm.outside_address())
    return render_template("destinations.html", places=every_one, app=app, redirect=address, problem=problem)


def _of(session: Session, destination_id: int) -> models.Destination:
    place = session.get(models.Destination, destination_id)
    if (
        place is None
        or place.workspace_id != g.visitor.workspace_id
        or place.kind != "xero"
        or place.removed_at
    ):
        abort(404)
    return place


def _delivery(session: Session, place: models.Destination, delivery_id: int) -> models.Delivery:
    one = session.get(models.Delivery, delivery_id)
    if one is None or one.destination_id != place.id:
        abort(404)
    return one


def _at(destination_id: int) -> str:
    return url_for("destinations.room", destination_id=destination_id)
