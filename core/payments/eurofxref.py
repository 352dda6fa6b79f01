"""Daily reference rates from a file in the European Central Bank's shapes: `eurofxref` CSV or XML, of one day or of all.

The file says what one euro was worth in each currency; here a rate is what one unit was worth in euro.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lxml import etree

from core import errors
from core.payments import figures, letters

#: Bytes of a file: the whole history since 1999 has a tenth of it.
CAP = 64 * 1024**2
_PLACES = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of `currency` (ISO 4217) was worth so many euro on that day; eight decimals."""

    day: date
    currency: str
    euro: Decimal


def read(content: bytes) -> list[Rate]:
    """Every rate of the file. Raises NotAStatement when it has none."""
    if len(content) > CAP:
        raise errors.NotAStatement(reason="too_large")
    found = list(_xml(content) if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") else _csv(content))
    if not found:
        raise errors.NotAStatement(reason="unknown")
    return found


def _csv(content: bytes) -> Iterator[Rate]:
    rows = csv.reader(io.StringIO(letters.decoded(content)))
    titles = [title.strip() for title in next(rows, [])]
    for row in rows:
        day = figures.day(row[0], "ymd") if row else None
        for title, told in zip(titles[1:], row[1:], strict=False):
            if day and (rate := _rate(day, title, told)):
                yield rate


def _xml(content: bytes) -> Iterator[Rate]:
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as err:
        raise errors.NotAStatement(reason="damaged") from err
    for of_day in root.iter("{*}Cube"):
        day = figures.day(of_day.get("time", ""), "ymd")
        for cube in of_day if day else ():
            if day and (rate := _rate(day, cube.get("currency", ""), cube.get("rate", ""))):
                yield rate


def _rate(day: date, currency: str, told: str) -> Rate | None:
    """None where the file has no rate for that day (`N/A`)."""
    worth = figures.amount(told, ".")
    if not worth or worth < 0 or len(currency) != 3 or not currency.isalpha():
        return None
    return Rate(day, currency.upper(), (1 / worth).quantize(_PLACES))
