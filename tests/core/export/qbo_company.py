"""A company whose invoices go to the stand-in of QuickBooks Online: real database, real archive, real HTTP; only the vault and the door are left out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from core import providers
from core.export import qbo
from core.export.chosen import Rule
from demo.qbo import Qbo
from demo.qbo_books import Record
from tests.core.export import books, connected
from tests.core.export.connected import NOW

#: Of account 626, taxed 20 %.
BILL = Rule("bill", account="8", tax="4")
CARD = Rule("spend", account="8", tax="4", bank="41")


@dataclass
class Company(books.Company):
    service: Qbo  # type: ignore[assignment]
    target: qbo.Qbo  # type: ignore[assignment]

    @property
    def bills(self) -> list[Record]:
        return self.of("Bill")

    def of(self, entity: str) -> list[Record]:
        return self.service.books.records[entity]

    def files(self, record: Mapping[str, Any], id_name: str = "Bill") -> list[bytes]:
        """Byte by byte, as whoever fetches them there gets them."""
        whose = {"type": id_name, "value": record["Id"]}
        there = [one for one in self.service.books.files if one["AttachableRef"][0]["EntityRef"] == whose]
        return [self.service.books.contents[one["Id"]] for one in there]


def means(at: list[Any], realm: str) -> Any:
    """As the worker gives them; the company's id came with the consent."""
    return dataclasses.replace(books.means(at), brought=lambda: {"realmId": realm})


@contextmanager
def opened(folder: Path, service: Qbo | None = None, **chosen: Any) -> Iterator[Company]:
    """Connected an hour ago, euros switched on then, every supplier's invoices as bills of account 626."""
    at = [NOW]
    service = (service or Qbo(clock=lambda: at[0].timestamp())).start()
    books.introduce(service)  # type: ignore[arg-type]
    since = NOW - timedelta(hours=1)
    with connected.house(folder) as (database, stored):
        provider = providers.known({"qbo": service.url}, "qbo")
        target = qbo.Qbo(database, stored, provider, str.capitalize, "https://farm.example")
        company = Company(database, stored, service, target, means(at, service.books.realm), at)
        company.connect("qbo", created_at=since, connected_at=since)
        company.choose(**{"currencies": {"EUR": since.isoformat()}, "otherwise": BILL, **chosen})
        try:
            company.round()
            yield company
        finally:
            company.means.http.close()
            service.stop()
