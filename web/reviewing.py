"""The review desk's own words: what the address narrows the queue to, who comes before and after, what was done and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import abort, g, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import review, typed
from web import chain, farm, people, speech
from web.pages.status import supplier_name

#: So many are confirmed by one press; each is an act that can be undone, and the address of the next page names them.
AT_ONCE = 200


@dataclass(frozen=True)
class Chosen:
    """What the address narrows the queue to, as it was typed."""

    supplier: str = ""
    reason: str = ""
    amount: str = ""
    words: str = ""

    @cached_property
    def worth(self) -> Decimal | None:
        return typed.amount(self.amount) if self.amount else None

    @property
    def narrowed(self) -> bool:
        """By more than words."""
        return any((self.supplier, self.reason, self.amount))

    @property
    def amount_wrong(self) -> bool:
        return bool(self.amount) and self.worth is None

    def query(self, **more: object) -> str:
        """The same filters in another address: empty, or `?…`."""
        told = {"supplier": self.supplier, "reason": self.reason, "amount": self.amount, "q": self.words}
        said = {name: str(value) for name, value in {**told, **more}.items() if value}
        return f"?{urlencode(said)}" if said else ""

    @property
    def narrowing(self) -> review.Narrowed:
        return {
            "supplier": self.supplier or None,
            "reason": self.reason or None,
            "amount": self.worth,
            "words": self.words,
        }

    def places(self, session: Session) -> list[int]:
        """The ids of all that waits, in order."""
        return review.places(session, g.visitor.workspace_id, **self.narrowing)

    def green(self, session: Session) -> list[int]:
        """Those of them whose checks are all green."""
        return review.green(session, g.visitor.workspace_id, **self.narrowing)


def chosen() -> Chosen:
    told = request.args
    return Chosen(
        supplier=told.get("supplier", ""),
        reason=told.get("reason", ""),
        amount=told.get("amount", "").strip(),
        words=told.get("q", "").strip(),
    )


@dataclass(frozen=True)
class Place:
    """Where an Invoice stands in the queue: its position from 1, how many there are, and its neighbours."""

    position: int
    total: int
    before: int | None
    after: int | None


def place_of(ids: Sequence[int], invoice_id: int) -> Place:
    """An Invoice that is not in the queue is followed by its first."""
    if invoice_id not in ids:
        return Place(0, len(ids), None, ids[0] if ids else None)
    at = ids.index(invoice_id)
    return Place(at + 1, len(ids), ids[at - 1] if at else None, ids[at + 1] if at + 1 < len(ids) else None)


def invoice_of(session: Session, invoice_id: int) -> models.Invoice:
    """The Invoice in the visitor's own workspace; anything else does not exist."""
    return session.scalar(
        select(models.Invoice).where(
            models.Invoice.workspace_id == g.visitor.workspace_id, models.Invoice.id == invoice_id
        )
    ) or abort(404)


def papers_of(session: Session, invoice: models.Invoice) -> list[models.Document]:
    """Its Documents, the newest version first."""
    document = models.Document
    chosen = select(document).where(document.invoice_id == invoice.id)
    return list(session.scalars(chosen.order_by(document.revision.desc(), document.id.desc())))


def newest_papers(session: Session, ids: Sequence[int]) -> dict[int, models.Document]:
    rows = session.scalars(
        select(models.Document)
        .where(models.Document.workspace_id == g.visitor.workspace_id, models.Document.invoice_id.in_(ids))
        .order_by(models.Document.revision, models.Document.id)
    )
    return {document.invoice_id: document for document in rows}


def state(invoice: models.Invoice) -> str:
    """A key of `stands.*`."""
    if invoice.merged_into is not None:
        return "merged"
    if invoice.rejected_for is not None:
        return "rejected"
    if invoice.reviewed_at is not None:
        return "reviewed"
    if invoice.asks_review:
        return "waiting"
    return "accepted" if invoice.read_at else "unread"


def whose(invoice: models.Invoice) -> str:
    """Who sells, as people call it: of what was brought, the name on the paper."""
    if invoice.seller and not farm.visited(invoice.supplier):
        return invoice.seller
    return supplier_name(invoice.supplier)


@dataclass(frozen=True)
class Done:
    """One ReviewAct as a page tells it."""

    id: int
    invoice_id: int
    #: The Invoice as people call it.
    about: str
    said: str
    who: str
    at: datetime
    undone: bool
    #: The corrected field and its value, where it is a correction.
    detail: str = ""


def history_of(session: Session, invoice: models.Invoice) -> list[Done]:
    """What people did to it, newest first."""
    return [_done(session, act) for act in review.acts_of(session, invoice.id)]


def just_done(session: Session) -> list[Done]:
    """The acts that the address speaks of, as far as they stand."""
    told = [int(n) for n in request.args.get("did", "").split(",") if n.isdecimal()]
    act = models.ReviewAct
    mine = act.id.in_(told), act.workspace_id == g.visitor.workspace_id, act.undone_at.is_(None)
    return [_done(session, each) for each in session.scalars(select(act).where(*mine).order_by(act.id))]


def act_of(session: Session, act_id: int) -> models.ReviewAct:
    """The act in the visitor's own workspace; anything else does not exist."""
    act = models.ReviewAct
    mine = act.id == act_id, act.workspace_id == g.visitor.workspace_id
    return session.scalar(select(act).where(*mine)) or abort(404)


def _done(session: Session, act: models.ReviewAct) -> Done:
    key = f"act.{act.act}"
    corrected = session.scalar(select(models.Correction).where(models.Correction.act_id == act.id))
    detail = f"{field_name(corrected.field)} → {corrected.value}" if corrected else ""
    said = speech.say(key if speech.knows(key) else "act.other")
    who = people.named(session, act.by)
    invoice = session.get_one(models.Invoice, act.invoice_id)
    about = f"{whose(invoice)} {invoice.number or speech.say('invoice.no_number')}"
    return Done(act.id, act.invoice_id, about, said, who, act.at, act.undone_at is not None, detail)


def field_name(name: str) -> str:
    return speech.say(f"field.{name}") if speech.knows(f"field.{name}") else name


def record(session: Session, act: models.ReviewAct, **detail: Any) -> None:
    """Who did it, in the chain."""
    chain.record(session, f"invoice.{act.act}", f"invoice:{act.invoice_id}", act=act.id, **detail)
