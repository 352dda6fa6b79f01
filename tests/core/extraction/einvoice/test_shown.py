"""The data inside a PDF and its page: agreeing, silent, or at odds."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core import nouns
from core.extraction import doubts, generic, pages, reader, verdict, witness
from tests.core.extraction.einvoice import written

LISTED = nouns.Listed(
    identity="1",
    contract=nouns.Contract("c"),
    number="TR-2026-0117",
    date=date(2026, 10, 5),
    total=nouns.Money(Decimal("175.50"), "EUR"),
)


def read(*attached: bytes, page: Sequence[str] = written.PAGE, title: str = "") -> nouns.Reading:
    return reader.read(io.BytesIO(written.carried(*attached, page=page, title=title)), generic.read)


def page_with(old: str, new: str) -> list[str]:
    assert any(old in row for row in written.PAGE)
    return [row.replace(old, new) for row in written.PAGE]


def without(*words: str) -> list[str]:
    return [row for row in written.PAGE if not any(word in row for word in words)]


@pytest.mark.parametrize("content", [written.cii(), written.ferd(), written.ubl()])
def test_data_that_the_page_confirms_need_nobody(content: bytes) -> None:
    reading = read(content)
    assert {
        name: reading.fields[name].confidence for name in ("number", "date", "total", "currency", "vat")
    } == dict.fromkeys(("number", "date", "total", "currency", "vat"), 0.99)
    assert reading.fields["total"].source == "xml:BT-112+page"
    assert (reading.pages, reading.doubts, verdict.action(reading)) == (1, (), "accept")


def test_what_the_page_confirms_has_its_place_on_it() -> None:
    pdf = io.BytesIO(written.carried(written.cii()))
    fields, words = reader.read(pdf, generic.read).fields, pages.leaf(pdf, 1).words
    seen = {name: fields[name].box for name in ("number", "date", "total", "vat", "iban")}
    for name, first in {
        "number": "TR-2026-0117",
        "date": "5",
        "total": "175,50",
        "vat": "25,50",
        "iban": "FR76",
    }.items():
        box, word = seen[name], next(word for word in words if word.text == first)
        assert box is not None
        assert word.top < (box.top + box.bottom) / 2 < word.bottom
        assert abs(box.x0 - word.x0) < 2


@pytest.mark.parametrize("name", ["factur-x.xml", "xrechnung.xml", "facture", "a.pdf", "été.bin"])
def test_the_name_of_the_file_says_nothing(name: str) -> None:
    pdf = written.carried(written.cii(), names=[name])
    assert reader.read(io.BytesIO(pdf), generic.read).fields["number"].source == "xml:BT-1+page"


def test_the_plain_text_settles_it_without_a_look_at_the_words() -> None:
    def never(_: object) -> nouns.Reading:
        raise AssertionError

    assert reader.read(io.BytesIO(written.carried(written.cii())), never).doubts == ()


def test_the_small_profile_takes_the_rest_from_the_page() -> None:
    reading = read(written.cii(profile="minimum"))
    assert (reading.fields["due_date"].value, reading.fields["due_date"].source) == ("2026-11-04", "generic")
    assert (reading.fields["iban"].value, reading.fields["iban"].source) == (
        written.FIELDS["iban"],
        "generic",
    )
    assert verdict.action(reading) == "accept"


@pytest.mark.parametrize(
    ("old", "new", "field", "doubt"),
    [
        ("TR-2026-0117", "TR-2026-0118", "number", doubts.PAGE_NUMBER),
        ("TR-2026-0117", "TR-2026-01171", "number", doubts.PAGE_NUMBER),
        ("5 octobre 2026", "6 octobre 2026", "date", doubts.PAGE_DATE),
        ("175,50 €", "176,50 €", "total", doubts.PAGE_TOTAL),
        ("€", "$", "currency", doubts.PAGE_CURRENCY),
        ("4 novembre 2026", "9 novembre 2026", "due_date", doubts.PAGE_DUE),
        ("FR76 3000 6000 0112 3456 7890 189", "DE89 3704 0044 0532 0130 00", "iban", doubts.PAGE_IBAN),
        ("FR40123456824", "FR19999111222", "supplier_vat", doubts.PAGE_SELLER),
    ],
)
def test_what_the_page_says_otherwise_is_doubted_with_both_kept(
    old: str, new: str, field: str, doubt: str
) -> None:
    reading = read(written.cii(profile="en16931"), page=page_with(old, new))
    told = reading.fields[field]
    assert doubt in reading.doubts
    assert (told.confidence, told.value) == (0.3, written.FIELDS[field])
    assert told.rejected
    assert verdict.action(reading) == "review"


def test_a_page_of_another_sum_is_doubted_though_the_figure_stands_on_it() -> None:
    """The data's total is the page's net."""
    low = replace(
        written.BILL, net="125.00", vat="25.00", total="150.00", payable="150.00", lines=(), rates=()
    )
    reading = read(written.cii(low))
    assert doubts.PAGE_TOTAL in reading.doubts


def test_a_tax_free_total_is_not_confirmed_by_another_bills_net() -> None:
    free = replace(
        written.BILL, net="150.00", vat="0.00", total="150.00", payable="150.00", rates=(), lines=()
    )
    assert doubts.PAGE_TOTAL in read(written.cii(free)).doubts


def test_an_amount_still_to_pay_is_no_other_total() -> None:
    reading = read(written.cii(), page=[*without("Total HT", "TVA :", "Total TTC"), "Montant 175,50 €"])
    assert doubts.PAGE_TOTAL not in reading.doubts


@pytest.mark.parametrize("missing", ["Facture", "Date de facture", "175,50"])
def test_what_the_page_does_not_show_is_left_to_a_person(missing: str) -> None:
    reading = read(written.cii(), page=without(missing))
    assert doubts.PAGE_SILENT in reading.doubts
    assert verdict.action(reading) == "review"


def test_a_page_without_words_leaves_the_data_to_a_person() -> None:
    reading = read(written.cii(), page=[])
    assert reading.fields["total"].value == "175.50"
    assert reading.doubts == (doubts.PAGE_SILENT,)


def test_the_portal_vouches_for_what_the_page_does_not_show() -> None:
    confirmed = witness.confirm(read(written.cii(), page=[]), LISTED)
    assert confirmed.fields["total"].source == "xml:BT-112+portal:row"
    assert (confirmed.fields["total"].confidence, confirmed.doubts) == (0.99, ())
    assert verdict.action(confirmed) == "accept"


@pytest.mark.parametrize(
    ("changes", "field", "doubt"),
    [
        ({"number": "TR-2026-01170"}, "number", doubts.NUMBER_DIFFERS),
        ({"date": date(2026, 10, 6)}, "date", doubts.DATE_DIFFERS),
        ({"total": nouns.Money(Decimal("175.00"), "EUR")}, "total", doubts.TOTAL_DIFFERS),
    ],
)
def test_a_portal_that_says_otherwise_does_not_overrule_the_data(
    changes: dict[str, object], field: str, doubt: str
) -> None:
    names = ("identity", "contract", "number", "date", "total")
    listed = nouns.Listed(**({name: getattr(LISTED, name) for name in names} | changes))
    confirmed = witness.confirm(read(written.cii()), listed)
    assert confirmed.fields[field].value == written.FIELDS[field]
    assert (confirmed.fields[field].confidence, confirmed.doubts) == (0.3, (doubt,))


def test_of_a_month_listed_the_data_tell_the_day() -> None:
    listed = replace(LISTED, date=date(2026, 10, 1), precision=nouns.Precision.MONTH)
    confirmed = witness.confirm(read(written.cii()), listed)
    assert (confirmed.fields["date"].value, confirmed.doubts) == ("2026-10-05", ())


def test_two_invoices_inside_that_disagree_are_doubted() -> None:
    other = written.ubl(replace(written.BILL, number="TR-2026-0200"))
    assert doubts.TWO_INVOICES in read(written.cii(), other).doubts
    assert read(written.cii(), written.ubl()).doubts == ()


def test_an_order_inside_is_no_invoice() -> None:
    assert read(written.order()).fields["number"].source == "generic"
    assert read(written.order(), written.cii()).fields["number"].source == "xml:BT-1+page"


def test_a_credit_note_may_be_printed_with_and_without_its_minus() -> None:
    note = written.cii(replace(written.BILL, code="381"))
    avoir = page_with("Facture n°", "Avoir n°")
    for page in (
        avoir,
        [row.replace(": 1", ": -1").replace(": 2", ": -2").replace(": 5", ": 5") for row in avoir],
    ):
        reading = read(note, page=page, title="Avoir")
        assert reading.kind is nouns.Kind.CREDIT_NOTE
        assert (reading.fields["total"].value, reading.fields["total"].confidence) == ("-175.50", 0.99)
        assert doubts.PAGE_TOTAL not in reading.doubts


def test_a_page_that_calls_itself_a_credit_note_is_doubted_unless_the_buyer_writes_the_bills() -> None:
    assert doubts.PAGE_KIND in read(written.cii(), title="Avoir").doubts
    billed = written.cii(replace(written.BILL, code="389"))
    assert read(billed, title="Gutschrift").doubts == ()


def test_a_quote_with_an_invoice_inside_is_doubted() -> None:
    assert doubts.OTHER_PAPER in read(written.cii(), title="Devis").doubts
