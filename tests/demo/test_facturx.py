"""The invoices of Bleu Énergie carry themselves as data that says what their paper says."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pypdf
from parsel import Selector

from core.extraction import generic, reader, verdict
from demo import desk, facturx, paper, portals
from demo.shelf import Bill
from demo.stage import Lever
from tests.demo import visits

BUYER, SELLER = paper.CUSTOMER, paper.SUPPLIER


def carried(pdf: bytes) -> Selector:
    [file] = pypdf.PdfReader(io.BytesIO(pdf)).attachment_list
    assert (file.name, file.associated_file_relationship, file.subtype) == (
        "factur-x.xml",
        "/Data",
        "/text/xml",
    )
    return read(file.content)


def read(data: bytes) -> Selector:
    read = Selector(body=data, type="xml")
    read.remove_namespaces()
    return read


def said(data: Selector, *names: str) -> list[str]:
    return data.xpath(f"//{'/'.join(names)}/text()").getall()


def test_the_data_say_what_the_paper_says(bleu: portals.Portal) -> None:
    bill = bleu.house.shelf.of(bleu.brand.login)[0]
    pdf = desk.printed(bleu.house, bleu.brand.login, bill)
    data = carried(pdf)
    assert said(data, "GrandTotalAmount") == ["128.40"] == said(data, "DuePayableAmount")
    assert said(data, "IssuerAssignedID") == [bill.contract]
    assert said(data, "ExchangedDocument", "ID") == [bill.number]
    assert said(data, "IssueDateTime", "DateTimeString") == [bill.issued.strftime("%Y%m%d")]
    assert all(words in visits.text_of(pdf) for words in (bill.number, "128,40", "Électricité"))


def test_a_reader_finds_the_data_and_the_paper_confirms_them(bleu: portals.Portal) -> None:
    for bill in bleu.house.shelf.of(bleu.brand.login):
        pdf = desk.printed(bleu.house, bleu.brand.login, bill)
        reading = reader.read(io.BytesIO(pdf), generic.read)
        assert (reading.fields["number"].value, reading.fields["number"].source) == (
            bill.number,
            "xml:BT-1+page",
        )
        assert (reading.fields["total"].value, verdict.action(reading)) == (f"{bill.total:.2f}", "accept")


def test_the_sums_are_right_to_the_cent() -> None:
    for cents in (1, 99, 12_841, -1_200):
        bill = Bill("BE-2026-0001", date(2026, 11, 3), cents, "PDL", credit_note=cents < 0)
        data = read(facturx.xml(bill, seller=SELLER, buyer=BUYER, line="Gaz"))
        [net], [vat], [total] = (
            [Decimal(text) for text in said(data, name)]
            for name in ("TaxBasisTotalAmount", "TaxTotalAmount", "GrandTotalAmount")
        )
        assert (net + vat, total) == (total, Decimal(abs(cents)) / 100)
        assert said(data, "ExchangedDocument", "TypeCode") == ["381" if cents < 0 else "380"]


def test_the_file_is_marked_as_pdf_a_3_and_needs_no_font_of_its_readers(bleu: portals.Portal) -> None:
    bill = bleu.house.shelf.of(bleu.brand.login)[0]
    file = pypdf.PdfReader(io.BytesIO(desk.printed(bleu.house, bleu.brand.login, bill)))
    root: Any = file.root_object
    about = root["/Metadata"].get_data()
    assert b"<pdfaid:part>3<" in about
    assert b"<fx:ConformanceLevel>EN 16931<" in about
    page: Any = file.pages[0]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert len(fonts) == 3
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)
    assert root["/OutputIntents"]


def test_a_replaced_file_is_another_one_and_the_same_bill_the_same_bytes(bleu: portals.Portal) -> None:
    [bill] = bleu.pull(Lever.PUBLISH)
    first = desk.printed(bleu.house, bleu.brand.login, bill)
    assert desk.printed(bleu.house, bleu.brand.login, bill) == first
    [again] = bleu.pull(Lever.REPLACED)
    assert (again.number, again.version) == (bill.number, 2)
    assert desk.printed(bleu.house, bleu.brand.login, again) != first
