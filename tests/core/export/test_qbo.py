"""What comes home reaches QuickBooks once, where a person said, with its file; and what is not to go there does not."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from core import errors
from core.db import models
from core.export import delivering, kinds, qbo, remote_lists
from core.export.chosen import Rule
from demo.qbo import Qbo
from demo.qbo_books import Company as Books
from demo.qbo_books import Record
from tests.core.export import books, connected, qbo_company
from tests.core.export.qbo_company import BILL, CARD, Company


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    with qbo_company.opened(tmp_path) as opened:
        yield opened


def test_a_bill_goes_there_with_its_file_byte_by_byte(company: Company) -> None:
    owed = company.bring()
    company.round()
    (bill,) = company.bills
    assert (bill["DocNumber"], bill["TxnDate"], bill["DueDate"]) == ("F-1", "2026-11-03", "2026-12-03")
    assert bill["TotalAmt"] == 45.9
    assert "https://farm.example/invoices/" in bill["PrivateNote"]
    assert company.files(bill) == [books.PDF]
    sent = company.delivery(owed)
    assert sent.sent_at
    assert sent.settings_version == 1
    assert sent.receipts["record"] == sent.proof == bill["Id"]
    assert sent.payload
    assert sent.payload["record"] == {name: bill[name] for name in sent.payload["record"]}
    assert sent.payload_hash == delivering.hashed(sent.payload)


def test_what_was_sent_is_not_sent_again(company: Company) -> None:
    company.bring()
    company.round()
    company.round()
    assert len(company.bills) == 1
    assert len(company.service.books.files) == 1


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_an_answer_lost_after_the_vendor_the_bill_or_the_file_was_made_doubles_nothing(
    company: Company, lost: int
) -> None:
    company.service.forgets_keys = True
    owed, at = company.bring(), iter(range(1, 9))
    company.service.loses = lambda: next(at) == lost
    with pytest.raises(errors.PartnerSilent):
        company.round()
    company.round()
    (bill,) = company.bills
    assert company.files(bill) == [books.PDF]
    assert [one["DisplayName"] for one in company.service.books.vendors] == ["Orange Pro", "Mandarine"]
    sent = company.delivery(owed)
    assert sent.sent_at
    assert sent.payload
    assert sent.payload["record"]["VendorRef"] == bill["VendorRef"]


@pytest.mark.parametrize(("lost", "twice"), [(2, "bills"), (3, "files")])
def test_without_the_look_there_it_would_be_doubled(
    company: Company, monkeypatch: pytest.MonkeyPatch, lost: int, twice: str
) -> None:
    monkeypatch.setattr(delivering, "look_up", lambda step, receipts: None)
    company.service.forgets_keys = True
    company.bring()
    at = iter(range(1, 9))
    company.service.loses = lambda: next(at) == lost
    with pytest.raises(errors.PartnerSilent):
        company.round()
    company.round()
    assert len(company.bills if twice == "bills" else company.service.books.files) == 2


def test_two_invoices_of_one_number_and_sum_are_two_bills_though_an_answer_was_lost(company: Company) -> None:
    company.service.forgets_keys = True
    company.bring()
    company.round()
    company.bring(content=b"%PDF another")
    company.service.loses = lambda: len(company.bills) == 2 and len(company.service.books.files) == 1
    with pytest.raises(errors.PartnerSilent):
        company.round()
    company.service.loses = lambda: False
    company.round()
    assert sorted(company.files(bill)[0] for bill in company.bills) == [b"%PDF another", books.PDF]


def test_a_request_that_comes_again_is_known_there_by_its_id(company: Company) -> None:
    company.bring()
    company.round()
    assert {len(key) <= 50 for key in company.service._answers} == {True}


def test_nothing_is_retroactive_and_other_currencies_stay_here(company: Company) -> None:
    early = company.bring("F-0", received_at=connected.NOW - timedelta(days=1))
    pounds = company.bring("F-2", currency="GBP")
    sold = company.bring("F-3", role="ar")
    company.round()
    assert company.bills == []
    assert all(company.delivery(one).withdrawn_at for one in (early, pounds, sold))


def test_settings_changed_between_two_invoices_leave_the_first_untouched(company: Company) -> None:
    first = company.bring("F-1")
    company.round()
    assert company.choose(otherwise=Rule("bill", account="7", tax="4")) == 2
    second = company.bring("F-2")
    company.round()
    assert [_account(bill) for bill in company.bills] == ["8", "7"]
    assert [company.delivery(one).settings_version for one in (first, second)] == [1, 2]


def _account(bill: Record) -> str:
    (line,) = bill["Line"]
    return str(line["AccountBasedExpenseLineDetail"]["AccountRef"]["value"])


def test_pushed_again_the_record_there_is_changed_and_no_second_made(company: Company) -> None:
    owed = company.bring()
    company.round()
    company.choose(otherwise=Rule("bill", account="7", tax="4"))
    with company.database.write() as session:
        delivering.push_again(session.get_one(models.Delivery, owed), company.at[0])
    company.round()
    (bill,) = company.bills
    assert (_account(bill), bill["SyncToken"]) == ("7", "1")
    again = company.delivery(owed)
    assert (again.settings_version, again.round, len(company.files(bill))) == (2, 2, 1)


def test_what_nobody_has_placed_waits_and_goes_when_somebody_has(company: Company) -> None:
    company.choose(otherwise=Rule())
    owed = company.bring()
    company.round()
    assert company.delivery(owed).held_for == "no_mapping"
    company.choose(otherwise=BILL)
    with company.database.write() as session:
        delivering.release(session, company.destination, ["no_mapping"], company.at[0])
    company.round()
    assert len(company.bills) == 1


@pytest.mark.parametrize("within_a_success", [False, True])
def test_what_is_refused_is_held_with_its_words_and_the_others_go(
    company: Company, within_a_success: bool
) -> None:
    company.service.faults_in_200 = within_a_success
    company.choose(suppliers={"nimbus": Rule("bill", account="999", tax="4")})
    refused = company.bring("F-1", supplier="nimbus")
    company.bring("F-2")
    company.round()
    assert company.delivery(refused).held_for == "refused"
    assert "Account 999" in (company.delivery(refused).error or "")
    assert [bill["DocNumber"] for bill in company.bills] == ["F-2"]


def test_a_credit_note_and_what_a_card_paid_or_got_back_are_records_of_their_own(company: Company) -> None:
    company.choose(suppliers={"nimbus": CARD})
    company.bring("A-1", kind="credit_note", total_minor=-4590, net_minor=-3825, vat_minor=-765)
    company.bring("N-1", supplier="nimbus")
    company.bring("N-2", supplier="nimbus", kind="credit_note")
    company.round()
    (credit,), (spent, back) = company.of("VendorCredit"), company.of("Purchase")
    assert (credit["TotalAmt"], company.files(credit, "VendorCredit")) == (45.9, [books.PDF])
    assert (spent["PaymentType"], spent["AccountRef"], spent["TotalAmt"]) == (
        "CreditCard",
        {"value": "41"},
        45.9,
    )
    assert ("Credit" in spent, back["Credit"]) == (False, True)
    assert spent["EntityRef"]["type"] == "Vendor"


def test_each_rate_of_vat_is_a_line_with_its_own_code(company: Company) -> None:
    owed = company.bring(total_minor=22550, net_minor=20000, vat_minor=2550)
    company.rates_read(owed, [{"rate": "20", "base": "100", "vat": "20"}, {"rate": "5.5", "base": "100", "vat": "5.5"}])  # fmt: skip
    company.round()
    (bill,) = company.bills
    codes = [one["AccountBasedExpenseLineDetail"]["TaxCodeRef"]["value"] for one in bill["Line"]]
    assert (codes, bill["TotalAmt"]) == (["4", "6"], 225.5)


def test_a_cent_that_the_supplier_rounded_otherwise_is_kept(company: Company) -> None:
    company.bring(total_minor=4591, vat_minor=766)
    company.round()
    (bill,) = company.bills
    assert (bill["TotalAmt"], bill["TxnTaxDetail"]["TotalTax"]) == (45.91, 7.66)


def test_a_rate_that_no_code_has_waits_for_a_person(company: Company) -> None:
    owed = company.bring(total_minor=4208, vat_minor=383)
    company.round()
    assert company.delivery(owed).held_for == "no_mapping"


def test_a_vendor_who_came_there_meanwhile_is_found_by_name(company: Company) -> None:
    company.service.books.keep("Vendor", {"DisplayName": "Mandarine", "CurrencyRef": {"value": "EUR"}})
    company.bring()
    company.round()
    assert (len(company.bills), company.service.asked["POST vendor"]) == (1, 0)


def test_a_name_with_an_apostrophe_and_a_backslash_is_found_again(company: Company) -> None:
    company.choose(otherwise=Rule("bill", account="8", tax="4", contact="L'Atelier d'Aix \\ fils"))
    company.bring("F-1")
    at = iter(range(1, 9))
    company.service.loses, company.service.forgets_keys = lambda: next(at) == 1, True
    with pytest.raises(errors.PartnerSilent):
        company.round()
    company.round()
    assert [one["DisplayName"] for one in company.service.books.vendors][1:] == ["L'Atelier d'Aix \\ fils"]
    assert len(company.bills) == 1


def test_lists_are_read_page_by_page(company: Company) -> None:
    told = {"Active": True, "CurrencyRef": {"value": "EUR"}}
    more = [{**told, "Id": str(n), "DisplayName": f"V {n}"} for n in range(1000, 3200)]
    company.service.books.vendors.extend(more)
    company.change(books={**(company.row().books or {}), "asked": True})
    company.round()
    with company.database.read() as session:
        assert len(remote_lists.kept(session, company.destination)["contacts"]) == 2201


def test_a_vendor_has_one_currency_and_the_other_one_its_own(company: Company) -> None:
    company.choose(currencies={code: connected.NOW.isoformat() for code in ("EUR", "USD")})
    company.bring("F-1")
    company.bring("F-2", currency="USD")
    company.bring("F-3", currency="USD")
    company.round()
    names = [one["DisplayName"] for one in company.service.books.vendors]
    assert names == ["Orange Pro", "Mandarine", "Mandarine (USD)"]
    assert len(company.bills) == 3
    company.bring("F-4", currency="USD")
    company.round()
    assert company.service.asked["POST vendor"] == 2
    assert [bill["VendorRef"]["name"] for bill in company.bills][2:] == ["Mandarine (USD)"] * 2


def test_a_name_that_is_a_customers_waits_for_a_person_who_chooses_another(tmp_path: Path) -> None:
    service = Qbo(Books("Atelier Brun", customers=("Mandarine",)))
    with qbo_company.opened(tmp_path, service) as company:
        owed = company.bring()
        company.round()
        assert company.delivery(owed).held_for == "refused"
        company.choose(otherwise=Rule("bill", account="8", tax="4", contact="Orange Pro", contact_id="56"))
        with company.database.write() as session:
            delivering.release(session, company.destination, ["refused"], company.at[0])
        company.round()
        assert company.bills[0]["VendorRef"]["value"] == "56"


def test_a_bill_that_somebody_typed_there_gets_the_file_and_no_twin(company: Company) -> None:
    company.bring("F-0")
    company.round()
    company.service.books.warns = True
    typed = {**company.bills[0], "Id": "900", "DocNumber": "F-1", "PrivateNote": "saisie"}
    company.bills.append(typed)
    owed = company.bring("F-1", content=b"%PDF typed")
    company.round()
    assert len(company.bills) == 2
    assert company.delivery(owed).receipts["record"] == "900"
    assert company.files(typed) == [b"%PDF typed"]


def test_a_number_that_another_bill_has_is_held_and_not_sent_again(company: Company) -> None:
    company.service.books.warns = True
    company.bring("F-1")
    owed = company.bring("F-1", content=b"%PDF another", total_minor=9180, net_minor=7650, vat_minor=1530)
    company.round()
    assert company.delivery(owed).held_for == "refused"
    company.round()
    assert company.service.asked["POST bill"] == 2


def test_a_record_that_somebody_changes_meanwhile_is_changed_later(company: Company) -> None:
    owed = company.bring()
    company.round()
    company.choose(otherwise=Rule("bill", account="7", tax="4"))
    with company.database.write() as session:
        delivering.push_again(session.get_one(models.Delivery, owed), company.at[0])
    keep = company.service.books.keep

    def after_another(entity: str, sent: Record) -> Record:
        company.bills[0]["SyncToken"] = "5"
        company.service.books.keep = keep  # type: ignore[method-assign]
        return keep(entity, sent)

    company.service.books.keep = after_another  # type: ignore[method-assign]
    with pytest.raises(errors.PartnerDown):
        company.round()
    company.round()
    assert [(_account(bill), bill["SyncToken"]) for bill in company.bills] == [("7", "6")]


def test_a_second_file_of_an_invoice_is_added_to_its_bill(company: Company) -> None:
    owed = company.bring()
    company.round()
    company.bring_more(owed, b"<xml/>")
    company.round()
    (bill,) = company.bills
    assert company.files(bill) == [books.PDF, b"<xml/>"]


def test_what_waits_for_a_reviewer_does_not_go(company: Company) -> None:
    company.bring("F-1", asks_review=True)
    company.bring("F-2", rejected_for="not_ours")
    company.round()
    assert company.bills == []


def test_a_minute_that_is_full_delays_and_nothing_is_lost(company: Company) -> None:
    company.service._minute.extend([company.at[0].timestamp()] * 480)
    for n in range(10):
        company.bring(f"F-{n}")
    company.round()
    assert 0 < len(company.bills) < 10
    company.later(seconds=61)
    company.round()
    assert len(company.bills) == 10


def test_a_service_that_is_down_says_when_again(company: Company) -> None:
    company.bring()
    company.service.down = True
    with pytest.raises(errors.PartnerDown) as down:
        company.round()
    assert down.value.retry_after == 30


def test_a_dry_day_sends_nothing(company: Company) -> None:
    company.change(dry_until=connected.NOW + timedelta(days=1))
    company.bring()
    company.round()
    assert company.bills == []
    company.later(days=1, seconds=1)
    company.round()
    assert len(company.bills) == 1


@pytest.mark.parametrize(("policy", "day"), [("after", "2026-11-11"), ("hold", None), ("draft", None)])
def test_in_a_closed_period_it_waits_or_takes_the_day_after(
    company: Company, policy: str, day: str | None
) -> None:
    company.service.books.closed = date(2026, 11, 10)
    company.choose(locked=policy)
    owed = company.bring()
    company.round()
    assert [bill["TxnDate"] for bill in company.bills] == ([day] if day else [])
    assert company.delivery(owed).held_for == (None if day else "lock_date")
    assert company.service.asked["POST bill"] == (1 if day else 0)


def test_books_that_are_closed_between_the_look_and_the_bill_hold_it(company: Company) -> None:
    owed = company.bring()
    look = company.service._read

    def closed_afterwards(first: str, rest: str) -> dict[str, object]:
        told = look(first, rest)
        company.service.books.closed = date(2026, 11, 10)
        return told

    company.service._read = closed_afterwards  # type: ignore[method-assign]
    company.round()
    assert company.delivery(owed).held_for == "lock_date"


def test_what_is_listed_there_is_known_with_the_rate_of_each_code(company: Company) -> None:
    told = company.row().books or {}
    assert (told["name"], told["currency"], told["country"]) == ("Atelier Brun", "EUR", "FR")
    with company.database.read() as session:
        lists = remote_lists.kept(session, company.destination)
    assert {one["id"]: (one["rate"], one["rate_id"]) for one in lists["taxes"]} == {
        "4": ("20", "3"),
        "6": ("5.5", "5"),
        "10": ("0", "9"),
        "12": ("0", ""),
    }
    assert "Fournisseurs" not in [one["name"] for one in lists["accounts"]]
    assert [(one["name"], one["card"]) for one in lists["accounts"] if one["type"] == "BANK"] == [
        ("Banque EUR", False),
        ("Carte bleue", True),
    ]


def test_a_person_sees_before_what_would_go(company: Company) -> None:
    company.change(dry_until=connected.NOW + timedelta(days=1))
    owed = company.delivery(company.bring())
    here = kinds.Here(str.capitalize, "https://farm.example")
    with company.database.read() as session:
        place = session.get_one(models.Destination, company.destination)
        invoice = session.get_one(models.Invoice, owed.invoice_id)
        document = session.get_one(models.Document, owed.document_id)
        told = qbo.draft(session, place, invoice, document, here)
    assert told
    assert told["record"]["VendorRef"] == {"name": "Mandarine"}
    company.later(days=2)
    company.round()
    (bill,) = company.bills
    assert {**told["record"], "VendorRef": bill["VendorRef"]} == {one: bill[one] for one in told["record"]}


def test_other_books_than_before_are_asked_about_and_nothing_goes_meanwhile(company: Company) -> None:
    company.change(books={**(company.row().books or {}), "id": "1"})
    company.later(hours=1)
    company.change(connected_at=company.at[0])
    company.bring()
    company.round()
    told = company.row().books or {}
    assert [one["name"] for one in told["offered"]] == ["Atelier Brun"]
    assert company.bills == []


@pytest.mark.parametrize("realm", ["", "../1", "1?x=y"])
def test_a_consent_that_names_no_company_asks_nothing(company: Company, realm: str) -> None:
    asked = company.service.asked.total()
    company.means = dataclasses.replace(company.means, brought=lambda: {"realmId": realm})
    with pytest.raises(errors.ConsentEnded):
        company.round()
    assert company.service.asked.total() == asked


def test_in_the_united_states_nothing_is_said_of_vat(tmp_path: Path) -> None:
    service = Qbo(Books("Brun Inc.", country="US", currencies=("USD",)))
    chosen = {"currencies": {"USD": connected.NOW.isoformat()}, "otherwise": Rule("bill", account="8")}
    with qbo_company.opened(tmp_path, service, **chosen) as company:
        company.bring(currency="USD")
        company.round()
        (bill,) = company.bills
        assert bill["TotalAmt"] == 45.9
        assert "GlobalTaxCalculation" not in bill
