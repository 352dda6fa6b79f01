"""Words become lines that can be searched and traced back."""

from __future__ import annotations

from core.extraction import lines


def word(text: str, x0: float, top: float = 100, page: int = 1) -> lines.Word:
    return lines.Word(text, page, x0, top, x0 + 6 * len(text), top + 10)


def test_words_side_by_side_are_one_line_and_columns_stand_apart() -> None:
    (line,) = lines.gathered([word("12,00", 200, 101), word("HT", 92), word("Total", 56)])
    assert line.text == "Total HT  12,00"
    assert line.folded == "total ht  12,00"


def test_lines_go_from_the_top_of_the_first_page_to_the_bottom_of_the_last() -> None:
    words = [word("d", 0, 50, page=2), word("c", 0, 300), word("a", 0, 10), word("b", 0, 20)]
    assert [line.text for line in lines.gathered(words)] == ["a", "b", "c", "d"]


def test_a_part_of_a_line_knows_its_place() -> None:
    (line,) = lines.gathered([word("Total", 56), word("1", 200), word("234,56", 210)])
    box = line.box(line.text.index("1"), len(line.text))
    assert (box.x0, box.x1, box.top, box.bottom) == (200, 246, 100, 110)


def test_what_cannot_be_seen_is_dropped_and_what_looks_the_same_is_the_same() -> None:
    assert lines.clean("1\u00a0234\u202f5\u00ad6 \ufb01n d’été − nº") == "1 234 56 fin d'été - n°"


def test_folding_keeps_every_letter_in_its_place() -> None:
    text = "Échéance n° Übergröße € ½"
    assert len(lines.fold(text)) == len(text)
    assert lines.fold(text).startswith("echeance n° ubergro")
