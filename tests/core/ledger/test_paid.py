"""Payments are found by words, amounts and days, and by how far each is from its Invoice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from core.db import Database, models
from core.ledger import bank_accounts, paid
from tests.core.ledger import NOW, statements
from tests.core.payments.written import IBAN, LINES, Paid


def _found(session: Session, **wanted: object) -> list[str]:
    found, total = paid.find(session, 1, **wanted)  # type: ignore[arg-type]
    assert total == len(found)
    return [one.label for one in found]


def test_words_amounts_and_days_narrow_the_list(database: Database) -> None:
    with database.write() as session:
        mine = statements.account(session)
        batch = statements.bring(
            session, mine, statements.qif([*LINES, Paid(date(2026, 10, 30), -100, "100 % PUB")])
        )
        assert batch
        assert _found(session)[0] == "100 % PUB"
        assert _found(session, words="bleu sepa") == ["PRLV SEPA BLEU ENERGIE"]
        assert _found(session, words="100 %") == ["100 % PUB"]
        assert _found(session, amount=Decimal("45.90")) == _found(session, amount=Decimal("-45.9"))
        assert _found(session, amount=Decimal("45.905")) == []
        assert _found(session, since=date(2026, 10, 13), until=date(2026, 10, 13)) == ["VIR CLIENT MARTIN"]
        assert len(_found(session, account_id=mine.id, batch_id=batch.id)) == 4
        assert _found(session, account_id=mine.id + 1) == []


def _tied(session: Session, payment: models.Payment, *, confirmed: bool) -> None:
    invoice = models.Invoice(
        workspace_id=1, supplier="bleu", precision="day", kind="invoice", received_at=NOW, doubts=[]
    )
    session.add(invoice)
    session.flush()
    session.add(
        models.Match(
            workspace_id=1, payment_id=payment.id, invoice_id=invoice.id, amount_minor=-1, band="suggest",
            reasons=[], made_at=NOW, confirmed_at=NOW if confirmed else None,
        )
    )  # fmt: skip


def test_each_payment_is_in_one_state_and_the_filter_says_the_same(database: Database) -> None:
    lines = [Paid(date(2026, 10, n), -n, state) for n, state in enumerate(paid.State, 20)]
    with database.write() as session:
        statements.bring(session, statements.account(session), statements.qif(lines))
        of = {one.label: one for one in session.query(models.Payment)}
        _tied(session, of["linked"], confirmed=True)
        _tied(session, of["linked"], confirmed=False)
        _tied(session, of["proposed"], confirmed=False)
        of["closed"].closed_for = "refund"
        session.add(models.Gap(workspace_id=1, payment_id=of["missing"].id, opened_at=NOW))
        session.flush()
        assert {label: paid.states(session, of.values())[one.id] for label, one in of.items()} == {
            state.value: state for state in paid.State
        }
        assert {state: _found(session, state=state) for state in paid.State} == {
            state: [state.value] for state in paid.State
        }


@pytest.mark.parametrize("number", [IBAN, "30006 00001 12345678901", "00001/12345678901"])
def test_an_account_is_recognised_by_any_form_of_its_number(database: Database, number: str) -> None:
    with database.write() as session:
        mine = statements.account(session, number=IBAN)
        found = bank_accounts.recognised(session, 1, number)
        assert found
        assert found.id == mine.id
        assert bank_accounts.is_of(mine, number)
        assert bank_accounts.recognised(session, 2, number) is None


def test_a_short_number_or_one_of_two_accounts_is_no_proof(database: Database) -> None:
    with database.write() as session:
        statements.account(session, number=IBAN)
        assert bank_accounts.recognised(session, 1, "0000112") is None
        statements.account(session, "Autre", number="FR00 30006 00001 12345678901 00")
        assert bank_accounts.recognised(session, 1, "30006 00001 12345678901") is None
        assert bank_accounts.recognised(session, 1, None) is None


def test_an_account_without_a_number_learns_it_once(database: Database) -> None:
    with database.write() as session:
        mine, other = statements.account(session), statements.account(session, "Autre")
        bank_accounts.learn(session, mine, IBAN)
        bank_accounts.learn(session, other, IBAN)
        assert (mine.number, other.number) == (IBAN, None)
        assert bank_accounts.shown(mine.number) == "FR76 … 0189"
        assert not bank_accounts.is_of(mine, "DE00 1001 0010 1234 5678 90")
