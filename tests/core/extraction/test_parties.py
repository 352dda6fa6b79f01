"""The codes that say who sells and where to pay."""

from __future__ import annotations

from tests.core.extraction import papers

IBAN = "FR14 2004 1010 0505 0001 3M02 606"


def test_the_supplier_is_known_by_its_vat_number_and_its_iban() -> None:
    read = papers.values(papers.read(["N° TVA : FR 83 404 833 048", f"IBAN : {IBAN}"]))
    assert (read["supplier_vat"], read["iban"]) == ("FR83404833048", IBAN.replace(" ", ""))


def test_the_customers_own_codes_are_not_the_suppliers() -> None:
    rows = ["TVA du client : DE123456789", "N° TVA : FR83404833048"]
    assert papers.values(papers.read(rows))["supplier_vat"] == "FR83404833048"
    assert "supplier_vat" not in papers.values(papers.read(rows[:1]))


def test_two_numbers_and_no_word_whose_leave_little_belief() -> None:
    field = papers.read(["TVA FR83404833048", "TVA DE123456789"]).fields["supplier_vat"]
    assert field.confidence == 0.3
    assert [other.value for other in field.rejected] == ["DE123456789"]


def test_a_masked_iban_is_none() -> None:
    assert "iban" not in papers.read(["IBAN : FR76 **** **** **** 606"]).fields
