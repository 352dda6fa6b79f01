"""What is ticked is what comes: books that are blocked by what is wrong, payments that can be read back, Quadra with its files."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core import payments
from core.db import models
from core.export import asked
from core.export.asked import Asked, Layout, Lines, Part
from core.export.chart import Chart
from core.export.entries import Why
from core.export.parcel import Parcel
from tests.core.export import NOW, fec_rules
from tests.core.export.shop import OCTOBER, Shop
from tests.core.ledger import bank


def packed(shop: Shop, *parts: Part, **more: Any) -> Parcel:
    with shop.database.read() as session:
        return asked.packed(session, shop.stored, 1, Asked(OCTOBER, frozenset(parts), **more), shop.known)


def alone(shop: Shop, part: Part, **more: Any) -> tuple[str, bytes]:
    made = packed(shop, part, **more)
    return made.name, b"".join(made.stream())


def zipped(made: Parcel) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(made.stream())))


def taxed(shop: Shop, number: str = "F-1", **more: Any) -> int:
    return shop.invoice(number=number, **{"net_minor": 3825, "vat_minor": 765, **more})


def test_one_file_comes_as_it_is_and_several_as_a_zip(shop: Shop) -> None:
    taxed(shop)
    assert alone(shop, Part.CSV)[0] == "index.csv"
    assert alone(shop, Part.BOOKS)[0] == "ecritures-achats-2026-10.txt"
    both = zipped(packed(shop, Part.CSV, Part.BOOKS, Part.PAYMENTS))
    assert both.namelist() == [
        "00-certificat.txt",
        "index.csv",
        "ecritures-achats-2026-10.txt",
        "paiements-2026-10.csv",
        "SHA256SUMS",
    ]


def test_the_books_of_a_month_are_accepted_by_an_inspector(shop: Shop) -> None:
    for n in range(5):
        taxed(shop, f"F-{n}", issued_on=date(2026, 10, 5 - n))
    taxed(shop, "A-1", kind="credit_note")
    _, file = alone(shop, Part.BOOKS)
    assert fec_rules.faults(file) == []
    assert file.count(b"\r\n") == 1 + 6 * 3


def test_books_are_blocked_by_what_is_wrong_until_it_is_left_out_knowingly(shop: Shop) -> None:
    taxed(shop, "F-1")
    wrong = taxed(shop, "F-2", vat_minor=700)
    taxed(shop, "F-3")
    with pytest.raises(asked.NotBookable) as blocked:
        packed(shop, Part.BOOKS)
    assert [(one.why, one.bill.id) for one in blocked.value.problems] == [(Why.NO_SUM, wrong)]
    _, file = alone(shop, Part.BOOKS, leave=True)
    assert fec_rules.faults(file) == []
    assert b"F-2" not in file


def test_a_letter_that_would_be_lost_blocks_until_utf_8_is_chosen(shop: Shop) -> None:
    shop.names["orange"] = "Čez"
    taxed(shop)
    with pytest.raises(asked.NotBookable):
        packed(shop, Part.BOOKS)
    with shop.database.write() as session:
        Chart(encoding="utf-8", siren="123456782").keep(session, 1, by=None, now=NOW)
    name, file = alone(shop, Part.BOOKS)
    assert name == "123456782FEC20261031.txt"
    assert "Čez" in file.decode()
    assert fec_rules.faults(file, "utf-8") == []


def test_what_waits_for_a_person_is_not_booked_and_is_on_the_sheet(shop: Shop) -> None:
    taxed(shop, asks_review=True)
    made = packed(shop, Part.BOOKS)
    assert b"".join(made.stream()).count(b"\r\n") == 1
    assert not made.sheet.whole


def test_vat_comes_by_rate_as_the_reading_tells_it(shop: Shop) -> None:
    rates = [{"rate": "20", "base": "30.00", "vat": "6.00"}, {"rate": "5.5", "base": "30.00", "vat": "1.65"}]
    shop.rates_read(taxed(shop), rates)
    _, file = alone(shop, Part.BOOKS)
    assert file.count(b"\t445660\t") == 2


def test_a_reference_rate_of_a_day_before_serves_on_a_day_without(shop: Shop) -> None:
    taxed(shop, currency="USD")
    with shop.database.write() as session:
        session.add(models.ReferenceRate(day=date(2026, 10, 2), currency="USD", euro=Decimal("0.9")))
    _, file = alone(shop, Part.BOOKS)
    assert b"41,31" in file
    assert file.count(b"\tUSD\r\n") == 3


def test_quadra_comes_with_each_pdf_under_its_short_name(shop: Shop) -> None:
    taxed(shop, "F-1")
    taxed(shop, "F-2")
    made = zipped(packed(shop, Part.BOOKS, layout=Layout.QUADRA))
    assert made.namelist()[1:4] == ["quadra/ECRITURE.TXT", "quadra/F0000001.PDF", "quadra/F0000002.PDF"]
    told = made.read("quadra/ECRITURE.TXT").decode("iso8859-15")
    assert told.count("F0000001.PDF") == 3
    assert made.read("quadra/F0000001.PDF").startswith(b"%PDF")


def test_payments_written_as_ofx_are_read_back_the_same(shop: Shop) -> None:
    with shop.database.write() as session:
        bank.payment(
            session,
            -4590,
            'PRLV <ORANGE> & "FILS"',
            booked_on=date(2026, 10, 12),
            value_on=date(2026, 10, 13),
        )
        bank.payment(session, 1200, "REMBOURSEMENT " + "X" * 60, booked_on=date(2026, 10, 31))
        bank.payment(session, -1, "NOVEMBRE", booked_on=date(2026, 11, 1))
    name, file = alone(shop, Part.PAYMENTS, lines=Lines.OFX)
    assert name == "paiements-2026-10.ofx"
    read = payments.read(file)
    assert read.format == "ofx"
    lines = [line for each in read.statements for line in each.lines]
    assert [(one.booked_on.day, one.amount.amount) for one in lines] == [
        (12, Decimal("-45.90")),
        (31, Decimal(12)),
    ]
    assert lines[0].label == 'PRLV <ORANGE> & "FILS"'


def test_payments_as_a_csv_name_the_invoices_that_are_surely_theirs(shop: Shop) -> None:
    invoice = taxed(shop, "F-7")
    with shop.database.write() as session:
        paid = bank.payment(session, -4590, "=1+1", booked_on=date(2026, 10, 12))
        bank.proposed(session, paid, session.get_one(models.Invoice, invoice), confirmed_at=NOW)
    _, file = alone(shop, Part.PAYMENTS)
    row = next(csv.DictReader(io.StringIO(file.decode("utf-8-sig")), delimiter=";"))
    assert (row["Libellé"], row["Montant"], row["Factures"]) == ("'=1+1", "-45,90", "F-7")


def test_ten_tries_of_everything_are_the_same_bytes(shop: Shop) -> None:
    for n in range(12):
        taxed(shop, f"F-{n % 3}", supplier=f"s{n % 4}")
    every = {b"".join(packed(shop, *Part).stream()) for _ in range(10)}
    assert len(every) == 1
