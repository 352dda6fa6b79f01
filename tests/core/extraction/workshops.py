"""Eight invented suppliers, each with a layout of its own, and where on its paper each value stands.

Their bills differ from month to month in amounts, in how many lines they have, in pages, and in how far down everything stands.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from core import nouns

WIDTH, HEIGHT = A4


@dataclass(frozen=True)
class Month:
    """What one bill says; amounts with cents, `things` are lines without tax."""

    number: int
    issued: date
    things: tuple[Decimal, ...]
    shift: float

    @property
    def due(self) -> date:
        return self.issued + timedelta(days=30)

    @property
    def net(self) -> Decimal:
        return sum(self.things, Decimal(0))

    @property
    def vat(self) -> Decimal:
        return (self.net / 5).quantize(Decimal("0.01"))

    @property
    def total(self) -> Decimal:
        return self.net + self.vat


@dataclass(frozen=True)
class Printed:
    """A PDF, what it says field by field, and where."""

    content: bytes
    says: Mapping[str, str]
    places: Mapping[str, nouns.Box]


class Sheet:
    """Paper on which what is put as a field is remembered with its place."""

    def __init__(self, month: Month, font: str = "Helvetica", size: float = 10) -> None:
        self.month, self.font, self.size = month, font, size
        self.kept = io.BytesIO()
        self.page: Any = Canvas(self.kept, pagesize=A4, invariant=1)
        self.number, self.y = 1, 60 + month.shift
        self.says: dict[str, str] = {}
        self.places: dict[str, nouns.Box] = {}

    def put(self, x: float, text: str, *, right: Any = False, **field: str) -> float:
        """Where the text ends; `field` is the name and normalised value of what it is."""
        self.page.setFont(self.font, self.size)
        wide = self.page.stringWidth(text, self.font, self.size)
        x0 = x - wide if right else x
        self.page.drawString(x0, HEIGHT - self.y, text)
        for name, value in field.items():
            self.says[name] = value
            self.places[name] = nouns.Box(self.number, x0, self.y - self.size, x0 + wide, self.y + 2)
        return float(x0 + wide)

    def row(self, *cells: tuple[float, str], step: float = 16) -> None:
        for x, text in cells:
            self.put(x, text)
        self.down(step)

    def down(self, step: float = 16) -> None:
        self.y += step
        if self.y > HEIGHT - 80:
            self.page.showPage()
            self.number, self.y = self.number + 1, 60

    def done(self) -> Printed:
        self.page.showPage()
        self.page.save()
        return Printed(self.kept.getvalue(), self.says, self.places)


def french(amount: Decimal) -> str:
    return f"{amount:,.2f}".replace(",", " ").replace(".", ",")


def german(amount: Decimal) -> str:
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def english(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def colons(month: Month) -> Printed:
    """Facts behind colons, the sums at the right under the lines."""
    sheet = Sheet(month)
    sheet.put(50, "Verrerie Aubépine SAS", supplier="Verrerie Aubépine SAS")
    sheet.put(350, "Garage Mercier")
    sheet.down()
    sheet.row((50, "12 rue des Sources"), (350, "4 place du Marché"), step=40)
    for label, text, field in (
        ("Facture n° : ", f"VA-{month.number:05d}", {"number": f"VA-{month.number:05d}"}),
        ("Date : ", f"{month.issued:%d/%m/%Y}", {"date": month.issued.isoformat()}),
        ("À régler avant le : ", f"{month.due:%d/%m/%Y}", {"due_date": month.due.isoformat()}),
        ("Votre compte : ", "C-7781", {"customer_ref": "C-7781"}),
    ):
        sheet.put(sheet.put(50, label), text, **field)
        sheet.down()
    sheet.down(20)
    sheet.row((50, "Désignation"), (480, "Montant HT"))
    for at, thing in enumerate(month.things):
        sheet.put(50, f"Vitrage feuilleté, modèle {at + 3}")
        sheet.put(545, french(thing), right=True)
        sheet.down()
    for label, amount, name in (
        ("Total HT", month.net, "net"),
        ("TVA 20 %", month.vat, "vat"),
        ("Total TTC", month.total, "total"),
    ):
        sheet.put(380, label)
        sheet.put(545, f"{french(amount)} €", right=True, **{name: f"{amount:.2f}"})
        sheet.down()
    return sheet.done()


def grid(month: Month) -> Printed:
    """Facts under their headers, side by side; the sums in one row of a table too."""
    sheet = Sheet(month, "Times-Roman", 11)
    sheet.put(50, "Papeterie du Levant SARL", supplier="Papeterie du Levant SARL")
    sheet.down(30)
    sheet.row((50, "Client"), (200, "Document"), (330, "Émis le"), (450, "Échéance"))
    sheet.put(50, "004412", customer_ref="004412")
    sheet.put(200, f"{month.number:07d}", number=f"{month.number:07d}")
    sheet.put(330, f"{month.issued:%d.%m.%Y}", date=month.issued.isoformat())
    sheet.put(450, f"{month.due:%d.%m.%Y}", due_date=month.due.isoformat())
    sheet.down(30)
    for at, thing in enumerate(month.things):
        sheet.put(50, f"Ramette blanche {at + 1} x")
        sheet.put(500, french(thing), right=True)
        sheet.down()
    sheet.down(20)
    sheet.row((60, "Base HT"), (200, "Montant TVA"), (400, "Net à payer EUR"))
    sheet.put(60, french(month.net), net=f"{month.net:.2f}")
    sheet.put(200, french(month.vat), vat=f"{month.vat:.2f}")
    sheet.put(400, f"{french(month.total)} EUR", total=f"{month.total:.2f}")
    return sheet.done()


def letter(month: Month) -> Printed:
    """Everything in sentences, the date in the letterhead."""
    months = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre")  # fmt: skip
    sheet = Sheet(month)
    sheet.put(50, "Cabinet Ostrava & Fils", supplier="Cabinet Ostrava & Fils")
    sheet.down(40)
    written = f"{month.issued.day} {months[month.issued.month - 1]} {month.issued.year}"
    sheet.put(sheet.put(380, "Nantes, le "), written, date=month.issued.isoformat())
    sheet.down(50)
    x = sheet.put(50, "Veuillez trouver notre note d'honoraires ")
    sheet.put(
        x, f"H{month.issued.year}/{month.number:04d}", number=f"H{month.issued.year}/{month.number:04d}"
    )
    sheet.down(30)
    for at, thing in enumerate(month.things):
        sheet.row((70, f"- consultation {at + 1} : {french(thing)} euros"))
    sheet.down(10)
    sheet.put(
        sheet.put(50, "soit hors taxes un montant de "),
        f"{french(month.net)} €",
        net=f"{month.net:.2f}",
    )
    sheet.down()
    sheet.put(sheet.put(50, "auquel s'ajoute la taxe de "), f"{french(month.vat)} €", vat=f"{month.vat:.2f}")
    sheet.down()
    sheet.put(
        sheet.put(50, "ce qui porte la somme due à "), f"{french(month.total)} €", total=f"{month.total:.2f}"
    )
    sheet.down()
    sheet.put(
        sheet.put(50, "que nous vous remercions de verser pour le "),
        f"{month.due:%d/%m/%Y}",
        due_date=month.due.isoformat(),
    )
    return sheet.done()


def dollars(month: Month) -> Printed:
    """English, the month first, amounts before their words."""
    sheet = Sheet(month, "Courier", 9)
    sheet.put(50, "Harbour Signal Inc.", supplier="Harbour Signal Inc.")
    sheet.put(350, "Invoice")
    sheet.down(30)
    end = sheet.put(50, "Billing reference #")
    sheet.put(end + 6, f"{month.number:06d}-HS", number=f"{month.number:06d}-HS")
    sheet.down()
    sheet.put(
        sheet.put(50, "Issued ") + 4,
        f"{month.issued:%b %d, %Y}".lower().title(),
        date=month.issued.isoformat(),
    )
    sheet.put(sheet.put(300, "Pay by ") + 4, f"{month.due:%m/%d/%Y}", due_date=month.due.isoformat())
    sheet.down(40)
    for at, thing in enumerate(month.things):
        sheet.row((50, f"Seat {at + 1}"), (400, f"${english(thing)}"))
    for label, amount, name in (
        ("before tax", month.net, "net"),
        ("sales tax", month.vat, "vat"),
        ("due now", month.total, "total"),
    ):
        sheet.put(
            sheet.put(300, f"${english(amount)}", **{name: f"{amount:.2f}"}) + 6,
            label,
        )
        sheet.down()
    return sheet.done()


def pages(month: Month) -> Printed:
    """German, a sum carried forward at the foot of each page, the last page with the true ones."""
    sheet = Sheet(month)
    sheet.put(50, "Kieswerk Talheim GmbH", supplier="Kieswerk Talheim GmbH")
    sheet.down(40)
    for label, text, field in (
        ("Belegnummer", f"KT{month.number:06d}", {"number": f"KT{month.number:06d}"}),
        ("Belegdatum", f"{month.issued:%d.%m.%Y}", {"date": month.issued.isoformat()}),
        ("Zahlbar bis", f"{month.due:%d.%m.%Y}", {"due_date": month.due.isoformat()}),
    ):
        sheet.put(350, label)
        sheet.put(545, text, right=True, **field)
        sheet.down()
    for at, thing in enumerate(month.things * 12):
        sheet.put(50, f"Kies 0/{at}")
        sheet.put(545, german(thing), right=True)
        sheet.down()
    net, vat = month.net * 12, (month.net * 12 * Decimal("0.19")).quantize(Decimal("0.01"))
    for label, amount, name in (
        ("Nettosumme", net, "net"),
        ("19 % USt", vat, "vat"),
        ("Endsumme", net + vat, "total"),
    ):
        sheet.put(330, label)
        sheet.put(545, f"{german(amount)} EUR", right=True, **{name: f"{amount:.2f}"})
        sheet.down()
    return sheet.done()


def finnish(month: Month) -> Printed:
    """A language that the reader does not know."""
    sheet = Sheet(month, "Times-Roman", 10)
    sheet.put(50, "Järvikala Oy", supplier="Järvikala Oy")
    sheet.down(30)
    for label, text, field in (
        ("Laskun tunnus", f"{month.number:08d}", {"number": f"{month.number:08d}"}),
        ("Laskupäivä", f"{month.issued:%d.%m.%Y}", {"date": month.issued.isoformat()}),
        ("Eräpäivä", f"{month.due:%d.%m.%Y}", {"due_date": month.due.isoformat()}),
        ("Asiakas", "A-311", {"customer_ref": "A-311"}),
    ):
        sheet.put(50, label)
        sheet.put(180, text, **field)
        sheet.down()
    sheet.down(20)
    for at, thing in enumerate(month.things):
        sheet.row((50, f"Siika {at + 1} kg"), (450, french(thing)))
    for label, amount, name in (
        ("Veroton", month.net, "net"),
        ("Alv", month.vat, "vat"),
        ("Yhteensä", month.total, "total"),
    ):
        sheet.put(300, label)
        sheet.put(520, f"{french(amount)} €", right=True, **{name: f"{amount:.2f}"})
        sheet.down()
    return sheet.done()


def boxes(month: Month) -> Printed:
    """A form: the number and the date stand in frames whose words are drawn as a picture, so that no letters are near."""
    sheet = Sheet(month, size=12)
    sheet.y = 60
    sheet.put(50, "Atelier Corvin", supplier="Atelier Corvin")
    sheet.y = 80
    sheet.put(50, "Merci de votre confiance. Conservez ce document pendant dix ans.")
    sheet.y = 120
    sheet.put(420, f"AC {month.number:04d}", number=f"AC {month.number:04d}")
    sheet.y = 150
    sheet.put(420, f"{month.issued:%d-%m-%Y}", date=month.issued.isoformat())
    sheet.y = 260
    for at, thing in enumerate(month.things):
        sheet.row((50, f"Reliure {at + 1}"), (480, french(thing)))
    sheet.row((50, "Récapitulatif"))
    sheet.put(50, "HT / taxe / TTC")
    sheet.put(330, french(month.net), right=True, net=f"{month.net:.2f}")
    sheet.put(430, french(month.vat), right=True, vat=f"{month.vat:.2f}")
    sheet.put(540, f"{french(month.total)} €", right=True, total=f"{month.total:.2f}")
    return sheet.done()


def reports(month: Month) -> Printed:
    """Little that stays: the work done is told at length, and otherwise each time."""
    chance, sheet = random.Random(month.number), Sheet(month, "Times-Roman", 9)
    sheet.put(50, "Plomberie Grandval SARL", supplier="Plomberie Grandval SARL")
    sheet.down(30)
    sheet.put(sheet.put(50, "Facture numéro ") + 4, f"PG/{month.number}", number=f"PG/{month.number}")
    sheet.put(sheet.put(350, "établie le ") + 4, f"{month.issued:%d/%m/%Y}", date=month.issued.isoformat())
    sheet.down(30)
    for _ in range(12):
        told = " ".join(
            "".join(chance.choice("aeiou") + chance.choice("bcdlmnprst") for _ in range(chance.randint(2, 4)))
            for _ in range(9)
        )
        sheet.row((50 + chance.randint(0, 30), told))
    for label, amount, name in (
        ("Main-d'œuvre et fournitures", month.net, "net"),
        ("Taxe", month.vat, "vat"),
        ("Somme due", month.total, "total"),
    ):
        sheet.put(300, label)
        sheet.put(520, f"{french(amount)} €", right=True, **{name: f"{amount:.2f}"})
        sheet.down()
    return sheet.done()


ALL: tuple[Callable[[Month], Printed], ...] = (colons, grid, letter, dollars, pages, finnish, boxes, reports)


def months(count: int, seed: str) -> list[Month]:
    """So many months in a row; each has other amounts, lines and places."""
    chance = random.Random(seed)
    return [
        Month(
            number=chance.randint(100, 9_000),
            issued=date(2026, 1, 3) + timedelta(days=31 * at + chance.randint(0, 20)),
            things=tuple(
                Decimal(chance.randint(300, 10 ** chance.randint(4, 7))) / 100
                for _ in range(chance.choice((1, 2, 3, 7, 14)))
            ),
            shift=chance.choice((0.0, 0.0, 3.0, 14.0)),
        )
        for at in range(count)
    ]
