"""A bank file on its way in: kept in the inbox under a name that nobody can guess, looked at until somebody takes it in, swept after a day."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

from flask import abort, g
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict

from core import errors, payments
from core.db import models
from core.ledger import bank_accounts, batches
from core.ledger.weighing import Fate, Weighed
from core.payments import columns, guess
from web import brought, farm

#: The fields of the columns' form begin so.
FIELD = "c-"
#: What the form says for an account that is not here yet.
NEW = "new"
#: Lines of a file that are shown as they would be taken in, and look-alikes that are asked about one by one.
SAMPLES, ASKED = 8, 30


@dataclass(frozen=True)
class Choices:
    """What a person says of the file, as it stands in the address: whose it is, and how its columns are read."""

    name: str = ""
    account: int | None = None
    fresh: bool = False
    new_name: str = ""
    kind: str = "bank"
    currency: str = "EUR"
    columns: columns.Columns | None = None

    def query(self, **more: object) -> str:
        """The same choices in another address."""
        told: dict[str, object] = {
            "name": self.name,
            "account": NEW if self.fresh else self.account,
            "new_name": self.new_name,
        }
        told |= {"kind": self.kind, "currency": self.currency}
        if self.columns:
            told |= {FIELD + name: value for name, value in self.columns.told().items() if value is not None}
        return urlencode(
            {name: str(value) for name, value in {**told, **more}.items() if value not in (None, "", False)}
        )


@dataclass(frozen=True)
class Looked:
    """A file as it was read with these choices, and what taking each of its accounts in would do."""

    sha256: str
    brought: payments.Brought
    accounts: tuple[models.BankAccount | None, ...]
    trials: tuple[batches.Trial, ...]

    @property
    def pairs(self) -> list[tuple[models.BankAccount | None, payments.Statement]]:
        return list(zip(self.accounts, self.brought.statements, strict=True))

    def of(self, fate: Fate) -> list[tuple[int, Weighed]]:
        """The lines of this fate, each with its account's place in the file."""
        return [(n, one) for n, trial in enumerate(self.trials) for one in trial.of(fate)]

    @property
    def counts(self) -> dict[str, int]:
        """Of all its accounts together."""
        names = self.trials[0].counts if self.trials else {}
        return {name: sum(trial.counts[name] for trial in self.trials) for name in names}


def keep(file: FileStorage) -> str:
    """The address of a file from now on. Raises NotAStatement and DiskFull."""
    try:
        kept = farm.here().archive.welcome(
            brought.chunks(file.stream), name="", media_type="application/octet-stream", cap=payments.CAP
        )
    except errors.NotAnInvoice as err:
        raise errors.NotAStatement(reason="too_large") from err
    return f"{kept.path.stem}-{_mark(kept.path.stem)}"


def content(address: str) -> bytes:
    """What was kept under it, for this company; 404 when it was swept or is another's."""
    path = _path(address)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        abort(404)


def forget(address: str) -> None:
    _path(address).unlink(missing_ok=True)


def chosen(told: MultiDict[str, str]) -> Choices:
    """What the address or the form says; the columns only where it says any."""
    said = {name.removeprefix(FIELD): value for name, value in told.items() if name.startswith(FIELD)}
    currency = told.get("currency", "").strip().upper()
    return Choices(
        name=brought.plain_name(told.get("name", "") or "releve")[:80],
        account=told.get("account", type=int),
        fresh=told.get("account") == NEW,
        new_name=" ".join(told.get("new_name", "").split())[:80],
        kind="card" if told.get("kind") == "card" else "bank",
        currency=currency if len(currency) == 3 and currency.isalpha() else "EUR",
        columns=columns.of(said) if said else None,
    )


def looked(session: Session, file: bytes, choices: Choices) -> Looked:
    """The dry run; nothing is changed. Raises NotAStatement."""
    company = g.visitor.workspace_id
    account = bank_accounts.one(session, company, choices.account) if choices.account else None
    every = bank_accounts.all_of(session, company)
    only = every[0] if len(every) == 1 and not (choices.fresh or choices.new_name) else None
    likely = account or only
    currency = likely.currency if likely else choices.currency
    read = payments.read(file, columns=_columns(file, likely, choices), currency=currency)
    if account and len(read.statements) == 1:
        accounts: tuple[models.BankAccount | None, ...] = (account,)
    else:
        accounts = tuple(_whose(session, one, only) for one in read.statements)
    trials = tuple(
        batches.trial(session, mine, one, format=read.format)
        for mine, one in zip(accounts, read.statements, strict=True)
    )
    return Looked(hashlib.sha256(file).hexdigest(), read, accounts, trials)


def _whose(
    session: Session, one: payments.Statement, only: models.BankAccount | None
) -> models.BankAccount | None:
    """As the file says by its number; the only one that there is, where one of the two has none."""
    known = bank_accounts.recognised(session, g.visitor.workspace_id, one.number)
    return known or (only if only and None in (one.number, only.number) else None)


def _columns(file: bytes, account: models.BankAccount | None, choices: Choices) -> columns.Columns | None:
    """As this person says; else as this account's files were read last, where that still gives payments; else as they look."""
    if choices.columns or payments.format_of(file) != "csv":
        return choices.columns
    if account and account.columns:
        known = columns.of(account.columns)
        found = payments.read(file, columns=known, currency=account.currency).statements[0]
        if len(found.lines) > len(found.unread):
            return known
    return None


def other_separator(file: bytes, choices: Choices, *, before: str) -> Choices:
    """Other letters or another separator make other columns: those of before mean nothing any more."""
    told = choices.columns
    if told is None or before == f"{told.encoding}{told.separator}":
        return choices
    return replace(choices, columns=guess.columns(file, told.encoding, told.separator))


def _path(address: str) -> Path:
    stem, _, mark = address.partition("-")
    if not (len(stem) == 32 and stem.isalnum() and mark == _mark(stem)):
        abort(404)
    return farm.here().archive.inbox / f"{stem}.arrival"


def _mark(stem: str) -> str:
    """Proves that this company brought it."""
    return farm.here().desk.key.hash_token(f"statement|{g.visitor.workspace_id}|{stem}")[:16]
