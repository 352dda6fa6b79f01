"""A scan is read behind the same walls as any document, says so, and is never accepted for it."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest

from core import nouns
from core.extraction import doubts, ocr, sandbox, verdict, witness
from tests.core.extraction import hostile, papers

ROWS = ["Facture n° F-2026-0042", "Date de facture : 03/10/2026", "Total HT 38,25 €", "TVA 20 % 7,65 €", "Total TTC 45,90 €"]  # fmt: skip
LANGUAGES = "fra+eng"


@pytest.fixture(scope="module")
def eyes() -> Iterator[sandbox.Readers]:
    if lacks := ocr.missing(LANGUAGES):
        if os.environ.get("CI"):
            pytest.fail(f"NO OCR: {lacks}")
        pytest.skip(f"NO OCR on this machine: {lacks}")
    with sandbox.Readers(1, scans=LANGUAGES) as some:
        yield some


def scanned(content: bytes, *, dots: int = 200) -> bytes:
    """The pages as a scanner lays them down."""
    drawn = [page.render(scale=dots / 72).to_pil() for page in pypdfium2.PdfDocument(content)]
    kept = io.BytesIO()
    drawn[0].save(kept, "PDF", resolution=dots, save_all=True, append_images=drawn[1:])
    return kept.getvalue()


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    file = tmp_path / "scan.pdf"
    file.write_bytes(scanned(papers.drawn(ROWS, size=11)))
    return file


def test_a_scan_is_read_with_its_places_and_its_source_and_less_trust(
    eyes: sandbox.Readers, scan: Path
) -> None:
    reading = eyes.read(scan)
    assert papers.values(reading).items() >= {
        "number": "F-2026-0042", "date": "2026-10-03", "total": "45.90", "net": "38.25", "vat": "7.65", "currency": "EUR",
    }.items()  # fmt: skip
    assert {field.source for field in reading.fields.values()} == {"ocr"}
    assert max(field.confidence for field in reading.fields.values()) < 0.5
    box = reading.fields["total"].box
    assert box
    assert (box.page, round(box.top, -1)) == (1, 170)
    assert doubts.READ_AS_PICTURE in reading.doubts
    assert doubts.NO_TEXT not in reading.doubts


def test_it_is_for_a_person_even_where_the_portal_says_the_same(eyes: sandbox.Readers, scan: Path) -> None:
    reading = eyes.read(scan)
    listed = nouns.Listed(
        identity="1",
        contract=nouns.Contract("c"),
        number="F-2026-0042",
        date=date(2026, 10, 3),
        total=nouns.Money(Decimal("45.90"), "EUR"),
    )
    confirmed = witness.confirm(reading, listed)
    assert confirmed.fields["total"].source == "portal:row+ocr"
    assert verdict.action(confirmed) == "review"


def test_pages_of_a_scan_are_told_by_the_files_own_numbers(eyes: sandbox.Readers, tmp_path: Path) -> None:
    file = tmp_path / "three.pdf"
    drawn = [papers.drawn([f"Facture n° F-{n}-77"]) for n in (11, 12, 13)]
    whole = pypdfium2.PdfDocument.new()
    for each in drawn:
        whole.import_pages(pypdfium2.PdfDocument(scanned(each)))
    whole.save(file)
    reading = eyes.read(file, pages=(3, 3))
    assert reading.fields["number"].value == "F-13-77"
    assert reading.fields["number"].box.page == 3  # type: ignore[union-attr]


def test_a_picture_without_words_stays_for_a_person(eyes: sandbox.Readers, tmp_path: Path) -> None:
    file = tmp_path / "blank.pdf"
    file.write_bytes(scanned(papers.drawn([])))
    assert verdict.action(eyes.read(file)) == "ocr"


def test_a_picture_that_takes_too_much_stays_for_a_person_and_the_next_scan_is_read(
    eyes: sandbox.Readers, scan: Path, tmp_path: Path
) -> None:
    file = tmp_path / "huge.pdf"
    file.write_bytes(hostile.huge_image())
    assert verdict.action(eyes.read(file)) == "ocr"
    assert eyes.read(scan).fields["number"].value == "F-2026-0042"


def test_the_child_that_makes_words_out_has_every_wall(eyes: sandbox.Readers, scan: Path) -> None:
    eyes.read(scan)
    assert eyes.eyes
    assert eyes.eyes.isolation() == eyes.isolation()


def test_a_document_with_text_is_not_made_out(eyes: sandbox.Readers, tmp_path: Path) -> None:
    file = tmp_path / "text.pdf"
    file.write_bytes(papers.drawn(ROWS))
    assert eyes.read(file).fields["total"].source == "generic"


def test_without_it_a_scan_stays_a_picture(tmp_path: Path) -> None:
    file = tmp_path / "scan.pdf"
    file.write_bytes(scanned(papers.drawn(ROWS)))
    with sandbox.Readers(1) as readers:
        assert verdict.action(readers.read(file)) == "ocr"


def test_what_is_missing_is_named_with_the_next_step() -> None:
    assert "apt install tesseract-ocr-xxx" in ocr.missing("xxx") or "pip install" in ocr.missing("xxx")
