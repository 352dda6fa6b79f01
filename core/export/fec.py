"""Purchase entries in the layout of the FEC, to be imported; no FEC, which is the ledger of a whole year and the accountant's.

Layout: LPF art. A47 A-1: 18 columns, tab, amounts with a comma, days AAAAMMJJ, ISO 8859-15.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain

from core.export import month
from core.export.chart import Chart
from core.export.entries import Entry, Line, Problem, Why
from core.export.month import Span

COLUMNS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
)  # fmt: skip
#: Letters that ISO 8859-15 lacks and that say the same in another shape.
_SAME = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u202f": " ", "‑": "-"}
)


def named(span: Span, chart: Chart) -> str:
    """As importing programs look for it, when the company's SIREN is known."""
    if chart.siren:
        return f"{chart.siren}FEC{span.last:%Y%m%d}.txt"
    return f"ecritures-achats-{span.name}.txt"


def written(entries: Sequence[Entry], chart: Chart) -> bytes:
    """The file. Raises UnicodeEncodeError for what `unwritable` tells."""
    rows = (row for entry in entries for row in _rows(entry, chart))
    return "".join("\t".join(row) + "\r\n" for row in chain([COLUMNS], rows)).encode(chart.encoding)


def unwritable(entries: Iterable[Entry], encoding: str) -> list[Problem]:
    """Entries whose words would lose a letter in this encoding, with the letters."""
    found = []
    for entry in entries:
        said = "".join((plain(entry.label), plain(entry.reference)))
        lost = sorted({letter for letter in said if not _fits(letter, encoding)})
        found += [Problem(Why.NOT_WRITABLE, entry.bill, " ".join(lost))] if lost else []
    return found


def plain(text: str) -> str:
    """A stranger's words in one column, with the marks that every keyboard has."""
    return month.plain(text.translate(_SAME))


def _fits(letter: str, encoding: str) -> bool:
    try:
        letter.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _rows(entry: Entry, chart: Chart) -> Iterator[tuple[str, ...]]:
    """Debits come first, as they are made."""
    for line in entry.lines:
        yield (
            chart.journal,
            plain(chart.journal_name),
            str(entry.number),
            _day(entry.day),
            line.account,
            line.name,
            line.auxiliary,
            plain(line.auxiliary_name) or line.auxiliary,
            plain(entry.reference),
            _day(entry.day),
            plain(entry.label),
            _amount(line.debit),
            _amount(line.credit),
            "",
            "",
            "",
            *_foreign(entry, line),
        )


def _foreign(entry: Entry, line: Line) -> tuple[str, str]:
    if entry.currency == "EUR" or line.original is None:
        return "", ""
    return _amount(line.original), entry.currency


def _amount(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"
