"""The match desk's own words: which queue the address means, what is offered, what was chosen and what it adds up to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from flask import abort, g, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import cents, choices, dues, gaps, matches, search, typed
from web import evidence, people, reviewing, speech

#: Invoices that a search adds to what is offered.
FOUND = 12


@dataclass(frozen=True)
class Chosen:
    """The queue that is walked, and the words that were searched."""

    queue: choices.Queue = choices.Queue.PROPOSED
    words: str = ""

    def query(self, **more: object) -> str:
        """The same queue in another address: empty, or `?…`."""
        usual = self.queue is choices.Queue.PROPOSED
        told: dict[str, object] = {"queue": "" if usual else self.queue.value, **more}
        said = {name: str(value) for name, value in told.items() if value}
        return f"?{urlencode(said)}" if said else ""


def chosen() -> Chosen:
    told = request.args.get("queue", "")
    queue = choices.Queue(told) if told in set(choices.Queue) else choices.Queue.PROPOSED
    return Chosen(queue, request.args.get("q", "").strip())


@dataclass(frozen=True)
class Offer:
    """One Invoice beside a Payment. `stands`: `proposed`, `confirmed`, `automatic`, or empty when it is only offered; `left` is what of it is unpaid."""

    invoice: models.Invoice
    why: str
    stands: str
    part: int | None
    left: int

    @property
    def partly(self) -> bool:
        return self.left != dues.owed(self.invoice)


def payment_of(session: Session, payment_id: int) -> models.Payment:
    """The Payment in the visitor's own company; anything else does not exist."""
    payment = models.Payment
    mine = payment.workspace_id == g.visitor.workspace_id, payment.id == payment_id
    return session.scalar(select(payment).where(*mine)) or abort(404)


def offers(session: Session, payment: models.Payment, words: str = "") -> list[Offer]:
    """What is tied, then what is proposed, then what was searched, then what is near."""
    tied = list(matches.of_payment(session, payment.id))
    known = {match.invoice_id: match for match in tied}
    invoices = _by_id(session, [*known, *_picked()])
    if words:
        found, _ = search.find(session, g.visitor.workspace_id, words=words, per_page=FOUND)
        invoices |= {one.id: one for one in found if one.role == "ap" and one.merged_into is None}
    gap = gaps.of_payment(session, payment.id)
    likely = (
        [gap.supplier]
        if gap and gap.supplier
        else [invoices[one].supplier for one in known if one in invoices]
    )
    near = choices.offered(session, payment, sorted(set(likely)), but=invoices)
    paid = dues.paid(session, [*invoices, *(one.id for one in near)], but=payment.id)
    return [
        _offer(session, payment, one, known.get(one.id), dues.owed(one) - paid.get(one.id, 0))
        for one in (*invoices.values(), *near)
    ]


def tied(
    session: Session, payments: Sequence[models.Payment]
) -> Mapping[int, list[tuple[models.Invoice, str]]]:
    """By Payment, each Invoice that is tied or proposed, with why."""
    match, by_id = models.Match, {payment.id: payment for payment in payments}
    rows = session.scalars(select(match).where(match.payment_id.in_(by_id)).order_by(match.id)).all()
    invoices = _by_id(session, [one.invoice_id for one in rows])
    found: dict[int, list[tuple[models.Invoice, str]]] = defaultdict(list)
    for one in rows:
        payment, invoice = by_id[one.payment_id], invoices[one.invoice_id]
        found[payment.id].append((invoice, evidence.of_match(session, one, payment, invoice)))
    return found


def _by_id(session: Session, ids: Sequence[int]) -> dict[int, models.Invoice]:
    invoice = models.Invoice
    mine = invoice.workspace_id == g.visitor.workspace_id, invoice.id.in_(ids)
    found = {one.id: one for one in session.scalars(select(invoice).where(*mine))}
    return {one: found[one] for one in ids if one in found}


def _picked() -> list[int]:
    """What the person has chosen on the page before."""
    return [int(one) for one in request.values.getlist("invoice") if one.isdecimal()]


def _offer(
    session: Session, payment: models.Payment, invoice: models.Invoice, match: models.Match | None, left: int
) -> Offer:
    if match is None:
        return Offer(invoice, evidence.of_pair(payment, invoice), "", None, left)
    why = evidence.of_match(session, match, payment, invoice)
    return Offer(invoice, why, stands(match), match.amount_minor, left)


def stands(match: models.Match) -> str:
    """A key of `matching.stands.*`."""
    if match.confirmed_at is None:
        return "proposed"
    return "confirmed" if match.confirmed_by else "automatic"


@dataclass(frozen=True)
class Sum:
    """What is chosen, what was paid and what is over, in minor units of the Payment's currency; None where currencies differ."""

    chosen: int | None
    paid: int

    @property
    def over(self) -> int | None:
        return None if self.chosen is None else self.paid - self.chosen


def added_up(payment: models.Payment, offered: Sequence[Offer], picked: Mapping[int, int | None]) -> Sum:
    """Parts that were typed as they were, the others as far as they are owed; paid is told without the sign of a debit."""
    mine = [one for one in offered if one.invoice.id in picked]
    foreign = any(one.invoice.currency not in (None, payment.currency) for one in mine)
    told = [picked[one.invoice.id] for one in mine]
    parts = [one.left if part is None else -part for one, part in zip(mine, told, strict=True)]
    unknown = foreign and None in told
    return Sum(None if unknown else sum(parts), -payment.amount_minor)


def picked(payment: models.Payment) -> dict[int, int | None]:
    """The Invoices that were ticked, each with its part as it was typed (signed as the Payment), None for as far as it goes.

    Raises ValueError for a part that is no amount.
    """
    sign = -1 if payment.amount_minor < 0 else 1
    return {one: _part(request.values.get(f"part-{one}", ""), payment.currency, sign) for one in _picked()}


def _part(text: str, currency: str, sign: int) -> int | None:
    if not text.strip():
        return None
    said = typed.amount(text)
    if said is None:
        raise ValueError("no amount")
    return sign * int((said * Decimal(10) ** cents.decimals(currency)).to_integral_value())


@dataclass(frozen=True)
class Done:
    """One MatchAct as a page tells it."""

    id: int
    payment_id: int
    about: str
    said: str
    who: str
    at: datetime
    undone: bool


def history_of(session: Session, payment: models.Payment) -> list[Done]:
    """What was done to it, newest first."""
    return [_done(session, act) for act in matches.acts_of(session, payment.id)]


def just_done(session: Session) -> list[Done]:
    """The act that the address speaks of, as far as it stands."""
    told = request.args.get("did", "")
    act = session.get(models.MatchAct, int(told)) if told.isdecimal() else None
    fine = act is not None and act.workspace_id == g.visitor.workspace_id and act.undone_at is None
    return [_done(session, act)] if fine and act else []


def act_of(session: Session, act_id: int) -> models.MatchAct:
    act = models.MatchAct
    mine = act.id == act_id, act.workspace_id == g.visitor.workspace_id
    return session.scalar(select(act).where(*mine)) or abort(404)


def _done(session: Session, act: models.MatchAct) -> Done:
    payment = session.get_one(models.Payment, act.payment_id)
    who = people.named(session, act.by) or speech.say("matching.the_machine")
    said = speech.say(f"matching.act.{act.act}")
    return Done(act.id, act.payment_id, payment.label[:60], said, who, act.at, act.undone_at is not None)


@dataclass(frozen=True)
class Paid:
    """One Payment of an Invoice, for the Invoice's own page."""

    payment: models.Payment
    match: models.Match
    stands: str
    why: str


def of_invoice(session: Session, invoice: models.Invoice) -> list[Paid]:
    rows = matches.of_invoice(session, invoice.id)
    payments = {match.payment_id: session.get_one(models.Payment, match.payment_id) for match in rows}
    return [
        Paid(
            payments[match.payment_id],
            match,
            stands(match),
            evidence.of_match(session, match, payments[match.payment_id], invoice),
        )
        for match in rows
    ]


whose = reviewing.whose
