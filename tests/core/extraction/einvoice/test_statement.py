"""The same bill says the same in every syntax; what cannot be is doubted."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from core import errors, nouns
from core.extraction import doubts, einvoice, verdict
from core.extraction.einvoice import statement
from tests.core.extraction import papers
from tests.core.extraction.einvoice import written

SYNTAXES: dict[str, Callable[[written.Bill], bytes]] = {
    "CII": written.cii,
    "ZUGFeRD 1": written.ferd,
    "UBL": written.ubl,
}
RATES = [{"rate": "20", "base": "105.00", "vat": "21.00"}, {"rate": "10", "base": "45.00", "vat": "4.50"}]
LINES = [
    {"name": "Pommes séchées", "quantity": "3", "unit": "KGM", "net": "105.00", "rate": "20"},
    {"name": "Jus trouble", "quantity": "3", "unit": "KGM", "net": "45.00", "rate": "10"},
]


def values(content: bytes) -> dict[str, str]:
    return papers.values(einvoice.read(content))


def changed(old: str, new: str, content: bytes | None = None) -> nouns.Reading:
    text = (content or written.cii()).decode()
    assert old in text
    return einvoice.read(text.replace(old, new).encode())


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_every_syntax_says_the_same(syntax: str) -> None:
    read = values(SYNTAXES[syntax](written.BILL))
    assert json.loads(read.pop("vat_rates")) == RATES
    assert json.loads(read.pop("lines")) == LINES
    assert read == written.FIELDS


@pytest.mark.parametrize("profile", ["basic", "extended", "xrechnung"])
def test_every_full_profile_says_the_same(profile: str) -> None:
    assert values(written.cii(profile=profile)).items() >= written.FIELDS.items()


def test_the_small_profiles_say_what_they_hold() -> None:
    wanting = {
        "due_date",
        "iban",
        "customer_ref",
        "contract",
        "period_from",
        "period_to",
        "vat_rates",
        "lines",
    }
    assert set(written.FIELDS) - set(values(written.cii(profile="minimum"))) == wanting & set(written.FIELDS)
    assert "lines" not in values(written.cii(profile="basicwl"))
    assert values(written.cii(profile="basicwl")).items() >= written.FIELDS.items()


def test_each_value_names_its_term() -> None:
    fields = einvoice.read(written.ubl()).fields
    assert {name: fields[name].source for name in ("number", "total", "iban", "vat_rates")} == {
        "number": "xml:BT-1",
        "total": "xml:BT-112",
        "iban": "xml:BT-84",
        "vat_rates": "xml:BG-23",
    }


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_bare_file_that_adds_up_needs_nobody(syntax: str) -> None:
    reading = einvoice.read(SYNTAXES[syntax](written.BILL))
    assert (reading.doubts, verdict.action(reading)) == ((), "accept")


def test_a_bare_file_without_its_net_is_looked_at() -> None:
    reading = changed("<ram:TaxBasisTotalAmount>150.00</ram:TaxBasisTotalAmount>", "")
    assert verdict.action(reading) == "review"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("380", nouns.Kind.INVOICE),
        ("384", nouns.Kind.INVOICE),
        ("386", nouns.Kind.INVOICE),
        ("389", nouns.Kind.INVOICE),
        ("326", nouns.Kind.INVOICE),
        ("381", nouns.Kind.CREDIT_NOTE),
        ("261", nouns.Kind.CREDIT_NOTE),
        ("325", nouns.Kind.UNKNOWN),
        ("junk", nouns.Kind.UNKNOWN),
    ],
)
def test_the_type_code_tells_what_it_is(code: str, kind: nouns.Kind) -> None:
    reading = einvoice.read(written.cii(replace(written.BILL, code=code)))
    assert reading.kind is kind
    assert (doubts.OTHER_PAPER in reading.doubts) == (kind is nouns.Kind.UNKNOWN)


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize(("code", "sign"), [("381", 1), ("381", -1), ("380", -1)])
def test_what_is_owed_to_us_is_below_zero_however_it_is_written(syntax: str, code: str, sign: int) -> None:
    reading = einvoice.read(SYNTAXES[syntax](replace(written.BILL, code=code, sign=sign)))
    assert reading.kind is nouns.Kind.CREDIT_NOTE
    assert [reading.fields[name].value for name in ("total", "net", "vat")] == [
        "-175.50",
        "-150.00",
        "-25.50",
    ]
    assert json.loads(reading.fields["vat_rates"].value)[0]["vat"] == "-21.00"
    assert verdict.action(reading) == "review"


def test_of_two_due_days_the_later_is_the_one_without_a_discount() -> None:
    early = '<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime><udt:DateTimeString format="102">20261015</udt:DateTimeString></ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>'
    reading = changed("<ram:SpecifiedTradePaymentTerms>", early + "<ram:SpecifiedTradePaymentTerms>")
    assert reading.fields["due_date"].value == "2026-11-04"


@pytest.mark.parametrize(
    ("old", "new", "field", "left"),
    [
        (">20261005<", ">20260230<", "date", None),
        (">20261005<", ">2026-10-05<", "date", "2026-10-05"),
        (">20261005<", ">202610051430<", "date", "2026-10-05"),
        (">20261005<", ">5 octobre<", "date", None),
        ("GrandTotalAmount>175.50<", "GrandTotalAmount>175,50<", "total", "175.50"),
        ("GrandTotalAmount>175.50<", "GrandTotalAmount>1.2E9<", "total", None),
        ("GrandTotalAmount>175.50<", "GrandTotalAmount>NaN<", "total", None),
        ("CurrencyCode>EUR<", "CurrencyCode>Euro<", "currency", None),
    ],
)
def test_what_cannot_be_is_left_out_or_doubted(old: str, new: str, field: str, left: str | None) -> None:
    reading = changed(old, new)
    assert papers.values(reading).get(field) == left
    fine = new in (">2026-10-05<", ">202610051430<")
    assert (doubts.ODD_DATA in reading.doubts) == (not fine)
    assert verdict.action(reading) == ("accept" if fine else "review")


def test_a_missing_currency_is_the_one_that_the_sums_bear() -> None:
    tag = "<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>"
    assert changed(tag, "", written.ubl()).fields["currency"].value == "EUR"
    tag = "<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>"
    assert "currency" not in changed(tag, "").fields


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_what_does_not_add_up_is_doubted(syntax: str) -> None:
    wrong = einvoice.read(SYNTAXES[syntax](replace(written.BILL, total="185.50")))
    assert (wrong.doubts, verdict.action(wrong)) == ((doubts.NOT_SUMMING,), "review")
    rounded = einvoice.read(SYNTAXES[syntax](replace(written.BILL, total="175.53")))
    assert rounded.doubts == ()


def test_a_due_day_before_the_day_of_issue_is_doubted() -> None:
    reading = einvoice.read(written.ubl(replace(written.BILL, due="2026-10-04")))
    assert reading.doubts == (doubts.DUE_BEFORE_ISSUE,)


def test_lines_that_do_not_come_to_their_sum_are_not_told() -> None:
    fewer = replace(written.BILL, lines=written.BILL.lines[:1])
    assert "lines" not in values(written.cii(fewer))


def test_lines_that_only_sum_up_others_are_not_counted() -> None:
    more = replace(written.BILL, lines=(*written.BILL.lines, ("Sous-total", "150.00", "20")))
    first, _, rest = written.cii(more).decode().rpartition("</ram:LineID>")
    summed = f"{first}</ram:LineID><ram:LineStatusReasonCode>GROUP</ram:LineStatusReasonCode>{rest}"
    assert json.loads(values(summed.encode())["lines"]) == LINES


def test_a_file_carried_as_letters_is_no_text() -> None:
    file = "<ram:AttachmentBinaryObject>SlZCRVJpMHhMamNL</ram:AttachmentBinaryObject>"
    reading = changed("<ram:ApplicableHeaderTradeDelivery/>", f"<ram:A>{file}</ram:A>")
    assert "SlZCRVJ" not in reading.text
    assert "Vergers du Tilleul SARL" in reading.text


@pytest.mark.parametrize("total", ["175.5", "+175.50", "0175.500", "175.50000000"])
def test_a_decimal_has_many_spellings(total: str) -> None:
    assert changed("GrandTotalAmount>175.50<", f"GrandTotalAmount>{total}<").fields["total"].value == "175.50"


def test_another_namespace_is_read_and_doubted() -> None:
    strange = changed("urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100", "urn:example:ours")
    assert strange.fields["total"].value == "175.50"
    assert strange.doubts == (doubts.ODD_DATA,)


@pytest.mark.parametrize(
    "content",
    [
        written.order(),
        b"<?xml version='1.0'?><Invoice><ID>1</ID></Invoice>",
        b"<html><body>Facture</body></html>",
        b"%PDF-1.7",
        b"",
    ],
)
def test_what_is_no_invoice_is_none(content: bytes) -> None:
    assert statement.of(content) is None
    with pytest.raises(errors.NotAnInvoice):
        einvoice.read(content)
