"""A bank file may be anything: nothing of it breaks the reader, and no line is lost in silence."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import errors, payments
from tests.core.payments import written
from tests.core.payments.test_formats import WRITERS
from tests.core.payments.written import LINES

BOMB = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"%PDF-1.7 ...", "unknown"),
        (b"PK\x03\x04 a spreadsheet", "unknown"),
        (b"<!DOCTYPE html><html><body>Connexion</body></html>", "unknown"),
        (b"a;b\n" * 300_000, "too_large"),
        (b"x" * (payments.CAP + 1), "too_large"),
        (written.camt(LINES)[:-40], "damaged"),
        (BOMB + written.camt(LINES).split(b"?>", 1)[1], "damaged"),
    ],
)
def test_what_is_no_statement_is_refused_by_name(content: bytes, reason: str) -> None:
    with pytest.raises(errors.NotAStatement) as caught:
        payments.read(content)
    assert caught.value.reason == reason


def test_an_entity_never_reaches_a_file_of_this_machine() -> None:
    evil = (
        b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        + written.camt(LINES).split(b"?>", 1)[1]
    )
    with pytest.raises(errors.NotAStatement):
        payments.read(evil.replace(b"PRLV SEPA BLEU ENERGIE", b"&x;"))


@pytest.mark.parametrize("name", WRITERS)
@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_damaged_file_is_read_refused_or_told_line_by_line(name: str, data: st.DataObject) -> None:
    content = bytearray(WRITERS[name](LINES))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        brought = payments.read(bytes(content))
    except errors.NotAStatement:
        return
    for one in brought.statements:
        assert all(abs(line.amount.amount) < 10**14 and line.label for line in one.lines)


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=400))
def test_no_bytes_at_all_break_it(content: bytes) -> None:
    try:
        payments.read(content)
    except errors.NotAStatement:
        return


@pytest.mark.parametrize(
    ("write", "good", "bad"),
    [
        (written.french_csv, b"13/10/2026;13/10/2026;VIR", b"13/13/2026;;VIR"),
        (written.ofx, b"<TRNAMT>1200.00", b"<TRNAMT>many"),
        (written.mt940, b":61:2610131013C1200,00", b":61:26ZZ131013C1200,00"),
        (written.qif, b"D13/10/2026", b"D13/13/2026"),
        (written.cfonb120, b"131026", b"1310XX"),
        (written.camt, b"<BookgDt><Dt>2026-10-13</Dt></BookgDt><ValDt><Dt>2026-10-13</Dt></ValDt>", b""),
    ],
)
def test_one_bad_line_is_kept_with_its_place_and_spoils_no_other(
    write: object, good: bytes, bad: bytes
) -> None:
    file = write(LINES)  # type: ignore[operator]
    assert good in file
    one = payments.read(file.replace(good, bad)).statements[0]
    assert [line.label for line in one.lines] == [LINES[0].label, LINES[2].label]
    (unread,) = one.unread
    assert unread.at > 1
    assert LINES[1].label in unread.raw


def test_a_quote_that_never_ends_does_not_swallow_the_rest() -> None:
    rows = [f"{1 + n % 28:02}/10/2026;PRLV {n};-{n},10" for n in range(1, 301)]
    rows[150] = '01/10/2026;"PRLV;-9,99'
    one = payments.read(("Date;Libellé;Montant\n" + "\n".join(rows)).encode()).statements[0]
    assert len(one.lines) + len(one.unread) == 300
    assert len(one.lines) >= 299


def test_what_the_library_cannot_parse_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    payments.read(written.mt940(LINES).replace(b":61:2610131013C", b":61:ZZ"))
    assert written.IBAN not in caplog.text
    assert "ZZ" not in caplog.text


@pytest.mark.parametrize(
    "cell",
    [b"- " * 60_000, b"," * 130_000 + b"1", b"1" * 130_000, b"1 " * 60_000],
    ids=["signs", "marks", "figures", "groups"],
)
def test_a_cell_as_long_as_a_book_is_looked_at_no_further_than_a_figure_is_long(cell: bytes) -> None:
    rows = b"".join(b"%02d/10/2026;PRLV;-1,10;%s\n" % (n, cell if n == 9 else b"5,10") for n in range(1, 29))
    one = payments.read(b"Date;Libelle;Montant;Solde\n" + rows).statements[0]
    assert len(one.lines) == 28
