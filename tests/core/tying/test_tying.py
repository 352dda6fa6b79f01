"""A company's rows through the true matcher and back: proposals, gaps, autonomy, and what people said above all."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from core import tying
from core.db import Database, models
from core.ledger import gaps, matches, proposals
from tests.core.ledger import NOW, account, bank

TODAY = date(2026, 11, 20)
NAMES = {
    "bleu": ("Bleu Énergie", "PRLV SEPA BLEU ENERGIE"),
    "mandarine": ("Mandarine Télécom", "MANDARINE TELECOM"),
}


def look(database: Database) -> tying.Outcome:
    return tying.look_again(database, 1, names=NAMES, now=lambda: NOW, today=TODAY)


def _links(database: Database) -> dict[int, tuple[int, bool]]:
    """Each matched Payment with its Invoice, and whether that is confirmed."""
    with database.read() as session:
        rows = session.scalars(select(models.Match))
        return {one.payment_id: (one.invoice_id, one.confirmed_at is not None) for one in rows}


def _bleu(month: int, total: int = 12840) -> dict[str, Any]:
    return {
        "total_minor": total,
        "number": f"BE-2026-{month:03}",
        "supplier": "bleu",
        "issued_on": date(2026, month, 12),
    }


def _debit(month: int) -> dict[str, Any]:
    return {
        "label": f"PRLV SEPA BLEU ENERGIE 15{month:02}26",
        "core": "",
        "booked_on": date(2026, month, 15),
        "unmatched_for": None,
    }


def test_a_debit_meets_its_invoice_and_says_why(database: Database) -> None:
    with database.write() as session:
        paid, bill = bank.payment(session, -12840, **_debit(10)), bank.invoice(session, **_bleu(10))
        keys = paid.id, bill.id
    outcome = look(database)
    assert [change.what for change in outcome.changes] == ["proposed"]
    assert _links(database) == {keys[0]: (keys[1], False)}
    with database.read() as session:
        (match,) = matches.of_payment(session, keys[0])
        assert match.amount_minor == -12840
        assert match.reasons
        assert session.get_one(models.Payment, keys[0]).core == "BLEU ENERGIE"
        assert gaps.of_payment(session, keys[0]) is None


def test_looking_again_changes_nothing(database: Database) -> None:
    with database.write() as session:
        bank.payment(session, -12840, **_debit(10))
        bank.payment(session, -777, "CARTE INCONNU", core="", unmatched_for=None)
        bank.invoice(session, **_bleu(10))
    assert look(database).changes
    again = look(database)
    assert (again.changes, again.gaps_opened, again.gaps_closed) == ((), 0, 0)


def test_a_debit_without_an_invoice_opens_a_gap_of_its_supplier_and_the_invoice_closes_it(
    database: Database,
) -> None:
    with database.write() as session:
        its = account(session, supplier="bleu")
        paid = bank.payment(session, -12840, **_debit(10))
        payment_id, account_id = paid.id, its.id
    assert look(database).gaps_opened == 1
    with database.write() as session:
        gap = gaps.of_payment(session, payment_id)
        assert gap
        assert (gap.supplier, gap.account_id, gap.closed_at) == ("bleu", account_id, None)
        bank.invoice(session, **_bleu(10))
    assert look(database).gaps_closed == 1
    with database.read() as session:
        gap = gaps.of_payment(session, payment_id)
        assert gap
        assert gap.closed_for == gaps.ARRIVED


def test_what_we_sent_was_put_aside_or_merged_never_enters(database: Database) -> None:
    with database.write() as session:
        bank.payment(session, -12840, **_debit(10))
        kept = bank.invoice(session, 1, "F-0")
        for about in ({"role": "ar"}, {"rejected_for": "wrong"}, {"merged_into": kept.id}):
            bank.invoice(session, **_bleu(10) | about)
    look(database)
    assert _links(database) == {}


def test_a_link_of_a_person_stands_whatever_else_arrives(database: Database) -> None:
    with database.write() as session:
        paid, wrong = bank.payment(session, -12840, **_debit(10)), bank.invoice(session, 12840, "X-1")
        matches.tie(session, paid, {wrong.id: None}, by=1, now=NOW)
        keys = paid.id, wrong.id
        bank.invoice(session, **_bleu(10))
    look(database)
    assert _links(database) == {keys[0]: (keys[1], True)}


def test_a_refused_pair_is_not_proposed_again(database: Database) -> None:
    with database.write() as session:
        paid = bank.payment(session, -12840, **_debit(10))
        bank.invoice(session, **_bleu(10))
        payment_id = paid.id
    look(database)
    with database.write() as session:
        matches.refuse(session, session.get_one(models.Payment, payment_id), by=1, now=NOW)
    look(database)
    assert _links(database) == {}


def test_the_machine_links_by_itself_only_after_three_confirmations_and_no_more_after_a_refusal(
    database: Database,
) -> None:
    linked = []
    for month in range(4, 11):
        with database.write() as session:
            paid = bank.payment(session, -12840 - month, **_debit(month))
            bank.invoice(session, **_bleu(month, 12840 + month))
            payment_id = paid.id
        look(database)
        automatic = _links(database)[payment_id][1]
        linked.append(automatic)
        with database.write() as session:
            payment = session.get_one(models.Payment, payment_id)
            if month == 8:
                matches.refuse(session, payment, by=1, now=NOW + timedelta(days=month))
            elif not automatic:
                matches.confirm(session, payment, by=1, now=NOW + timedelta(days=month))
    assert linked == [False, False, False, True, True, False, False]
    with database.read() as session:
        by_machine = session.scalars(
            select(models.Match).where(
                models.Match.confirmed_at.is_not(None), models.Match.confirmed_by.is_(None)
            )
        ).all()
        assert [match.band for match in by_machine] == ["auto"]


def test_what_a_person_does_while_the_machine_thinks_counts(database: Database) -> None:
    with database.write() as session:
        paid, bill = bank.payment(session, -12840, **_debit(10)), bank.invoice(session, **_bleu(10))
        keys = paid.id, bill.id
        found = {paid.id: proposals.Proposal({bill.id: -12840}, "auto", 0.999, (), automatic=True)}
    with database.write() as session:
        payment = session.get_one(models.Payment, keys[0])
        matches.close(session, payment, matches.Why.OTHER, by=1, now=NOW)
        assert proposals.put(session, 1, [keys[0]], found, {}, now=NOW) == []
    assert _links(database) == {}


def test_an_invoice_that_is_paid_in_part_waits_for_the_rest_of_it_only(database: Database) -> None:
    with database.write() as session:
        first = bank.payment(session, -5000, **_debit(9))
        rest = bank.payment(session, -7840, **_debit(10))
        bill = bank.invoice(session, **_bleu(9))
        matches.tie(session, first, {bill.id: None}, by=1, now=NOW)
        keys = rest.id, bill.id
    look(database)
    assert _links(database)[keys[0]] == (keys[1], False)
