"""Purchase entries as Quadra takes them in: fixed columns, one line a movement, each file beside it under a name of 8.3.

Columns count from 1, as in the maker's import format (QC_ASC).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from core.export import fec
from core.export.chart import Chart
from core.export.entries import Entry, Line
from core.export.month import Paper

NAME = "ECRITURE.TXT"
ENCODING = "iso8859-15"
#: Column and width of what we tell; the rest is blank.
_MOVEMENT = {
    "type": (1, 1),
    "account": (2, 8),
    "journal": (10, 2),
    "folio": (12, 3),
    "day": (15, 6),
    "label": (22, 20),
    "side": (42, 1),
    "cents": (43, 13),
    "due": (64, 6),
    "piece": (75, 5),
    "currency": (108, 3),
    "journal_3": (111, 3),
    "label_30": (117, 30),
    "piece_10": (149, 10),
    "file": (182, 12),
}
_WIDTH = 203
_ACCOUNT = {"type": (1, 1), "account": (2, 8), "name": (10, 30)}


def files(entries: Sequence[Entry]) -> dict[int, str]:
    """The 8.3 name of each Entry's first PDF by its Invoice's id: `F0000001.PDF`."""
    with_pdf = [entry.bill.id for entry in entries if pdf(entry)]
    return {invoice_id: f"F{n:07d}.PDF" for n, invoice_id in enumerate(with_pdf, 1)}


def pdf(entry: Entry) -> Paper | None:
    """What travels beside it: the Invoice's first PDF."""
    return next((paper for paper in entry.bill.papers if paper.media_type == "application/pdf"), None)


def written(entries: Sequence[Entry], chart: Chart, attached: Mapping[int, str]) -> bytes:
    """The file, in ISO 8859-15. Raises UnicodeEncodeError for what `fec.unwritable` tells."""
    rows = [*_accounts(entries), *(row for entry in entries for row in _movements(entry, chart, attached))]
    return "".join(f"{row}\r\n" for row in rows).encode(ENCODING)


def _accounts(entries: Sequence[Entry]) -> Iterator[str]:
    """The Suppliers' own accounts, once each, so that they exist there."""
    own = {line.auxiliary: line.auxiliary_name for entry in entries for line in entry.lines if line.auxiliary}
    for account, name in sorted(own.items()):
        yield _row(_ACCOUNT, 39, type="C", account=account, name=fec.plain(name))


def _movements(entry: Entry, chart: Chart, attached: Mapping[int, str]) -> Iterator[str]:
    for line in entry.lines:
        yield _row(
            _MOVEMENT,
            _WIDTH,
            type="M",
            account=line.auxiliary or line.account,
            journal=chart.journal,
            folio="000",
            day=_day(entry.day),
            label=fec.plain(entry.label),
            side="D" if line.debit else "C",
            cents=_cents(line),
            due=_day(entry.due_on) if line.auxiliary and entry.due_on else "",
            piece=fec.plain(entry.reference)[-5:],
            currency="EUR",
            journal_3=chart.journal,
            label_30=fec.plain(entry.label),
            piece_10=fec.plain(entry.reference)[-10:],
            file=attached.get(entry.bill.id, ""),
        )


def _row(columns: Mapping[str, tuple[int, int]], width: int, **told: str) -> str:
    row = [" "] * width
    for name, value in told.items():
        start, length = columns[name]
        cut = value[:length]
        row[start - 1 : start - 1 + len(cut)] = cut
    return "".join(row)


def _cents(line: Line) -> str:
    """A sign and twelve digits."""
    return f"+{int((line.debit or line.credit) * Decimal(100)):012d}"


def _day(day: date) -> str:
    return f"{day:%d%m%y}"
