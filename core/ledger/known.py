"""What the ledger knows of an account's lines: which are new, which had their document replaced, which have another mark by now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from core import nouns
from core.db import models
from core.ledger import runs
from core.ledger.cents import minor


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was seen last; `at_home` once its document is in the archive, `left` when the census left it at the portal."""

    left: bool
    at_home: bool
    number: str | None = None
    total_minor: int | None = None
    currency: str | None = None
    mark: str | None = None

    def differs(self, listed: nouns.Listed) -> bool:
        """Does the portal show another mark, number or total than before? What either side does not tell cannot differ."""
        total = (minor(listed.total), listed.total.currency) if listed.total else (None, None)
        then_and_now = (
            (self.mark, listed.mark),
            (self.number, listed.number),
            (self.total_minor, total[0]),
            (self.currency, total[1]),
        )
        return any(then is not None and now is not None and then != now for then, now in then_and_now)


@dataclass(frozen=True)
class Known:
    """What the ledger holds of an account, by (contract, identity)."""

    lines: Mapping[tuple[str, str], Line]

    def is_new(self, listed: nouns.Listed) -> bool:
        """A line is settled when it was left at the census or has come home; a held one is tried again."""
        line = self._line(listed)
        return line is None or not (line.left or line.at_home)

    def is_replaced(self, listed: nouns.Listed) -> bool:
        """Its document is here, and the portal shows that it has another by now. What the census left stays at the portal."""
        line = self._line(listed)
        return line is not None and line.at_home and line.differs(listed)

    def is_wanted(self, listed: nouns.Listed) -> bool:
        return self.is_new(listed) or self.is_replaced(listed)

    def has_other_mark(self, listed: nouns.Listed) -> bool:
        """Nothing to fetch, but a mark to note: a line of the census, or the first mark that is ever seen of it."""
        line = self._line(listed)
        if line is None or listed.mark is None or self.is_wanted(listed):
            return False
        return line.mark != listed.mark

    def _line(self, listed: nouns.Listed) -> Line | None:
        return self.lines.get((listed.contract.portal_id, listed.identity))


_MARK = (
    update(models.ListedRow)
    .where(
        models.ListedRow.contract_id == bindparam("its_contract"),
        models.ListedRow.identity == bindparam("its_identity"),
    )
    .values(mark=bindparam("its_mark"))
)


def known_lines(session: Session, account: models.Account) -> Known:
    row = models.ListedRow
    rows = session.execute(
        select(
            models.ContractRow.portal_id,
            row.identity,
            row.baseline,
            row.received_at,
            row.number,
            row.total_minor,
            row.currency,
            row.mark,
        )
        .join(models.ContractRow, models.ContractRow.id == row.contract_id)
        .where(row.account_id == account.id)
    )
    return Known(
        {
            (contract, identity): Line(left, received is not None, number, total, currency, mark)
            for contract, identity, left, received, number, total, currency, mark in rows
        }
    )


def note_marks(
    session: Session,
    run_id: int,
    fence: int,
    account: models.Account,
    lines: Iterable[nouns.Listed],
    *,
    now: datetime,
) -> None:
    """These known lines have these marks by now; nothing of theirs is fetched."""
    runs.guard(session, run_id, fence)
    mine = select(models.ContractRow).where(models.ContractRow.account_id == account.id)
    held = {contract.portal_id: contract.id for contract in session.scalars(mine)}
    marks = [
        {"its_contract": held[line.contract.portal_id], "its_identity": line.identity, "its_mark": line.mark}
        for line in lines
    ]
    if marks:
        session.connection().execute(_MARK, marks)
