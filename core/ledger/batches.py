"""Files and feeds of Payments: tried without a trace, taken in as one batch, undone as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, delete, exists, insert, select
from sqlalchemy.orm import Session

from core import payments
from core.db import models
from core.ledger import cents, rematch, weighing
from core.ledger.weighing import Fate, Weighed

#: Destinations that keep books: what an Invoice is matched with was told to them.
BOOKS = ("xero", "qbo", "netsuite", "pennylane", "clearnox")


@dataclass(frozen=True, slots=True)
class Trial:
    """What taking in would do: every line with its fate, and those that could not be read."""

    weighed: tuple[Weighed, ...]
    unread: tuple[payments.Unread, ...]
    balanced: bool | None

    @property
    def counts(self) -> dict[str, int]:
        """`lines` in all; `new`, `known`, `twin` and `unreadable` of them."""
        fates = Counter(one.fate for one in self.weighed)
        counted = {fate.value: fates[fate] for fate in Fate}
        return {"lines": len(self.weighed) + len(self.unread), **counted, "unreadable": len(self.unread)}

    def of(self, fate: Fate) -> list[Weighed]:
        return [one for one in self.weighed if one.fate is fate]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a batch comes from: `road` is `file` or `feed`, `name` what people call it, `sha256` of its bytes."""

    road: str
    format: str
    name: str
    sha256: str


class Pushed(Exception):
    """Lines of this batch are in somebody's books with their Invoices; the batch stays."""

    def __init__(self, lines: list[models.Payment]) -> None:
        super().__init__(f"{len(lines)} lines of this batch were pushed with their invoices")
        self.lines = lines


def trial(
    session: Session,
    account: models.BankAccount | None,
    statement: payments.Statement,
    *,
    format: str,
    another: Collection[int] = (),
) -> Trial:
    """The dry run; nothing is changed. Without an account everything is new to it, but for twins.

    `another` are the places (`Line.at`) of look-alikes that a person says are payments of their own.
    """
    here = _here(session, account, statement) if account else []
    weighed = weighing.weigh(statement.lines, here, format=format, another=another)
    return Trial(tuple(weighed), statement.unread, statement.balanced)


def take_in(
    session: Session,
    account: models.BankAccount,
    statement: payments.Statement,
    source: Source,
    *,
    another: Collection[int] = (),
    by: int | None,
    now: datetime,
) -> models.PaymentBatch | None:
    """The new lines become Payments, in one transaction; None when the file brings nothing that is not here.

    What is not taken is kept with the batch as it came: unreadable lines, and look-alikes that nobody said are real.
    """
    _hold(session, account)
    found = trial(session, account, statement, format=source.format, another=another)
    fresh = found.of(Fate.NEW)
    if not fresh and (not found.unread or _came(session, account, source.sha256)):
        return None
    counts = found.counts
    batch = models.PaymentBatch(
        workspace_id=account.workspace_id,
        bank_account_id=account.id,
        source=source.road,
        format=source.format,
        name=source.name,
        sha256=source.sha256,
        lines=counts["lines"],
        new=counts["new"],
        known=counts["known"] + counts["twin"],
        unreadable=counts["unreadable"],
        balanced=found.balanced,
        left_out=_left_out(found),
        brought_at=now,
        brought_by=by,
    )
    session.add(batch)
    session.flush()
    if fresh:
        session.execute(insert(cast(Table, models.Payment.__table__)), [_row(batch, one) for one in fresh])
    rematch.ask(session, account.workspace_id, now, by=by, payments=_few(session, batch, fresh))
    return batch


def undo(session: Session, batch: models.PaymentBatch, *, by: int | None, now: datetime) -> int:
    """Its Payments go, and with them what tied them; how many. Raises Pushed while some are in somebody's books."""
    if batch.undone_at is not None:
        return 0
    if lines := pushed(session, batch):
        raise Pushed(lines)
    session.execute(delete(models.Payment).where(models.Payment.batch_id == batch.id))
    batch.undone_at, batch.undone_by = now, by
    rematch.ask(session, batch.workspace_id, now, by=by)
    return batch.new


def pushed(session: Session, batch: models.PaymentBatch) -> list[models.Payment]:
    """The lines that keep a batch from being undone: their Invoice went into somebody's books after it was tied to them."""
    payment, match, delivery, place = models.Payment, models.Match, models.Delivery, models.Destination
    told = (
        select(match.id)
        .join(delivery, delivery.invoice_id == match.invoice_id)
        .join(place, place.id == delivery.destination_id)
        .where(
            match.payment_id == payment.id,
            delivery.sent_at >= match.confirmed_at,
            delivery.withdrawn_at.is_(None),
            place.kind.in_(BOOKS),
        )
    )
    mine = select(payment).where(payment.batch_id == batch.id, exists(told))
    return list(session.scalars(mine.order_by(payment.booked_on, payment.id)))


def all_of(session: Session, workspace_id: int, *, limit: int = 50) -> list[models.PaymentBatch]:
    """Newest first."""
    batch = models.PaymentBatch
    mine = select(batch).where(batch.workspace_id == workspace_id)
    return list(session.scalars(mine.order_by(batch.id.desc()).limit(limit)))


def one(session: Session, workspace_id: int, batch_id: int) -> models.PaymentBatch | None:
    batch = models.PaymentBatch
    return session.scalar(select(batch).where(batch.workspace_id == workspace_id, batch.id == batch_id))


def _hold(session: Session, account: models.BankAccount) -> None:
    """One at a time for each account: the second finds what the first has brought."""
    mine = models.BankAccount.id == account.id
    session.execute(select(models.BankAccount.id).where(mine).with_for_update())


def _came(session: Session, account: models.BankAccount, sha256: str) -> bool:
    batch = models.PaymentBatch
    same = select(batch.id).where(
        batch.bank_account_id == account.id, batch.sha256 == sha256, batch.undone_at.is_(None)
    )
    return session.scalar(same.limit(1)) is not None


def _here(
    session: Session, account: models.BankAccount, statement: payments.Statement
) -> list[weighing.Here]:
    """The Payments of its days; a file says nothing of other days."""
    if not statement.lines:
        return []
    days = [line.booked_on for line in statement.lines]
    payment, batch = models.Payment, models.PaymentBatch
    rows = session.execute(
        select(
            payment.identity,
            payment.booked_on,
            payment.amount_minor,
            payment.currency,
            payment.label,
            batch.format,
        )
        .join(batch, batch.id == payment.batch_id)
        .where(payment.bank_account_id == account.id, payment.booked_on.between(min(days), max(days)))
    )
    return [weighing.Here(*row) for row in rows]


def _left_out(found: Trial) -> list[dict[str, Any]]:
    twins = [(one.line.at, one.line.raw, payments.Why.TWIN) for one in found.of(Fate.TWIN)]
    unread = [(one.at, one.raw, one.why) for one in found.unread]
    return [{"line": at, "why": why.value, "raw": raw} for at, raw, why in sorted(twins + unread)]


def _few(session: Session, batch: models.PaymentBatch, fresh: Sequence[Weighed]) -> Sequence[int]:
    """The ids of a few new Payments; none of many, for then all that is open is looked at."""
    payment = models.Payment
    if len(fresh) > rematch.MOST:
        return ()
    identities = [one.identity for one in fresh]
    mine = payment.bank_account_id == batch.bank_account_id, payment.identity.in_(identities)
    return session.scalars(select(payment.id).where(*mine)).all()


def _row(batch: models.PaymentBatch, one: Weighed) -> dict[str, Any]:
    """The core of the label is the matcher's to fill in."""
    line = one.line
    return {
        "workspace_id": batch.workspace_id,
        "bank_account_id": batch.bank_account_id,
        "batch_id": batch.id,
        "identity": one.identity,
        "booked_on": line.booked_on,
        "value_on": line.value_on,
        "amount_minor": cents.minor(line.amount),
        "currency": line.amount.currency,
        "original_minor": cents.minor(line.original) if line.original else None,
        "original_currency": line.original.currency if line.original else None,
        "label": line.label,
        "counterparty": line.counterparty,
        "counterparty_id": line.counterparty_id,
        "reference": line.reference,
        "core": "",
        "raw": line.raw,
    }
