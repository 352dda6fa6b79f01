"""What goes to a destination, or went, word for word; and sending it again."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.db import models
from core.export import chosen, delivering
from web import destinations, farm, guard, previews
from web.pages.destinations import found
from web.pages.statements import record

pages = Blueprint("delivery", __name__, url_prefix="/destinations/<int:destination_id>")
ONE = "/deliveries/<int:delivery_id>"


@pages.get(ONE)
@guard.members
def room(destination_id: int, delivery_id: int) -> str:
    with farm.here().database.read() as session:
        place = found(session, destination_id)
        one = _delivery(session, place, delivery_id)
        return render_template(
            "delivery.html",
            place=place,
            kind=previews.kind_of(place),
            sent=destinations.with_invoice(session, place, one),
            version=chosen.typed(session, place.id)[0],
            would=previews.preview(session, place, one.invoice_id, one.document_id),
            **destinations.spoken(),
        )


@pages.post(f"{ONE}/again")
@guard.finance
def push_again(destination_id: int, delivery_id: int) -> Response:
    """What is there is changed to what the settings say now; what is held is tried anew."""
    with farm.here().database.write() as session:
        place = found(session, destination_id)
        one = _delivery(session, place, delivery_id)
        if one.sent_at is None:
            one.held_for, one.error, one.next_try_at = None, None, farm.here().now()
            record(session, "delivery.tried_again", f"delivery:{one.id}")
        elif destinations.with_invoice(session, place, one).differs:
            _push(session, one)
    return redirect(url_for("delivery.room", destination_id=destination_id, delivery_id=delivery_id))


@pages.post("/again")
@guard.finance
def push_all_again(destination_id: int) -> Response:
    """All on the page that differ."""
    with farm.here().database.write() as session:
        for one in destinations.sent(session, found(session, destination_id)):
            if one.differs:
                _push(session, one.delivery)
    return redirect(url_for("destinations.room", destination_id=destination_id))


def _push(session: Session, one: models.Delivery) -> None:
    delivering.push_again(one, farm.here().now())
    record(session, "delivery.again", f"delivery:{one.id}")


def _delivery(session: Session, place: models.Destination, delivery_id: int) -> models.Delivery:
    one = session.get(models.Delivery, delivery_id)
    if one is None or one.destination_id != place.id:
        abort(404)
    return one
