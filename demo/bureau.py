"""The accounting side of the stage: services where Moisson may send invoices, and what they hold. It lives as long as the demo does."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from demo import clearnox, getmyinvoices, holdings, netsuite, pennylane, qbo, sales, xero
from demo.holdings import Held

#: What a person types to let Moisson in. It stands on the panel: nothing real is in there.
CLIENT_ID, CLIENT_SECRET = "moisson-demo", "demo-secret"
TOKEN = "demo-token"  # noqa: S105 - of fictional books
PORTS = {
    "xero": 8931,
    "qbo": 8932,
    "pennylane": 8933,
    "netsuite": 8934,
    "clearnox": 8935,
    "getmyinvoices": 8938,
}


class Playing(Protocol):
    """A stand-in that can be put at an address."""

    @property
    def url(self) -> str: ...

    def start(self, port: int = 0) -> Any: ...

    def stop(self) -> None: ...


@dataclass(frozen=True)
class Service:
    """`keys` are what a person types to connect it; with `consents`, Moisson is sent there instead of to the real one.

    `lead`, `held_as` and `contact_as` are words of the panel: what it is, what `held` lists, and who stands in each line.
    """

    id: str
    name: str
    playing: Playing
    keys: Callable[[], Mapping[str, str]]
    held: Callable[[], Sequence[Held]]
    consents: bool = False
    lead: str = "books_lead_typed"
    held_as: str = "books_held"
    contact_as: str = "contact"
    #: Whether what the company sells is booked there.
    sells: bool = False


class Bureau:
    """All of them. Use it as a context."""

    def __init__(self, ports: Mapping[str, int] = PORTS) -> None:
        """Port 0 lets the system choose; a taken one gives way to the next free one."""
        self._ports = ports
        self.xero, self.qbo, self.pennylane = xero.Xero(), qbo.Qbo(), pennylane.Pennylane()
        self.netsuite, self.clearnox = netsuite.NetSuite(), clearnox.Clearnox()
        self.getmyinvoices = getmyinvoices.GetMyInvoices(key=TOKEN)
        self.pennylane.token = TOKEN
        self.netsuite.books.lists["vendor"].append({"id": "744", "entityid": "Bleu Énergie"})
        self.services = self._services()
        self._sold = 0
        for _ in range(2):
            self.sell()

    def _services(self) -> tuple[Service, ...]:
        app = {"Client ID": CLIENT_ID, "Client secret": CLIENT_SECRET}
        return (
            Service("xero", "Xero", self.xero, lambda: app, lambda: holdings.in_xero(self.xero), consents=True, lead="books_lead_consent"),
            Service("qbo", "QuickBooks Online", self.qbo, lambda: app, lambda: holdings.in_qbo(self.qbo), consents=True, lead="books_lead_consent"),
            Service("pennylane", "Pennylane", self.pennylane, self._pennylane_keys, lambda: holdings.in_pennylane(self.pennylane)),
            Service("netsuite", "NetSuite", self.netsuite, self._netsuite_keys, lambda: holdings.in_netsuite(self.netsuite)),
            Service("clearnox", "Clearnox", self.clearnox, self._clearnox_keys, lambda: holdings.in_clearnox(self.clearnox), lead="clearnox_lead", held_as="clearnox_held", contact_as="customer", sells=True),
            Service("getmyinvoices", "GetMyInvoices", self.getmyinvoices, self._getmyinvoices_keys, lambda: holdings.in_getmyinvoices(self.getmyinvoices), lead="documents_lead", contact_as="file"),
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
        for office in (self.xero.office, self.qbo.office):
            office.register(CLIENT_ID, CLIENT_SECRET, *back)

    def sell(self) -> sales.Sale:
        """The company sells something: the entry stands in its sales ledger, and lacks its document."""
        self._sold += 1
        sold = sales.made(self._sold)
        self.clearnox.book(sold.entry)
        return sold

    @property
    def stand_ins(self) -> str:
        """As `MOISSON_STAND_INS` has it."""
        return json.dumps({one.id: one.playing.url for one in self.services if one.consents})

    def _pennylane_keys(self) -> dict[str, str]:
        return {"URL": self.pennylane.url, "Token": TOKEN}

    def _netsuite_keys(self) -> dict[str, str]:
        there = self.netsuite
        ids = {"Account ID": "1234567", "Client ID": there.client_id, "Certificate ID": there.certificate_id}
        return {**ids, "Private key": there.private_key, "RESTlet": there.restlet, "URL": there.url}

    def _clearnox_keys(self) -> dict[str, str]:
        return {"URL": self.clearnox.url, "User": clearnox.USER, "Password": clearnox.PASSWORD}

    def _getmyinvoices_keys(self) -> dict[str, str]:
        return {"URL": self.getmyinvoices.url, "API key": TOKEN}
