"""Invented suppliers' papers with data inside: right ones need nobody, and no slip between data and paper goes unseen."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import cache
from xml.sax.saxutils import escape

import pypdf
import pytest

from core import nouns
from core.extraction import generic, reader, verdict
from tests.core.extraction.einvoice import written
from tests.core.extraction.press import bill as press

PAPERS, SEED = 28, 3
Slip = Callable[[press.Bill, written.Bill], written.Bill]


def _raised(by: str) -> Slip:
    """Net and total, so that the data still add up."""

    def slip(_: press.Bill, data: written.Bill) -> written.Bill:
        net, total = (f"{Decimal(amount) + Decimal(by):.2f}" for amount in (data.net, data.total))
        return replace(data, net=net, total=total, payable=total, rates=())

    return slip


SLIPS: dict[str, Slip] = {
    "another last sign of the number": lambda bill, data: replace(data, number=f"{bill.number[:-1]}~"),
    "a sign too few": lambda bill, data: replace(data, number=bill.number[:-1]),
    "a sign too many": lambda bill, data: replace(data, number=f"{bill.number}1"),
    "a part too many": lambda bill, data: replace(data, number=f"{bill.number}-1"),
    "the day after": lambda bill, data: replace(data, issued=str(bill.issued + timedelta(days=1))),
    "the day by which to pay": lambda bill, data: replace(data, issued=str(bill.due)),
    "a cent more": _raised("0.01"),
    "ten more": _raised("10"),
    "the net as the total": lambda _, data: replace(
        data, total=data.net, payable=data.net, vat="0.00", rates=()
    ),
    "another currency": lambda _, data: replace(data, currency="SEK"),
}


@cache
def papers() -> list[tuple[bytes, press.Bill]]:
    return list(press.bills(PAPERS, SEED))


def data_of(bill: press.Bill) -> written.Bill:
    """What the paper says, as data; a credit note's amounts are positive there."""
    net, vat, total = (f"{abs(amount):.2f}" for amount in (bill.net, bill.vat, bill.total))
    return written.Bill(
        number=bill.number,
        issued=str(bill.issued),
        due=str(bill.due),
        code="381" if bill.kind is nouns.Kind.CREDIT_NOTE else "380",
        currency=bill.currency,
        net=net,
        vat=vat,
        total=total,
        payable=total,
        rates=(),
        lines=(),
        seller=escape(bill.seller.name),
        seller_vat=bill.seller.vat,
        iban=bill.seller.iban,
    )


def read(pdf: bytes, data: written.Bill) -> nouns.Reading:
    writer, kept = pypdf.PdfWriter(clone_from=io.BytesIO(pdf)), io.BytesIO()
    writer.add_attachment("data.xml", written.cii(data))
    writer.write(kept)
    return reader.read(kept, generic.read)


def test_a_paper_that_says_the_same_needs_nobody() -> None:
    for pdf, bill in papers():
        reading = read(pdf, data_of(bill))
        assert reading.doubts == (), bill.says
        gives_back = bill.kind is nouns.Kind.CREDIT_NOTE
        assert abs(Decimal(reading.fields["total"].value)) == abs(bill.total)
        assert (Decimal(reading.fields["total"].value) < 0) == gives_back
        assert verdict.action(reading) == ("review" if gives_back else "accept")


def _spoilt(slip: Slip) -> Iterator[tuple[bytes, press.Bill, written.Bill]]:
    for pdf, bill in papers():
        data = data_of(bill)
        if (wrong := slip(bill, data)) != data and wrong.total != "0.00":
            yield pdf, bill, wrong


@pytest.mark.parametrize("name", SLIPS)
def test_no_slip_goes_unseen(name: str) -> None:
    for pdf, bill, wrong in _spoilt(SLIPS[name]):
        if name == "the net as the total" and not bill.vat:
            continue
        reading = read(pdf, wrong)
        assert reading.doubts, bill.says
        assert verdict.action(reading) == "review"
