"""A company whose invoices go to a service that is signed in to with what was typed: real database, real archive, real HTTP."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from core import archive
from core.db import Database, models
from core.export import chosen, delivering, kinds
from core.export.target import Target
from tests.core.export import books, connected
from tests.core.export.connected import Shown

HERE = kinds.Here(str.capitalize, "https://farm.example")
#: Makes the target of a database and an archive.
Make = Callable[[Database, archive.Archive], Target]


@dataclass
class Company(books.Company):
    service: Any
    target: Any

    def again(self, delivery_id: int) -> None:
        """A person wants it to say there what the settings say now."""
        with self.database.write() as session:
            delivering.push_again(session.get_one(models.Delivery, delivery_id), self.at[0])

    def refresh(self) -> None:
        self.change(books={**(self.row().books or {}), "asked": True})
        self.round()


@contextmanager
def opened(
    folder: Path,
    service: Any,
    kind: kinds.Kind,
    make: Make,
    *,
    secrets: Mapping[str, str],
    typed: Mapping[str, str],
    otherwise: chosen.Rule,
    at: list[datetime],
) -> Iterator[Company]:
    """Made an hour ago, euros switched on then, every supplier's invoices as `otherwise` says. `service` runs."""
    since = at[0] - timedelta(hours=1)
    shown = {name: Shown(value) for name, value in secrets.items()}
    means = dataclasses.replace(books.means(at), secrets=lambda: shown)
    with connected.house(folder) as (database, stored):
        company = Company(database, stored, service, make(database, stored), means, at)
        company.connect(kind.id, kind.place(typed), created_at=since, starts_at=since)
        company.retype(**typed)
        company.choose(currencies={"EUR": since.isoformat()}, otherwise=otherwise)
        try:
            yield company
        finally:
            company.means.http.close()
            service.stop()
