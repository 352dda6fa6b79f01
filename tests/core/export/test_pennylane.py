"""What comes home reaches Pennylane once, as a supplier invoice whose lines add up, with its PDF; an e-invoice as what it is."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdf
import pytest

from core import errors
from core.db import models
from core.export import delivering, pennylane, pennylane_invoice, pennylane_steps, remote_lists
from core.export.chosen import Rule
from core.export.delivering import Refused
from core.export.entries import Vat
from demo import facturx, paper
from demo.shelf import Bill
from tests.core.export import books, connected, services, typed
from tests.core.export.typed import Company

RULE = Rule("bill", account="124")
CHOSEN = Rule("bill", account="124", contact_id="42")


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    with services.pennylane(tmp_path, RULE) as opened:
        yield opened


def bills(company: Company) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = company.service.books.invoices
    return found


def lines(bill: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [(one["currency_amount"], one["currency_tax"], one["vat_rate"]) for one in bill["invoice_lines"]]


def rates_read(company: Company, delivery_id: int, rates: Sequence[tuple[str, str, str]], source: str = "generic") -> None:  # fmt: skip
    """What the reader found of VAT, rate by rate, and where."""
    told = json.dumps([dict(zip(("rate", "base", "vat"), one, strict=True)) for one in rates])
    with company.database.write() as session:
        owed = session.get_one(models.Delivery, delivery_id)
        said = {
            name: {"value": value, "source": source} for name, value in (("vat_rates", told), ("total", "1"))
        }
        session.add(models.ReadingRow(workspace_id=1, document_id=owed.document_id, reader="generic", at=company.at[0], fields=said, doubts=[]))  # fmt: skip


def test_a_supplier_invoice_goes_there_with_its_file_byte_by_byte(company: Company) -> None:
    owed = company.bring()
    company.round()
    (bill,) = bills(company)
    assert (bill["invoice_number"], bill["date"], bill["deadline"]) == ("F-1", "2026-11-03", "2026-12-03")
    assert (bill["currency_amount_before_tax"], bill["currency_tax"], bill["currency_amount"]) == ("38.25", "7.65", "45.90")  # fmt: skip
    assert (lines(bill), bill["invoice_lines"][0]["ledger_account_id"]) == (
        [("45.90", "7.65", "FR_200")],
        124,
    )
    assert bill["file"]["content"] == books.PDF
    sent = company.delivery(owed)
    assert sent.sent_at
    assert sent.settings_version == 2
    assert sent.receipts["record"] == sent.proof == str(bill["id"])
    assert set(sent.receipts) == {"supplier", "file", "record"}


def test_a_supplier_that_is_not_there_is_made_once_and_one_of_its_name_is_taken(company: Company) -> None:
    company.bring("F-1")
    company.bring("F-2", content=b"%PDF another")
    company.choose(suppliers={"orange": Rule("bill", contact="ORANGE pro")})
    company.bring("O-1", content=b"%PDF third", supplier="orange")
    company.round()
    assert [one["name"] for one in company.service.books.suppliers] == ["Orange Pro", "Mandarine"]
    assert [bill["supplier_id"] == 42 for bill in bills(company)] == [False, False, True]


def test_what_was_sent_is_not_sent_again(company: Company) -> None:
    company.bring()
    company.round()
    company.round()
    assert company.service.asked["POST supplier_invoices/import"] == 1


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_an_answer_lost_after_supplier_file_or_record_was_made_doubles_nothing(
    company: Company, lost: int
) -> None:
    owed, at = company.bring(), iter(range(1, 9))
    company.service.loses = lambda: next(at) == lost
    with pytest.raises(errors.PartnerSilent):
        company.round()
    company.round()
    there = company.service.books
    assert (len(there.invoices), len(there.files), len(there.suppliers)) == (1, 1, 2)
    assert company.delivery(owed).sent_at
    assert company.service.asked["POST supplier_invoices/import"] == 1


def _lost_at(company: Company, lost: int) -> None:
    at = iter(range(1, 9))
    company.service.loses = lambda: next(at) == lost
    with pytest.raises(errors.PartnerSilent):
        company.round()
    company.round()


def test_without_the_look_a_file_that_is_refused_as_there_already_is_found_and_taken(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "look_up", lambda step, receipts: None)
    company.choose(otherwise=CHOSEN)
    company.bring()
    _lost_at(company, 1)
    assert (len(bills(company)), len(company.service.books.files)) == (1, 1)
    assert company.service.asked["POST file_attachments"] == 2


def test_without_the_look_a_record_that_is_refused_as_there_already_is_found_and_taken(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "look_up", lambda step, receipts: None)
    company.choose(otherwise=CHOSEN)
    owed = company.bring()
    _lost_at(company, 2)
    assert company.delivery(owed).proof == str(bills(company)[0]["id"])
    assert company.service.asked["POST supplier_invoices/import"] == 2


def test_without_any_look_it_would_never_be_known_as_sent(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "look_up", lambda step, receipts: None)
    monkeypatch.setattr(pennylane_steps, "_first", lambda found: None)
    company.choose(otherwise=CHOSEN)
    owed = company.bring()
    _lost_at(company, 2)
    assert (company.delivery(owed).held_for, company.delivery(owed).proof) == ("refused", None)


def test_without_any_look_there_would_be_two_suppliers(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "look_up", lambda step, receipts: None)
    monkeypatch.setattr(pennylane_steps, "_first", lambda found: None)
    supply = company.service.books.supply
    company.service.books.supply = lambda sent: supply({**sent, "external_reference": str(id(sent))})
    company.bring()
    _lost_at(company, 1)
    assert [one["name"] for one in company.service.books.suppliers][1:] == ["Mandarine", "Mandarine"]


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_filters_that_are_not_listened_to_lead_to_no_other_record(company: Company, lost: int) -> None:
    company.bring("F-0", content=b"%PDF before")
    company.round()
    company.service.filters = False
    company.choose(otherwise=RULE, suppliers={"nimbus": RULE})
    company.bring("F-1", content=b"%PDF after", supplier="nimbus")
    _lost_at(company, lost)
    assert [bill["invoice_number"] for bill in bills(company)] == ["F-0", "F-1"]
    assert len({bill["supplier_id"] for bill in bills(company)}) == 2


def test_two_invoices_of_one_number_and_sum_are_two_though_an_answer_was_lost(company: Company) -> None:
    company.bring()
    company.round()
    company.bring(content=b"%PDF another")
    _lost_at(company, 2)
    assert [bill["file"]["content"] for bill in bills(company)] == [books.PDF, b"%PDF another"]


@pytest.mark.parametrize("number", ["F-1", "F-9"])
def test_a_pdf_that_somebody_has_put_there_is_that_invoice_or_waits_for_a_person(
    company: Company, number: str
) -> None:
    there = company.service.books
    there.upload("by-hand.pdf", books.PDF)["used"] = True
    there.invoices.append({"id": 5, "external_reference": "x", "invoice_number": number, "date": "2026-11-03", "currency_amount": "45.9"})  # fmt: skip
    owed = company.bring()
    company.round()
    told = company.delivery(owed)
    assert (told.proof, told.held_for) == (("5", None) if number == "F-1" else (None, "refused"))
    assert len(bills(company)) == 1


def test_a_credit_note_is_less_than_nothing(company: Company) -> None:
    company.bring("A-1", kind="credit_note", total_minor=-4590, net_minor=-3825, vat_minor=-765)
    company.round()
    (credit,) = bills(company)
    assert (credit["currency_amount"], credit["currency_tax"]) == ("-45.90", "-7.65")
    assert lines(credit) == [("-45.90", "-7.65", "FR_200")]


def test_two_rates_are_two_lines_that_add_up(company: Company) -> None:
    owed = company.bring(total_minor=1755, net_minor=1500, vat_minor=255)
    rates_read(company, owed, [("20", "10.00", "2.00"), ("10.00", "5.00", "0.55")])
    with company.database.write() as session:
        session.get_one(models.Invoice, company.delivery(owed).invoice_id).total_minor = 1755
    company.round()
    (bill,) = bills(company)
    assert lines(bill) == [("12.00", "2.00", "FR_200"), ("5.55", "0.55", "FR_100")]


def _invoice(**says: Any) -> models.Invoice:
    return models.Invoice(
        **{**connected.INVOICE, "id": 7, "number": "F-1", "received_at": connected.NOW, **says}
    )


TWENTY = Vat(Decimal(20), Decimal("38.25"), Decimal("7.65"))
ABROAD = Vat(Decimal("21.0"), Decimal("37.93"), Decimal("7.97"))


@pytest.mark.parametrize(
    ("says", "vat", "chosen", "shares"),
    [
        ({}, [TWENTY], "", [("45.9", "7.65", "FR_200")]),
        ({}, [], "", [("45.9", "7.65", "FR_200")]),
        ({}, [], "FR_55", [("45.9", "7.65", "FR_200")]),
        ({}, [TWENTY], "extracom", [("45.9", "0", "extracom")]),
        ({"net_minor": 4590, "vat_minor": 0}, [], "", [("45.9", "0", "exempt")]),
        ({"net_minor": None, "vat_minor": None}, [], "FR_200", [("45.9", "7.65", "FR_200")]),
        ({"net_minor": None, "vat_minor": None}, [], "exempt", [("45.9", "0", "exempt")]),
        ({"net_minor": 3793, "vat_minor": 797}, [ABROAD], "extracom", [("45.9", "0", "extracom")]),
        ({"total_minor": 100, "net_minor": 98, "vat_minor": 2}, [], "", [("1", "0.02", "FR_21")]),
    ],
)
def test_the_tax_is_as_it_was_read_else_as_it_was_chosen(
    says: dict[str, Any], vat: list[Vat], chosen: str, shares: list[tuple[str, str, str]]
) -> None:
    found = pennylane_invoice.shares(_invoice(**says), vat, chosen)
    assert [(one.gross, one.tax, one.code) for one in found] == [
        (Decimal(gross), Decimal(tax), code) for gross, tax, code in shares
    ]


@pytest.mark.parametrize(
    ("says", "vat"),
    [
        ({"net_minor": None, "vat_minor": None}, []),
        ({"net_minor": 3793, "vat_minor": 797}, [ABROAD]),
        ({"net_minor": 4000, "vat_minor": 590}, []),
    ],
)
def test_a_tax_that_nobody_can_tell_waits_for_a_person(says: dict[str, Any], vat: list[Vat]) -> None:
    with pytest.raises(Refused) as refused:
        list(pennylane_invoice.shares(_invoice(**says), vat, ""))
    assert refused.value.why == "no_mapping"


def test_yen_have_no_decimals(company: Company) -> None:
    company.choose(currencies={"JPY": "2026-11-01T00:00:00+00:00"}, otherwise=Rule("bill", tax="extracom"))
    company.bring(currency="JPY", total_minor=4590, net_minor=None, vat_minor=None)
    company.round()
    (bill,) = bills(company)
    assert (bill["currency"], bill["currency_amount"], "ledger_account_id" in bill["invoice_lines"][0]) == ("JPY", "4590", False)  # fmt: skip


def test_pushed_again_the_record_there_is_changed_and_no_second_made(company: Company) -> None:
    owed = company.bring()
    company.round()
    company.choose(otherwise=Rule("bill", account="125", contact_id="42"))
    company.again(owed)
    company.round()
    (bill,) = bills(company)
    assert [line["ledger_account_id"] for line in bill["invoice_lines"]] == [125]
    assert (bill["supplier_id"], company.delivery(owed).round) == (42, 2)
    assert bill["external_reference"].startswith("moisson-")


def test_what_pennylane_refuses_is_held_with_its_words_and_the_others_go(company: Company) -> None:
    company.choose(suppliers={"nimbus": Rule("bill", account="999")})
    refused = company.bring("F-1", supplier="nimbus")
    company.bring("F-2", content=b"%PDF another")
    company.round()
    held = company.delivery(refused)
    assert held.held_for == "refused"
    assert "999" in (held.error or "")
    assert [bill["invoice_number"] for bill in bills(company)] == ["F-2"]
    company.choose(suppliers={"nimbus": CHOSEN})
    with company.database.write() as session:
        delivering.release(session, company.destination, ["refused"], company.at[0])
    company.round()
    assert [(bill["invoice_number"], bill["supplier_id"] == 42) for bill in bills(company)] == [("F-2", False), ("F-1", True)]  # fmt: skip


def test_a_file_that_was_not_kept_there_is_sent_once_more(company: Company) -> None:
    company.choose(otherwise=Rule("bill", account="999", contact_id="42"))
    owed = company.bring()
    company.round()
    company.service.books.files.clear()
    company.choose(otherwise=CHOSEN)
    with company.database.write() as session:
        delivering.release(session, company.destination, ["refused"], company.at[0])
    company.round()
    assert company.delivery(owed).sent_at
    assert bills(company)[0]["file"]["content"] == books.PDF


def test_more_than_a_window_takes_is_paced_by_its_own_headers(company: Company) -> None:
    for n in range(30):
        company.bring(f"F-{n}", content=b"%%PDF %d" % n)
    began = company.at[0]
    company.round()
    assert len(bills(company)) == 30
    asked = company.service.asked.total()
    assert asked / 25 - 1 <= (company.at[0] - began).total_seconds() / 5 <= asked / 20 + 2


def test_a_window_that_another_has_filled_delays_and_nothing_is_lost(company: Company) -> None:
    company.round()
    company.bring()
    company.service._recent.extend([company.at[0].timestamp()] * 25)
    company.round()
    assert bills(company) == []
    company.later(seconds=6)
    company.round()
    assert len(bills(company)) == 1


def test_down_and_a_token_that_is_none(company: Company) -> None:
    company.round()
    company.bring()
    company.service.down = True
    with pytest.raises(errors.PartnerDown):
        company.round()
    company.service.down, company.service.token = False, "another"
    with pytest.raises(errors.PartnerRefused):
        company.round()


def test_what_we_sent_ourselves_and_other_currencies_stay_here(company: Company) -> None:
    sold = company.bring("S-1", role="ar")
    pounds = company.bring("F-2", currency="GBP")
    company.round()
    assert bills(company) == []
    assert all(company.delivery(one).withdrawn_at for one in (sold, pounds))


def test_lists_are_read_at_first_and_when_somebody_asks(company: Company) -> None:
    there = company.service.books
    there.suppliers += [
        {"id": 2000 + n, "name": f"S {n}", "external_reference": f"s-{n}"} for n in range(250)
    ]
    there.accounts += [{"id": 3000 + n, "number": f"60{n:04}", "label": "-", "enabled": n != 7} for n in range(2500)]  # fmt: skip
    company.round()
    with company.database.read() as session:
        lists = remote_lists.kept(session, company.destination)
    assert (len(lists["contacts"]), len(lists["accounts"])) == (251, 2501)
    assert lists["accounts"][0] == {"id": "124", "code": "626200", "name": "Télécommunications", "type": "EXPENSE", "currency": ""}  # fmt: skip
    assert {"id": "FR_200", "name": "FR_200"} in lists["taxes"]
    assert (company.row().books or {})["name"] == "Atelier Brun"
    there.name = "Brun SAS"
    company.refresh()
    assert (company.row().books or {})["name"] == "Brun SAS"


def test_a_second_file_of_an_invoice_is_not_owed(company: Company) -> None:
    owed = company.bring()
    company.round()
    more = company.bring_more(owed, b"<xml/>")
    company.round()
    assert company.delivery(more).withdrawn_at
    assert len(company.service.books.files) == 1


def test_an_invoice_without_a_pdf_waits_until_one_comes(company: Company) -> None:
    owed = company.bring()
    with company.database.write() as session:
        document = session.get_one(models.Document, company.delivery(owed).document_id)
        document.media_type = "application/xml"
    company.round()
    assert company.delivery(owed).held_for == pennylane.NOT_PDF
    more = company.bring_more(owed, b"%PDF at last")
    with company.database.write() as session:
        document = session.get_one(models.Document, company.delivery(more).document_id)
        document.media_type = "application/pdf"
    company.round()
    assert company.delivery(owed).withdrawn_at
    assert company.delivery(more).sent_at
    assert bills(company)[0]["file"]["content"] == b"%PDF at last"


SELLER = paper.Party("Mandarine", ("1 rue A", "75001 Paris"))


def _factur_x(number: str = "F-1") -> bytes:
    page = pypdf.PdfWriter()
    page.add_blank_page(200, 200)
    kept = io.BytesIO()
    page.write(kept)
    bill = Bill(number=number, issued=date(2026, 11, 3), cents=4590)
    return facturx.wrap(kept.getvalue(), facturx.xml(bill, seller=SELLER, buyer=SELLER, line="Forfait"), bill)


def _bring_data(company: Company, number: str = "F-1") -> int:
    owed = company.bring(number, content=_factur_x(number))
    rates_read(company, owed, [("20", "38.25", "7.65")], source="xml:BT-112")
    return owed


@pytest.mark.parametrize("lost", [0, 1])
def test_an_e_invoice_goes_as_one_and_once(company: Company, lost: int) -> None:
    company.choose(otherwise=CHOSEN)
    owed, at = _bring_data(company), iter(range(1, 9))
    company.service.loses = lambda: next(at) == lost
    if lost:
        with pytest.raises(errors.PartnerSilent):
            company.round()
    company.round()
    (bill,) = bills(company)
    assert (bill["invoice_number"], bill["currency_amount"], bill["supplier_id"]) == ("F-1", "45.90", 42)
    assert (company.delivery(owed).proof, company.delivery(owed).payload) == (
        str(bill["id"]),
        {"kind": "e_invoice", "record": {"invoice_options": {"supplier_id": 42}}},
    )
    assert company.service.asked["POST supplier_invoices/e_invoices/imports"] == 1


def test_an_e_invoice_refused_as_there_already_is_found_by_what_it_says(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "look_up", lambda step, receipts: None)
    owed = _bring_data(company)
    _lost_at(company, 1)
    assert company.delivery(owed).proof == str(bills(company)[0]["id"])


def test_an_e_invoice_pushed_again_gets_its_other_supplier(company: Company) -> None:
    owed = _bring_data(company)
    company.round()
    company.choose(otherwise=CHOSEN)
    company.again(owed)
    company.round()
    assert [bill["supplier_id"] for bill in bills(company)] == [42]


def test_the_page_shows_before_what_goes(company: Company) -> None:
    owed = company.bring()
    with company.database.read() as session:
        row = session.get_one(models.Delivery, owed)
        invoice = session.get_one(models.Invoice, row.invoice_id)
        document = session.get_one(models.Document, row.document_id)
        shown = pennylane.draft(session, company.row(), invoice, document, typed.HERE)
    company.round()
    assert shown == company.delivery(owed).payload
