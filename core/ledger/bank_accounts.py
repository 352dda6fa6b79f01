"""The company's bank accounts and cards, known again by the number that their files name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db import models
from core.payments.statement import account_number, text

#: A shorter number inside a longer one is no proof that both are one account.
TELLING = 9


def all_of(session: Session, workspace_id: int) -> list[models.BankAccount]:
    """Every bank account of a company, by name."""
    account = models.BankAccount
    mine = select(account).where(account.workspace_id == workspace_id)
    return list(session.scalars(mine.order_by(account.name, account.id)))


def one(session: Session, workspace_id: int, account_id: int) -> models.BankAccount | None:
    account = models.BankAccount
    return session.scalar(
        select(account).where(account.workspace_id == workspace_id, account.id == account_id)
    )


def named(session: Session, workspace_id: int, name: str) -> models.BankAccount | None:
    """The one that people call so, in whatever case."""
    wanted = " ".join(name.casefold().split())
    return next(
        (a for a in all_of(session, workspace_id) if " ".join(a.name.casefold().split()) == wanted), None
    )


def recognised(session: Session, workspace_id: int, number: str | None) -> models.BankAccount | None:
    """The one of this number. An IBAN holds the national number (ISO 13616), so one inside the other is the same account."""
    wanted = account_number(number)
    known = [account for account in all_of(session, workspace_id) if account.number] if wanted else []
    same = [account for account in known if account.number == wanted]
    like = [account for account in known if _holds(str(account.number), wanted or "")]
    found = same or like
    return found[0] if len(found) == 1 else None


def add(
    session: Session,
    workspace_id: int,
    name: str,
    *,
    kind: str = "bank",
    currency: str = "EUR",
    number: str | None = None,
    by: int | None,
    now: datetime,
) -> models.BankAccount:
    """A new one. `kind` is `bank` or `card`, `currency` ISO 4217."""
    account = models.BankAccount(
        workspace_id=workspace_id,
        name=text(name)[:80] or "—",
        kind=kind,
        currency=currency,
        number=account_number(number),
        created_at=now,
        created_by=by,
    )
    session.add(account)
    session.flush()
    return account


def is_of(account: models.BankAccount, number: str | None) -> bool:
    """Whether a file that names this number may be of this account; one of the two may name none."""
    told = account_number(number)
    if told is None or account.number is None:
        return True
    return told == account.number or _holds(account.number, told)


def learn(session: Session, account: models.BankAccount, number: str | None) -> None:
    """An account without a number takes the one of its file, unless that is another's."""
    if account.number is None and number and recognised(session, account.workspace_id, number) is None:
        account.number = account_number(number)


def rename(account: models.BankAccount, name: str) -> None:
    account.name = text(name)[:80] or account.name


def shown(number: str | None) -> str:
    """A number as a page shows it: enough to know it by."""
    if not number:
        return ""
    return f"{number[:4]} … {number[-4:]}" if len(number) > TELLING else number


def last_brought(session: Session, workspace_id: int) -> dict[int, tuple[int, Any]]:
    """Of each bank account how many payments there are, and the last day of one."""
    payment = models.Payment
    rows = session.execute(
        select(payment.bank_account_id, func.count(), func.max(payment.booked_on))
        .where(payment.workspace_id == workspace_id)
        .group_by(payment.bank_account_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _holds(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= TELLING and (one in other or other in one)
