"""What an act touches is noted while it is changed, so that it can be put back to the letter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Date, delete, func, inspect, or_, select
from sqlalchemy.orm import Session

from core.db import models, types
from core.ledger import rematch

#: By table, key and column: what was, and what the act made of it.
Rows = dict[str, dict[str, dict[str, list[Any]]]]

#: Acts that touch more Invoices than the one that they are of.
WIDE = ("merge", "unmerge", "split")
#: What an act makes is taken away in this order; what hangs on it goes with it.
_MADE = ("documents", "invoices")


class CannotAct(Exception):
    """The act does not fit what the Invoice is by now.

    `reason` is a word that a page says in its reader's language: `settled` (confirmed, put aside or merged meanwhile), `value` (no
    such value), `unknown_field`, `pages` (ranges that do not fit), `itself`, `not_merged`, `undone` (it is undone already),
    `later` (what came after has to be undone first).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Pen:
    """Changes rows and keeps what stood there: `{"rows": {table: {id: {column: [was, is]}}}, "made": {table: [ids]}, "of": [invoices]}`."""

    def __init__(self, session: Session, *invoices: models.Invoice) -> None:
        self.session = session
        self.before: dict[str, Any] = {
            "rows": {},
            "made": {},
            "of": sorted({invoice.id for invoice in invoices}),
        }

    def change(self, row: models.Base, **values: Any) -> None:
        """When undone, a value that something else has changed since stays."""
        for name, value in values.items():
            was = _plain(getattr(row, name))
            setattr(row, name, value)
            if was != _plain(value):
                cells = self._cells(row)
                cells[name] = [cells.get(name, [was])[0], _plain(value)]

    def keep(self, row: models.Base, *names: str) -> None:
        """When undone, these are what they are now, whatever happens to them until then."""
        for name in names:
            self._cells(row)[name] = [_plain(getattr(row, name))]

    def made(self, row: models.Base) -> None:
        """A new row, flushed; it goes when the act is undone."""
        self.session.add(row)
        self.session.flush()
        self.before["made"].setdefault(row.__tablename__, []).append(_key(row))

    def forget_readings_of(self, document: models.Document) -> None:
        """What is read of it from now on is forgotten when this is undone."""
        reading = models.ReadingRow
        last = select(func.max(reading.id)).where(reading.document_id == document.id)
        self.before["forget"] = [document.id, self.session.scalar(last) or 0]

    def sign(self, act: models.ReviewAct) -> models.ReviewAct:
        """The act knows what it did."""
        act.before = self.before
        self.session.flush()
        return act

    def _cells(self, row: models.Base) -> dict[str, list[Any]]:
        rows: dict[str, dict[str, Any]] = self.before["rows"]
        cells: dict[str, Any] = rows.setdefault(row.__tablename__, {}).setdefault(str(_key(row)), {})
        return cells


def begin(
    session: Session, invoice: models.Invoice, name: str, *, by: int | None, now: datetime
) -> models.ReviewAct:
    act = models.ReviewAct(
        workspace_id=invoice.workspace_id, invoice_id=invoice.id, act=name, before={}, by=by, at=now
    )
    session.add(act)
    session.flush()
    rematch.ask_if_any(session, invoice.workspace_id, now)
    return act


def take_back(session: Session, act: models.ReviewAct) -> list[models.Invoice]:
    """Put back what the act changed and take away what it made. Gives the Invoices that are left of it."""
    if _has_later(session, act):
        raise CannotAct("later")
    put_back(session, act.before["rows"])
    session.flush()
    _forget_readings(session, *act.before.get("forget", (0, 0)))
    for table in _MADE:
        for key in act.before["made"].get(table, ()):
            _take_away(session, table, key)
    session.flush()
    return [one for key in act.before["of"] if (one := session.get(models.Invoice, key))]


def put_back(session: Session, rows: Rows) -> None:
    for row, values in as_before(session, rows):
        for name, value in values.items():
            setattr(row, name, value)


def as_before(session: Session, rows: Rows) -> Iterator[tuple[models.Base, dict[str, Any]]]:
    """Each row with the values that it had before; without those that something else has changed since."""
    for table, keyed in rows.items():
        for key, cells in keyed.items():
            if (row := session.get(_model(table), int(key))) is not None:
                yield (
                    row,
                    {
                        name: _typed(_model(table), name, was)
                        for name, (was, *since) in cells.items()
                        if not since or _plain(getattr(row, name)) == since[0]
                    },
                )


def of(session: Session, invoice_id: int) -> list[models.ReviewAct]:
    """What was done to an Invoice, newest first; what is undone has `undone_at`."""
    act = models.ReviewAct
    return list(session.scalars(select(act).where(act.invoice_id == invoice_id).order_by(act.id.desc())))


def _has_later(session: Session, act: models.ReviewAct) -> bool:
    """Did a later act, not undone, change the same, or touch what this one made?"""
    other = models.ReviewAct
    of = [*act.before["of"], *act.before["made"].get("invoices", ())]
    since = select(other).where(
        other.workspace_id == act.workspace_id,
        other.id > act.id,
        other.undone_at.is_(None),
        or_(other.invoice_id.in_(of), other.act.in_(WIDE)),
    )
    mine, made = set(_touched(act)), set(act.before["made"].get("invoices", ()))
    return any(mine & set(_touched(one)) or made & set(one.before["of"]) for one in session.scalars(since))


def _touched(act: models.ReviewAct) -> Iterator[tuple[str, str, str]]:
    for table, keyed in act.before["rows"].items():
        for key, cells in keyed.items():
            yield from ((table, key, name) for name in cells)


def _forget_readings(session: Session, document_id: int, last: int) -> None:
    reading = models.ReadingRow
    session.execute(delete(reading).where(reading.document_id == document_id, reading.id > last))


def _take_away(session: Session, table: str, key: int) -> None:
    if table == "documents":
        session.execute(delete(models.Delivery).where(models.Delivery.document_id == key))
    row = session.get(_model(table), key)
    if row is not None:
        session.delete(row)
        session.flush()


def _key(row: models.Base) -> int:
    (key,) = inspect(row).identity or ()
    return int(key)


def _model(table: str) -> type[models.Base]:
    by_name = {mapper.class_.__tablename__: mapper.class_ for mapper in models.Base.registry.mappers}
    found: type[models.Base] = by_name[table]
    return found


def _plain(value: Any) -> Any:
    """As it stands in JSON."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _typed(model: type[models.Base], name: str, value: Any) -> Any:
    kind = model.__table__.c[name].type
    if value is None or not isinstance(kind, types.Instant | Date):
        return value
    return date.fromisoformat(value) if isinstance(kind, Date) else datetime.fromisoformat(value)
