"""The match desk: a Payment to the left, the best Invoices to the right, and a person's word. Every act can be undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import nouns
from core.db import models
from core.ledger import acts, choices, gaps, matches
from web import chain, evidence, farm, guard, matching

pages = Blueprint("matches", __name__, url_prefix="/matches")
PER_PAGE = 30
DESK = "/<int:payment_id>"

Act = Callable[[Session, models.Payment], models.MatchAct]


@pages.get("")
@guard.members
def queue() -> str:
    chosen, number = matching.chosen(), max(1, request.args.get("page", 1, type=int))
    with farm.here().database.read() as session:
        found, total = choices.page(
            session, g.visitor.workspace_id, chosen.queue, number=number, per_page=PER_PAGE
        )
        counts = {
            each.value: total
            if each is chosen.queue
            else choices.count(session, g.visitor.workspace_id, each)
            for each in choices.Queue
        }
        tied = matching.tied(session, found)
        return render_template(
            "matches.html",
            rows=[(payment, tied[payment.id], evidence.why_none(session, payment)) for payment in found],
            counts=counts,
            total=total,
            chosen=chosen,
            query=chosen.query(),
            turned=lambda n: url_for("matches.queue") + chosen.query(page=n),
            page=number,
            pages=-(-total // PER_PAGE),
            **_words(session),
        )


def _words(session: Session) -> dict[str, Any]:
    """What both pages say."""
    return {
        "done": matching.just_done(session),
        "may": g.visitor.may(nouns.Role.ADMIN, nouns.Role.FINANCE),
        "whose": matching.whose,
    }


@pages.get(DESK)
@guard.members
def desk(payment_id: int) -> str:
    return _shown(payment_id)


def _shown(payment_id: int, problem: str = "") -> str:
    """The desk; `problem` is a key of i18n."""
    chosen = matching.chosen()
    with farm.here().database.read() as session:
        payment = matching.payment_of(session, payment_id)
        offers = matching.offers(session, payment, chosen.words)
        picked, problem = _picked(payment, offers, problem)
        return render_template(
            "match.html",
            payment=payment,
            bank=session.get_one(models.BankAccount, payment.bank_account_id),
            offers=offers,
            picked=picked,
            typed=request.values,
            sum=matching.added_up(payment, offers, picked),
            proposed=any(one.stands == "proposed" for one in offers),
            tied=any(one.stands in ("confirmed", "automatic") for one in offers),
            why_none=evidence.why_none(session, payment),
            gap=gaps.of_payment(session, payment.id),
            reasons=[each.value for each in matches.Why],
            place=choices.place_of(session, g.visitor.workspace_id, chosen.queue, payment.id),
            history=matching.history_of(session, payment),
            chosen=chosen,
            query=chosen.query(),
            problem=problem,
            **_words(session),
        )


def _picked(
    payment: models.Payment, offers: list[matching.Offer], problem: str
) -> tuple[dict[int, int | None], str]:
    """What was ticked on the page before, else what is proposed."""
    try:
        told = matching.picked(payment)
    except ValueError:
        return {}, problem or "matching.wrong_part"
    return told or {one.invoice.id: None for one in offers if one.stands == "proposed"}, problem


@pages.post(DESK + "/confirm")
@guard.finance
def confirm(payment_id: int) -> Response | tuple[str, int]:
    """What is ticked is what was paid: the proposal as it stands, or other Invoices, each with its part."""

    def act(session: Session, payment: models.Payment) -> models.MatchAct:
        told: dict[str, Any] = {"by": g.visitor.person_id, "now": farm.here().now()}
        parts = matching.picked(payment)
        rows = matches.of_payment(session, payment.id)
        proposed = {match.invoice_id for match in rows if match.confirmed_at is None}
        if proposed and set(parts) == proposed and not any(parts.values()):
            return matches.confirm(session, payment, **told)
        return matches.tie(session, payment, parts, **told)

    return _done(payment_id, act)


@pages.post(DESK + "/refuse")
@guard.finance
def refuse(payment_id: int) -> Response | tuple[str, int]:
    """Not these: what is proposed or tied is taken apart, and the pairs are not proposed again."""
    return _done(
        payment_id,
        lambda session, payment: matches.refuse(
            session, payment, by=g.visitor.person_id, now=farm.here().now()
        ),
    )


@pages.post(DESK + "/close")
@guard.finance
def close(payment_id: int) -> Response | tuple[str, int]:
    """It has no Invoice and needs none, for one of five reasons."""
    told = request.form.get("why", "")
    why = matches.Why(told) if told in set(matches.Why) else matches.Why.OTHER
    note = request.form.get("note", "")[:500]

    def act(session: Session, payment: models.Payment) -> models.MatchAct:
        return matches.close(session, payment, why, note=note, by=g.visitor.person_id, now=farm.here().now())

    return _done(payment_id, act)


@pages.post(DESK + "/reopen")
@guard.finance
def reopen(payment_id: int) -> Response | tuple[str, int]:
    return _done(
        payment_id,
        lambda session, payment: matches.reopen(
            session, payment, by=g.visitor.person_id, now=farm.here().now()
        ),
    )


def _done(payment_id: int, act: Act) -> Response | tuple[str, int]:
    """Do it in one transaction, then on to the next of the queue; what cannot be done changes nothing and says why."""
    chosen = matching.chosen()
    try:
        with farm.here().database.write() as session:
            payment = matching.payment_of(session, payment_id)
            after = choices.place_of(session, g.visitor.workspace_id, chosen.queue, payment_id).after
            made = act(session, payment)
            _record(session, made)
            did = made.id
    except ValueError:
        return _shown(payment_id, "matching.wrong_part"), 422
    except acts.CannotAct as cannot:
        return _shown(payment_id, f"matching.cannot.{cannot.reason}"), 409
    if request.form.get("from") == "gaps":
        return redirect(url_for("gaps.missing_ones", did=did))
    if after is None or after == payment_id:
        return redirect(url_for("matches.queue") + chosen.query(did=did))
    return redirect(url_for("matches.desk", payment_id=after) + chosen.query(did=did))


@pages.post("/undo")
@guard.finance
def undo() -> Response | tuple[str, int]:
    """Put back what was before; leads to the Payment that it was about."""
    chosen, act_id = matching.chosen(), request.form.get("act", type=int) or 0
    with farm.here().database.read() as session:
        about = matching.act_of(session, act_id).payment_id
    try:
        with farm.here().database.write() as session:
            undone = matches.undo(session, act_id, by=g.visitor.person_id, now=farm.here().now())
            _record(session, undone, undone=True)
    except acts.CannotAct as cannot:
        return _shown(about, f"matching.cannot.{cannot.reason}"), 409
    return redirect(url_for("matches.desk", payment_id=about) + chosen.query())


def _record(session: Session, act: models.MatchAct, **detail: Any) -> None:
    """Who did it, in the chain."""
    chain.record(session, f"payment.{act.act}", f"payment:{act.payment_id}", act=act.id, **detail)
