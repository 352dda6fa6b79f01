"""Two Invoices side by side: what is the same, what differs, and whether they are one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, g, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import nouns
from core.db import models
from core.ledger import review
from web import farm, fields, guard, reviewing

pages = Blueprint("twins", __name__)

PAIR = "/review/<int:invoice_id>/beside/<int:other_id>"


@dataclass(frozen=True)
class Side:
    """`shown` is what it says of each field, as people write it."""

    invoice: models.Invoice
    paper: models.Document | None
    shown: Mapping[str, str]


@pages.get(PAIR)
@guard.members
def compare(invoice_id: int, other_id: int) -> str:
    return _shown(invoice_id, other_id)


def _shown(invoice_id: int, other_id: int, problem: str = "") -> str:
    if invoice_id == other_id:
        abort(404)
    with farm.here().database.read() as session:
        sides = [_side(session, invoice_id), _side(session, other_id)]
        return render_template(
            "twins.html",
            sides=sides,
            rows=_rows(*sides),
            may=g.visitor.may(nouns.Role.ADMIN, nouns.Role.FINANCE),
            whose=reviewing.whose,
            field_name=reviewing.field_name,
            query=reviewing.chosen().query(),
            problem=problem,
        )


def _side(session: Session, invoice_id: int) -> Side:
    invoice = reviewing.invoice_of(session, invoice_id)
    papers = reviewing.papers_of(session, invoice)
    shown = {one.name: one.said for one in fields.of(session, invoice, papers) if one.value}
    return Side(invoice, papers[0] if papers else None, shown)


def _rows(one: Side, other: Side) -> list[tuple[str, str, str]]:
    """Field by field: its name and what either says."""
    names = dict.fromkeys([*one.shown, *other.shown])
    return [(name, one.shown.get(name, ""), other.shown.get(name, "")) for name in names]


@pages.post(PAIR + "/merge")
@guard.finance
def merge(invoice_id: int, other_id: int) -> Response | tuple[str, int]:
    """This one turned out to be the other: its Documents go there."""
    chosen = reviewing.chosen()
    try:
        with farm.here().database.write() as session:
            this, kept = (reviewing.invoice_of(session, each) for each in (invoice_id, other_id))
            act = review.merge(session, kept, this, by=g.visitor.person_id, now=farm.here().now())
            reviewing.record(session, act, kept=kept.id)
            did = act.id
    except review.CannotAct:
        return _shown(invoice_id, other_id, "review.cannot_merge"), 409
    return redirect(url_for("reviews.queue") + chosen.query(did=did))


@pages.post("/review/<int:invoice_id>/unmerge")
@guard.finance
def unmerge(invoice_id: int) -> Response:
    """They are two after all."""
    with farm.here().database.write() as session:
        other = reviewing.invoice_of(session, invoice_id)
        try:
            act = review.unmerge(session, other, by=g.visitor.person_id, now=farm.here().now())
        except review.CannotAct:
            abort(409)
        reviewing.record(session, act)
    return redirect(url_for("reviews.desk", invoice_id=invoice_id))
