"""Whose paper it is, when nothing but the paper tells."""

from __future__ import annotations

import pytest

from tests.core.extraction import papers


def supplier(rows: list[papers.Row | str], title: str = "") -> str | None:
    field = papers.read(rows, title=title).fields.get("supplier")
    return field.value if field else None


def test_a_company_is_known_by_its_legal_form() -> None:
    assert (
        supplier(["Mandarine Télécom SAS, 12 rue des Démonstrations", "Facture n° 4711"])
        == "Mandarine Télécom SAS"
    )
    assert supplier(["All services are sold by Nimbus Clouds, Inc."]) == "Nimbus Clouds, Inc."
    assert supplier(["Nordlicht-Energie-GmbH"]) == "Nordlicht-Energie-GmbH"


def test_the_buyer_is_not_the_seller() -> None:
    rows: list[papers.Row | str] = [
        [(56, "Adresse du client"), (350, "Vendeur")],
        [(56, "Atelier Fontaine SARL"), (350, "Mandarine SAS")],
    ]
    field = papers.read(rows).fields["supplier"]
    assert field.value == "Mandarine SAS"
    assert [other.value for other in field.rejected] == ["Atelier Fontaine SARL"]


def test_without_a_legal_form_the_largest_words_at_the_top_count() -> None:
    rows: list[papers.Row | str] = ["Facture n° 4711", *["Ligne 12,00"] * 20]
    assert supplier(rows, title="Stanford Plumbing") == "Stanford Plumbing"


def test_a_title_is_nobodys_name() -> None:
    assert supplier(["Facture n° 4711", *["1 12,00"] * 20], title="Facture") is None


def test_the_small_print_names_the_seller() -> None:
    rows: list[papers.Row | str] = [
        "Boulangerie du Port",
        "9 quai des Brumes",
        "29200 Brest",
        "",
        *["Ligne  12,00"] * 20,
        "Vexora Conseil - SAS au capital de 10 000 € - RCS Paris 404 833 048",
    ]
    assert supplier(rows) == "Vexora Conseil"


def test_a_web_address_speaks_for_the_name_it_bears() -> None:
    rows: list[papers.Row | str] = [
        "Atelier Brun SARL",
        "Vexora SARL",
        "www.vexora.fr",
        *["Ligne  12,00"] * 20,
    ]
    assert supplier(rows) == "Vexora SARL"


@pytest.mark.parametrize(
    "label", ["Client :", "Bill to:", "Rechnungsempfänger:", "Facturar a:", "Spett.le", "Factuur aan:"]
)
def test_the_name_under_a_buyers_label_is_the_buyers(label: str) -> None:
    rows: list[papers.Row | str] = [label, "Atelier Brun SARL", "3 place du Marché", "", "", "Vexora SARL"]
    read = papers.read(rows).fields
    assert (read["supplier"].value, read["buyer"].value) == ("Vexora SARL", "Atelier Brun SARL")


def test_an_address_a_country_or_a_possessive_is_nobodys_name() -> None:
    rows: list[papers.Row | str] = [
        "12 rue des Lilas",
        "France",
        "Nos références",
        "10115 AB Berlin",
        *["1 12,00"] * 20,
    ]
    assert supplier(rows) is None
