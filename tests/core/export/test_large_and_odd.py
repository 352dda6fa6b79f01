"""What no service was made for: the largest file that there can be, files that are too much for them, records that are gone, and names of all kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from core import archive, errors
from core.db import models
from core.export import delivering, enclosed, letter, webhook
from core.export.chosen import Rule
from tests.core.export import books, depot, post, services
from tests.core.export.books import Company

LARGEST = b"%PDF-1.4 " + b"x" * (archive.CAP - 9)


@pytest.mark.parametrize(
    ("opened", "taken"), list(zip(services.EVERY, (False, True, False, True), strict=True))
)
def test_the_largest_file_goes_or_stays_and_its_bill_is_there_all_the_same(
    tmp_path: Path, opened: Callable[[Path], Any], taken: bool
) -> None:
    with opened(tmp_path) as company:
        owed = company.bring(content=LARGEST)
        company.round()
        (there,) = services.files(company)
        assert (there == LARGEST, there == b"") == (taken, not taken)
        sent = company.delivery(owed)
        assert sent.sent_at
        assert (sent.receipts["file"] == enclosed.TOO_LARGE) is not taken


@pytest.mark.parametrize("kind", [webhook.KIND, letter.KIND])
def test_what_no_request_and_no_letter_can_hold_waits_for_a_person(tmp_path: Path, kind: Any) -> None:
    target = webhook.Webhook if kind is webhook.KIND else letter.Mail
    with post.opened() as (_, port):
        typed = {"url": f"smtp://127.0.0.1:{port}", "to": "a@cabinet.example", "sender": "b@firm.example"}
        typed = typed if kind is letter.KIND else {"url": "https://there.example"}
        secrets = {"secret": "whsec_eA==", "password": post.PASSWORD}
        with depot.opened(tmp_path, kind, target, typed, secrets) as company:
            owed = company.bring(content=LARGEST)
            company.round()
            assert company.delivery(owed).held_for == "too_large"


@pytest.mark.parametrize("opened", services.EVERY)
def test_a_supplier_that_nobody_has_placed_waits_for_a_person(
    tmp_path: Path, opened: Callable[[Path], Any]
) -> None:
    with opened(tmp_path) as company:
        company.choose(otherwise=Rule())
        owed = company.bring()
        company.round()
        assert (company.delivery(owed).held_for, services.files(company)) == ("no_mapping", [])


@pytest.mark.parametrize("opened", services.EVERY)
def test_dollars_go_as_dollars_and_their_rate_is_the_services_own(
    tmp_path: Path, opened: Callable[[Path], Any]
) -> None:
    with opened(tmp_path) as company:
        company.choose(currencies={"USD": company.at[0].isoformat()})
        owed = company.bring(currency="USD")
        company.round()
        sent = company.delivery(owed)
        assert sent.sent_at
        assert not {"CurrencyRate", "ExchangeRate", "exchangeRate"} & set(sent.payload["record"])
        assert services.files(company) == [books.PDF]


class _Gate(httpx.BaseTransport):
    """In front of the service: no request may be larger than this."""

    def __init__(self, line: httpx.BaseTransport, most: int) -> None:
        self.line, self.most = line, most

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if len(request.read()) > self.most:
            return httpx.Response(413, text="<html>too large</html>", request=request)
        return self.line.handle_request(request)


@pytest.mark.parametrize("opened", services.EVERY)
def test_a_file_that_is_too_much_for_them_holds_itself_and_no_other(
    tmp_path: Path, opened: Callable[[Path], Any]
) -> None:
    with opened(tmp_path) as company:
        company.round()
        company.means.http._transport = _Gate(company.means.http._transport, 50_000)
        large = company.bring("F-1", b"%PDF" + b"x" * 60_000)
        company.bring("F-2", b"%PDF small")
        company.round()
        assert company.delivery(large).held_for == "refused"
        assert "413" in (company.delivery(large).error or "")
        assert b"%PDF small" in services.files(company)


@pytest.fixture(params=services.EVERY[:3], ids=["xero", "qbo", "netsuite"])
def company(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Company]:
    with request.param(tmp_path) as opened:
        yield opened


def _forget(company: Company) -> None:
    """Somebody deletes every record there."""
    for rows in company.service.books.records.values():
        rows.clear()


def test_a_record_that_is_gone_when_it_is_to_be_changed_waits_and_the_others_go(company: Company) -> None:
    owed = company.bring("F-1")
    company.round()
    _forget(company)
    with company.database.write() as session:
        delivering.push_again(session.get_one(models.Delivery, owed), company.at[0])
    company.bring("F-2", b"%PDF another")
    company.round()
    assert company.delivery(owed).held_for == "refused"
    assert services.files(company) == [b"%PDF another"]


class Killed(BaseException):
    """Nothing that follows is done."""


def test_a_record_that_is_gone_before_its_file_came_waits_and_the_others_go(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = delivering._note

    def killed_before_the_file(database: Any, delivery_id: int, receipts: delivering.Receipts) -> None:
        if "file" in receipts:
            raise Killed
        note(database, delivery_id, receipts)

    owed = company.bring("F-1")
    with monkeypatch.context() as patch:
        patch.setattr(delivering, "_note", killed_before_the_file)
        with pytest.raises(Killed):
            company.round()
    _forget(company)
    company.bring("F-2", b"%PDF another")
    company.round()
    held = company.delivery(owed)
    assert (held.held_for, "file" in held.receipts) == ("refused", False)
    assert services.files(company) == [b"%PDF another"]


NAMES = ["Café 🍊 & fils", "شركة الكهرباء", "\u202egnirts\u202c", "L'Œuvre \\ d'\"Aix\"", "x" * 300]


@pytest.mark.parametrize("opened", services.EVERY)
@pytest.mark.parametrize("name", NAMES)
def test_whatever_it_is_called_it_goes_once_though_an_answer_was_lost(
    tmp_path: Path, opened: Callable[[Path], Any], name: str
) -> None:
    with opened(tmp_path) as company:
        company.service.forgets_keys = True
        company.round()
        company.bring(f"{name}-1", supplier=name)
        for lost in (1, 2, 3):
            at = iter(range(1, 9))
            company.service.loses = lambda at=at, lost=lost: next(at) == lost
            try:
                company.round()
            except errors.PartnerSilent:
                company.service.loses = lambda: False
        company.service.loses = lambda: False
        company.round()
        assert services.files(company) == [books.PDF]


def test_a_contact_that_is_written_otherwise_there_is_known_again(tmp_path: Path) -> None:
    with books.opened(tmp_path) as company:
        company.service.forgets_keys = True
        company.service.books.contacts["c"] = "MANDARINE"
        company.bring()
        at = iter(range(1, 9))
        company.service.loses = lambda: next(at) == 1
        with pytest.raises(errors.PartnerSilent):
            company.round()
        company.round()
        assert [bill["Contact"]["Name"] for bill in company.bills] == ["MANDARINE"]
