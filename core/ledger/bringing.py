"""A whole bank file brought without a page: whose account each part is, tried or taken in, and what is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core import payments
from core.db import models
from core.ledger import bank_accounts, batches
from core.ledger.weighing import Fate


class WhichAccount(Exception):
    """The file does not say of which bank account it is, or it is of another than the one that was named."""


@dataclass(frozen=True, slots=True)
class Told:
    """One account of a file: its name, whether it is new here, and what was or would be done."""

    account: str
    fresh: bool
    format: str
    trial: batches.Trial
    batch: int | None

    @property
    def undecided(self) -> list[int]:
        """The lines that look like another payment."""
        return [one.line.at for one in self.trial.of(Fate.TWIN)]

    def as_json(self) -> dict[str, Any]:
        unread = [{"line": one.at, "why": one.why.value} for one in self.trial.unread]
        told = {
            "bank_account": self.account,
            "new_account": self.fresh,
            "format": self.format,
            **self.trial.counts,
        }
        told |= {
            "balanced": self.trial.balanced,
            "batch": self.batch,
            "twins": self.undecided,
            "unread": unread,
        }
        return told

    def in_words(self) -> str:
        counts = self.trial.counts
        told = f"{self.account}: {counts['lines']} lines: {counts['new']} new, {counts['known']} known"
        told += f", {counts['twin']} that look like others" if counts["twin"] else ""
        told += f", {counts['unreadable']} unreadable"
        return told + ("; the balances do not agree" if self.trial.balanced is False else "")


def look(session: Session, workspace_id: int, brought: payments.Brought, name: str = "") -> list[Told]:
    """The dry run, account by account. Raises WhichAccount."""
    return [
        Told(
            _called(account, one, name),
            account is None,
            brought.format,
            _trial(session, account, one, brought),
            None,
        )
        for account, one in _owned(session, workspace_id, brought, name)
    ]


def take_in(
    session: Session,
    workspace_id: int,
    brought: payments.Brought,
    source: batches.Source,
    name: str = "",
    *,
    keep: bool,
    now: datetime,
) -> list[Told]:
    """The same, done; an account that is not here yet is made. `keep`: look-alikes are real payments, else they are left."""
    done = []
    for known, one in _owned(session, workspace_id, brought, name):
        account = known or _made(session, workspace_id, one, name, now)
        bank_accounts.learn(session, account, one.number)
        trial, another = _trial(session, account, one, brought), set[int]()
        if keep:
            another = {twin.line.at for twin in trial.of(Fate.TWIN)}
            trial = batches.trial(session, account, one, format=brought.format, another=another)
        batch = batches.take_in(session, account, one, source, another=another, by=None, now=now)
        done.append(Told(account.name, known is None, brought.format, trial, batch.id if batch else None))
    return done


def _owned(
    session: Session, workspace_id: int, brought: payments.Brought, name: str
) -> Sequence[tuple[models.BankAccount | None, payments.Statement]]:
    if name and len(brought.statements) > 1:
        raise WhichAccount(
            "the file has several accounts, which are known by their numbers; leave the name out"
        )
    found = []
    for one in brought.statements:
        account = bank_accounts.named(session, workspace_id, name) or (
            None if name else bank_accounts.recognised(session, workspace_id, one.number)
        )
        if account is None and not name and one.number is None:
            raise WhichAccount("the file does not say of which account it is")
        if account and not bank_accounts.is_of(account, one.number):
            raise WhichAccount(f"the file is of another account than {account.name}")
        found.append((account, one))
    return found


def _trial(
    session: Session, account: models.BankAccount | None, one: payments.Statement, brought: payments.Brought
) -> batches.Trial:
    return batches.trial(session, account, one, format=brought.format)


def _called(account: models.BankAccount | None, one: payments.Statement, name: str) -> str:
    return account.name if account else name or bank_accounts.shown(one.number)


def _made(
    session: Session, workspace_id: int, one: payments.Statement, name: str, now: datetime
) -> models.BankAccount:
    return bank_accounts.add(
        session,
        workspace_id,
        name or bank_accounts.shown(one.number),
        kind=one.kind,
        currency=one.currency or "EUR",
        number=one.number,
        by=None,
        now=now,
    )
