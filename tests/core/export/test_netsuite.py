"""What comes home reaches NetSuite once, as a bill or a credit under an external id of ours, with its file where our script takes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from core import errors
from core.db import models
from core.export import delivering, enclosed, kinds, netsuite, netsuite_api, remote_lists
from core.export.chosen import Rule
from core.export.netsuite import KIND
from tests.core.export import books, services, typed
from tests.core.export.typed import Company

BILL = Rule("bill", account="58", tax="18", contact_id="742")


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    with services.netsuite(tmp_path, BILL, account="1234567_SB1") as opened:
        yield opened


def bills(company: Company, kind: str = "vendorBill") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = company.service.books.records[kind]
    return found


def files(company: Company, record: dict[str, Any], kind: str = "vendorBill") -> list[bytes]:
    return [content for _, content in company.service.books.files.get((kind, record["id"]), {}).values()]


def test_a_bill_goes_there_with_its_file_byte_by_byte(company: Company) -> None:
    owed = company.bring()
    company.round()
    (bill,) = bills(company)
    assert (bill["tranId"], bill["tranDate"], bill["dueDate"]) == ("F-1", "2026-11-03", "2026-12-03")
    assert (bill["entity"], bill["currency"], bill["total"]) == ({"id": "742"}, {"id": "1"}, 45.9)
    assert bill["expense"]["items"][0]["taxCode"] == {"id": "18"}
    assert "https://farm.example/invoices/" in bill["memo"]
    assert files(company, bill) == [books.PDF]
    sent = company.delivery(owed)
    assert sent.sent_at
    assert sent.settings_version == 2
    assert sent.receipts["record"] == sent.proof == bill["id"]


def test_a_credit_note_is_a_vendor_credit_of_a_positive_sum(company: Company) -> None:
    company.bring("A-1", kind="credit_note", total_minor=-4590, net_minor=-3825, vat_minor=-765)
    company.round()
    (credit,) = bills(company, "vendorCredit")
    assert (credit["tranId"], credit["total"], bills(company)) == ("A-1", 45.9, [])
    assert files(company, credit, "vendorCredit") == [books.PDF]


def test_what_was_sent_is_not_sent_again(company: Company) -> None:
    company.bring()
    company.round()
    company.round()
    assert company.service.asked["PUT record"] == 1


@pytest.mark.parametrize("lost", [1, 2])
def test_an_answer_lost_after_the_bill_or_the_file_was_made_doubles_nothing(
    company: Company, lost: int
) -> None:
    owed, at = company.bring(), iter(range(1, 9))
    company.service.loses = lambda: next(at) == lost
    with pytest.raises(errors.PartnerSilent):
        company.round()
    company.round()
    (bill,) = bills(company)
    assert (bill["total"], files(company, bill)) == (45.9, [books.PDF])
    assert company.delivery(owed).sent_at


def _lost_once(company: Company) -> None:
    at = iter(range(1, 9))
    company.service.loses = lambda: next(at) == 1
    company.bring()
    with pytest.raises(errors.PartnerSilent):
        company.round()
    company.round()


def test_even_without_the_look_there_the_external_id_is_one_bill_of_one_line(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "look_up", lambda step, receipts: None)
    _lost_once(company)
    (bill,) = bills(company)
    assert (bill["total"], company.service.asked["PUT record"]) == (45.9, 2)


def test_without_the_look_and_another_id_each_time_it_would_be_doubled(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, tries = netsuite_api.Api.put, iter("ab")
    monkeypatch.setattr(delivering, "look_up", lambda step, receipts: None)
    monkeypatch.setattr(
        netsuite_api.Api, "put", lambda api, kind, ref, said: put(api, kind, ref + next(tries), said)
    )
    _lost_once(company)
    assert len(bills(company)) == 2


def test_two_invoices_of_one_number_and_sum_are_two_bills(company: Company) -> None:
    company.bring()
    company.bring(content=b"%PDF another")
    company.round()
    assert [files(company, bill) for bill in bills(company)] == [[books.PDF], [b"%PDF another"]]


def test_a_second_file_of_an_invoice_is_added_to_its_bill(company: Company) -> None:
    owed = company.bring()
    company.round()
    company.bring_more(owed, b"<xml/>")
    company.round()
    (bill,) = bills(company)
    assert files(company, bill) == [books.PDF, b"<xml/>"]


def test_without_the_script_the_bill_goes_alone_and_says_so(company: Company) -> None:
    company.retype(restlet="")
    owed = company.bring()
    company.round()
    (bill,) = bills(company)
    assert files(company, bill) == []
    assert company.delivery(owed).receipts["file"] == netsuite.NO_RESTLET
    assert company.service.scopes == ["rest_webservices"]


def test_a_file_too_large_for_a_script_stays_here(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(netsuite, "LARGEST", 5)
    owed = company.bring()
    company.round()
    assert company.delivery(owed).receipts["file"] == enclosed.TOO_LARGE


def test_pushed_again_the_bill_there_is_changed_and_no_second_made(company: Company) -> None:
    owed = company.bring()
    company.round()
    company.choose(otherwise=Rule("bill", account="59", tax="18", contact_id="743"))
    company.again(owed)
    company.round()
    (bill,) = bills(company)
    assert (bill["entity"]["id"], [line["account"]["id"] for line in bill["expense"]["items"]]) == (
        "743",
        ["59"],
    )
    assert (company.delivery(owed).round, len(files(company, bill))) == (2, 1)


@pytest.mark.parametrize(
    "rule", [Rule(), Rule("bill", account="58", contact="Unknown SA"), Rule("bill", contact_id="742")]
)
def test_what_nobody_has_placed_waits_and_goes_when_somebody_has(company: Company, rule: Rule) -> None:
    company.choose(otherwise=rule)
    owed = company.bring()
    company.round()
    assert company.delivery(owed).held_for == "no_mapping"
    company.choose(otherwise=BILL)
    with company.database.write() as session:
        delivering.release(session, company.destination, ["no_mapping"], company.at[0])
    company.round()
    assert len(bills(company)) == 1


def test_a_vendor_that_is_called_as_the_supplier_need_not_be_chosen(company: Company) -> None:
    company.choose(otherwise=Rule("bill", account="58"))
    company.bring("F-1")
    company.bring("F-2", supplier="nimbus")
    company.round()
    assert [bill["entity"]["id"] for bill in bills(company)] == ["742", "743"]


def test_what_netsuite_refuses_is_held_with_its_words_and_the_others_go(company: Company) -> None:
    company.choose(suppliers={"nimbus": Rule("bill", account="999", contact_id="743")})
    refused = company.bring("F-1", supplier="nimbus")
    company.bring("F-2")
    company.round()
    held = company.delivery(refused)
    assert (held.held_for, held.receipts) == ("refused", {})
    assert "999" in (held.error or "")
    assert [bill["tranId"] for bill in bills(company)] == ["F-2"]


def test_a_closed_period_and_an_unknown_currency_hold_it(company: Company) -> None:
    company.service.books.closed_until = date(2026, 11, 10)
    closed = company.bring()
    company.choose(currencies={"EUR": "2026-11-01T00:00:00+00:00", "CHF": "2026-11-01T00:00:00+00:00"})
    francs = company.bring("F-2", currency="CHF")
    company.round()
    assert company.delivery(closed).held_for == "lock_date"
    assert (company.delivery(francs).held_for, company.delivery(francs).error) == (
        "refused",
        "NetSuite: CHF?",
    )


def test_what_we_sent_ourselves_and_other_currencies_stay_here(company: Company) -> None:
    sold = company.bring("S-1", role="ar")
    pounds = company.bring("F-2", currency="GBP")
    company.round()
    assert bills(company) == []
    assert all(company.delivery(one).withdrawn_at for one in (sold, pounds))


def test_lists_are_read_at_first_and_when_somebody_asks(company: Company) -> None:
    company.round()
    with company.database.read() as session:
        lists = remote_lists.kept(session, company.destination)
    assert lists["accounts"][0] == {
        "id": "58",
        "code": "6260",
        "name": "Télécommunications",
        "type": "EXPENSE",
        "currency": "",
    }
    assert lists["contacts"][1] == {"id": "743", "name": "Nimbus"}
    assert lists["taxes"] == [{"id": "18", "name": "S-FR 20 %"}]
    assert (company.row().books or {})["currencies"] == {"EUR": "1", "USD": "2"}
    del company.service.books.lists["salestaxitem"]
    company.round()
    company.refresh()
    with company.database.read() as session:
        assert remote_lists.kept(session, company.destination)["taxes"] == []
    assert "asked" not in (company.row().books or {})


def test_a_long_list_is_read_to_its_end(company: Company) -> None:
    company.service.books.lists["vendor"] = [{"id": str(n), "entityid": f"V-{n}"} for n in range(2500)]
    company.round()
    with company.database.read() as session:
        assert len(remote_lists.kept(session, company.destination)["contacts"]) == 2500


@pytest.mark.parametrize("wrong", ["key", "client_id", "certificate_id"])
def test_an_assertion_that_is_not_the_certificates_is_worth_no_token(company: Company, wrong: str) -> None:
    if wrong == "key":
        company.service.key = RSAKey.generate_key(2048)
    else:
        company.retype(**{wrong: "another"})
    owed = company.bring()
    with pytest.raises(errors.PartnerRefused, match="invalid_"):
        company.round()
    assert company.delivery(owed).tries == 0


def test_an_assertion_that_was_good_for_an_hour_would_be_refused(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(netsuite_api, "GOOD_FOR", 12 * netsuite_api.GOOD_FOR)
    with pytest.raises(errors.PartnerRefused, match="invalid_grant"):
        company.round()


def test_a_token_that_ends_meanwhile_is_renewed_and_the_round_goes_on(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.round()
    company.bring()
    signed_in = netsuite_api.signed_in

    def ending(*told: Any) -> netsuite_api.Api:
        api = signed_in(*told)
        company.service.expire()
        return api

    monkeypatch.setattr(netsuite_api, "signed_in", ending)
    company.round()
    assert len(bills(company)) == 1


def test_a_token_that_is_refused_as_soon_as_it_is_new_is_a_persons_matter(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.round()
    company.bring()
    monkeypatch.setattr(netsuite_api, "_token", lambda *_: "another")
    with pytest.raises(errors.PartnerRefused, match="401"):
        company.round()


def test_busy_and_down_mean_later(company: Company) -> None:
    company.round()
    owed = company.bring()
    company.service.busy = True
    company.round()
    assert company.delivery(owed).next_try_at > company.at[0]
    company.later(seconds=31)
    company.service.busy, company.service.down = False, True
    with pytest.raises(errors.PartnerDown):
        company.round()
    company.service.down = False
    company.round()
    assert len(bills(company)) == 1


def test_a_script_with_too_many_callers_is_asked_again_and_the_bill_stays_one(company: Company) -> None:
    company.service.crowded = True
    owed = company.bring()
    company.round()
    assert company.delivery(owed).sent_at is None
    company.service.crowded = False
    company.later(minutes=2)
    company.round()
    (bill,) = bills(company)
    assert files(company, bill) == [books.PDF]


def test_one_world_asks_for_a_subsidiary(company: Company) -> None:
    company.service.books.subsidiaries = ("10",)
    owed = company.bring()
    company.round()
    assert "Subsidiary" in (company.delivery(owed).error or "")
    company.retype(subsidiary="10")
    with company.database.write() as session:
        delivering.release(session, company.destination, ["refused"], company.at[0])
    company.round()
    assert bills(company)[0]["subsidiary"] == {"id": "10"}


def test_the_page_shows_before_what_goes_word_for_word(company: Company) -> None:
    company.round()
    owed = company.bring()
    with company.database.read() as session:
        row = session.get_one(models.Delivery, owed)
        invoice = session.get_one(models.Invoice, row.invoice_id)
        document = session.get_one(models.Document, row.document_id)
        shown = netsuite.draft(session, company.row(), invoice, document, typed.HERE)
    company.round()
    assert shown == company.delivery(owed).payload


@pytest.mark.parametrize(
    ("account", "host"), [("1234567", "1234567"), ("1234567_SB1", "1234567-sb1"), (" TSTDRV9 ", "tstdrv9")]
)
def test_an_account_has_hosts_of_its_own(account: str, host: str) -> None:
    place = KIND.place({"account": account})
    assert place == f"https://{host}.suitetalk.api.netsuite.com"
    row = models.Destination(kind="netsuite", place=place)
    assert KIND.origins(row) == (f"https://{host}.restlets.api.netsuite.com", place)


@pytest.mark.parametrize("account", ["", "evil.example/", "a@b", "1_2_3"])
def test_what_is_no_account_is_no_host(account: str) -> None:
    with pytest.raises(ValueError, match="account"):
        KIND.place({"account": account})


@pytest.mark.parametrize("host", ["1234567.restlets.api.netsuite.com", "1234567.suitetalk.api.netsuite.com"])
def test_a_script_is_the_accounts_own(host: str) -> None:
    at = "/app/site/hosting/restlet.nl?script=12&deploy=1"
    assert KIND.place({"account": "1234567", "restlet": f"https://{host}{at}"})
    for strange in (
        f"https://{host}.evil.example{at}",
        f"http://{host}{at}",
        f"https://{host}@evil.example{at}",
    ):
        with pytest.raises(ValueError, match="restlet"):
            KIND.place({"account": "1234567", "restlet": strange})


def test_the_private_key_is_sealed_and_never_a_setting() -> None:
    assert [field.name for field in KIND.secrets] == ["private_key"]
    assert isinstance(KIND, kinds.Kind)
