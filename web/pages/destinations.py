"""Destinations: the list, each one with what goes there and what went, and what people do with it."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.db import models
from core.export import catalogue, chosen, delivering
from vault import fields
from web import consents, destinations, farm, guard, mappings, previews
from web.pages.statements import record

pages = Blueprint("destinations", __name__, url_prefix="/destinations")
ONE = "/<int:destination_id>"


@pages.get("")
@guard.members
def every() -> str:
    with farm.here().database.read() as session:
        places = destinations.living(session, g.visitor.workspace_id)
    return render_template(
        "destinations.html", places=places, kinds=catalogue.every(), **destinations.spoken()
    )


@pages.get(ONE)
@guard.members
def room(destination_id: int) -> str:
    with farm.here().database.read() as session:
        place = found(session, destination_id)
        kind = previews.kind_of(place)
        return render_template(
            "destination.html",
            place=place,
            kind=kind,
            version=chosen.typed(session, place.id)[0],
            typed=chosen.typed(session, place.id)[1],
            table=mappings.table(session, place) if kind.books else None,
            sent=destinations.sent(session, place),
            next=previews.next_one(session, place),
            consent=consents.last(session, place),
            versions=chosen.versions(session, place.id),
            **destinations.spoken(),
        )


@pages.post(f"{ONE}/settings")
@guard.finance
def choose(destination_id: int) -> Response:
    """Where each supplier goes, as a new version, for what has not been sent; what waited for it goes."""
    here, now = farm.here(), farm.here().now()
    with here.database.write() as session:
        place = found(session, destination_id)
        if not previews.kind_of(place).books:
            abort(404)
        settings = mappings.typed(request.form, mappings.table(session, place), now)
        version = chosen.keep(session, place, settings, by=g.visitor.person_id, now=now)
        delivering.release(session, place.id, ["no_mapping", "lock_date"], now)
        record(session, "destination.chosen", f"destination:{place.id} version:{version}")
    return _to(destination_id)


@pages.post(f"{ONE}/refresh")
@guard.finance
def refresh(destination_id: int) -> Response:
    """A person asks: lists are read anew, and what stopped it is tried once more, at once."""
    now = farm.here().now()
    with farm.here().database.write() as session:
        place = found(session, destination_id)
        if previews.kind_of(place).books:
            place.books = {**(place.books or {}), "asked": True}
        place.next_round_at, place.error, place.parked_until = now, None, None
        one = models.Delivery
        owed = (one.destination_id == place.id, one.sent_at.is_(None), one.next_try_at > now)
        session.execute(update(one).where(*owed).values(next_try_at=now))
    return _to(destination_id)


@pages.post(f"{ONE}/dry")
@guard.finance
def dry(destination_id: int) -> Response:
    """A day in which everything is shown and nothing sent, or its end."""
    here, now = farm.here(), farm.here().now()
    with here.database.write() as session:
        place = found(session, destination_id)
        going = place.dry_until is not None and place.dry_until > now
        place.dry_until = None if going else now + timedelta(days=1)
        record(session, "destination.dry_ended" if going else "destination.dry", f"destination:{place.id}")
    return _to(destination_id)


@pages.post(f"{ONE}/pause")
@guard.finance
def pause(destination_id: int) -> Response:
    """Nothing goes until somebody says so; what comes meanwhile waits. Asked again, it goes on."""
    with farm.here().database.write() as session:
        place = found(session, destination_id)
        place.paused_at = None if place.paused_at else farm.here().now()
        record(
            session,
            "destination.paused" if place.paused_at else "destination.resumed",
            f"destination:{place.id}",
        )
    return _to(destination_id)


@pages.post(f"{ONE}/organisation")
@guard.finance
def organisation(destination_id: int) -> Response:
    """Which books it is. With other books than before, what was chosen is used there only if a person says so."""
    here, now = farm.here(), farm.here().now()
    with here.database.write() as session:
        place = found(session, destination_id)
        books = place.books or {}
        if request.form.get("organisation") not in [one["id"] for one in books.get("offered", [])]:
            abort(422)
        if books.get("id") and "keep" not in request.form:
            chosen.keep(session, place, chosen.Settings(), by=g.visitor.person_id, now=now)
        place.books, place.next_round_at = {"id": request.form["organisation"], "asked": True}, now
        record(session, "destination.organisation", f"destination:{place.id}")
    return _to(destination_id)


@pages.post(f"{ONE}/disconnect")
@guard.finance
def disconnect(destination_id: int) -> Response:
    """Tokens, consents and secrets go; what was chosen and what was sent stay."""
    with farm.here().database.write() as session:
        _shred(session, found(session, destination_id))
    return _to(destination_id)


@pages.post(f"{ONE}/remove")
@guard.finance
def remove(destination_id: int) -> Response:
    """It is gone to no more, and what was still owed to it is not; what was sent stays on record."""
    now = farm.here().now()
    with farm.here().database.write() as session:
        place, one = found(session, destination_id), models.Delivery
        _shred(session, place)
        place.removed_at = now
        owed = (one.destination_id == place.id, one.sent_at.is_(None), one.withdrawn_at.is_(None))
        session.execute(update(one).where(*owed).values(withdrawn_at=now))
        record(session, "destination.removed", f"destination:{place.id}")
    return redirect(url_for("destinations.every"))


def _shred(session: Session, place: models.Destination) -> None:
    fields.forget(session, place, actor=f"person:{g.visitor.person_id}", at=farm.here().now())
    place.connected_at, place.next_round_at, place.error, place.said = None, None, None, None


def found(session: Session, destination_id: int) -> models.Destination:
    """The company's own, or a page that says there is none."""
    place = session.get(models.Destination, destination_id)
    if place is None or place.workspace_id != g.visitor.workspace_id or place.removed_at:
        abort(404)
    if catalogue.known(place.kind) is None:
        abort(404)
    return place


def _to(destination_id: int) -> Response:
    return redirect(url_for("destinations.room", destination_id=destination_id))
