"""What a destination says that it lacks, entry by entry, and what became of each; what came back is sent again when a person says so."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.db import models
from core.export import clearnox, clearnox_entries, delivering
from web import destinations, farm, guard, previews, speech
from web.pages.destinations import found
from web.pages.statements import record

pages = Blueprint("lacking", __name__, url_prefix="/destinations/<int:destination_id>/entries")
#: Entries on the page.
MOST = 200


@pages.get("")
@guard.members
def room(destination_id: int) -> str:
    wanted = request.args.get("outcome", "")
    with farm.here().database.read() as session:
        place = _asking(session, destination_id)
        entries = clearnox_entries.kept(session, place.id)
        asked = clearnox_entries.asked_at(session, place.id)
    shown = [one for one in entries if not wanted or one["outcome"] == wanted]
    return render_template(
        "lacking.html",
        place=place,
        kind=previews.kind_of(place),
        asked_at=asked,
        counts=Counter(one["outcome"] for one in entries).most_common(),
        wanted=wanted,
        entries=shown[:MOST],
        more=len(shown) > MOST,
        as_day=date.fromisoformat,
        as_decimal=Decimal,
        amount=speech.amount,
        **destinations.spoken(),
    )


@pages.post("/again")
@guard.finance
def again(destination_id: int) -> Response:
    """What had left the list and is back goes once more."""
    now = farm.here().now()
    with farm.here().database.write() as session:
        place, one = _asking(session, destination_id), models.Delivery
        kept = clearnox_entries.kept(session, place.id)
        back = {entry["invoice"] for entry in kept if entry["outcome"] == "came_back"}
        sent = (one.destination_id == place.id, one.invoice_id.in_(back), one.sent_at.is_not(None))
        for delivery in session.scalars(select(one).where(*sent)):
            delivering.push_again(delivery, now)
            record(session, "delivery.again", f"delivery:{delivery.id}")
        place.next_round_at = now
    return redirect(url_for("lacking.room", destination_id=destination_id))


def _asking(session: Session, destination_id: int) -> models.Destination:
    place = found(session, destination_id)
    if place.kind != clearnox.KIND.id:
        abort(404)
    return place
