"""The secret that the farm signs with: shown once when it is made, changed while the former goes on, until a person ends that."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import errors
from core.db import models
from core.export.kinds import Field
from web import destinations, farm, guard, people, previews, signing
from web.pages.destinations import found
from web.pages.statements import record

pages = Blueprint("signatures", __name__, url_prefix="/destinations/<int:destination_id>/secret")


@pages.get("")
@guard.finance
def room(destination_id: int) -> str:
    with farm.here().database.read() as session:
        place, _ = _signing(session, destination_id)
    return shown(place)


@pages.post("")
@guard.finance
def change(destination_id: int) -> str | tuple[str, int]:
    """A new secret for somebody who knows their password; the former signs beside it."""
    here = farm.here()
    with here.database.read() as session:
        place, field = _signing(session, destination_id)
    if people.check(g.visitor.email, request.form.get("password", "")) is None:
        return shown(place, problem="destinations.wrong_person"), 422
    try:
        with here.database.write() as session:
            place, field = _signing(session, destination_id)
            secret = signing.make(session, place, field, by=g.visitor.person_id, now=here.now())
            record(session, "destination.secret_made", f"destination:{place.id}")
    except errors.VaultError:
        return shown(place, problem="form.not_ready"), 503
    return shown(place, secret=secret)


@pages.post("/end")
@guard.finance
def end(destination_id: int) -> Response:
    """The other side knows the new one: the former signs no more."""
    here = farm.here()
    with here.database.write() as session:
        place, field = _signing(session, destination_id)
        signing.end_former(session, place, field, by=g.visitor.person_id, now=here.now())
        record(session, "destination.secret_ended", f"destination:{place.id}")
    return redirect(url_for("signatures.room", destination_id=destination_id))


def shown(place: models.Destination, *, secret: str = "", problem: str = "") -> str:
    """The page; `secret` stands in this answer and in no other."""
    kind = previews.kind_of(place)
    field = kind.made or abort(404)
    with farm.here().database.read() as session:
        living = signing.held(session, place, field)
    return render_template(
        "signature.html",
        place=place,
        kind=kind,
        secret=secret,
        problem=problem,
        living=living,
        **destinations.spoken(),
    )


def _signing(session: Session, destination_id: int) -> tuple[models.Destination, Field]:
    """One whose secret the farm makes."""
    place = found(session, destination_id)
    return place, previews.kind_of(place).made or abort(404)
