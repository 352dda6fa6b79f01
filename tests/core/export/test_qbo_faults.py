"""What QuickBooks refuses, and what that means here: for one record, for all of them, or for later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core import errors
from core.db import models
from demo.qbo_books import Fault, Record
from tests.core.export import qbo_company
from tests.core.export.qbo_company import Company

CLOSED = "The account period has closed and the account books cannot be updated."
TAKEN = "Duplicate Document Number Error : This number has already been used."


@pytest.fixture(params=[False, True], ids=["as a refusal", "within a success"])
def company(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Company]:
    with qbo_company.opened(tmp_path) as opened:
        opened.bring("F-0")
        opened.round()
        opened.service.faults_in_200 = request.param
        yield opened


def answering(company: Company, fault: Fault) -> None:
    def keep(entity: str, sent: Record) -> Record:
        raise fault

    company.service.books.keep = keep  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("fault", "held_for"),
    [
        (Fault("2500", "Invalid Reference Id", "Accounts element id 99 not found"), "refused"),
        (Fault("6000", "A business validation error has occurred", "Amounts"), "refused"),
        (Fault("600", "Duplicate Request ID"), "refused"),
        (Fault("6140", "Duplicate Document Number Error", TAKEN), "refused"),
        (Fault("6210", "Duplicate Document Number Error", TAKEN), "refused"),
        (Fault("6210", "Account Period Closed", CLOSED), "lock_date"),
        (Fault("6000", "A business validation error has occurred", CLOSED), "lock_date"),
    ],
    ids=lambda one: f"{one.code} {one.message}" if isinstance(one, Fault) else one,
)
def test_what_is_wrong_with_one_record_is_held_in_its_words(
    company: Company, fault: Fault, held_for: str
) -> None:
    answering(company, fault)
    owed = company.delivery(company.bring("F-1"))
    company.round()
    told = company.delivery(owed.id)
    assert (told.held_for, told.receipts) == (held_for, {})
    assert fault.detail in (told.error or "")


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        (Fault("6190", "Invalid Company Status", "Subscription period has ended"), errors.PartnerRefused),
        (Fault("120", "Authorization Failure", kind="AuthorizationFault"), errors.PartnerRefused),
        (Fault("3200", "AuthenticationFailed", kind="AUTHENTICATION"), errors.ConsentEnded),
        (Fault("10000", "An application error has occurred", kind="SystemFault"), errors.PartnerSilent),
    ],
    ids=lambda one: f"{one.code} {one.message}" if isinstance(one, Fault) else "",
)
def test_what_is_wrong_with_all_ends_the_round(
    company: Company, fault: Fault, meaning: type[errors.MoissonError]
) -> None:
    answering(company, fault)
    owed = company.bring("F-1")
    with pytest.raises(meaning):
        company.round()
    assert company.delivery(owed).sent_at is None
    assert company.delivery(owed).held_for is None


def test_a_throttle_within_an_answer_delays_a_minute(company: Company) -> None:
    answering(company, Fault("003001", "ThrottleExceeded", kind="SERVICE"))
    owed = company.bring("F-1")
    company.round()
    assert company.delivery(owed).next_try_at == company.at[0] + timedelta(seconds=60)


def test_a_query_that_is_refused_is_a_change_of_theirs_and_no_records_fault(company: Company) -> None:
    company.change(books={**(company.row().books or {}), "asked": True})

    def rows(entity: str) -> list[Record]:
        raise Fault("4001", "Invalid query", entity)

    company.service.books.rows = rows  # type: ignore[method-assign]
    with pytest.raises(errors.PartnerChanged):
        company.round()


def test_a_fault_of_a_file_leaves_the_bill_and_is_held(company: Company) -> None:
    def attach(told: Record, content: bytes) -> Record:
        raise Fault("6000", "A business validation error has occurred", "Unsupported file")

    company.service.books.attach = attach  # type: ignore[method-assign]
    owed = company.bring("F-1")
    company.round()
    told = company.delivery(owed)
    assert (len(company.bills), told.held_for, list(told.receipts)) == (2, "refused", ["record"])
    with company.database.read() as session:
        assert session.get_one(models.Delivery, owed).payload
