"""A month as a zip: whole, named, counted, and the same bytes again."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from core.export import asked, certificate, completeness, month, parcel, zipped
from core.export.completeness import Stand
from tests.core.export import NOW
from tests.core.export.shop import OCTOBER, Shop

HEAD = certificate.Head(41, "ab" * 32)


def packed(shop: Shop, language: str = "fr", head: certificate.Head = HEAD) -> parcel.Parcel:
    with shop.database.write() as session:
        made = asked.packed(session, shop.stored, 1, asked.Asked(OCTOBER, language=language), shop.known)
        return parcel.note(session, made, "zip", {}, head=head, by=None, now=NOW)[0]


def opened(shop: Shop, language: str = "fr") -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(packed(shop, language).stream())))


def index(made: zipfile.ZipFile, separator: str = ";") -> list[dict[str, str]]:
    text = made.read("index.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator))


def test_a_month_holds_its_invoices_an_index_their_sums_and_a_certificate(shop: Shop) -> None:
    shop.invoice(4590, "F1234567")
    shop.invoice(1200, "F-2", issued_on=date(2026, 11, 1))
    made = opened(shop)
    assert made.namelist() == [
        "00-certificat.txt",
        "2026-10/Orange Pro/2026-10-03_Orange-Pro_F1234567_45,90-EUR.pdf",
        "index.csv",
        "SHA256SUMS",
    ]
    assert made.testzip() is None
    for line in made.read("SHA256SUMS").decode().splitlines():
        told, name = line.split("  ", 1)
        assert hashlib.sha256(made.read(name)).hexdigest() == told
    assert made.read("index.csv").startswith(b"\xef\xbb\xbfFournisseur;Num")
    assert index(made)[0]["TTC"] == "45,90"


def test_the_same_month_twice_is_the_same_bytes_though_the_chain_went_on(shop: Shop) -> None:
    shop.invoice()
    first = b"".join(packed(shop).stream())
    assert b"".join(packed(shop, head=certificate.Head(99, "cd" * 32)).stream()) == first
    shop.invoice(number="F-2")
    assert b"entr\xc3\xa9e 99" in b"".join(packed(shop, head=certificate.Head(99, "cd" * 32)).stream())


def test_other_contents_are_another_export_and_the_same_are_not(shop: Shop) -> None:
    from core.db import models

    shop.invoice()
    packed(shop)
    packed(shop)
    packed(shop, "en")
    with shop.database.read() as session:
        assert session.query(models.Export).count() == 2


def test_names_that_are_no_ascii_carry_the_mark_of_utf_8(shop: Shop) -> None:
    shop.names["orange"] = "Énergie d’Été"
    shop.invoice()
    told = [one for one in opened(shop).infolist() if one.filename.endswith(".pdf")]
    assert [bool(one.flag_bits & 0x800) for one in told] == [True]
    assert "Énergie d Été" in told[0].filename


def test_no_file_has_its_sum_behind_it(shop: Shop) -> None:
    """Bit 3 on a stored file cannot be read by programs that read from the beginning."""
    shop.invoice()
    assert not any(one.flag_bits & 0x08 for one in opened(shop).infolist())


def test_what_is_put_aside_or_sent_by_us_or_merged_stays_out(shop: Shop) -> None:
    kept = shop.invoice(number="F-1")
    shop.invoice(number="F-2", rejected_for="not_ours")
    shop.invoice(number="F-3", role="ar")
    shop.invoice(number="F-4", merged_into=kept)
    assert [row["Numéro"] for row in index(opened(shop))] == ["F-1"]


def test_another_company_is_not_in_it(shop: Shop) -> None:
    shop.invoice(number="F-1")
    with shop.database.write() as session:
        from core.db import models

        session.add(
            models.Invoice(
                workspace_id=2, supplier="orange", number="F-9", issued_on=date(2026, 10, 3), precision="day", total_minor=1,
                currency="EUR", kind="invoice", received_at=NOW, doubts=[],
            )
        )  # fmt: skip
    assert [row["Numéro"] for row in index(opened(shop))] == ["F-1"]


def test_an_invoice_without_a_day_belongs_to_the_day_on_which_it_came(shop: Shop) -> None:
    late = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)  # already November in Paris
    shop.invoice(number="in", issued_on=None, received_at=datetime(2026, 9, 30, 22, 30, tzinfo=UTC))
    shop.invoice(number="out", issued_on=None, received_at=late)
    assert [row["Numéro"] for row in index(opened(shop))] == ["in"]


def test_only_the_last_revision_of_a_line_and_each_bytes_once(shop: Shop) -> None:
    invoice = shop.invoice()
    with shop.database.read() as session:
        first = month.bills(session, 1, OCTOBER, shop.named)[0].papers[0]
    shop.document(invoice, shop.stored.read(first.sha256), channel="mail")
    with shop.database.read() as session:
        assert month.bills(session, 1, OCTOBER, shop.named)[0].papers == (first,)


def test_a_formula_of_a_supplier_is_a_text(shop: Shop) -> None:
    shop.names["orange"] = '=HYPERLINK("http://x")'
    shop.invoice(number="+1\t@SUM(A1)")
    row = index(opened(shop))[0]
    assert row["Fournisseur"].startswith("'=")
    assert row["Numéro"] == "'+1 @SUM(A1)"


def test_a_credit_note_counts_against_in_the_index_of_either_language(shop: Shop) -> None:
    shop.invoice(1200, kind="credit_note", net_minor=1000, vat_minor=200)
    assert index(opened(shop))[0]["TTC"] == "-12,00"
    row = index(opened(shop, "en"), ",")[0]
    assert (row["Total"], row["Net"], row["Date"], row["Kind"]) == (
        "-12.00",
        "-10.00",
        "2026-10-03",
        "Credit note",
    )


def test_what_is_not_confirmed_or_lost_is_on_the_sheet_and_the_rest_is_exported(shop: Shop) -> None:
    shop.invoice(number="F-1", asks_review=True)
    shop.invoice(number="F-2")
    with shop.database.read() as session:
        lost = month.bills(session, 1, OCTOBER, shop.named)[1].papers[0]
    shop.stored.path(lost.sha256).unlink()
    made = packed(shop)
    assert [(line.stand, line.said) for line in made.sheet.lines] == [
        (Stand.UNCONFIRMED, "F-1"),
        (Stand.LOST, "F-2"),
    ]
    assert not made.sheet.whole
    told = opened(shop).read("00-certificat.txt").decode("utf-8-sig")
    assert "ATTENTION" in told
    assert "Reçues : 2" in told


def test_what_was_paid_without_an_invoice_is_missing_until_it_is_explained(shop: Shop) -> None:
    from core.ledger import gaps, matches
    from tests.core.ledger import bank

    with shop.database.write() as session:
        paid = bank.payment(session, -4590, "PRLV SEPA BLEU ENERGIE", booked_on=date(2026, 10, 12))
        gaps.settle(session, 1, [paid.id], now=NOW)
    sheet = packed(shop).sheet
    assert [(line.stand, line.said, line.amount) for line in sheet.lines] == [
        (Stand.MISSING, "PRLV SEPA BLEU ENERGIE", sheet.lines[0].amount)
    ]
    assert (sheet.expected, sheet.received) == (1, 0)
    with shop.database.write() as session:
        matches.close(session, session.merge(paid), matches.Why.REFUND, note="", by=None, now=NOW)
    sheet = packed(shop).sheet
    assert [(line.stand, line.why) for line in sheet.lines] == [(Stand.EXPLAINED, "refund")]
    assert sheet.whole


def test_a_rhythm_that_has_not_been_kept_is_expected(shop: Shop) -> None:
    from core import ledger

    with shop.database.write() as session:
        account = ledger.add_account(
            session, workspace_id=1, supplier="orange", label="Siège", owner_id=None, masked_login="", login_hash="x",
            origins=(), terms_version="1", now=NOW,
        )  # fmt: skip
        account_id = account.id
    for at in (7, 8, 9):
        shop.invoice(number=f"F-{at}", issued_on=date(2026, at, 3), account_id=account_id)
    sheet = packed(shop).sheet
    assert [(line.stand, line.supplier, line.said) for line in sheet.lines] == [
        (Stand.EXPECTED, "Orange Pro", "Siège")
    ]


def test_leaving_off_half_way_reads_no_further_file(tmp_path: Path) -> None:
    read: list[int] = []

    def members() -> object:
        for n in range(100):
            read.append(n)
            yield zipped.Member(f"{n}.pdf", b"x" * 1000)

    going = zipped.stream(members())  # type: ignore[arg-type]
    next(going)
    next(going)
    going.close()  # type: ignore[attr-defined]
    assert read == [0, 1]


def test_a_file_that_goes_away_meanwhile_breaks_the_download_and_is_not_passed_over(shop: Shop) -> None:
    shop.invoice(number="F-1")
    shop.invoice(number="F-2")
    made = packed(shop)
    going = made.stream()
    next(going)
    for piece in made.pieces:
        if isinstance(piece.content, Path):
            piece.content.unlink()
    with pytest.raises(FileNotFoundError):
        b"".join(going)


def test_last_complete_month_is_the_one_before() -> None:
    zone = OCTOBER.zone
    assert month.Span.last_complete(date(2026, 11, 20), zone) == OCTOBER
    assert month.Span.last_complete(date(2027, 1, 1), zone).last == date(2026, 12, 31)
    assert completeness.LACKING
