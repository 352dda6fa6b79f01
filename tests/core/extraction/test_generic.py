"""The first reader on papers of many layouts: what stands where, in whose words, in which order."""

from __future__ import annotations

import io

import pytest
from reportlab.pdfgen import canvas

from core import nouns
from core.extraction import doubts, generic
from tests.core.extraction import papers

FRENCH: list[papers.Row | str] = [
    "Facture n° F-2026-0042",
    "Date de facture : 3 novembre 2026",
    "Date d'échéance : 18/11/2026",
    "N° client : 10577874",
    [(56, "Abonnement"), (450, "1 028,75")],
    [(300, "Total HT"), (450, "1 028,75 €")],
    [(300, "TVA 20 %"), (450, "205,75 €")],
    [(300, "Total TTC"), (450, "1 234,50 €")],
]


def test_a_french_bill_gives_all_its_fields() -> None:
    assert papers.values(papers.read(FRENCH, title="Facture")) == {
        "number": "F-2026-0042",
        "customer_ref": "10577874",
        "date": "2026-11-03",
        "due_date": "2026-11-18",
        "net": "1028.75",
        "vat": "205.75",
        "total": "1234.50",
        "currency": "EUR",
        "vat_rates": '[{"rate": "20", "base": "1028.75", "vat": "205.75"}]',
    }


@pytest.mark.parametrize(
    "rows",
    [
        ["Invoice number: INV-77", "Invoice date: November 3, 2026", "Subtotal  $100.00", "Sales tax  $8.00", "Total due  $108.00"],
        ["Rechnungsnummer: INV-77", "Rechnungsdatum: 03.11.2026", "Nettobetrag  100,00 $", "MwSt. 8 %  8,00 $", "Gesamtbetrag  108,00 $"],
        ["Factuurnummer: INV-77", "Factuurdatum: 3 november 2026", "Subtotaal  $ 100,00", "BTW 8%  $ 8,00", "Totaal  $ 108,00"],
        ["Factura nº INV-77", "Fecha de factura: 03/11/2026", "Base imponible  100,00 $", "IVA 8%  8,00 $", "Importe total  108,00 $"],
        ["Fattura n. INV-77", "Data fattura: 3 novembre 2026", "Imponibile  100,00 $", "IVA 8%  8,00 $", "Totale fattura  108,00 $"],
    ],
)  # fmt: skip
def test_the_same_bill_in_other_languages(rows: list[str]) -> None:
    spread = [[(56.0 + 200 * column, cell) for column, cell in enumerate(row.split("  "))] for row in rows]
    read = papers.values(papers.read(spread))
    assert {name: value for name, value in read.items() if name != "vat_rates"} == {
        "number": "INV-77",
        "date": "2026-11-03",
        "net": "100.00",
        "vat": "8.00",
        "total": "108.00",
        "currency": "USD",
    }


def test_labels_may_stand_above_their_values() -> None:
    rows = [
        [(56, "Invoice no."), (200, "Invoice date"), (350, "Due date")],
        [(56, "A/2026/17"), (200, "2026-11-03"), (350, "2026-12-03")],
    ]
    assert papers.values(papers.read(rows)) == {
        "number": "A/2026/17",
        "date": "2026-11-03",
        "due_date": "2026-12-03",
    }


def test_a_total_line_of_three_columns_is_told_by_its_headers() -> None:
    rows = [
        [(200, "Montant HT"), (320, "Montant TVA"), (440, "Montant TTC")],
        [(56, "Total facture"), (200, "24.99"), (320, "5.00"), (440, "29.99")],
    ]
    read = papers.values(papers.read(rows))
    assert (read["net"], read["vat"], read["total"]) == ("24.99", "5.00", "29.99")


def test_the_sum_that_comes_out_beats_the_balance_to_pay() -> None:
    rows = [
        *FRENCH,
        [(300, "Ancien solde"), (450, "200,00 €")],
        [(300, "Reste à payer"), (450, "1 434,50 €")],
    ]
    read = papers.read(rows)
    assert read.fields["total"].value == "1234.50"
    assert read.fields["total"].confidence == 0.8
    assert "1434.50" in [other.value for other in read.fields["total"].rejected]


def test_the_vat_of_two_rates_is_added_up() -> None:
    rows = [
        [(300, "Total HT"), (450, "473,00 €")],
        [(300, "TVA 5,5 %"), (450, "15,13 €")],
        [(300, "TVA 20 %"), (450, "39,60 €")],
        [(300, "Total TTC"), (450, "527,73 €")],
    ]
    read = papers.values(papers.read(rows))
    assert (read["net"], read["vat"], read["total"]) == ("473.00", "54.73", "527.73")


def test_without_a_sum_the_total_is_only_half_believed() -> None:
    assert papers.read(["Total TTC : 49,99 €"]).fields["total"].confidence <= 0.5


def test_net_and_vat_that_miss_the_total_are_a_doubt() -> None:
    rows = ["Total HT : 100,00 €", "Total TVA : 20,00 €", "Total TTC : 125,00 €"]
    assert doubts.NOT_SUMMING in papers.read(rows).doubts
    assert doubts.NOT_SUMMING not in papers.read([*rows[:2], "Total TTC : 120,00 €"]).doubts


def test_a_due_date_before_the_issue_date_is_a_doubt() -> None:
    rows = ["Date de facture : 03/11/2026", "Date d'échéance : 03/10/2026"]
    assert papers.read(rows).doubts == (doubts.DUE_BEFORE_ISSUE,)


@pytest.mark.parametrize(
    "other",
    [
        "Date de livraison : 01/10/2026",
        "Période du 01/10/2026 au 31/10/2026",
        "Date de commande : 01/10/2026",
    ],
)
def test_other_dates_are_not_the_issue_date(other: str) -> None:
    assert papers.values(papers.read([other, "Facture du 03/11/2026"]))["date"] == "2026-11-03"
    assert "date" not in papers.values(papers.read([other]))


@pytest.mark.parametrize(
    "other",
    [
        "N° de commande : PO-4711",
        "N° de facture associée : F-1999",
        "Order number: 4711",
        "N° TVA : FR83404833048",
    ],
)
def test_other_numbers_are_not_the_invoices(other: str) -> None:
    assert papers.values(papers.read([other, "Facture n° F-2026-0042"]))["number"] == "F-2026-0042"
    assert "number" not in papers.values(papers.read([other]))


def test_a_number_printed_in_groups_is_one_number() -> None:
    assert papers.values(papers.read(["Facture n° 12 345 678 901 du 3 novembre 2026"])) == {
        "number": "12 345 678 901",
        "date": "2026-11-03",
    }


def test_american_dates_are_month_first() -> None:
    rows = ["Invoice date: 03/04/2026", "Due date: 03/18/2026", "Total: $5.00"]
    read = papers.values(papers.read(rows))
    assert (read["date"], read["due_date"]) == ("2026-03-04", "2026-03-18")


def test_letters_drawn_apart_are_still_words() -> None:
    assert papers.values(papers.read(FRENCH, spread=0.8))["total"] == "1234.50"


def test_every_field_says_where_it_stands() -> None:
    total = papers.read(FRENCH).fields["total"]
    assert total.raw == "1 234,50 €"
    assert total.source == "generic"
    assert total.box
    assert total.box.page == 1
    assert 440 < total.box.x0 < 460


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Facture", nouns.Kind.INVOICE),
        ("Tax invoice", nouns.Kind.INVOICE),
        ("Avoir", nouns.Kind.CREDIT_NOTE),
        ("Credit note", nouns.Kind.CREDIT_NOTE),
        ("Relance", nouns.Kind.REMINDER),
        ("Payment reminder", nouns.Kind.REMINDER),
        ("Relevé de compte", nouns.Kind.STATEMENT),
        ("Détail de vos consommations", nouns.Kind.DETAIL),
        ("Devis", nouns.Kind.UNKNOWN),
        ("Delivery note", nouns.Kind.UNKNOWN),
    ],
)
def test_the_title_tells_the_kind(title: str, kind: nouns.Kind) -> None:
    assert papers.read(["Votre facture F-2026-0042 du 3 novembre 2026"], title=title).kind is kind


def test_a_quote_is_doubted() -> None:
    assert doubts.OTHER_PAPER in papers.read(["Total TTC : 120,00 €"], title="Devis").doubts
    assert papers.read(["Total TTC : 120,00 €"], title="Facture").doubts == ()


def two_pages(*numbers: str) -> nouns.Reading:
    kept = io.BytesIO()
    page = canvas.Canvas(kept, invariant=1)
    for number in numbers:
        page.drawString(56, 780, f"Facture n° {number}")
        page.showPage()
    page.save()
    return generic.read(kept)


def test_two_invoices_in_one_file_are_a_doubt() -> None:
    assert doubts.SEVERAL in two_pages("F-2026-0042", "F-2026-0043").doubts
    assert doubts.SEVERAL not in two_pages("F-2026-0042", "F-2026-0042").doubts
