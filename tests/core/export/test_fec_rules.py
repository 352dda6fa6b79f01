"""The inspector of the tests sees each fault that it is there for."""

from __future__ import annotations

import pytest

from tests.core.export import fec_rules

GOOD = [
    "ACH|Achats|1|20261003|626000|Télécom|||F-1|20261003|Orange F-1|10,00|0,00||||||",
    "ACH|Achats|1|20261003|401000|Fournisseurs|FORANGE|Orange|F-1|20261003|Orange F-1|0,00|10,00||||||",
]


def file(*rows: str) -> bytes:
    return "\r\n".join(["|".join(fec_rules.HEAD), *(row[:-1] for row in rows), ""]).encode("iso8859-15")


def test_a_good_file_has_no_fault() -> None:
    assert fec_rules.faults(file(*GOOD)) == []
    assert fec_rules.faults(file(*GOOD).replace(b"|", b"\t")) == []


@pytest.mark.parametrize(
    ("was", "is_now", "said"),
    [
        ("20261003", "20260230", "no day"),
        ("20261003", "03102026", "no day"),
        ("10,00", "10.00", "amount is none"),
        ("10,00", "NaN", "amount is none"),
        ("10,00", "1 000,00", "amount is none"),
        ("10,00", "9,99", "out of balance"),
        ("626000", "6A6000", "three digits"),
        ("|F-1|", "||", "PieceRef is empty"),
        ("Orange F-1", " ", "EcritureLib is empty"),
        ("|||F-1", "|FX||F-1", "go together"),
        ("0,00||||||", "0,00||||12,00||", "go together"),
        ("ACH|Achats|1|", "ACH|Achats|1|9|", "columns"),
    ],
)
def test_a_fault_is_seen(was: str, is_now: str, said: str) -> None:
    first = GOOD[0].replace(was, is_now, 1)
    assert said in " ".join(fec_rules.faults(file(first, GOOD[1])))


def test_a_gap_in_the_numbers_and_other_names_are_seen() -> None:
    later = [row.replace("|1|", "|3|") for row in GOOD]
    assert "after entry 1 comes 3" in " ".join(fec_rules.faults(file(*GOOD, *later)))
    assert fec_rules.faults(file(*GOOD).replace(b"Debit", b"Soll")) == ["1: the names of the columns"]
