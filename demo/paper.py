"""Invoices on paper: believable one-page PDFs, the same bytes for the same words, and the ways a portal can spoil them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.pdfgen.canvas import Canvas

from demo import spelling

LEFT, RIGHT = 56, A4[0] - 56
INK, QUIET = HexColor("#1c2330"), HexColor("#667085")
MEGABYTE = 1024 * 1024
DUE_DAYS = 15
#: The fonts that travel in the file, for those that a reader is expected to have.
EMBEDDED = {"Helvetica": "Vera", "Helvetica-Bold": "VeraBd", "Helvetica-Oblique": "VeraIt"}


@dataclass(frozen=True, slots=True)
class Party:
    """Who sells or who buys, as printed. `siren` is the French company number, nine digits."""

    name: str
    address: tuple[str, ...] = ()
    siren: str = ""
    vat: str = ""


SUPPLIER = Party(
    "Mandarine Télécom SAS", ("12 rue des Démonstrations", "75000 Paris"), "999111222", "FR19999111222"
)
CUSTOMER = Party("Atelier Claire Fontaine", ("3 place du Marché", "69000 Lyon"), "999222334")
STRANGER = Party("Boulangerie Au Bon Levain", ("9 quai des Brumes", "29200 Brest"), "999333446")


class _Complete(Canvas):  # type: ignore[misc]  # reportlab publishes no types
    """A page that needs no font of its reader's."""

    def __init__(self, *about: Any, **told: Any) -> None:
        for font in EMBEDDED.values():
            pdfmetrics.registerFont(ttfonts.TTFont(font, f"{font}.ttf"))
        super().__init__(*about, **told, initialFontName=EMBEDDED["Helvetica"])

    def setFont(self, name: str, size: float, leading: float | None = None) -> None:
        super().setFont(EMBEDDED.get(name, name), size, leading)


@lru_cache(maxsize=4096)
def invoice(
    number: str,
    issued: date,
    total: Decimal,
    *,
    currency: str = "EUR",
    supplier: Party = SUPPLIER,
    customer: Party = CUSTOMER,
    contract: str = "",
    language: str = "fr",
    vat_rate: Decimal = Decimal(20),
    credit_note: bool = False,
    line: str = "",
    version: int = 1,
    embedded: bool = False,
) -> bytes:
    """One page of PDF. `total` includes tax, in the currency's major unit; `vat_rate` is in percent.

    A `version` above 1 says that it replaces another; `embedded` puts the fonts into the file, as PDF/A wants it.
    """
    words = spelling.WORDS[language]
    kept = io.BytesIO()
    page = (_Complete if embedded else Canvas)(kept, pagesize=A4, invariant=1)
    title = words["credit_note" if credit_note else "invoice"]
    page.setTitle(f"{title} {number}")
    _parties(page, supplier, customer, words)
    _facts(page, title, number, issued, contract, language)
    _table(page, line or words["line"], total, currency, vat_rate, language)
    _foot(page, supplier, f"{words['replaces']} {version}" if version > 1 else words["fictional"])
    page.showPage()
    page.save()
    return kept.getvalue()


def html(number: str) -> bytes:
    """The page that a portal sends under the name of a PDF."""
    return f"<!doctype html><html lang='fr'><title>Erreur</title><p>La facture {number} est indisponible.</p>".encode()


def half(pdf: bytes) -> bytes:
    """The first half of a PDF: it opens like one and never ends."""
    return pdf[: len(pdf) // 2]


def huge(pdf: bytes, size: int = 40 * MEGABYTE) -> Iterator[bytes]:
    """A well-formed PDF of exactly `size` bytes, made as it is sent: comments follow its end, then its end again."""
    tail = b"\n" + pdf[pdf.rindex(b"startxref") :]
    missing = size - len(pdf) - len(tail)
    yield pdf
    block = b"%" + b"." * (MEGABYTE - 2) + b"\n"
    for _ in range(missing // MEGABYTE):
        yield block
    rest = missing % MEGABYTE
    yield (b"%" + b"." * (rest - 2) + b"\n") if rest > 1 else b"\n" * rest
    yield tail


def others(
    number: str, issued: date, *, language: str = "fr", currency: str = "EUR", supplier: Party = SUPPLIER
) -> bytes:
    """A sound invoice of somebody else: the portal has mixed up two customers."""
    return invoice(
        f"X{number[::-1]}",
        issued - timedelta(days=3),
        Decimal("731.16"),
        currency=currency,
        supplier=supplier,
        customer=STRANGER,
        contract="0299000000",
        language=language,
    )


def _parties(page: Any, supplier: Party, customer: Party, words: dict[str, str]) -> None:
    page.setFillColor(INK)
    page.setFont("Helvetica-Bold", 15)
    page.drawString(LEFT, 780, supplier.name)
    details = [*supplier.address]
    details += [f"SIREN {spelling.grouped(supplier.siren)}"] if supplier.siren else []
    details += [f"{words['vat_number']} {supplier.vat}"] if supplier.vat else []
    _lines(page, LEFT, 764, details)
    page.setFont("Helvetica", 8)
    page.drawString(340, 700, words["billed_to"])
    page.setFont("Helvetica-Bold", 11)
    page.drawString(340, 685, customer.name)
    _lines(page, 340, 670, customer.address)


def _facts(page: Any, title: str, number: str, issued: date, contract: str, language: str) -> None:
    words = spelling.WORDS[language]
    page.setFillColor(INK)
    page.setFont("Helvetica-Bold", 20)
    page.drawString(LEFT, 610, title)
    facts = [
        (words["number"], number),
        (words["issued"], spelling.day(issued, language)),
        (words["due"], spelling.day(issued + timedelta(days=DUE_DAYS), language)),
    ]
    facts += [(words["contract"], contract)] if contract else []
    page.setFont("Helvetica", 10)
    for row, (name, value) in enumerate(facts):
        page.drawString(LEFT, 586 - 15 * row, f"{name} {value}")


def _table(page: Any, line: str, total: Decimal, currency: str, vat_rate: Decimal, language: str) -> None:
    words = spelling.WORDS[language]
    net = (total * 100 / (100 + vat_rate)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    rate = f"{vat_rate.normalize():f}".replace(".", "," if language == "fr" else ".")
    page.setFont("Helvetica-Bold", 9)
    page.drawString(LEFT, 500, words["description"])
    page.drawRightString(RIGHT, 500, words["amount"])
    page.line(LEFT, 494, RIGHT, 494)
    page.setFont("Helvetica", 10)
    rows = [(line, net), (words["net"], net), (f"{words['vat']} {rate} %", total - net)]
    for row, (name, amount) in enumerate(rows):
        _money(page, 478 - 22 * row, name, spelling.money(amount, currency, language))
    page.line(300, 420, RIGHT, 420)
    page.setFont("Helvetica-Bold", 12)
    _money(page, 402, words["total"], spelling.money(total, currency, language))


def _money(page: Any, y: float, name: str, amount: str) -> None:
    page.drawString(LEFT if y > 470 else 300, y, name)
    page.drawRightString(RIGHT, y, amount)


def _foot(page: Any, supplier: Party, remark: str) -> None:
    page.setFillColor(QUIET)
    page.setFont("Helvetica-Oblique", 8)
    page.drawString(LEFT, 60, f"{supplier.name} — {remark}")


def _lines(page: Any, x: float, y: float, lines: tuple[str, ...] | list[str]) -> None:
    page.setFont("Helvetica", 9)
    for row, text in enumerate(lines):
        page.drawString(x, y - 12 * row, text)
