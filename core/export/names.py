"""File names of a month: `2026-10/Orange Pro/2026-10-03_Orange-Pro_F1234567_45,90-EUR.pdf`, safe on every system, no two alike.

What Windows forbids: https://learn.microsoft.com/windows/win32/fileio/naming-a-file
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from core import nouns
from core.export import month
from core.export.month import Bill, Paper

_NOT_SAFE = re.compile(r"[^\w.,+-]+")
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
#: Bytes of UTF-8 of one part, so that a whole path stays below the 260 characters that old programs bear.
LONGEST = 60


def named(bills: Iterable[Bill], folder: str) -> dict[tuple[int, str], str]:
    """The name of each file by its Invoice's id and its SHA-256. The same bills give the same names."""
    taken: set[str] = set()
    return {
        (bill.id, paper.sha256): _free(_path(bill, folder), _suffix(paper), taken)
        for bill in bills
        for paper in bill.papers
    }


def safe(text: str, blank: str = "-") -> str:
    """A stranger's words as part of a name: no separator, no control character, nothing that a system keeps for itself."""
    plain = _NOT_SAFE.sub(blank, unicodedata.normalize("NFKC", text)).strip("-. ")
    plain = plain.encode()[:LONGEST].decode(errors="ignore").strip("-. ")
    return f"_{plain}" if _RESERVED.match(plain) else plain or "_"


def _path(bill: Bill, folder: str) -> str:
    day = f"{bill.day:%Y-%m}" if bill.precision == nouns.Precision.MONTH else bill.day.isoformat()
    amount = month.written(bill, bill.total_minor).replace(".", ",")
    parts = [day, safe(bill.supplier_name), safe(bill.number or f"document-{bill.id}")]
    parts += [f"{amount}-{safe(bill.currency or '')}"] if amount else []
    return f"{folder}/{safe(bill.supplier_name, ' ')}/{'_'.join(parts)}"


def _suffix(paper: Paper) -> str:
    return nouns.SUFFIXES.get(paper.media_type, ".bin")


def _free(stem: str, suffix: str, taken: set[str]) -> str:
    """Windows and macOS tell neither case nor composed letters apart."""
    n, name = 1, f"{stem}{suffix}"
    while (key := unicodedata.normalize("NFC", name).casefold()) in taken:
        n += 1
        name = f"{stem}_{n}{suffix}"
    taken.add(key)
    return name
