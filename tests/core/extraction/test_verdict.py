"""The one line that `moisson read` prints."""

from __future__ import annotations

import json

import pytest

from core import errors, nouns
from core.extraction import doubts, verdict
from tests.core.extraction import papers

KEYS = {"file", "number", "date", "due_date", "total", "net", "vat", "currency", "supplier", "supplier_vat", "iban", "customer_ref", "action", "fields"}  # fmt: skip


def test_a_line_holds_every_field_and_its_evidence() -> None:
    said = verdict.line("f.pdf", papers.read(["Facture n° F-2026-0042", "Total TTC : 49,99 €"]))
    assert set(said) >= KEYS
    assert (said["number"], said["total"], said["date"], said["action"]) == (
        "F-2026-0042",
        "49.99",
        None,
        "review",
    )
    assert said["fields"]["total"]["source"] == "generic"
    assert json.loads(json.dumps(said))["fields"]["total"]["raw"] == "49,99 €"


def test_a_file_that_is_no_pdf_is_rejected_with_the_reason() -> None:
    said = verdict.line("f.pdf", errors.NotAnInvoice("a web page", reason="html"))
    assert set(said) >= KEYS
    assert (said["action"], said["reason"], said["said"]) == ("reject", "html", "a web page")


def test_a_file_that_broke_the_reader_goes_to_a_person() -> None:
    assert verdict.line("f.pdf", errors.ReaderFailed("too slow"))["action"] == "review"


def test_a_picture_waits_for_ocr() -> None:
    empty = nouns.Reading({}, nouns.Kind.UNKNOWN, 1, doubts=(doubts.NO_TEXT,))
    assert verdict.line("f.pdf", empty)["action"] == "ocr"


def test_a_text_that_speaks_of_no_invoice_is_rejected() -> None:
    assert verdict.action(papers.read(["Lorem ipsum dolor sit amet"])) == "reject"


def test_a_credit_note_is_never_accepted_unseen() -> None:
    sure = {name: nouns.FieldRead("x", "portal:row+page", 0.97) for name in verdict.VITAL}
    assert verdict.action(nouns.Reading(sure, nouns.Kind.INVOICE, 1, "text")) == "accept"
    assert verdict.action(nouns.Reading(sure, nouns.Kind.CREDIT_NOTE, 1, "text")) == "review"


@pytest.mark.parametrize(
    ("source", "action"),
    [
        ("portal:row+page", "accept"),
        ("xml:BT-112+page", "accept"),
        ("xml:BT-112+portal:row", "accept"),
        ("template:orange/2+portal:row", "accept"),
        ("portal:row", "review"),
        ("generic", "review"),
        ("template:orange/2+generic", "review"),
        ("template:orange/2+page", "review"),
    ],
)
def test_two_that_read_the_same_page_are_one_witness(source: str, action: str) -> None:
    sure = {name: nouns.FieldRead("x", source, 0.97) for name in verdict.VITAL}
    assert verdict.action(nouns.Reading(sure, nouns.Kind.INVOICE, 1, "text")) == action


def test_every_vital_field_needs_its_two_witnesses() -> None:
    for alone in verdict.VITAL:
        fields = {name: nouns.FieldRead("x", "portal:row+page", 0.97) for name in verdict.VITAL}
        fields[alone] = nouns.FieldRead("x", "portal:row", 0.97)
        assert verdict.action(nouns.Reading(fields, nouns.Kind.INVOICE, 1, "text")) == "review"
