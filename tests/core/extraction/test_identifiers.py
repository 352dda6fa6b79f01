"""Codes that carry their own check are believed only when it holds."""

from __future__ import annotations

import pytest

from core.extraction import identifiers


@pytest.mark.parametrize(
    "text",
    [
        "IBAN : FR14 2004 1010 0505 0001 3M02 606",
        "NL91ABNA0417164300 BIC ABNANL2A",
        "DE89 3704 0044 0532 0130 00",
    ],
)
def test_a_sound_iban_is_found(text: str) -> None:
    assert len(identifiers.ibans(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "FR14 2004 1010 0505 0001 3M02 607",
        "FR76 ****************** 606",
        "FR1420041010050500013M0260",
        "REF 1234",
    ],
)
def test_a_wrong_masked_or_short_iban_is_not(text: str) -> None:
    assert identifiers.ibans(text) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("N° TVA FR 83 404 833 048", "FR83404833048"),
        ("FR 834 048 330 48", "FR83404833048"),
        ("USt-IdNr. DE123456789", "DE123456789"),
        ("BTW NL810433941B01", "NL810433941B01"),
        ("BE 0403.170.701", "BE0403170701"),
    ],
)
def test_a_vat_number_is_found_in_its_groups(text: str, number: str) -> None:
    assert [found for found, _, _ in identifiers.vat_numbers(text)] == [number]


def test_a_french_vat_number_must_agree_with_its_siren() -> None:
    assert identifiers.vat_numbers("FR84404833048") == []


@pytest.mark.parametrize(
    ("text", "may_be"),
    [("F2026-0042", True), ("562044387", True), ("Facture", False), ("7", False), ("12/11/2026", False)],
)
def test_the_look_of_a_number(text: str, may_be: bool) -> None:
    assert identifiers.looks_like_number(text) is may_be


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("P. IVA 12345678901", "IT12345678901"),
        ("Partita IVA: 12345678901", "IT12345678901"),
        ("CIF: B-12345678", "ESB12345678"),
        ("NIF: B12345678", "ESB12345678"),
        ("VAT Reg. No. 123 4567 89", "GB123456789"),
        ("USt-IdNr.: DE 123 456 789", "DE123456789"),
        ("CHE-123.456.789 MWST", "CHE123456789"),
    ],
)
def test_a_vat_number_without_its_country_is_known_by_the_words_before_it(text: str, number: str) -> None:
    assert [found for found, _, _ in identifiers.vat_numbers(text)] == [number]


@pytest.mark.parametrize(
    "text", ["SIREN 404 833 048", "RCS Paris B 404 833 048", "SIRET : 404 833 048 00022", "SIREN: 404833048"]
)
def test_a_siren_is_found_behind_its_name(text: str) -> None:
    assert [found for found, _, _ in identifiers.sirens(text)] == ["404833048"]


@pytest.mark.parametrize(
    "text", ["SIREN 404 833 049", "SIRET 404 833 048 00023", "Tél. 404 833 048", "SIREN en cours"]
)
def test_a_wrong_or_unnamed_siren_is_not(text: str) -> None:
    assert identifiers.sirens(text) == []


def test_the_post_has_a_sum_of_its_own() -> None:
    assert identifiers.siret_holds("40483304800022")
    assert not identifiers.siret_holds("40483304800023")
    assert identifiers.siret_holds("35600000000048")
    assert identifiers.siret_holds("35600000049837")
    assert not identifiers.siret_holds("35600000000049")
