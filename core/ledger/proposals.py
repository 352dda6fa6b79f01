"""What the machine makes of the Payments that no person has settled: proposed Matches, and why there is none.

It never touches what is confirmed, what is closed, or a pair that somebody refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, exists, insert, select, true, update
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import dues, rematch

_AT_ONCE = 5_000
#: Payments or Invoices that a query names one by one; of more it asks for all.
_FEW = 500

Why = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One Payment and what it seems to pay: the part (minor units, signed as the Payment) by Invoice. `automatic`: people have earned it that."""

    parts: Mapping[int, int]
    band: str
    confidence: float
    reasons: tuple[Why, ...]
    automatic: bool = False


class Change(NamedTuple):
    """`what` is `proposed`, `linked` (by the machine) or `withdrawn`."""

    what: str
    payment_id: int
    invoice_ids: tuple[int, ...]
    band: str = ""


def put(
    session: Session,
    workspace_id: int,
    looked_at: Collection[int],
    found: Mapping[int, Proposal],
    left: Mapping[int, Why],
    *,
    now: datetime,
) -> list[Change]:
    """The Payments of `looked_at` say what was found, those of `left` why nothing was. Whatever people did meanwhile counts."""
    rematch.hold(session, workspace_id)
    few = looked_at if len(looked_at) <= _FEW else None
    free = set(looked_at) - settled(session, workspace_id, few)
    allowed = _Allowed(session, workspace_id, found)
    there = _proposed(session, workspace_id, few)
    sheet = _Sheet(workspace_id, now)
    for payment_id in sorted(free):
        proposal, at_once = allowed.of(payment_id, found.get(payment_id))
        sheet.sync(payment_id, there.get(payment_id, []), proposal, at_once)
    sheet.write(session)
    _say_why(session, workspace_id, few, free, found, left)
    session.flush()
    return sheet.changes


def among(column: Any, ids: Collection[int] | None) -> Any:
    """One of these, or any where none are said."""
    return true() if ids is None else column.in_(ids)


def settled(session: Session, workspace_id: int, few: Collection[int] | None = None) -> set[int]:
    """Payments (of `few`, or all) that are closed, or have a confirmed Match with an Invoice that still counts."""
    payment, match, invoice = models.Payment, models.Match, models.Invoice
    mine = payment.workspace_id == workspace_id, among(payment.id, few)
    closed = select(payment.id).where(*mine, payment.closed_at.is_not(None))
    tied = (
        select(match.payment_id)
        .join(invoice, invoice.id == match.invoice_id)
        .where(match.workspace_id == workspace_id, match.confirmed_at.is_not(None), dues.living())
        .where(among(match.payment_id, few))
    )
    return {*session.scalars(closed), *session.scalars(tied)}


class _Allowed:
    """What may be proposed by now: Invoices that still count, no refused pair; nothing is automatic on what a confirmed Match holds."""

    def __init__(self, session: Session, workspace_id: int, found: Mapping[int, Proposal]) -> None:
        match, refusal, invoice = models.Match, models.Refusal, models.Invoice
        invoices = {one for proposal in found.values() for one in proposal.parts}
        few = invoices if len(invoices) <= _FEW else None
        mine = invoice.workspace_id == workspace_id, dues.living(), among(invoice.id, few)
        self._living = set(session.scalars(select(invoice.id).where(*mine)))
        refused = select(refusal.payment_id, refusal.invoice_id).where(refusal.workspace_id == workspace_id)
        rows = session.execute(refused.where(among(refusal.invoice_id, few)))
        self._refused = {(payment, one) for payment, one in rows}
        confirmed = (
            match.workspace_id == workspace_id,
            match.confirmed_at.is_not(None),
            among(match.invoice_id, few),
        )
        held = session.execute(select(match.payment_id, match.invoice_id).where(*confirmed)).all()
        self._held = {one for _, one in held}
        self._pairs = {(payment, one) for payment, one in held}

    def of(self, payment_id: int, proposal: Proposal | None) -> tuple[Proposal | None, bool]:
        """The proposal, and whether it is linked at once."""
        if proposal is None or any(self._is_out(payment_id, one) for one in proposal.parts):
            return None, False
        return proposal, proposal.automatic and not self._held & set(proposal.parts)

    def _is_out(self, payment_id: int, invoice_id: int) -> bool:
        pair = (payment_id, invoice_id)
        return invoice_id not in self._living or pair in self._refused or pair in self._pairs


class _Sheet:
    """What is to be written, gathered first: rows that are new, rows that say something else by now, rows that go."""

    def __init__(self, workspace_id: int, now: datetime) -> None:
        self.changes: list[Change] = []
        self._workspace_id, self._now = workspace_id, now
        self._fresh: list[dict[str, Any]] = []
        self._other: list[dict[str, Any]] = []
        self._gone: list[int] = []

    def sync(self, payment_id: int, there: Sequence[Any], proposal: Proposal | None, at_once: bool) -> None:
        """One Payment's proposals become what is wanted."""
        parts = proposal.parts if proposal else {}
        gone = tuple(row.invoice_id for row in there if row.invoice_id not in parts)
        self._gone += [row.id for row in there if row.invoice_id not in parts]
        if gone:
            self.changes.append(Change("withdrawn", payment_id, gone))
        if proposal is None:
            return
        kept = {row.invoice_id: row for row in there if row.invoice_id in parts}
        for invoice_id, part in parts.items():
            self._say(
                payment_id,
                invoice_id,
                _says(proposal, part, self._now if at_once else None),
                kept.get(invoice_id),
            )
        if at_once or set(parts) - set(kept):
            what = "linked" if at_once else "proposed"
            self.changes.append(Change(what, payment_id, tuple(parts), proposal.band))

    def write(self, session: Session) -> None:
        for start in range(0, len(self._gone), _AT_ONCE):
            ids = self._gone[start : start + _AT_ONCE]
            session.execute(delete(models.Match).where(models.Match.id.in_(ids)))
        if self._fresh:
            session.execute(insert(models.Match), self._fresh)
        if self._other:
            session.execute(update(models.Match), self._other)

    def _say(self, payment_id: int, invoice_id: int, says: dict[str, Any], row: Any) -> None:
        if row is None:
            keys = {"workspace_id": self._workspace_id, "payment_id": payment_id, "invoice_id": invoice_id}
            self._fresh.append({**keys, **says, "made_at": self._now})
        elif any(getattr(row, name) != value for name, value in says.items()):
            self._other.append({"id": row.id, **says})


def _says(proposal: Proposal, part: int, confirmed_at: datetime | None) -> dict[str, Any]:
    return {
        "amount_minor": part,
        "band": proposal.band,
        "confidence": round(proposal.confidence, 4),
        "reasons": list(proposal.reasons),
        "confirmed_at": confirmed_at,
    }


def _proposed(session: Session, workspace_id: int, few: Collection[int] | None) -> Mapping[int, list[Any]]:
    """By Payment, the rows of what is proposed."""
    match = models.Match
    rows = session.execute(
        select(
            match.id, match.payment_id, match.invoice_id, match.amount_minor, match.band, match.confidence, match.reasons,
            match.confirmed_at,
        ).where(match.workspace_id == workspace_id, match.confirmed_at.is_(None), among(match.payment_id, few))
    )  # fmt: skip
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.payment_id].append(row)
    return found


def _say_why(
    session: Session,
    workspace_id: int,
    few: Collection[int] | None,
    free: Collection[int],
    found: Mapping[int, Proposal],
    left: Mapping[int, Why],
) -> None:
    """A Payment with a proposal says nothing; a refused one without another says that it was refused."""
    payment, match = models.Payment, models.Match
    tied = exists(select(match.id).where(match.payment_id == payment.id))
    rows = session.execute(
        select(payment.id, payment.unmatched_for, tied).where(
            payment.workspace_id == workspace_id, payment.closed_at.is_(None), among(payment.id, few)
        )
    )
    changed = []
    for key, said, is_tied in rows:
        why = None if is_tied else left.get(key, said or ({"code": "no_candidate"} if key in found else None))
        if key in free and why != said:
            changed.append({"id": key, "unmatched_for": why})
    if changed:
        session.execute(update(payment), changed)
