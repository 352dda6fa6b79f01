"""The invoices that a fictional portal has published: some for everybody, some for one customer."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

LATE = date(2025, 5, 20)
#: Customers that need no name of their own: as many as a test or a bench wants.
STRANGERS = re.compile(r"user-\d+")


@dataclass(frozen=True, slots=True)
class Bill:
    """One published invoice. `cents` includes tax and is negative for a credit note; `version` rises when its file is replaced."""

    number: str
    issued: date
    cents: int
    contract: str = ""
    credit_note: bool = False
    version: int = 1

    @property
    def total(self) -> Decimal:
        return Decimal(self.cents) / 100


class Shelf:
    """What each customer sees, newest first. A customer `user-7` sees the common bills under numbers of its own."""

    def __init__(self, prefix: str, contracts: tuple[str, ...] = ("",)) -> None:
        self.prefix = prefix
        self.contracts = contracts
        self._common: list[Bill] = []
        self._own: dict[str, list[Bill]] = {}
        self._serial = 0
        self._lock = threading.Lock()

    def publish(
        self,
        *,
        issued: date | None = None,
        cents: int = 4590,
        contract: str | None = None,
        credit_note: bool = False,
        login: str | None = None,
    ) -> Bill:
        """Put one more bill on the shelf, dated today unless told; for one `login` only, or for everybody."""
        when = issued or date.today()
        with self._lock:
            self._serial += 1
            number = f"{'AV' if credit_note else self.prefix}-{when.year}-{self._serial:04d}"
            bill = Bill(number, when, -cents if credit_note else cents, self._contract(contract), credit_note)
            (self._common if login is None else self._own.setdefault(customer_name(login), [])).append(bill)
        return bill

    def replace_last(
        self, *, login: str | None = None, contract: str | None = None, cents: int | None = None
    ) -> Bill:
        """Another file for the bill that was published last (of one `login`, of one `contract`), with another total if told.

        Raises ValueError when there is no bill.
        """
        with self._lock:
            bills = self._common if login is None else self._own.get(customer_name(login), [])
            mine = [bill for bill in bills if contract in (None, bill.contract)]
            if not mine:
                raise ValueError("there is no bill to replace")
            old = mine[-1]
            new = replace(old, version=old.version + 1, cents=old.cents if cents is None else cents)
            bills[bills.index(old)] = new
        return new

    def fill(self, days: Iterable[date], *, cents: int, contract: str | None = None) -> None:
        """The past: one bill a day given, most of one amount, some with an extra."""
        for place, when in enumerate(days):
            self.publish(issued=when, cents=cents + (735 if place % 5 == 3 else 0), contract=contract)

    def of(self, login: str, contract: str | None = None) -> list[Bill]:
        with self._lock:
            bills = [*self._common, *self._own.get(login, ())]
        mine = [_under_own_number(bill, login) for bill in bills if contract in (None, bill.contract)]
        return sorted(mine, key=lambda bill: (bill.issued, bill.number), reverse=True)

    def everything(self) -> tuple[list[Bill], dict[str, list[Bill]]]:
        """The common bills, and each login's own."""
        with self._lock:
            return list(self._common), {login: list(bills) for login, bills in self._own.items()}

    def refill(self, common: list[Bill], own: dict[str, list[Bill]]) -> None:
        """Put back what `everything` gave; numbers go on from there."""
        with self._lock:
            self._common, self._own = common, own
            self._serial = len(common) + sum(map(len, own.values()))

    def find(self, login: str, number: str) -> Bill | None:
        return next((bill for bill in self.of(login) if bill.number == number), None)

    def _contract(self, contract: str | None) -> str:
        return self.contracts[0] if contract is None else contract


def customer_name(login: str) -> str:
    """`user-7@nimbus.example` and `user-7` are one customer."""
    name = login.partition("@")[0]
    return name if STRANGERS.fullmatch(name) else login


def months(first: date, count: int) -> list[date]:
    """`count` days, a month apart, from `first` on; the day must exist in every month."""
    starts = (first.year * 12 + first.month - 1 + step for step in range(count))
    return [date(start // 12, start % 12 + 1, first.day) for start in starts]


def _under_own_number(bill: Bill, login: str) -> Bill:
    kind, _, number = login.partition("-")
    return replace(bill, number=f"{bill.number}-{number}") if kind == "user" and number.isdigit() else bill
