from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.ledger import shares

AMOUNTS = st.integers(-(10**7), 10**7).filter(bool)


def test_a_payment_of_one_invoice_goes_to_it_as_far_as_it_is_owed() -> None:
    assert shares.share(-10050, [10000]) == [-10000]
    assert shares.share(-4000, [10000]) == [-4000]


def test_two_invoices_less_a_credit_note_are_paid_by_their_sum() -> None:
    assert shares.share(-13000, [10000, 5000, -2000]) == [-10000, -5000, 2000]


def test_what_is_too_little_for_all_cuts_the_last() -> None:
    assert shares.share(-9800, [5000, 5000]) == [-5000, -4800]


def test_an_invoice_that_would_get_nothing_is_one_too_many() -> None:
    assert shares.share(-5000, [5000, 5000]) is None


def test_a_refund_pays_a_credit_note() -> None:
    assert shares.share(2000, [-2000]) == [2000]


def test_another_currency_is_shared_in_proportion_to_the_cent() -> None:
    parts = shares.share(-10001, [3000, 3000, 3000], same_currency=False)
    assert parts is not None
    assert sum(parts) == -10001


@given(AMOUNTS, st.lists(AMOUNTS, min_size=1, max_size=6), st.booleans())
def test_nothing_is_made_of_nothing(paid: int, owed: list[int], same: bool) -> None:
    parts = shares.share(paid, owed, same_currency=same)
    if parts is None:
        return
    assert len(parts) == len(owed)
    assert abs(sum(parts)) <= abs(paid)
    assert sum(parts) * paid > 0
    if same and len(owed) > 1:
        assert all(part * -due >= 0 and abs(part) <= abs(due) for part, due in zip(parts, owed, strict=True))
