"""The accounting side of the stage: services where Moisson may send invoices, and what they hold. It lives as long as the demo does."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from demo import pennylane, qbo, xero
from demo.qbo_books import MONEY
from demo.xero_books import KINDS

#: What a person types to let Moisson in. It stands on the panel: nothing real is in there.
CLIENT_ID, CLIENT_SECRET = "moisson-demo", "demo-secret"
TOKEN = "demo-token"  # noqa: S105 - of fictional books
PORTS = {"xero": 8931, "qbo": 8932, "pennylane": 8933}


class Playing(Protocol):
    """A stand-in that can be put at an address."""

    @property
    def url(self) -> str: ...

    def start(self, port: int = 0) -> Any: ...

    def stop(self) -> None: ...


@dataclass(frozen=True)
class Held:
    """One record there: its number, who it is from, its amount as written there, and how many files it has."""

    number: str
    contact: str
    amount: str
    files: int


@dataclass(frozen=True)
class Service:
    """`keys` are what a person types to connect it; with `consents`, Moisson is sent there instead of to the real one."""

    id: str
    name: str
    playing: Playing
    consents: bool
    keys: Callable[[], Mapping[str, str]]
    held: Callable[[], Sequence[Held]]


class Bureau:
    """All of them. Use it as a context."""

    def __init__(self, ports: Mapping[str, int] = PORTS) -> None:
        """Port 0 lets the system choose; a taken one gives way to the next free one."""
        self._ports = ports
        self._xero, self._qbo, self._pennylane = xero.Xero(), qbo.Qbo(), pennylane.Pennylane()
        self._pennylane.token = TOKEN
        app = {"Client ID": CLIENT_ID, "Client secret": CLIENT_SECRET}
        self.services = (
            Service("xero", "Xero", self._xero, True, lambda: app, self._in_xero),
            Service("qbo", "QuickBooks Online", self._qbo, True, lambda: app, self._in_qbo),
            Service("pennylane", "Pennylane", self._pennylane, False, self._pennylane_keys, self._in_pennylane),
        )  # fmt: skip

    def __enter__(self) -> Self:
        for one in self.services:
            one.playing.start(self._ports.get(one.id, 0))
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.services:
            one.playing.stop()

    def serves(self, farm_port: int) -> None:
        """Where consents lead back to: the farm, by each of its names on this machine."""
        back = [f"http://{host}:{farm_port}/oauth/callback" for host in ("127.0.0.1", "localhost")]
        for office in (self._xero.office, self._qbo.office):
            office.register(CLIENT_ID, CLIENT_SECRET, *back)

    @property
    def stand_ins(self) -> str:
        """As `MOISSON_STAND_INS` has it."""
        return json.dumps({one.id: one.playing.url for one in self.services if one.consents})

    def _pennylane_keys(self) -> dict[str, str]:
        return {"URL": self._pennylane.url, "Token": self._pennylane.token}

    def _in_xero(self) -> list[Held]:
        books = self._xero.books
        return [
            Held(_number(one), one["Contact"]["Name"], f"{one['Total']:.2f} {one['CurrencyCode']}", len(books.files.get(one[id_name], ())))
            for kind, id_name in KINDS.items()
            for one in books.records[kind]
        ]  # fmt: skip

    def _in_qbo(self) -> list[Held]:
        books = self._qbo.books
        names = {one["Id"]: one["DisplayName"] for one in books.vendors}
        attached = [one["AttachableRef"][0]["EntityRef"]["value"] for one in books.files]
        return [
            Held(one.get("DocNumber", ""), names.get(one[side]["value"], ""), f"{one['TotalAmt']:.2f} {one['CurrencyRef']['value']}", attached.count(one["Id"]))
            for kind, side in MONEY.items()
            for one in books.records[kind]
        ]  # fmt: skip

    def _in_pennylane(self) -> list[Held]:
        books = self._pennylane.books
        names = {one["id"]: one["name"] for one in books.suppliers}
        return [
            Held(one.get("invoice_number", ""), names.get(one.get("supplier_id"), ""), f"{one['currency_amount']} {one.get('currency', 'EUR')}", 1)
            for one in books.invoices
        ]  # fmt: skip


def _number(one: Mapping[str, Any]) -> str:
    names = ("InvoiceNumber", "CreditNoteNumber", "Reference")
    return next((str(one[name]) for name in names if one.get(name)), "")
