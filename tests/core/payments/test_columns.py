"""CSV of many banks: what the columns are is seen in the rows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core import payments
from core.payments import columns, figures, guess
from tests.core.payments import written

#: What a bank's file looks like, and (day, amount, label) of its first line.
FILES = {
    "two columns": (
        "Date;Libellé;Débit euros;Crédit euros\n03/10/2026;PRLV X;45,90;\n13/10/2026;VIR Y;;1 200,00\n",
        "PRLV X",
    ),
    "running balance": (
        "Type,Started Date,Completed Date,Description,Amount,Fee,Currency,Balance\n"
        "CARD,2026-10-03 10:00:00,2026-10-04 11:00:00,Nimbus,-45.90,0.00,EUR,954.10\n"
        "TOPUP,2026-10-05 10:00:00,2026-10-05 11:00:00,Top up,100.00,0.00,EUR,1054.10\n",
        "Nimbus",
    ),
    "quoted German": (
        '"Buchungstag";"Valuta";"Auftraggeber/Empfänger";"Verwendungszweck";"Betrag";"Währung"\n'
        '"03.10.26";"03.10.26";"Blau GmbH";"Rechnung 12";"-45,90";"EUR"\n"13.10.26";"13.10.26";"Kunde";"Zahlung";"1.000,00";"EUR"\n',
        "Rechnung 12",
    ),
    "a word for debit": (
        '"Datum","Naam / Omschrijving","Af Bij","Bedrag (EUR)","Mededelingen"\n'
        '"20261003","Blauw BV","Af","45,90","Factuur"\n"20261014","Klant","Bij","100,00","Betaling"\n',
        "Blauw BV Factuur",
    ),
    "no titles": ("03/10/2026;PRLV X;-45,90\n14/10/2026;VIR Y;12,00\n", "PRLV X"),
    "tabs": ("Date\tLabel\tAmount\n2026-10-03\tPRLV X\t-45.90\n2026-10-14\tVIR Y\t12.00\n", "PRLV X"),
    "no header and a damaged first row": (
        "Date;Libellé;Montant\nhier;PERDU;-1,00\n03/10/2026;PRLV X;-45,90\n14/10/2026;VIR;3,00\n",
        "PRLV X",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_bank_s_columns_are_guessed(name: str) -> None:
    file, label = FILES[name]
    brought = payments.read(file.encode())
    assert brought.columns
    assert brought.columns.complete
    first, second = brought.statements[0].lines
    assert (first.booked_on, first.amount.amount, first.label) == (
        date(2026, 10, 3),
        Decimal("-45.90"),
        label,
    )
    assert second.amount.amount > 0


def test_a_row_before_the_first_good_one_is_not_lost() -> None:
    one = payments.read(FILES["no header and a damaged first row"][0].encode()).statements[0]
    assert [(unread.at, unread.raw, unread.why) for unread in one.unread] == [
        (2, "hier;PERDU;-1,00", payments.Why.NO_DAY)
    ]


def test_a_running_balance_that_breaks_is_said() -> None:
    file = FILES["running balance"][0]
    assert payments.read(file.encode()).statements[0].balanced is True
    chosen = payments.read(file.encode()).columns
    broken = payments.read(file.replace("1054.10", "999.99").encode(), columns=chosen)
    assert broken.statements[0].balanced is False


def test_columns_are_kept_and_come_back_the_same() -> None:
    chosen = payments.read(FILES["quoted German"][0].encode()).columns
    assert chosen
    assert columns.of(chosen.told()) == chosen
    assert columns.of({"separator": "x", "day": "-1", "skip": "a"}) == columns.Columns()


def test_amounts_without_a_sign_can_be_turned_round() -> None:
    file = "Date;Libellé;Montant\n03/10/2026;CARTE A;45,90\n14/10/2026;CARTE B;12,00\n".encode()
    told = payments.read(file).columns
    assert told
    chosen = columns.of({**told.told(), "inverted": "1"})
    assert [line.amount.amount for line in payments.read(file, columns=chosen).statements[0].lines] == [
        Decimal("-45.90"),
        Decimal("-12.00"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_accents_survive_every_encoding_that_shows_itself(encoding: str) -> None:
    lines = (
        written.Paid(date(2026, 10, 3), -4590, "ÉLECTRICITÉ"),
        written.Paid(date(2026, 10, 31), 5, "Réf"),
    )
    one = payments.read(written.french_csv(lines, encoding=encoding)).statements[0]
    assert [line.label for line in one.lines] == ["ÉLECTRICITÉ", "Réf"]


@pytest.mark.parametrize(
    ("told", "mark", "worth"),
    [
        ("1 234,56", ",", "1234.56"),
        ("1\u202f234,56 €", ",", "1234.56"),
        ("-1.234,56", ",", "-1234.56"),
        ("1,234.50-", ".", "-1234.50"),
        ("(45.00)", ".", "-45.00"),
        ("EUR 5", ",", "5"),
        ("\u221212,30EUR", ",", "-12.30"),
        ("1'234.50", ".", "1234.50"),
        ("12,30", ".", None),
        ("1 23,4", ",", None),
        ("", ",", None),
        ("9" * 40, ",", None),
        ("²", ",", None),
        ("12/10", ",", None),
    ],
)
def test_amounts_as_banks_write_them(told: str, mark: str, worth: str | None) -> None:
    assert figures.amount(told, mark) == (Decimal(worth) if worth else None)


@pytest.mark.parametrize(
    ("told", "order", "day"),
    [
        ("03/10/2026", "dmy", date(2026, 10, 3)),
        ("10/03/2026", "mdy", date(2026, 10, 3)),
        ("3.10.26", "dmy", date(2026, 10, 3)),
        ("20261003", "dmy", date(2026, 10, 3)),
        ("03102026", "dmy", date(2026, 10, 3)),
        ("2026-10-03T12:00:00Z", "dmy", date(2026, 10, 3)),
        ("3 oct. 2026", "dmy", date(2026, 10, 3)),
        ("3 Okt 2026", "dmy", date(2026, 10, 3)),
        ("Oct 3, 2026", "dmy", date(2026, 10, 3)),
        ("31/02/2026", "dmy", None),
        ("1234567", "dmy", None),
        ("03/10/1026", "dmy", None),
    ],
)
def test_days_as_banks_write_them(told: str, order: str, day: date | None) -> None:
    assert figures.day(told, order) == day


def test_a_month_without_any_debit_still_has_its_debit_column() -> None:
    one = payments.read(written.french_csv([line for line in written.LINES if line.cents > 0])).columns
    assert one
    assert (one.debit, one.credit) == (3, 4)


def test_a_page_of_words_has_no_columns() -> None:
    assert not guess.columns(b"Nothing to see here\nNor here, really\n").complete
