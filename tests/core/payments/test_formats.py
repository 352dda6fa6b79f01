"""Whatever a bank's format, its lines come out as they went in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import payments
from tests.core.payments import written
from tests.core.payments.written import LINES, Paid

WRITERS: dict[str, Callable[..., bytes]] = {
    "french csv": written.french_csv,
    "american csv": written.american_csv,
    "ofx 1": written.ofx,
    "ofx 2": lambda lines: written.ofx(lines, closed=True),
    "camt.053": written.camt,
    "camt.054": lambda lines: written.camt(lines, kind="054"),
    "mt940": written.mt940,
    "qif": written.qif,
    "cfonb120": written.cfonb120,
}
FORMATS = {
    "french csv": "csv",
    "american csv": "csv",
    "ofx 1": "ofx",
    "ofx 2": "ofx",
    "camt.053": "camt",
    "camt.054": "camt",
}
#: Words that a bank may write, and none that another format would take for its own.
_label = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=9)
_paid = st.builds(
    Paid,
    day=st.dates(date(2015, 1, 1), date(2035, 12, 31)),
    cents=st.integers(-10_000_000, 10_000_000).filter(bool),
    label=st.builds(" ".join, st.lists(_label, min_size=1, max_size=3)),
    ref=st.just(""),
)


def read(content: bytes) -> payments.Statement:
    (one,) = payments.read(content).statements
    return one


def told(statement: payments.Statement) -> list[tuple[date, Decimal, str]]:
    return [(line.booked_on, line.amount.amount, line.label) for line in statement.lines]


@pytest.mark.parametrize("name", WRITERS)
def test_each_format_is_known_by_its_content_and_read(name: str) -> None:
    brought = payments.read(WRITERS[name](LINES))
    (one,) = brought.statements
    assert brought.format == FORMATS.get(name, name)
    assert told(one) == [(line.day, line.amount, line.label) for line in LINES]
    assert {line.amount.currency for line in one.lines} == {"EUR"}
    assert one.unread == ()


@pytest.mark.parametrize("name", [name for name in WRITERS if "csv" not in name])
@settings(deadline=None, max_examples=60)
@given(lines=st.lists(_paid, min_size=1, max_size=8))
def test_what_is_written_is_read(name: str, lines: list[Paid]) -> None:
    many = [*lines, Paid(date(2026, 10, 31), 100, "LAST")]  # a day that no other order can be
    assert told(read(WRITERS[name](many))) == [(line.day, line.amount, line.label) for line in many]


@pytest.mark.parametrize("name", ["french csv", "american csv"])
@settings(deadline=None, max_examples=60)
@given(lines=st.lists(_paid, min_size=1, max_size=8))
def test_columns_of_any_lines_are_guessed(name: str, lines: list[Paid]) -> None:
    many = [*lines, Paid(date(2026, 10, 31), -100, "LAST"), Paid(date(2026, 10, 30), 250, "ALMOST LAST")]
    assert told(read(WRITERS[name](many))) == [(line.day, line.amount, line.label) for line in many]


@pytest.mark.parametrize("write", [written.camt, written.mt940, written.cfonb120])
def test_balances_are_compared_with_the_lines(write: Callable[..., bytes]) -> None:
    assert read(write(LINES)).balanced is True
    assert read(write(LINES, closing=Decimal("5.00"))).balanced is False
    assert read(written.qif(LINES)).balanced is None


@pytest.mark.parametrize("name", ["ofx 1", "camt.053", "mt940", "cfonb120"])
def test_the_account_is_named_as_the_file_names_it(name: str) -> None:
    number = read(WRITERS[name](LINES)).number
    assert number
    assert number in written.IBAN


@pytest.mark.parametrize("name", ["ofx 1", "camt.053", "mt940"])
def test_the_banks_own_reference_is_kept(name: str) -> None:
    assert [line.bank_ref for line in read(WRITERS[name](LINES)).lines] == ["R1", "R2", "R3"]


def test_a_card_is_known_by_the_end_of_its_number_only() -> None:
    file = (
        written.ofx(LINES)
        .replace(b"STMTRS", b"CCSTMTRS")
        .replace(written.ACCOUNT.encode(), b"4970101234567890")
    )
    one = read(file)
    assert (one.kind, one.number) == ("card", "CARD7890")


def test_what_was_paid_before_exchange_is_kept() -> None:
    line = b"<NAME>CB NIMBUS 22/10\n<ORIGCURRENCY><CURRATE>0.925000<CURSYM>USD</ORIGCURRENCY>"
    found = read(written.ofx(LINES).replace(b"<NAME>CB NIMBUS 22/10\n", line)).lines[2].original
    assert found
    assert (found.amount, found.currency) == (Decimal("-58.51"), "USD")
    said = b":61:2610231023D54,12NTRFNONREF//R3\r\n/OCMT/USD58,51/"
    other = read(written.mt940(LINES).replace(b":61:2610231023D54,12NTRFNONREF//R3", said)).lines[2].original
    assert other == found


def test_entries_that_are_not_booked_are_left_with_the_reason() -> None:
    one = read(written.camt(LINES, status="<Cd>PDNG</Cd>"))
    assert one.lines == ()
    assert {unread.why for unread in one.unread} == {payments.Why.PENDING}


def test_an_entry_of_several_transactions_becomes_one_line_each() -> None:
    parts = "".join(
        f'<TxDtls><Amt Ccy="EUR">{amount}</Amt><RltdPties><Cdtr><Pty><Nm>{name}</Nm></Pty></Cdtr></RltdPties></TxDtls>'
        for amount, name in (("20.00", "Papeterie Durand"), ("25.90", "Menuiserie Brun"))
    )
    file = written.camt(LINES[:1]).decode()
    start, end = file.index("<TxDtls>"), file.index("</TxDtls>") + len("</TxDtls>")
    one = read((file[:start] + parts + file[end:]).encode())
    assert [(line.amount.amount, line.counterparty) for line in one.lines] == [
        (Decimal("-20.00"), "Papeterie Durand"),
        (Decimal("-25.90"), "Menuiserie Brun"),
    ]
    assert len({line.bank_ref for line in one.lines}) == 2
    assert one.balanced


def test_days_of_one_account_become_one_statement() -> None:
    both = written.mt940(LINES[:2]) + written.mt940(LINES[2:])
    one = read(both)
    assert len(one.lines) == 3
    assert one.balanced
