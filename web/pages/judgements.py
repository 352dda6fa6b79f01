"""What a person says of an Invoice at the review desk. Every act can be undone."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.db import models
from core.ledger import review
from web import farm, fields, guard, reviewing
from web.pages.reviews import DESK, PARTS, Problems, shown

pages = Blueprint("judgements", __name__)

Act = Callable[[Session, models.Invoice], models.ReviewAct | None]


class Wrong(Exception):
    """What was typed cannot be used; nothing of it is kept."""

    def __init__(self, problems: Problems) -> None:
        super().__init__()
        self.problems = problems


@pages.post(DESK + "/confirm")
@guard.finance
def confirm(invoice_id: int) -> Response | tuple[str, int]:
    """What was typed into the fields counts as corrected, then all of it as confirmed."""

    def act(session: Session, invoice: models.Invoice) -> models.ReviewAct:
        _correct(session, invoice)
        return review.confirm(session, invoice, by=g.visitor.person_id, now=farm.here().now())

    return _done(invoice_id, act)


@pages.post(DESK + "/correct")
@guard.finance
def correct(invoice_id: int) -> Response | tuple[str, int]:
    """Save what was typed, or take one of the values that the reader had set aside; it still waits to be confirmed."""
    return _done(invoice_id, _correct, stay=True)


def _correct(session: Session, invoice: models.Invoice) -> models.ReviewAct | None:
    """Each field that differs is one act; gives the last. Raises Wrong."""
    problems: dict[str, str] = {}
    act = None
    for name, text in _changes(session, invoice).items():
        try:
            act = review.correct(session, invoice, name, text, by=g.visitor.person_id, now=farm.here().now())
            reviewing.record(session, act, field=name)
        except review.CannotAct as cannot:
            if cannot.reason != "value":
                raise
            problems[name] = _wrong(name)
    if problems:
        raise Wrong(problems)
    return act


def _changes(session: Session, invoice: models.Invoice) -> dict[str, str]:
    """What was typed that is not what stands there; a currency comes before its amounts."""
    if taken := request.form.get("take"):
        name, _, text = taken.partition("=")
        return {name: text} if name in review.FIELDS else {}
    now = {
        one.name: one.typed
        for one in fields.of(session, invoice, reviewing.papers_of(session, invoice))
        if one.name in review.FIELDS
    } | {"kind": invoice.kind}
    said = {name: request.form[f"field-{name}"].strip() for name in now if f"field-{name}" in request.form}
    changed = {name: text for name, text in said.items() if text != now[name]}
    return dict(sorted(changed.items(), key=lambda pair: pair[0] != "currency"))


def _wrong(name: str) -> str:
    if name in fields.DAYS:
        return "review.wrong_date"
    if name in fields.AMOUNTS:
        return "review.wrong_amount_field"
    return "review.wrong_currency" if name == "currency" else "review.wrong_value"


@pages.post(DESK + "/reject")
@guard.finance
def reject(invoice_id: int) -> Response | tuple[str, int]:
    told = request.form.get("why", "")
    why = review.Why(told) if told in set(review.Why) else review.Why.WRONG
    now = farm.here().now()
    return _done(
        invoice_id, lambda s, invoice: review.reject(s, invoice, why, by=g.visitor.person_id, now=now)
    )


@pages.post(DESK + "/not-an-invoice")
@guard.finance
def not_an_invoice(invoice_id: int) -> Response | tuple[str, int]:
    now = farm.here().now()
    return _done(
        invoice_id, lambda s, invoice: review.not_an_invoice(s, invoice, by=g.visitor.person_id, now=now)
    )


@pages.post(DESK + "/split")
@guard.finance
def split(invoice_id: int) -> Response | tuple[str, int]:
    """One Invoice for each run of pages; the bytes stay as they are."""

    def act(session: Session, invoice: models.Invoice) -> models.ReviewAct:
        papers = reviewing.papers_of(session, invoice)
        ranges = _ranges()
        if not papers or len(ranges) < 2:
            raise Wrong({"split": "review.split_wrong"})
        return review.split(session, papers[0], ranges, by=g.visitor.person_id, now=farm.here().now())

    return _done(invoice_id, act)


def _ranges() -> list[tuple[int, int]]:
    ends = [(request.form.get(f"from-{n}", ""), request.form.get(f"to-{n}", "")) for n in range(1, PARTS + 1)]
    return [
        (int(first), int(last or first))
        for first, last in ends
        if first.isdecimal() and (last or first).isdecimal()
    ]


def _done(invoice_id: int, act: Act, *, stay: bool = False) -> Response | tuple[str, int]:
    """Do it in one transaction, then on to the next of the queue; what cannot be done changes nothing and says why."""
    chosen = reviewing.chosen()
    try:
        with farm.here().database.write() as session:
            invoice = reviewing.invoice_of(session, invoice_id)
            place = reviewing.place_of(chosen.places(session), invoice_id)
            made = act(session, invoice)
            if made and not stay:
                reviewing.record(session, made)
            did = made.id if made else None
    except Wrong as wrong:
        return shown(invoice_id, wrong.problems), 422
    except review.CannotAct as cannot:
        return shown(invoice_id, problem=_cannot(cannot)), 409
    if stay:
        return redirect(url_for("reviews.desk", invoice_id=invoice_id) + chosen.query(did=did))
    if place.after is None or place.after == invoice_id:
        return redirect(url_for("reviews.queue") + chosen.query(did=did))
    return redirect(url_for("reviews.desk", invoice_id=place.after) + chosen.query(did=did))


def _cannot(cannot: review.CannotAct) -> str:
    words = {"pages": "review.split_wrong", "value": "review.wrong_value", "later": "review.cannot_undo"}
    return words.get(cannot.reason, "review.done_already")


@pages.post("/review/green")
@guard.finance
def confirm_green() -> Response:
    """The first of the filtered queue whose checks are all green; those with a doubt stay."""
    chosen, here = reviewing.chosen(), farm.here()
    with here.database.write() as session:
        ids = chosen.green(session)[: reviewing.AT_ONCE]
        acts = review.confirm_green(
            session, g.visitor.workspace_id, by=g.visitor.person_id, now=here.now(), ids=ids
        )
        for act in acts:
            reviewing.record(session, act)
        did = ",".join(str(act.id) for act in acts)
    return redirect(url_for("reviews.queue") + chosen.query(did=did))


@pages.post("/review/undo")
@guard.finance
def undo() -> Response | tuple[str, int]:
    """Put back what was before, the last first; leads to the Invoice that it was about."""
    acts = sorted((int(n) for n in request.form.getlist("act") if n.isdecimal()), reverse=True)
    about = None
    try:
        with farm.here().database.write() as session:
            for act_id in acts:
                undone = reviewing.act_of(session, act_id)
                about = undone.invoice_id
                review.undo(session, act_id, by=g.visitor.person_id, now=farm.here().now())
                reviewing.record(session, undone, undone=True)
    except review.CannotAct as cannot:
        return shown(about or 0, problem=_cannot(cannot)), 409
    place = url_for("reviews.desk", invoice_id=about) if len(acts) == 1 else url_for("reviews.queue")
    return redirect(place + reviewing.chosen().query())
