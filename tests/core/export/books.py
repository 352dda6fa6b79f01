"""A company whose invoices go to the stand-in of Xero: real database, real archive, real HTTP; only the vault and the door are left out."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from core import archive, errors, partners, providers
from core.db import Database, models
from core.export import chosen, xero
from core.export.chosen import Rule
from demo.consent_rules import Tokens
from demo.xero import Xero
from tests.core.export import connected
from tests.core.export.connected import INVOICE, NOW, Connected, Shown

PDF = b"%PDF-1.4 a bill, byte by byte \x00\xff\r\n"
BILL = Rule("bill", account="626", tax="INPUT2")


class _Line(httpx.HTTPTransport):
    """What is lost on the way is told as the worker's line tells it."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return super().handle_request(request)
        except httpx.ConnectError:
            raise errors.PartnerDown("cannot be reached") from None
        except httpx.TransportError as err:
            raise errors.PartnerSilent(type(err).__name__) from None


class _Bearer(httpx.Auth):
    def auth_flow(self, request: httpx.Request) -> Any:
        request.headers["Authorization"] = "Bearer it-is-us"
        yield request


@dataclass
class Company(Connected):
    database: Database
    stored: archive.Archive
    service: Xero
    target: xero.Xero
    means: partners.Means
    at: list[datetime]
    destination: int = 0

    def round(self) -> None:
        self.target.deliver(self.row(), self.means)

    def choose(self, **says: Any) -> int:
        """A person changes the settings."""
        with self.database.write() as session:
            _, before = chosen.current(session, self.destination)
            place = session.get_one(models.Destination, self.destination)
            now = self.at[0]
            return chosen.keep(session, place, dataclasses.replace(before, **says), by=None, now=now)

    def bring(self, number: str | None = "F-1", content: bytes = PDF, **says: Any) -> int:
        """An Invoice with its file; the Delivery's id."""
        with self.database.write() as session:
            invoice = models.Invoice(**{**INVOICE, "number": number, "received_at": self.at[0], **says})
            session.add(invoice)
            session.flush()
            return self.owed(session, self.file(session, invoice.id, content))

    def bring_more(self, delivery_id: int, content: bytes) -> int:
        """Another file of the same Invoice."""
        with self.database.write() as session:
            first = session.get_one(models.Delivery, delivery_id)
            more = self.file(session, first.invoice_id, content, media_type="application/xml")
            return self.owed(session, more)

    @property
    def bills(self) -> list[dict[str, Any]]:
        return self.service.books.records["Invoices"]

    def files(self, record: Mapping[str, Any], id_name: str = "InvoiceID") -> list[bytes]:
        return [content for _, content in self.service.books.files.get(record[id_name], {}).values()]

    def rates_read(self, delivery_id: int, rates: Sequence[Mapping[str, str]]) -> None:
        """What the reader found of VAT, rate by rate."""
        told = {"value": json.dumps(list(rates)), "source": "generic", "confidence": 0.8}
        with self.database.write() as session:
            owed = session.get_one(models.Delivery, delivery_id)
            read = models.ReadingRow(workspace_id=1, document_id=owed.document_id, reader="generic", at=NOW)
            read.fields, read.doubts = {"vat_rates": told}, []
            session.add(read)


def introduce(service: Xero) -> None:
    """The service knows the token that `means` bring."""
    service.office.given.append(Tokens("app", "anne@firm.example", "", "it-is-us", "-", 1e12))


def _token(*, but: str = "") -> Shown:
    return Shown("it-is-us")


def means(at: list[datetime]) -> partners.Means:
    """As the worker gives them, without vault and door."""
    return partners.Means(
        secrets=dict,
        token=_token,
        http=httpx.Client(transport=_Line(), trust_env=False, headers={"User-Agent": "Moisson"}, timeout=60),
        brought=dict,
        bearer=_Bearer(),
        door=("127.0.0.1", 1),
        now=lambda: at[0],
        hold=lambda: None,
        enough=lambda: False,
    )


@contextmanager
def opened(folder: Path, service: Xero | None = None, **chosen: Any) -> Iterator[Company]:
    """Connected an hour ago, euros switched on then, every supplier's invoices as bills of account 626."""
    at = [NOW]
    service = (service or Xero(clock=lambda: at[0].timestamp())).start()
    introduce(service)
    since = NOW - timedelta(hours=1)
    with connected.house(folder) as (database, stored):
        provider = providers.known({"xero": service.url}, "xero")
        target = xero.Xero(database, stored, provider, str.capitalize, "https://farm.example")
        company = Company(database, stored, service, target, means(at), at)
        company.connect("xero", created_at=since, connected_at=since)
        settings = {"currencies": {"EUR": since.isoformat()}, "otherwise": BILL, "status": "AUTHORISED"}
        company.choose(**{**settings, **chosen})
        try:
            company.round()
            yield company
        finally:
            company.means.http.close()
            service.stop()
