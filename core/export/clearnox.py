"""Clearnox asks for what it lacks: its booking entries without a document are listed, those that we have go there, and each must leave the list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from core import archive, db
from core.db import models
from core.export import (
    chosen,
    clearnox_entries,
    clearnox_matching,
    clearnox_papers,
    clearnox_rows,
    clearnox_zip,
    delivering,
    kinds,
)
from core.export.clearnox_api import Api, Listing
from core.export.clearnox_matching import Answer, Paper
from core.export.clearnox_names import FIELDS, Names
from core.export.clearnox_outbox import Outbox
from core.export.clearnox_zip import Line
from core.partners import Means

#: The list is asked for once a day, and after what came in; not more often than every two minutes for that.
DAILY, PAUSE = timedelta(days=1), timedelta(minutes=2)
_SUFFIX = ".pdf"


def draft(
    session: Session,
    destination: models.Destination,
    invoice: models.Invoice,
    document: models.Document,
    _: kinds.Here,
) -> dict[str, Any] | None:
    """What `metadata.json` would say of it, by the list as it was last seen; None when nobody there asks for it."""
    kept = clearnox_entries.kept(session, destination.id)
    asking = [one["id"] for one in kept if one["invoice"] == invoice.id and one["outcome"] == "found"]
    if invoice.role != "ar" or not asking:
        return None
    names = Names.of(chosen.typed(session, destination.id)[1])
    name = clearnox_zip.name(invoice.number or "", document.id, _SUFFIX)
    told = clearnox_zip.told(names, name, asking, document.sha256, invoice.number or "")
    return {"fileName": name, "record": told}


KIND = kinds.Kind("clearnox", "Clearnox", FIELDS, draft=draft, again=True)


def wake(session: Session, workspace_id: int, now: datetime) -> None:
    """What it books has changed: the list is asked for soon. However often it is said, once."""
    place, soon = models.Destination, now + PAUSE
    mine = (place.workspace_id == workspace_id, place.kind == KIND.id, place.removed_at.is_(None))
    session.execute(update(place).where(*mine, place.next_round_at > soon).values(next_round_at=soon))


@dataclass(frozen=True)
class Clearnox:
    """The target. Whatever is in the archive may be asked for, from before the connection too."""

    database: db.Database
    stored: archive.Archive

    def origins(self, destination: models.Destination) -> tuple[str, ...]:
        return KIND.origins(destination)

    def deliver(self, destination: models.Destination, means: Means) -> None:
        """Look, send, look again. Raises the errors of `core.partners` and BadSettings."""
        if self._is_too_soon(destination, means.now()):
            return
        self._plan(destination, means.now())  # should this round fail
        with self.database.read() as session:
            version, typed = chosen.typed(session, destination.id)
        names = Names.of(typed)
        api = Api(means, destination.place, names)
        listing = api.standing() if self._waits(destination) else api.listed()
        answers = self._answers(destination, listing, means.now())
        is_dry = destination.dry_until is not None and destination.dry_until > means.now()
        lines = [] if is_dry else self._lines(destination, answers, names, version, means.now())
        try:
            Outbox(self.database, api, means, names).send(lines)
        finally:
            self._keep(destination, listing, answers, means.now())
        if lines:
            listing = api.standing()
        self._end(destination, listing, answers, means.now())

    def _waits(self, destination: models.Destination) -> bool:
        """Whether something has yet to leave the list."""
        with self.database.read() as session:
            return clearnox_rows.waits(session, destination.id)

    def _answers(self, destination: models.Destination, listing: Listing, now: datetime) -> dict[str, Answer]:
        """What was sent before is settled, and what is in the archive is found."""
        with self.database.write() as session:
            clearnox_rows.settle(session, destination.id, listing, now)
        with self.database.read() as session:
            papers = clearnox_papers.papers(session, destination.workspace_id)
        return clearnox_matching.answers(listing.entries.values(), papers)

    def _lines(
        self,
        destination: models.Destination,
        answers: dict[str, Answer],
        names: Names,
        version: int,
        now: datetime,
    ) -> list[Line]:
        """What goes now, each with its payload fixed; what is asked for no more is let go."""
        largest, lines, taken = clearnox_zip.limit(names), list[Line](), set[str]()
        with self.database.write() as session:
            going = clearnox_rows.wanted(session, destination, answers, now)
            clearnox_rows.withdraw(session, destination.id, {one.id for one, _ in going}, now)
            for delivery, paper in going:
                line = self._line(delivery, paper, names, version, taken)
                if line.weight > largest:
                    delivering.hold(delivery, "too_large")
                    continue
                delivering.intend(delivery, {"fileName": line.name, "record": dict(line.told)}, version, now)
                taken.add(line.name.casefold())
                lines.append(line)
        return lines

    def _line(
        self, delivery: models.Delivery, paper: Paper, names: Names, version: int, taken: Iterable[str]
    ) -> Line:
        path = self.stored.path(paper.sha256)
        if delivery.payload is not None:
            told = delivery.payload["record"]
            return Line(
                delivery.id,
                delivery.payload["fileName"],
                told,
                path,
                paper.size,
                delivery.receipts["part"],
            )
        name = clearnox_zip.name(paper.number, paper.document_id, _SUFFIX, set(taken), round_=delivery.round)
        told = clearnox_zip.told(names, name, delivery.receipts["entries"], paper.sha256, paper.number)
        return Line(delivery.id, name, told, path, paper.size)

    def _end(
        self, destination: models.Destination, listing: Listing, answers: dict[str, Answer], now: datetime
    ) -> None:
        dry = destination.dry_until
        with self.database.write() as session:
            clearnox_rows.settle(session, destination.id, listing, now)
        self._keep(destination, listing, answers, now)
        self._plan(destination, dry if dry and now < dry < now + DAILY else now + DAILY)

    def _keep(
        self, destination: models.Destination, listing: Listing, answers: dict[str, Answer], now: datetime
    ) -> None:
        with self.database.write() as session:
            clearnox_entries.keep(session, destination, listing, answers, now)

    def _plan(self, destination: models.Destination, at: datetime) -> None:
        with self.database.write() as session:
            session.get_one(models.Destination, destination.id).next_round_at = at

    def _is_too_soon(self, destination: models.Destination, now: datetime) -> bool:
        """Only what came in has brought us here, and the last look was a moment ago."""
        planned, last = destination.next_round_at, destination.last_success_at
        if planned is None or planned <= now or last is None or now >= last + PAUSE:
            return False
        with self.database.write() as session:
            delivering.postpone(session, destination.id, last + PAUSE)
        return True
