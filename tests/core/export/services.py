"""The services that keep books, each with a company whose invoices go there, and what arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from core.export import netsuite as netsuites
from core.export import pennylane as pennylanes
from core.export.chosen import Rule
from demo.netsuite import NetSuite
from demo.pennylane import Pennylane
from tests.core.export import books, connected, qbo_company, typed
from tests.core.export.typed import Company
from vault import assertions

#: Where NetSuite and Pennylane put what comes, unless told otherwise.
PLACED, BOOKED = Rule("bill", account="58", contact_id="742"), Rule("bill", account="124")


@contextmanager
def netsuite(folder: Path, otherwise: Rule = PLACED, **more: str) -> Iterator[Company]:
    """`more` is typed too."""
    at = [connected.NOW]
    service = NetSuite(clock=lambda: at[0].timestamp()).start()
    told = {"client_id": service.client_id, "certificate_id": service.certificate_id, "restlet": service.restlet, "url": service.url}  # fmt: skip
    with typed.opened(
        folder,
        service,
        netsuites.KIND,
        lambda database, stored: netsuites.NetSuite(database, stored, typed.HERE, assertions.signed),
        secrets={"private_key": service.private_key},
        typed=told | more,
        otherwise=otherwise,
        at=at,
    ) as company:
        yield company


@contextmanager
def pennylane(folder: Path, otherwise: Rule = BOOKED) -> Iterator[Company]:
    """While a window is full, seconds pass."""
    at = [connected.NOW]
    service = Pennylane(clock=lambda: at[0].timestamp()).start()

    def wait(seconds: float) -> None:
        at[0] += timedelta(seconds=seconds)

    with typed.opened(
        folder,
        service,
        pennylanes.KIND,
        lambda database, stored: pennylanes.Pennylane(database, stored, typed.HERE, wait),
        secrets={"token": service.token},
        typed={"url": service.url},
        otherwise=otherwise,
        at=at,
    ) as company:
        yield company


#: All that keep books.
EVERY: tuple[Callable[[Path], AbstractContextManager[Any]], ...] = (
    books.opened,
    qbo_company.opened,
    netsuite,
    pennylane,
)


def files(company: books.Company) -> list[bytes]:
    """What lies at each bill there, in their order; nothing where a bill has no file."""
    service: Any = company.service
    if isinstance(service, Pennylane):
        return [bill["file"]["content"] for bill in service.books.invoices]
    if isinstance(service, NetSuite):
        kept = service.books.files
        every = [kept.get(("vendorBill", bill["id"]), {}) for bill in service.books.records["vendorBill"]]
        return [b"".join(content for _, content in one.values()) for one in every]
    return [b"".join(company.files(bill)) for bill in company.bills]


class Stumbling(httpx.BaseTransport):
    """Whatever speaks of that Invoice ends in a 500."""

    def __init__(self, line: httpx.BaseTransport) -> None:
        self.line = line

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method != "GET" and b"POISON" in request.read():
            return httpx.Response(500, request=request)
        return self.line.handle_request(request)
