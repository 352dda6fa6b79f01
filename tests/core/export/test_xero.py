"""What comes home reaches Xero once, where a person said, with its file; and what is not to go there does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from core import errors
from core.db import models
from core.export import delivering
from core.export.chosen import Rule
from demo.xero import Xero
from demo.xero_books import Organisation
from tests.core.export import books, connected
from tests.core.export.books import Company


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    with books.opened(tmp_path) as opened:
        yield opened


def test_a_bill_goes_there_with_its_file_byte_by_byte(company: Company) -> None:
    owed = company.bring()
    company.round()
    (bill,) = company.bills
    assert (bill["Type"], bill["InvoiceNumber"], bill["Total"], bill["TotalTax"]) == (
        "ACCPAY",
        "F-1",
        45.9,
        7.65,
    )
    assert bill["Url"].startswith("https://farm.example/invoices/")
    assert company.files(bill) == [books.PDF]
    sent = company.delivery(owed)
    assert sent.sent_at
    assert sent.settings_version == 1
    assert sent.receipts["record"] == sent.proof == bill["InvoiceID"]


def test_what_was_sent_is_not_sent_again(company: Company) -> None:
    company.bring()
    company.round()
    company.round()
    assert len(company.bills) == 1


@pytest.mark.parametrize("lost", [1, 2])
def test_an_answer_lost_after_the_bill_or_the_file_was_made_doubles_nothing(
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
    assert company.delivery(owed).sent_at


def test_without_the_look_there_it_would_be_doubled(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "look_up", lambda step, receipts: None)
    company.service.forgets_keys = True
    company.bring()
    at = iter(range(1, 9))
    company.service.loses = lambda: next(at) == 1
    with pytest.raises(errors.PartnerSilent):
        company.round()
    company.round()
    assert len(company.bills) == 2


def test_two_invoices_of_one_number_and_sum_are_two_bills_though_an_answer_was_lost(company: Company) -> None:
    company.service.forgets_keys = True
    company.bring()
    company.round()
    company.bring(content=b"%PDF another")
    company.service.loses = lambda: len(company.bills) == 2 and not company.files(company.bills[1])
    with pytest.raises(errors.PartnerSilent):
        company.round()
    company.service.loses = lambda: False
    company.round()
    assert len(company.bills) == 2


def test_nothing_is_retroactive_and_other_currencies_stay_here(company: Company) -> None:
    early = company.bring("F-0", received_at=connected.NOW - timedelta(days=1))
    pounds = company.bring("F-2", currency="GBP")
    company.round()
    assert company.bills == []
    assert company.delivery(early).withdrawn_at
    assert company.delivery(pounds).withdrawn_at
    company.later(hours=1)
    company.choose(currencies={"EUR": connected.NOW.isoformat(), "GBP": company.at[0].isoformat()})
    company.bring("F-3", currency="GBP")
    company.round()
    assert [bill["InvoiceNumber"] for bill in company.bills] == ["F-3"]


def test_settings_changed_between_two_invoices_leave_the_first_untouched(company: Company) -> None:
    first = company.bring("F-1")
    company.round()
    assert company.choose(otherwise=Rule("bill", account="606", tax="INPUT2")) == 2
    second = company.bring("F-2")
    company.round()
    assert [bill["LineItems"][0]["AccountCode"] for bill in company.bills] == ["626", "606"]
    assert [company.delivery(one).settings_version for one in (first, second)] == [1, 2]


def test_pushed_again_the_record_there_is_changed_and_no_second_made(company: Company) -> None:
    owed = company.bring()
    company.round()
    company.choose(otherwise=Rule("bill", account="606", tax="INPUT2"))
    with company.database.write() as session:
        delivering.push_again(session.get_one(models.Delivery, owed), company.at[0])
    company.round()
    (bill,) = company.bills
    assert bill["LineItems"][0]["AccountCode"] == "606"
    again = company.delivery(owed)
    assert (again.settings_version, again.round, len(company.files(bill))) == (2, 2, 1)


def test_what_nobody_has_placed_waits_and_goes_when_somebody_has(company: Company) -> None:
    company.choose(otherwise=Rule())
    owed = company.bring()
    company.round()
    assert company.delivery(owed).held_for == "no_mapping"
    company.choose(otherwise=books.BILL)
    with company.database.write() as session:
        delivering.release(session, company.destination, ["no_mapping"], company.at[0])
    company.round()
    assert len(company.bills) == 1


def test_what_xero_refuses_is_held_with_its_words_and_the_others_go(company: Company) -> None:
    company.choose(suppliers={"nimbus": Rule("bill", account="999")})
    refused = company.bring("F-1", supplier="nimbus")
    company.bring("F-2")
    company.round()
    assert company.delivery(refused).held_for == "refused"
    assert "999" in (company.delivery(refused).error or "")
    assert [bill["InvoiceNumber"] for bill in company.bills] == ["F-2"]


def test_a_credit_note_and_money_spent_are_records_of_their_own(company: Company) -> None:
    bank = next(one["AccountID"] for one in company.service.books.accounts if one["Type"] == "BANK")
    company.choose(suppliers={"nimbus": Rule("spend", account="626", bank=bank)})
    company.bring("A-1", kind="credit_note", total_minor=-4590, net_minor=-3825, vat_minor=-765)
    company.bring("N-1", supplier="nimbus")
    company.round()
    (credit,), (spent,) = (
        company.service.books.records[kind] for kind in ("CreditNotes", "BankTransactions")
    )
    assert (credit["Type"], credit["Total"], company.files(credit, "CreditNoteID")) == (
        "ACCPAYCREDIT",
        45.9,
        [books.PDF],
    )
    assert (spent["Type"], spent["Reference"], spent["Total"]) == ("SPEND", "N-1", 45.9)


def test_each_rate_of_vat_is_a_line_with_its_own_tax(company: Company) -> None:
    owed = company.bring(total_minor=23000, net_minor=20000, vat_minor=3000)
    company.rates_read(owed, [{"rate": "20", "base": "100", "vat": "20"}, {"rate": "10", "base": "100", "vat": "10"}])  # fmt: skip
    company.service.forgets_keys = True
    at = iter(range(1, 9))
    company.service.loses = lambda: next(at) == 1
    with pytest.raises(errors.PartnerSilent):
        company.round()
    company.round()
    (bill,) = company.bills
    told = [(one["TaxType"], one["UnitAmount"], one["TaxAmount"]) for one in bill["LineItems"]]
    assert (told, bill["Total"], bill["TotalTax"]) == ([("INPUT2", 100, 20), ("INPUT", 100, 10)], 230, 30)


def test_rates_that_the_books_do_not_have_are_one_line_of_the_same_sum_and_tax(company: Company) -> None:
    owed = company.bring(total_minor=22550, net_minor=20000, vat_minor=2550)
    company.rates_read(owed, [{"rate": "20", "base": "100", "vat": "20"}, {"rate": "5.5", "base": "100", "vat": "5.5"}])  # fmt: skip
    company.round()
    (bill,) = company.bills
    assert (len(bill["LineItems"]), bill["Total"], bill["TotalTax"]) == (1, 225.5, 25.5)


def test_a_second_file_of_an_invoice_is_added_to_its_bill(company: Company) -> None:
    owed = company.bring()
    company.round()
    company.bring_more(owed, b"<xml/>")
    company.round()
    (bill,) = company.bills
    assert company.files(bill) == [books.PDF, b"<xml/>"]


def test_what_waits_for_a_reader_or_a_reviewer_does_not_go(company: Company) -> None:
    company.bring("F-1", asks_review=True)
    company.bring("F-2", rejected_for="not_ours")
    company.round()
    assert company.bills == []


def test_a_minute_that_is_full_delays_and_a_day_that_is_spent_parks(company: Company) -> None:
    for n in range(40):
        company.bring(f"F-{n}")
    company.round()
    assert 0 < len(company.bills) < 40
    for _ in range(3):
        company.later(seconds=61)
        company.round()
    assert len(company.bills) == 40
    company.service._days.update({int(company.at[0].timestamp() // 86400): 1000})
    company.later(seconds=61)
    company.bring("F-40")
    with pytest.raises(errors.PartnerBusy) as busy:
        company.round()
    assert (busy.value.retry_after or 0) > 3600


def test_a_dry_day_sends_nothing(company: Company) -> None:
    company.change(dry_until=connected.NOW + timedelta(days=1))
    company.bring()
    company.round()
    assert company.bills == []
    company.later(days=1, seconds=1)
    company.round()
    assert len(company.bills) == 1


LOCK = date(2026, 11, 10)


@pytest.mark.parametrize(
    ("policy", "status", "day"),
    [("draft", "DRAFT", "2026-11-03"), ("after", "AUTHORISED", "2026-11-11"), ("hold", None, None)],
)
def test_in_a_locked_period_it_waits_or_is_a_draft_or_takes_the_day_after(
    company: Company, policy: str, status: str | None, day: str | None
) -> None:
    company.service.books.period_lock = LOCK
    company.choose(locked=policy)
    owed = company.bring()
    company.round()
    assert [(bill["Status"], bill["Date"]) for bill in company.bills] == ([(status, day)] if day else [])
    assert company.delivery(owed).held_for == (None if day else "lock_date")


def test_an_adviser_books_before_the_period_lock_and_nobody_before_that_of_the_year(tmp_path: Path) -> None:
    organisation = Organisation("Atelier Brun", role="FINANCIALADVISER", period_lock=LOCK)
    with books.opened(tmp_path, Xero(organisation)) as company:
        company.bring("F-1")
        company.round()
        assert len(company.bills) == 1
        organisation.year_lock = LOCK
        owed = company.bring("F-2")
        company.round()
        assert company.delivery(owed).held_for == "lock_date"


def test_what_is_missing_of_rights_and_what_is_listed_there_is_known(tmp_path: Path) -> None:
    organisation = Organisation("Atelier Brun", role="READONLY", forbidden=("CreateApprovedBill",))
    with books.opened(tmp_path, Xero(organisation)) as company:
        told = company.row().books or {}
        assert (told["name"], told["role"], told["lacks"]) == (
            "Atelier Brun",
            "READONLY",
            ["CreateApprovedBill"],
        )


def test_other_books_than_before_are_asked_about_and_nothing_goes_meanwhile(company: Company) -> None:
    company.service.organisations[:] = [Organisation("Brun Conseil")]
    company.later(hours=1)
    company.change(connected_at=company.at[0])
    company.bring()
    company.round()
    told = company.row().books or {}
    assert [one["name"] for one in told["offered"]] == ["Brun Conseil"]
    assert company.bills == []
