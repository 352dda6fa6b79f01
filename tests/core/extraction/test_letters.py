"""PDFium and pdfplumber see the same words at the same places, whichever way the page lies."""

from __future__ import annotations

import io

import pdfplumber
import pypdfium2
import pytest

from core.extraction import letters, lines
from tests.core.extraction import hostile, papers, press


def seen(content: bytes, number: int = 1) -> list[lines.Word]:
    pdf = pypdfium2.PdfDocument(content)
    try:
        return letters.words(letters.upright(pdf[number - 1]), number, set())
    finally:
        pdf.close()


def seen_by_pdfplumber(content: bytes) -> list[lines.Word]:
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        found = pdf.pages[0].extract_words(x_tolerance_ratio=letters.LETTER_GAP, y_tolerance=letters.SLOPE)
    return [
        lines.Word(lines.clean(word["text"]), 1, word["x0"], word["top"], word["x1"], word["bottom"])
        for word in found
        if word["upright"] and word["bottom"] - word["top"] >= letters.SMALLEST_LETTER
    ]


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_both_readers_see_the_same_words_at_the_same_places(seed: int) -> None:
    for content, _ in press.bills(6, seed):
        ours, theirs = seen(content), seen_by_pdfplumber(content)
        found = sum(any(same(one, other) for other in ours) for one in theirs)
        # pdfplumber gives the euro of a standard font no width, so that all that follows moves left.
        assert found >= 0.9 * len(theirs)
        assert len(ours) <= len(theirs) + 1


def same(one: lines.Word, other: lines.Word) -> bool:
    near = abs(one.x0 - other.x0) < 1 and abs(one.middle - other.middle) < one.height / 2
    return one.text == other.text and near


@pytest.mark.parametrize(
    "box", [b"0 0 595 842", b"-50 -60 545 782", b"70 100 695 942"], ids=["at 0", "below 0", "above 0"]
)
def test_places_count_from_the_corner_of_what_is_seen(box: bytes) -> None:
    left, _, _, top = map(int, box.split())
    word = seen(hostile.page(hostile.stream(hostile.TEXT), box=box))[0]
    assert word.x0 == pytest.approx(72 - left)
    assert word.bottom == pytest.approx(top - 700, abs=4)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_page_laid_on_its_side_is_turned_until_its_words_stand(degrees: int) -> None:
    text = b"BT /F1 12 Tf 72 700 Td (Facture 2026-0042) Tj 0 -20 Td (Total 49,99) Tj ET"
    turned = hostile.page(hostile.stream(text), more=b"/Rotate %d" % degrees)
    assert [line.text for line in lines.gathered(seen(turned))] == ["Facture 2026-0042", "Total 49,99"]


@pytest.mark.parametrize(("degrees", "matrix"), [(90, b"0 1 -1 0"), (180, b"-1 0 0 -1"), (270, b"0 -1 1 0")])
def test_what_is_written_sideways_on_a_turned_page_stands(degrees: int, matrix: bytes) -> None:
    text = b"BT /F1 12 Tf %s 300 400 Tm (Facture 2026-0042) Tj 0 -20 Td (Total 49,99) Tj ET" % matrix
    turned = hostile.page(hostile.stream(text), more=b"/Rotate %d" % degrees)
    found = lines.gathered(seen(turned))
    assert [line.text for line in found] == ["Facture 2026-0042", "Total 49,99"]
    plainly = lines.gathered(seen_by_pdfplumber(turned)) if degrees != 180 else found
    for ours, theirs in zip(found, plainly, strict=True):
        assert ours.box(0, 4).x0 == pytest.approx(theirs.box(0, 4).x0, abs=3)
        assert ours.box(0, 4).top == pytest.approx(theirs.box(0, 4).top, abs=3)


def test_a_word_printed_twice_to_look_bold_is_seen_once() -> None:
    twice = hostile.TEXT + b" " + hostile.TEXT
    assert [word.text for word in seen(hostile.plain(twice))] == ["Facture", "2026-0042"]


def test_what_lies_beside_the_page_is_not_there() -> None:
    assert [word.text for word in seen(hostile.off_the_page())] == ["Facture", "2026-0042"]


def test_white_on_white_is_not_seen_and_white_on_a_dark_band_is() -> None:
    assert [word.text for word in seen(hostile.white_on_white())] == ["Facture", "2026-0042"]
    band = b"0.2 0.2 0.5 rg 60 690 300 30 re f 1 1 1 rg " + hostile.TEXT
    assert [word.text for word in seen(hostile.plain(band))] == ["Facture", "2026-0042"]


def test_letters_set_apart_are_words_still() -> None:
    spread = papers.drawn(["Facture 2026-0042"], spread=1.2)
    assert [word.text for word in seen(spread)] == ["Facture", "2026-0042"]


def test_small_print_up_the_margin_is_left_out() -> None:
    margin = b"BT /F1 6 Tf 0 1 -1 0 20 200 Tm (SAS au capital) Tj ET "
    assert [word.text for word in seen(hostile.plain(margin + hostile.TEXT))] == ["Facture", "2026-0042"]
