"""Whose paper it is, when nothing but the paper tells."""

from __future__ import annotations

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
