"""Where on the pages a value stands that their plain text has confirmed, so that a person can see it there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import BinaryIO

from core import nouns
from core.extraction import amounts, dates, lines, pages, standing


def marked(document: BinaryIO, reading: nouns.Reading) -> nouns.Reading:
    """The Reading with a box for each field that the page confirms and that has none yet, as far as it can be found."""
    wanted = {
        name: printed
        for name, field in reading.fields.items()
        if field.source.endswith("+page") and field.box is None
        if (printed := printed_as(name, field.value, reading.text))
    }
    boxes = pages.places(document, wanted) if wanted else {}
    fields = {name: _with(field, boxes, wanted, name) for name, field in reading.fields.items()}
    return replace(reading, fields=fields)


def _with(
    field: nouns.FieldRead, boxes: Mapping[str, nouns.Box], wanted: Mapping[str, str], name: str
) -> nouns.FieldRead:
    return replace(field, box=boxes[name], raw=wanted[name]) if name in boxes else field


def printed_as(name: str, value: str, text: str) -> str | None:
    """The letters in which this text has a value; the last of several amounts, since sums stand below, else the first."""
    if name.endswith("date"):
        return next(_days(value, text), None)
    if name in ("total", "net", "vat"):
        return max(_amounts(Decimal(value), text), key=lambda one: one[0], default=(0, None))[1]
    if name == "number":
        return standing.number_at(text, value)
    if name in ("iban", "supplier_vat"):
        found = re.search(r"[\s.]?".join(map(re.escape, value)), text, re.I)
        return found[0] if found else None
    found = re.search(re.escape(value), text, re.I)
    return found[0] if found else None


def _days(value: str, text: str) -> Iterator[str]:
    for one in dates.found(lines.fold(text)):
        if value in {one.value.isoformat(), (one.other or one.value).isoformat()}:
            yield text[one.start : one.end]


def _amounts(value: Decimal, text: str) -> Iterator[tuple[int, str]]:
    for at, line in enumerate(text.splitlines()):
        for one in amounts.found(line):
            if abs(one.value) == abs(value):
                yield at, line[one.start : one.end]
