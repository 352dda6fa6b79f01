from __future__ import annotations

from datetime import date

from core.db import Database, models
from core.ledger import choices, matches
from core.ledger.choices import Queue
from tests.core.ledger import NOW, bank


def test_what_waits_is_walked_from_one_to_the_next(database: Database) -> None:
    with database.write() as session:
        payments = [bank.payment(session, -100 - n) for n in range(4)]
        bills = [bank.invoice(session, 100 + n, f"F-{n}") for n in range(4)]
        for n in (0, 1, 3):
            bank.proposed(session, payments[n], bills[n])
        ids = [one.id for one in payments]
        assert choices.place_of(session, 1, Queue.PROPOSED, ids[1]) == (2, 3, ids[0], ids[3])
        assert choices.place_of(session, 1, Queue.PROPOSED, ids[3]) == (3, 3, ids[1], None)
        assert choices.place_of(session, 1, Queue.PROPOSED, ids[2]) == (0, 3, ids[1], ids[3])
        assert [one.id for one in choices.page(session, 1, Queue.UNLINKED)[0]] == [ids[2]]
        assert choices.count(session, 2, Queue.PROPOSED) == 0


def test_what_the_machine_linked_is_a_queue_of_its_own(database: Database) -> None:
    with database.write() as session:
        by_machine, by_hand = bank.payment(session, -100), bank.payment(session, -200)
        bills = [bank.invoice(session, total, f"F-{total}") for total in (100, 200)]
        bank.proposed(session, by_machine, bills[0], confirmed_at=NOW)
        session.add(models.Person(id=1, email="anna@firm.fr", password_hash="", created_at=NOW))
        matches.tie(session, by_hand, {bills[1].id: None}, by=1, now=NOW)
        assert [one.id for one in choices.page(session, 1, Queue.AUTOMATIC)[0]] == [by_machine.id]


def test_near_invoices_are_offered_the_equal_first_and_never_what_is_paid_or_not_ours_to_pay(
    database: Database,
) -> None:
    with database.write() as session:
        paid = bank.payment(session, -10000)
        equal, near = bank.invoice(session, 10000, "F-1"), bank.invoice(session, 9800, "F-2")
        bank.invoice(session, 10000, "F-3", issued_on=date(2025, 1, 1))
        bank.invoice(session, 10000, "F-4", role="ar")
        bank.invoice(session, 10000, "F-5", currency="USD")
        done = bank.invoice(session, 10000, "F-6")
        of_it = bank.invoice(session, 77, "F-7", supplier="nimbus")
        matches.tie(session, bank.payment(session, -10000), {done.id: None}, by=None, now=NOW)
        assert [one.id for one in choices.offered(session, paid, [])] == [equal.id, near.id]
        assert of_it in choices.offered(session, paid, ["nimbus"])


def test_a_foreign_card_line_is_offered_invoices_of_the_amount_before_exchange(database: Database) -> None:
    with database.write() as session:
        paid = bank.payment(session, -9212, original_minor=-10000, original_currency="USD")
        dollars = bank.invoice(session, 10000, "F-1", currency="USD")
        assert [one.id for one in choices.offered(session, paid, [])] == [dollars.id]
