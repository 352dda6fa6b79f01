"""The portal as a second witness: what its list said of a document, against what the document says itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from core import nouns
from core.extraction import doubts, standing

BOTH, PORTAL = "portal:row+page", "portal:row"
#: An e-invoice is a witness before the portal's list, and with it surer than a page.
XML, XML_AGREED = "xml:", 0.99
AGREED, AGREED_ON_MONTH, PORTAL_ALONE, AT_ODDS = 0.97, 0.95, 0.9, 0.3
#: From here a page's own reading is a statement (a sure label, or a sum that comes out) and can contradict.
STATED = 0.35
#: A shorter number turns up in any text by chance.
LONG_ENOUGH = 5


def confirm(reading: nouns.Reading, listed: nouns.Listed) -> nouns.Reading:
    """The Reading with each field that the portal listed confirmed, filled in or doubted."""
    fields, said = dict(reading.fields), list(reading.doubts)
    for name, value, judge, doubt in _claims(listed):
        field = judge(reading, name, value)
        fields[name] = field
        if field.confidence <= AT_ODDS:
            said.append(doubt)
    kind = reading.kind if reading.kind is not nouns.Kind.UNKNOWN else listed.kind
    if kind is not listed.kind:
        said.append(doubts.KIND_DIFFERS)
    if doubts.PAGE_SILENT in said and _vouched_for(fields):
        said.remove(doubts.PAGE_SILENT)
    return replace(reading, fields=fields, kind=kind, doubts=tuple(dict.fromkeys(said)))


def _vouched_for(fields: Mapping[str, nouns.FieldRead]) -> bool:
    """The portal confirms of an e-invoice what its page does not show."""
    return all(
        name in fields and fields[name].confidence >= XML_AGREED for name in ("number", "date", "total")
    )


def is_other_document(reading: nouns.Reading, listed: nouns.Listed) -> str | None:
    """Why the document cannot be the one listed, as when a portal mixes up two customers; None when it may be.

    It names another number with a label, its total or date differs too, and nothing that was listed stands in it. Where the
    portal lists no number, both its total and its date have to be stated, and others.
    """
    if any(_stands_in(reading, listed)):
        return None
    differs = [name for name in ("total", "date") if _differs(reading, listed, name)]
    if not listed.number:
        stated = all(_states(reading, name) for name in differs)
        return "it states another total and another date" if len(differs) == 2 and stated else None
    if not _states(reading, "number") or _same(reading.fields["number"].value, listed.number):
        return None
    return f"it names another number and another {' and '.join(differs)}" if differs else None


Judge = Callable[[nouns.Reading, str, str], nouns.FieldRead]


def _claims(listed: nouns.Listed) -> list[tuple[str, str, Judge, str]]:
    """What the portal says: field, value, how to judge it, and the doubt when the page says otherwise."""
    claims: list[tuple[str, str, Judge, str]] = []
    if listed.number:
        claims.append(("number", listed.number, _number, doubts.NUMBER_DIFFERS))
    if listed.date:
        by = _month if listed.precision is nouns.Precision.MONTH else _day
        claims.append(("date", listed.date.isoformat(), by, doubts.DATE_DIFFERS))
    if listed.total:
        claims.append(("total", f"{listed.total.amount:.2f}", _total, doubts.TOTAL_DIFFERS))
        claims.append(("currency", listed.total.currency, _currency, doubts.CURRENCY_DIFFERS))
    return claims


def _number(reading: nouns.Reading, name: str, value: str) -> nouns.FieldRead:
    page = reading.fields.get(name)
    if page and page.source.startswith(XML):
        alike = standing.number_in(page.value, value) or standing.number_in(value, page.value)
        return _told(page, value, agrees=alike)
    return _judged(
        page, value, agrees=_number_stands_in(reading, value) or bool(page and _same(page.value, value))
    )


def _day(reading: nouns.Reading, name: str, value: str) -> nouns.FieldRead:
    page = reading.fields.get(name)
    seen = date.fromisoformat(value) in standing.days_in(reading.text) and not (
        page and page.confidence > STATED
    )
    return _judged(page, value, agrees=seen or bool(page and page.value == value))


def _month(reading: nouns.Reading, name: str, value: str) -> nouns.FieldRead:
    """The portal names a month only: the day is the page's own, as long as it lies in that month."""
    page = reading.fields.get(name)
    if page and page.value[:7] == value[:7] and page.source.startswith(XML):
        return _judged(page, page.value, agrees=True)
    if page and page.value[:7] == value[:7]:
        return replace(page, source=_with(page), confidence=AGREED_ON_MONTH)
    return _judged(page, value, agrees=False)


def _total(reading: nouns.Reading, name: str, value: str) -> nouns.FieldRead:
    page = reading.fields.get(name)
    seen = Decimal(value) in standing.amounts_in(reading.text) and not (page and page.confidence > STATED)
    return _judged(page, value, agrees=seen or bool(page and _same_amount(page.value, value, reading.kind)))


def _currency(reading: nouns.Reading, name: str, value: str) -> nouns.FieldRead:
    page = reading.fields.get(name)
    return _judged(page, value, agrees=bool(page and page.value == value))


def _judged(page: nouns.FieldRead | None, value: str, *, agrees: bool) -> nouns.FieldRead:
    """The portal's value: agreed on by the page, alone, or against the page's, which is then kept beside it."""
    if page and page.source.startswith(XML):
        return _told(page, value, agrees=agrees)
    if agrees and page and page.value == value:
        return replace(page, source=_with(page), confidence=AGREED)
    if agrees:
        return nouns.FieldRead(value, BOTH, AGREED, raw=value)
    if page is None:
        return nouns.FieldRead(value, PORTAL, PORTAL_ALONE, raw=value)
    said = nouns.Rejected(page.value, "the document says so, the portal does not")
    return nouns.FieldRead(value, PORTAL, AT_ODDS, value, page.box, (said, *page.rejected))


def _with(page: nouns.FieldRead) -> str:
    """That a page's words were made out from its picture is not forgotten."""
    return f"{PORTAL}+ocr" if page.source == "ocr" else BOTH


def _told(data: nouns.FieldRead, value: str, *, agrees: bool) -> nouns.FieldRead:
    """The e-invoice's value stands; the portal confirms it, or its own is kept beside it."""
    if agrees:
        sure = max(XML_AGREED, data.confidence) if data.confidence > AT_ODDS else AT_ODDS
        return replace(data, source=f"{data.source}+{PORTAL}", confidence=sure)
    said = nouns.Rejected(value, "the portal says so, the document does not")
    return replace(data, confidence=AT_ODDS, rejected=(said, *data.rejected))


def _stands_in(reading: nouns.Reading, listed: nouns.Listed) -> tuple[bool, bool, bool]:
    """Do the listed number, day and total stand anywhere in the document?"""
    whole_day = listed.date if listed.precision is nouns.Precision.DAY else None
    return (
        bool(listed.number and _number_stands_in(reading, listed.number)),
        bool(whole_day and whole_day in standing.days_in(reading.text)),
        bool(listed.total and abs(listed.total.amount) in map(abs, standing.amounts_in(reading.text))),
    )


def _differs(reading: nouns.Reading, listed: nouns.Listed, name: str) -> bool:
    page = reading.fields.get(name)
    if page is None:
        return False
    if name == "total":
        return listed.total is not None and not _same_amount(
            page.value, str(listed.total.amount), nouns.Kind.CREDIT_NOTE
        )
    width = 7 if listed.precision is nouns.Precision.MONTH else 10
    return listed.date is not None and page.value[:width] != listed.date.isoformat()[:width]


def _states(reading: nouns.Reading, name: str) -> bool:
    page = reading.fields.get(name)
    return page is not None and page.confidence >= STATED


def _number_stands_in(reading: nouns.Reading, number: str) -> bool:
    """Spaces and dashes within a number differ between a portal and its paper."""
    key = _key(number)
    if len(key) >= LONG_ENOUGH:
        return key in _key(reading.text)
    return bool(re.search(rf"(?<![\w-]){re.escape(number)}(?![\w-])", reading.text))


def _same(one: str, other: str) -> bool:
    short, long = sorted((_key(one), _key(other)), key=len)
    return short == long or (len(short) >= LONG_ENOUGH and short in long)


def _same_amount(one: str, other: str, kind: nouns.Kind) -> bool:
    """A credit note is printed negative by some and positive by others."""
    a, b = Decimal(one), Decimal(other)
    return a == b or (kind is nouns.Kind.CREDIT_NOTE and abs(a) == abs(b))


def _key(number: str) -> str:
    return re.sub(r"[\W_]+", "", number).upper()
