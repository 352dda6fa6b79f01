"""What stands anywhere in a text, and what only seems to."""

from __future__ import annotations

import pytest

from core.extraction import standing


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("F-2026-0042", "Facture n° F-2026-0042 du 3 mai"),
        ("F-2026-0042", "F2026/0042"),
        ("F-2026-0042", "f_2026 - 0042."),
        ("F 2026 0042", "F-2026-0042"),
        ("471102", "Rechnung RE-471102"),
        ("471102", "Nr.471102"),
        ("F2026", "F 2026"),
        ("12345678901", "12 345 678 901"),
        ("42", "Invoice 42"),
    ],
)
def test_a_number_is_found_as_it_is_printed(number: str, text: str) -> None:
    assert standing.number_in(text, number)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("F-2026-004", "F-2026-0042"),
        ("F-2026-0042-1", "F-2026-0042 1 pièce"),
        ("00000088161", "0000008816 1 x"),
        ("471102", "RE471102"),
        ("471102", "471102-1"),
        ("471102", "2018/471102"),
        ("20260042", "2026 0042 17"),
        ("42", "1 142,00"),
        ("42", "42.50"),
        ("--", "--"),
        ("", "anything"),
    ],
)
def test_parts_and_neighbours_are_not_it(number: str, text: str) -> None:
    assert not standing.number_in(text, number)
