"""A PDF goes to GetMyInvoices once, whatever is lost on the way, and not at all when it is there already."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from core import errors
from core.db import models
from core.export import delivering, getmyinvoices
from core.export.getmyinvoices_api import Api
from demo.getmyinvoices import GetMyInvoices
from tests.core.export import asking, connected, services
from tests.core.export.asking import Seller


@pytest.fixture
def buyer(tmp_path: Path) -> Iterator[Seller]:
    def target(company: Seller) -> getmyinvoices.GetMyInvoices:
        return getmyinvoices.GetMyInvoices(company.database, company.stored)

    with asking.connected(tmp_path, GetMyInvoices(), "getmyinvoices", target) as opened:
        yield opened


def buy(buyer: Seller, number: str = "F-1", content: bytes = b"", **says: object) -> int:
    return buyer.sell(number, content, **{"role": "ap", **says})


def test_a_document_goes_there_byte_by_byte_with_what_was_read_of_it(buyer: Seller) -> None:
    bought = buy(buyer, content=b"%PDF its bytes \x00\xff", due_on=date(2026, 11, 3), net_minor=3825)
    buyer.round()
    ((uid, kept),) = buyer.service.documents.items()
    assert kept["content"] == b"%PDF its bytes \x00\xff"
    said = ("documentType", "documentNumber", "documentDate", "documentDueDate", "netAmount", "grossAmount", "currency")  # fmt: skip
    assert [kept[one] for one in said] == ["INCOMING_INVOICE", "F-1", "2026-10-03", "2026-11-03", 38.25, 45.9, "EUR"]  # fmt: skip
    sent = buyer.of(bought)
    assert sent.sent_at
    assert sent.proof == str(uid)
    assert sent.payload
    assert "fileContent" not in sent.payload["record"]


def test_what_was_sent_is_not_sent_again(buyer: Seller) -> None:
    buy(buyer)
    buyer.round()
    buyer.round()
    assert buyer.service.asked["POST /documents"] == 1


@pytest.mark.parametrize("by_uid", [True, False])
def test_an_answer_lost_after_it_was_kept_doubles_nothing(buyer: Seller, by_uid: bool) -> None:
    bought, there = buy(buyer), buyer.service
    there.loses, there.by_uid, there.cannot_look = (lambda: True), by_uid, True
    with pytest.raises(errors.PartnerSilent):
        buyer.round()
    there.loses = lambda: False
    buyer.round()
    assert len(there.documents) == 1
    assert buyer.of(bought).sent_at


def test_without_any_look_there_it_would_be_doubled(buyer: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "look_up", lambda step, receipts: None)
    monkeypatch.setattr(Api, "existing", lambda self, content: None)
    buy(buyer)
    lost = iter([True])
    buyer.service.loses = lambda: next(lost, False)
    with pytest.raises(errors.PartnerSilent):
        buyer.round()
    buyer.round()
    assert len(buyer.service.documents) == 2


@pytest.mark.parametrize("blinded", ["/documents", "/documents/exists"])
def test_an_answer_that_says_nothing_is_no_word_that_it_is_not_there(buyer: Seller, blinded: str) -> None:
    bought, there, line = buy(buyer), buyer.service, buyer.means.http._transport
    there.loses = lambda: True
    with pytest.raises(errors.PartnerSilent):
        buyer.round()
    there.loses, there.cannot_look = (lambda: False), blinded == "/documents"
    buyer.means.http._transport = _Blinding(line, blinded)
    if blinded == "/documents/exists":
        there.documents[1000]["note"] = None  # by which it would be found before that is asked
    buyer.try_round(errors.PartnerChanged)
    assert (len(there.documents), buyer.of(bought).sent_at) == (1, None)
    buyer.means.http._transport, there.cannot_look = line, False
    buyer.later(days=1)
    buyer.round()
    assert len(there.documents) == 1
    assert buyer.of(bought).sent_at


class _Blinding(httpx.BaseTransport):
    """Something on the way answers each look at that place with a page of its own."""

    def __init__(self, line: httpx.BaseTransport, path: str) -> None:
        self.line, self.path = line, path

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        look = request.method == "GET" or self.path != "/documents"
        if look and request.url.path.endswith(self.path):
            return httpx.Response(200, html="<h1>Wait a moment</h1>", request=request)
        return self.line.handle_request(request)


def test_what_it_has_fetched_itself_stays_alone(buyer: Seller) -> None:
    uid = buyer.service.collect(b"%PDF the same")
    bought = buy(buyer, content=b"%PDF the same")
    buyer.round()
    assert len(buyer.service.documents) == 1
    assert buyer.of(bought).proof == str(uid)


def test_sales_go_there_only_when_a_person_says_so(buyer: Seller) -> None:
    sold = buyer.sell("V-1")
    buy(buyer, "F-1", kind="credit_note")
    buyer.round()
    assert buyer.of(sold).withdrawn_at
    buyer.retype(sides="both")
    buyer.sell("V-2")
    buyer.round()
    kinds = [one["documentType"] for one in buyer.service.documents.values()]
    assert kinds == ["CREDIT_NOTE", "SALES_INVOICE"]


def test_nothing_that_came_before_the_connection_goes(buyer: Seller) -> None:
    early = buy(buyer, received_at=connected.NOW - timedelta(days=1))
    buyer.round()
    assert buyer.service.documents == {}
    assert buyer.of(early).withdrawn_at


def test_what_is_no_pdf_or_could_not_be_cut_out_of_one_waits_for_a_person(buyer: Seller) -> None:
    scan, bought = buy(buyer, "F-1"), buy(buyer, "F-2")
    with buyer.database.write() as session:
        session.query(models.Document).filter_by(invoice_id=scan).update({"first_page": 1, "last_page": 2})
        session.query(models.Document).filter_by(invoice_id=bought).update({"media_type": "application/xml"})
    buyer.round()
    assert [buyer.of(one).held_for for one in (scan, bought)] == ["part_of_file", "not_pdf"]


def test_what_it_refuses_is_held_with_its_words_and_the_others_go(buyer: Seller) -> None:
    refused = buy(buyer, "F-1", content=b"no pdf at all")
    buy(buyer, "F-2")
    buyer.round()
    assert (buyer.of(refused).held_for, buyer.of(refused).error) == ("refused", "Only PDF.")
    assert len(buyer.service.documents) == 1


def test_a_limit_is_waited_for_and_a_wrong_key_waits_for_a_person(buyer: Seller) -> None:
    bought = buy(buyer)
    buyer.service.busy = True
    with pytest.raises(errors.PartnerBusy):
        buyer.round()
    buyer.service.busy, buyer.service.key = False, "another"
    with pytest.raises(errors.PartnerRefused, match="Invalid API key"):
        buyer.round()
    buyer.service.key = asking.SECRET
    buyer.round()
    assert buyer.of(bought).sent_at
    assert len(buyer.service.documents) == 1


def test_one_at_which_it_always_stumbles_lets_the_others_go(buyer: Seller) -> None:
    line = buyer.means.http._transport
    buyer.means.http._transport = services.Stumbling(line)
    poisoned, bought = buy(buyer, "F-POISON"), buy(buyer, "F-1")
    for _ in range(4):
        buyer.try_round(errors.PartnerSilent)
    assert (buyer.of(poisoned).sent_at, bool(buyer.of(bought).sent_at)) == (None, True)
    buyer.means.http._transport = line
    buyer.later(days=1)
    buyer.round()
    assert buyer.of(poisoned).sent_at
