"""The data held against the page that carries them: confirmed, left open or doubted, field by field; and what only the page says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from core import nouns
from core.extraction import doubts, kinds
from core.extraction.einvoice.page import STATED, Page, Shows
from core.extraction.einvoice.statement import AT_ODDS, Statement

#: The page shows it too; the page shows no currency, but all else.
CONFIRMED, NOT_GAINSAID = 0.99, 0.97
VITAL = ("number", "date", "total")
COUNTS = (*VITAL, "currency", "due_date", "iban", "supplier_vat")
AGAINST = "the page says so, the data inside it do not"
#: How a page is asked about a field, and the doubt when it says something else.
ASKED: dict[str, tuple[Callable[[Page, str], Shows], str]] = {
    "number": (Page.number, doubts.PAGE_NUMBER),
    "date": (Page.day, doubts.PAGE_DATE),
    "total": (Page.total, doubts.PAGE_TOTAL),
    "currency": (Page.currency, doubts.PAGE_CURRENCY),
    "net": (Page.part, doubts.PAGE_SUMS),
    "vat": (Page.part, doubts.PAGE_SUMS),
    "due_date": (Page.day, doubts.PAGE_DUE),
    "iban": (Page.code, doubts.PAGE_IBAN),
    "supplier_vat": (Page.code, doubts.PAGE_SELLER),
    "supplier": (Page.words, ""),
    "supplier_siren": (Page.words, ""),
    "buyer": (Page.words, ""),
    "buyer_vat": (Page.words, ""),
    "customer_ref": (Page.words, ""),
    "contract": (Page.words, ""),
}
#: Of the page alone: judged again on what came of both, or of no weight beside data.
REPLACED = (doubts.NO_TEXT, doubts.NOT_SUMMING, doubts.DUE_BEFORE_ISSUE, doubts.NEW_LAYOUT)


def settles(said: Statement, text: nouns.Reading) -> bool:
    """Does the text alone show all that counts, so that nobody needs to look where its words stand?

    It does not where the data leave out how and when to pay, or a line opens with the name of another sort of paper.
    """
    fields, page = said.reading.fields, Page(text, said)
    if not ({*VITAL, "currency"} <= fields.keys() and {"due_date", "iban"} & fields.keys()):
        return False
    counts = [name for name in COUNTS if name in fields]
    return (
        page.shows_all_sums
        and page.shows_known_days_only
        and said.value("date") != said.value("due_date")
        and all(ASKED[name][0](page, name) is Shows.SAME for name in counts)
        and not kinds.names_another(text.text, said.reading.kind)
    )


def confirmed(said: Statement, page_read: nouns.Reading) -> nouns.Reading:
    """One Reading of both. The data's value stands; the page's is kept beside it where it is another."""
    page, data = Page(page_read, said), said.reading
    answers = {name: ask(page, name) for name, (ask, _) in ASKED.items() if name in data.fields}
    fields = {name: _judged(page, name, answers.get(name, Shows.NOTHING)) for name in data.fields}
    against = tuple(ASKED[name][1] for name, shows in answers.items() if shows is Shows.OTHER)
    silent = any(answers.get(name) is Shows.NOTHING for name in VITAL)
    kept = tuple(said for said in page_read.doubts if said not in REPLACED)
    reasons = (
        *data.doubts,
        *against,
        *((doubts.PAGE_SILENT,) if silent else ()),
        *_kinds(said, page_read),
        *kept,
    )
    if all(answers.get(name) is Shows.SAME for name in VITAL) and answers.get("currency") is Shows.NOTHING:
        fields["currency"] = replace(fields["currency"], confidence=NOT_GAINSAID)
    return replace(
        page_read,
        fields=fields | _added(fields, page_read),
        kind=data.kind,
        doubts=tuple(dict.fromkeys(reasons)),
    )


def _judged(page: Page, name: str, shows: Shows) -> nouns.FieldRead:
    field, seen = page.said.reading.fields[name], page.reading.fields.get(name)
    if shows is Shows.SAME:
        box = seen.box if seen and seen.value == field.value else None
        sure = max(CONFIRMED, field.confidence) if field.confidence > AT_ODDS else AT_ODDS
        return replace(field, source=f"{field.source}+page", confidence=sure, box=box)
    if shows is Shows.OTHER and seen:
        said = nouns.Rejected(seen.value, AGAINST)
        return replace(field, confidence=AT_ODDS, box=seen.box, rejected=(said, *seen.rejected))
    return field


def _added(fields: dict[str, nouns.FieldRead], page_read: nouns.Reading) -> dict[str, nouns.FieldRead]:
    """What the data leave out, as the smaller profiles do, and the page states."""
    issued = fields.get("date")
    return {
        name: field
        for name, field in page_read.fields.items()
        if name not in fields
        and field.confidence >= STATED
        and not (name == "due_date" and issued and field.value < issued.value)
    }


def _kinds(said: Statement, page_read: nouns.Reading) -> tuple[str, ...]:
    """In German a bill that the buyer writes is called a credit note too."""
    telling = (nouns.Kind.CREDIT_NOTE, nouns.Kind.REMINDER)
    agree = page_read.kind is said.reading.kind or said.self_billed
    return () if agree or page_read.kind not in telling else (doubts.PAGE_KIND,)
