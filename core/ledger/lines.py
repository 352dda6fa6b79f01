"""The ledger proper: every line a portal ever listed. New means: not in here. Decided by identity, never by date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import nouns
from core.db import models
from core.ledger import runs

#: Minor units of the few currencies that have not two decimals (ISO 4217).
_DECIMALS = {
    "JPY": 0,
    "KRW": 0,
    "CLP": 0,
    "ISK": 0,
    "VND": 0,
    "XOF": 0,
    "XAF": 0,
    "XPF": 0,
    "BHD": 3,
    "KWD": 3,
    "OMR": 3,
    "TND": 3,
}


def minor(money: nouns.Money) -> int:
    """Minor units: 12.34 EUR is 1234, 500 JPY is 500."""
    return int((money.amount * (Decimal(10) ** decimals(money.currency))).to_integral_value())


def money(total_minor: int | None, currency: str | None) -> nouns.Money | None:
    """The inverse of `minor`; None when either half is unknown."""
    if total_minor is None or currency is None:
        return None
    return nouns.Money(Decimal(total_minor).scaleb(-decimals(currency)), currency)


def decimals(currency: str | None) -> int:
    return _DECIMALS.get(currency or "", 2)


@dataclass(frozen=True)
class Known:
    """What the ledger holds of an account, by (contract, identity); the value says whether the line is settled."""

    settled: Mapping[tuple[str, str], bool]

    def is_new(self, listed: nouns.Listed) -> bool:
        return not self.settled.get((listed.contract.portal_id, listed.identity), False)


def known_lines(session: Session, account: models.Account) -> Known:
    """A line is settled when it was left at the census or has come home; a held one is tried again."""
    rows = session.execute(
        select(
            models.ContractRow.portal_id,
            models.ListedRow.identity,
            models.ListedRow.baseline,
            models.ListedRow.received_at,
        )
        .join(models.ContractRow, models.ContractRow.id == models.ListedRow.contract_id)
        .where(models.ListedRow.account_id == account.id)
    )
    return Known({(contract, identity): left or at is not None for contract, identity, left, at in rows})


def note_baseline(
    session: Session,
    run_id: int,
    fence: int,
    account: models.Account,
    lines: Iterable[nouns.Listed],
    *,
    now: datetime,
) -> int:
    """The census: these lines are noted and left at the portal. Gives how many were not noted before."""
    runs.guard(session, run_id, fence)
    before = known_lines(session, account)
    fresh = {(line.contract.portal_id, line.identity): line for line in lines if before.is_new(line)}
    for line in fresh.values():
        _row(session, run_id, account, line, now=now).baseline = True
    return len(fresh)


def hold(
    session: Session,
    run_id: int,
    fence: int,
    account: models.Account,
    listed: nouns.Listed,
    why: str,
    *,
    now: datetime,
) -> None:
    """This line did not come home; it is not lost: the next visit tries again."""
    runs.guard(session, run_id, fence)
    row = _row(session, run_id, account, listed, now=now)
    row.held_times = row.held_times + 1 if row.held_for == why else 1
    row.held_for = why


def receive(
    session: Session,
    run_id: int,
    fence: int,
    account: models.Account,
    listed: nouns.Listed,
    file: nouns.File,
    *,
    now: datetime,
) -> models.Document | None:
    """The bytes are in the archive: one transaction makes the line received, the Invoice and its Document. None if it was here."""
    runs.guard(session, run_id, fence)
    row = _row(session, run_id, account, listed, now=now)
    if row.received_at is not None:
        return None
    row.received_at, row.held_for, row.held_times = now, None, 0
    invoice = _invoice(session, account, row, file, now=now)
    document = models.Document(
        workspace_id=account.workspace_id,
        account_id=account.id,
        invoice_id=invoice.id,
        listed_id=row.id,
        run_id=run_id,
        sha256=file.sha256,
        size=file.size,
        name=file.name,
        media_type=file.media_type,
        channel="portal",
        received_at=now,
    )
    session.add(document)
    account.last_new_at = now
    session.flush()
    _owe(session, account.workspace_id, document, now)
    return document


def _invoice(
    session: Session, account: models.Account, row: models.ListedRow, file: nouns.File, *, now: datetime
) -> models.Invoice:
    invoice = models.Invoice(
        workspace_id=account.workspace_id,
        account_id=account.id,
        contract_id=row.contract_id,
        supplier=account.supplier,
        number=row.number,
        issued_on=row.date,
        precision=row.precision,
        total_minor=row.total_minor,
        currency=row.currency,
        kind=row.kind,
        received_at=now,
        doubts=[],
        twin_of=_twin(session, account.workspace_id, file.sha256),
    )
    session.add(invoice)
    session.flush()
    return invoice


def _twin(session: Session, workspace_id: int, sha256: str) -> int | None:
    """The Invoice that already holds the same bytes."""
    return session.scalar(
        select(models.Document.invoice_id)
        .where(models.Document.workspace_id == workspace_id, models.Document.sha256 == sha256)
        .order_by(models.Document.id)
        .limit(1)
    )


def _owe(session: Session, workspace_id: int, document: models.Document, now: datetime) -> None:
    places = session.scalars(
        select(models.Destination.id).where(models.Destination.workspace_id == workspace_id)
    )
    for destination_id in places:
        session.add(
            models.Delivery(
                workspace_id=workspace_id,
                destination_id=destination_id,
                invoice_id=document.invoice_id,
                document_id=document.id,
                queued_at=now,
                next_try_at=now,
            )
        )


def _row(
    session: Session, run_id: int, account: models.Account, listed: nouns.Listed, *, now: datetime
) -> models.ListedRow:
    contract = _contract(session, account, listed.contract)
    row = session.scalar(
        select(models.ListedRow).where(
            models.ListedRow.contract_id == contract.id, models.ListedRow.identity == listed.identity
        )
    )
    if row is None:
        row = models.ListedRow(
            workspace_id=account.workspace_id,
            account_id=account.id,
            contract_id=contract.id,
            identity=listed.identity,
            baseline=False,
            seen_at=now,
            held_times=0,
            number=listed.number,
            date=listed.date,
            precision=listed.precision,
            total_minor=minor(listed.total) if listed.total else None,
            currency=listed.total.currency if listed.total else None,
            kind=listed.kind,
            run_id=run_id,
        )
        session.add(row)
        session.flush()
    return row


def _contract(session: Session, account: models.Account, contract: nouns.Contract) -> models.ContractRow:
    row = session.scalar(
        select(models.ContractRow).where(
            models.ContractRow.account_id == account.id, models.ContractRow.portal_id == contract.portal_id
        )
    )
    if row is None:
        row = models.ContractRow(
            workspace_id=account.workspace_id,
            account_id=account.id,
            portal_id=contract.portal_id,
            label=contract.label,
        )
        session.add(row)
        session.flush()
    return row


def baseline(session: Session, workspace_id: int, account_id: int) -> list[tuple[models.ListedRow, str]]:
    """What was at the portal before, newest first, each with its contract's label."""
    rows = session.execute(
        select(models.ListedRow, models.ContractRow.label)
        .join(models.ContractRow, models.ContractRow.id == models.ListedRow.contract_id)
        .where(
            models.ListedRow.workspace_id == workspace_id,
            models.ListedRow.account_id == account_id,
            models.ListedRow.baseline,
        )
        .order_by(models.ListedRow.date.desc(), models.ListedRow.id)
    )
    return [(row, label) for row, label in rows]
