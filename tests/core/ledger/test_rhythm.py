from __future__ import annotations

from datetime import date

from core.ledger import rhythm

MONTHLY = [date(2026, month, day) for month, day in ((6, 4), (7, 3), (8, 5), (9, 3), (10, 6))]


def test_five_months_in_a_row_expect_a_sixth_between_their_usual_days() -> None:
    beat = rhythm.of(MONTHLY)
    assert beat
    (next_one,) = beat.expected(date(2026, 11, 8))
    assert (next_one.period, next_one.first, next_one.last) == (
        date(2026, 11, 1),
        date(2026, 11, 3),
        date(2026, 11, 6),
    )


def test_it_is_late_only_after_a_few_days_of_grace() -> None:
    beat = rhythm.of(MONTHLY)
    assert beat
    (next_one,) = beat.expected(date(2026, 11, 9))
    assert not next_one.is_late(date(2026, 11, 9))
    assert next_one.is_late(date(2026, 11, 10))


def test_two_months_are_no_rhythm() -> None:
    assert rhythm.of(MONTHLY[:2]) is None
    assert rhythm.of([]) is None


def test_days_without_order_expect_nothing() -> None:
    assert rhythm.of([date(2026, 1, 3), date(2026, 2, 9), date(2026, 6, 1), date(2026, 10, 4)]) is None


def test_one_month_that_was_missed_does_not_end_a_rhythm() -> None:
    beat = rhythm.of([day for day in MONTHLY if day.month != 8])
    assert beat
    assert beat.every == 1


def test_a_quarter_s_invoice_is_expected_a_quarter_later() -> None:
    beat = rhythm.of([date(2026, 1, 15), date(2026, 4, 15), date(2026, 7, 15), date(2026, 10, 15)])
    assert beat
    assert beat.every == 3
    assert beat.expected(date(2026, 12, 31)) == []
    assert [one.period for one in beat.expected(date(2027, 1, 20))] == [date(2027, 1, 1)]


def test_a_contract_that_ended_is_not_asked_after_for_ever() -> None:
    beat = rhythm.of(MONTHLY)
    assert beat
    assert len(beat.expected(date(2028, 1, 1))) == rhythm.GIVEN_UP_AFTER


def test_the_thirty_first_is_the_last_day_of_a_shorter_month() -> None:
    beat = rhythm.of([date(2026, 7, 31), date(2026, 8, 31), date(2026, 10, 31), date(2026, 12, 31)])
    assert beat is None
    beat = rhythm.of([date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31)])
    assert beat
    assert beat.expected(date(2026, 11, 30))[0].last == date(2026, 11, 30)
