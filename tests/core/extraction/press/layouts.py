"""The layouts: where a supplier puts its head, its facts, its table, its sums and its small print."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from core import nouns
from tests.core.extraction.press import houses
from tests.core.extraction.press.bill import Bill

WIDTH, HEIGHT = A4
LEFT, RIGHT = 50.0, WIDTH - 50


class Sheet:
    """A page to print on; `y` is where the next line goes."""

    def __init__(self, bill: Bill, size: tuple[float, float] = A4) -> None:
        self.bill, self.kept = bill, io.BytesIO()
        self.page: Any = Canvas(self.kept, pagesize=size, invariant=1)
        self.size = bill.chance.choice((8.5, 9, 10, 10.5))
        self.step = self.size * bill.chance.choice((1.35, 1.5, 1.8))
        self.font = bill.chance.choice(("Helvetica", "Helvetica", "Times-Roman", "Courier"))
        self.y = size[1] - 60

    def put(self, x: float, text: str, *, size: float = 0, bold: bool = False, right: bool = False) -> None:
        fonts = {"Times-Roman": "Times-Bold"}
        font = fonts.get(self.font, f"{self.font}-Bold") if bold else self.font
        self.page.setFont(font, size or self.size)
        (self.page.drawRightString if right else self.page.drawString)(x, self.y, text)

    def line(self, x: float, text: str, **how: Any) -> None:
        self.put(x, text, **how)
        self.y -= max(self.step, how.get("size", 0) * 1.3)

    def block(self, x: float, texts: Sequence[str], *, top: float = 0) -> None:
        self.y = top or self.y
        for text in texts:
            self.line(x, text)

    def width(self, text: str) -> float:
        return float(self.page.stringWidth(text, self.font, self.size))

    def turn(self) -> None:
        self.page.showPage()
        self.y = HEIGHT - 60

    def done(self) -> bytes:
        self.page.showPage()
        self.page.save()
        return self.kept.getvalue()


def printed(bill: Bill, layout: Callable[[Bill], bytes]) -> bytes:
    return layout(bill)


# --- heads -----------------------------------------------------------------------------------------------------------


def _seller(bill: Bill, *, signed: bool = True) -> list[str]:
    """The seller's address block and some of its codes."""
    bill.tell(supplier=bill.seller.name)
    lines = [bill.seller.name, bill.seller.street, bill.seller.city]
    if signed and bill.maybe(0.5):
        lines.append(_vat_id(bill))
    if signed and bill.seller.siren and bill.maybe(0.5):
        lines.append(f"SIREN {houses.spaced(bill.seller.siren)}")
        bill.tell(supplier_siren=bill.seller.siren)
    if bill.maybe(0.4):
        lines.append(
            bill.chance.choice(
                (f"contact@{bill.seller.site}", f"www.{bill.seller.site}", "Tel. 01 02 03 04 05")
            )
        )
    return lines


def _vat_id(bill: Bill) -> str:
    bill.tell(supplier_vat=bill.seller.vat)
    return f"{bill.pick('vat_id')} {houses.printed_vat(bill.seller.vat, bill.chance)}"


def _buyer(bill: Bill, *, named: bool = True) -> list[str]:
    name = bill.buyer.name if bill.maybe(0.75) else bill.chance.choice(houses.PEOPLE)
    lines = [bill.pick("buyer")] if named else []
    lines += [name, bill.buyer.street, bill.buyer.city]
    if bill.maybe(0.2):
        lines.append(f"{bill.pick('vat_id')} {bill.buyer.vat}" if named else bill.buyer.city)
    return lines


def _title(bill: Bill) -> str:
    return bill.pick("credit" if bill.kind is nouns.Kind.CREDIT_NOTE else "title")


def _facts(bill: Bill) -> list[tuple[str, str]]:
    """Label and value of number, dates and references, in the order of this supplier."""
    hand = bill.spell
    facts = [(bill.label("number"), bill.number), (bill.label("date"), hand.day(bill.issued))]
    bill.tell(number=bill.number, date=bill.issued.isoformat())
    if bill.maybe(0.7):
        facts.append((bill.label("due"), hand.day(bill.due)))
        bill.tell(due_date=bill.due.isoformat())
    if bill.maybe(0.6):
        facts.append((bill.label("customer"), bill.customer_ref))
        bill.tell(customer_ref=bill.customer_ref)
    if bill.maybe(0.3):
        facts.append((bill.label("contract"), bill.contract))
        bill.tell(contract=bill.contract)
    if bill.maybe(0.2):
        facts[0], facts[1] = facts[1], facts[0]
    return facts


def _period(bill: Bill) -> list[str]:
    if not bill.maybe(0.35):
        return []
    first, last = bill.period
    bill.tell(period_from=first.isoformat(), period_to=last.isoformat())
    return [bill.pick("period").format(a=bill.spell.day(first), b=bill.spell.day(last))]


# --- the table and its sums ------------------------------------------------------------------------------------------


def _table(sheet: Sheet, *, right: float = RIGHT, spell: Callable[[Decimal], str] | None = None) -> None:
    bill = sheet.bill
    money = spell or bill.chance.choice((bill.spell.money, bill.spell.bare))
    columns = (right - 170, right - 85, right)
    sheet.put(LEFT, bill.pick("describe"), bold=True)
    for x, name in zip(columns, ("quantity", "unit", "amount"), strict=True):
        sheet.put(x, bill.pick(name), bold=True, right=True)
    sheet.y -= sheet.step * 1.3
    for one in bill.sold:
        sheet.put(LEFT, one.name)
        for x, text in zip(
            columns,
            (str(one.count), money(bill.sign * one.price), money(bill.sign * one.amount)),
            strict=True,
        ):
            sheet.put(x, text, right=True)
        sheet.y -= sheet.step
    sheet.y -= sheet.step


def _sums(bill: Bill, *, split: bool = True) -> list[tuple[str, Decimal]]:
    """Net, VAT by rate or in one, total."""
    rows = [(bill.pick("net"), bill.net)]
    if not bill.vat:
        bill.tell(net=f"{bill.net:.2f}", vat="0.00")
    elif split or len(bill.rates) == 1:
        rows += [(bill.pick("vat").format(r=bill.rate(rate)), vat) for rate, _, vat in bill.rates]
        bill.tell(net=f"{bill.net:.2f}", vat=f"{bill.vat:.2f}")
    else:
        rows.append((bill.pick("vat_total"), bill.vat))
        bill.tell(net=f"{bill.net:.2f}", vat=f"{bill.vat:.2f}")
    return [*rows, _total(bill)]


def _total(bill: Bill) -> tuple[str, Decimal]:
    bill.tell(total=f"{bill.total:.2f}", currency=bill.currency)
    return bill.pick("total"), bill.total


def _totals(
    sheet: Sheet, rows: Sequence[tuple[str, Decimal]], *, left: float = 330, right: float = RIGHT
) -> None:
    """Rows of label and amount; some suppliers print the currency only in the last."""
    bill = sheet.bill
    plain = bill.maybe(0.3)
    for at, (name, amount) in enumerate(rows):
        last = at == len(rows) - 1
        money = bill.spell.money(amount) if last or not plain else bill.spell.bare(amount)
        room = right - 1.15 * sheet.width(f"{name} {money}") - 8
        sheet.put(min(left, max(room, 20)), name, bold=last)
        if room < 20:
            sheet.y -= sheet.step
        sheet.put(right, money, bold=last, right=True)
        sheet.y -= sheet.step * 1.1
    if not bill.vat:
        sheet.line(LEFT, bill.pick("exempt"))


def _foot(sheet: Sheet, *, top: float = 110) -> None:
    bill = sheet.bill
    sheet.y = min(top, sheet.y - 2 * sheet.step)
    sheet.size = 7.5
    sheet.step = 10
    if bill.maybe(0.6):
        shown = houses.spaced(bill.seller.iban, 4) if bill.maybe(0.8) else bill.seller.iban
        sheet.line(
            LEFT,
            f"{bill.pick('bank')} {shown}  BIC ABCDFRPP"
            if bill.maybe(0.5)
            else f"{bill.pick('bank')} {shown}",
        )
        bill.tell(iban=bill.seller.iban)
    sheet.line(LEFT, bill.pick("thanks"))
    if bill.maybe(0.7):
        sheet.line(LEFT, houses.legal_line(bill.seller, bill.language, bill.chance))
        bill.tell(supplier=bill.seller.name)
        if bill.seller.siren:
            bill.tell(supplier_siren=bill.seller.siren)
    if "supplier_vat" not in bill.says and bill.maybe(0.6):
        sheet.line(LEFT, _vat_id(bill))


# --- the layouts -----------------------------------------------------------------------------------------------------


def classic(bill: Bill) -> bytes:
    """Seller left, buyer right, facts with a colon, table, sums at the right."""
    sheet = Sheet(bill)
    sheet.line(LEFT, bill.seller.brand, size=17, bold=True)
    sheet.block(LEFT, _seller(bill)[1:])
    sheet.block(340, _buyer(bill), top=690)
    sheet.y = 600
    sheet.line(LEFT, _title(bill), size=20, bold=True)
    sheet.block(LEFT, [f"{name} {value}" for name, value in _facts(bill)] + _period(bill))
    sheet.y -= 20
    _table(sheet)
    _totals(sheet, _sums(bill))
    _foot(sheet)
    return sheet.done()


def grid(bill: Bill) -> bytes:
    """The facts stand under their labels, side by side."""
    sheet = Sheet(bill)
    sheet.block(LEFT, _seller(bill))
    sheet.block(350, _buyer(bill), top=780)
    sheet.y = 640
    sheet.line(LEFT, _title(bill), size=16, bold=True)
    facts = _facts(bill)
    across = (RIGHT - LEFT) / len(facts)
    for at, (name, _) in enumerate(facts):
        sheet.put(LEFT + at * across, name.rstrip(" :"), size=7.5, bold=True)
    sheet.y -= sheet.step
    for at, (_, value) in enumerate(facts):
        sheet.put(LEFT + at * across, value, size=8)
    sheet.y -= 3 * sheet.step
    sheet.block(LEFT, _period(bill))
    _table(sheet)
    _totals(sheet, _sums(bill, split=False))
    _foot(sheet)
    return sheet.done()


def letter(bill: Bill) -> bytes:
    """A letter: the facts stand in sentences."""
    sheet = Sheet(bill)
    sheet.block(LEFT, _seller(bill))
    sheet.block(330, _buyer(bill, named=False), top=680)
    sheet.y = 580
    hand = bill.spell
    bill.tell(number=bill.number, date=bill.issued.isoformat())
    if bill.kind is nouns.Kind.CREDIT_NOTE:
        sheet.line(LEFT, _title(bill), size=14, bold=True)
    sheet.line(LEFT, bill.pick("letter").format(n=bill.number, d=hand.day(bill.issued)))
    sheet.y -= 20
    _table(sheet)
    _totals(sheet, _sums(bill))
    sheet.y -= 20
    if bill.maybe(0.6):
        bill.tell(due_date=bill.due.isoformat())
        sheet.line(LEFT, bill.pick("letter_total").format(t=hand.money(bill.total), u=hand.day(bill.due)))
    _foot(sheet)
    return sheet.done()


def envelope(bill: Bill) -> bytes:
    """A window envelope: the sender small above the buyer's address, the facts at the right, codes in the foot."""
    sheet = Sheet(bill)
    bill.tell(supplier=bill.seller.name)
    sheet.line(LEFT, f"{bill.seller.name} - {bill.seller.street} - {bill.seller.city}", size=6.5)
    sheet.block(LEFT, _buyer(bill, named=False))
    sheet.y = 760
    for name, value in _facts(bill):
        sheet.put(min(340, RIGHT - sheet.width(f"{name} {value}") - 8), name)
        sheet.put(RIGHT, value, right=True)
        sheet.y -= sheet.step
    sheet.y = 600
    sheet.line(LEFT, f"{_title(bill)} {bill.number}", size=15, bold=True)
    sheet.block(LEFT, _period(bill))
    sheet.y -= 10
    _table(sheet)
    _totals(sheet, _sums(bill))
    _foot(sheet)
    return sheet.done()


def plan(bill: Bill) -> bytes:
    """A service's bill: title first, three columns of parties and facts, the amount due in large letters."""
    sheet = Sheet(bill)
    sheet.put(LEFT, _title(bill), size=22, bold=True)
    sheet.line(RIGHT, bill.seller.brand, size=13, bold=True, right=True)
    sheet.y -= 15
    for name, value in _facts(bill):
        sheet.put(LEFT, name.rstrip(" :"), bold=True)
        sheet.line(LEFT + 150, value)
    top = sheet.y - 15
    sheet.block(LEFT, _seller(bill), top=top)
    sheet.block(320, _buyer(bill), top=top)
    sheet.y = top - 100
    sheet.line(
        LEFT, f"{bill.spell.money(bill.total)} {bill.chance.choice(('', bill.currency))}", size=16, bold=True
    )
    sheet.block(LEFT, _period(bill))
    _table(sheet, spell=bill.spell.money)
    _totals(sheet, _sums(bill))
    sheet.block(LEFT, [bill.pick("thanks")], top=90)
    return sheet.done()


def utility(bill: Bill) -> bytes:
    """A utility's bill: a summary box on the first page, the sums on the second."""
    sheet = Sheet(bill)
    sheet.line(LEFT, bill.seller.brand, size=18, bold=True)
    sheet.block(330, _buyer(bill, named=False), top=700)
    sheet.y = 760
    for name, value in _facts(bill):
        sheet.line(LEFT, f"{name} {value}")
    sheet.y = 600
    sheet.line(LEFT, _title(bill), size=16, bold=True)
    sheet.block(LEFT, _period(bill))
    name, total = _total(bill)
    sheet.y -= 20
    sheet.put(LEFT, name, bold=True)
    sheet.line(300, bill.spell.money(total), size=14, bold=True)
    _foot(sheet)
    sheet.turn()
    sheet.size, sheet.step = 9, 14
    _table(sheet)
    _totals(sheet, _sums(bill))
    return sheet.done()


def rates(bill: Bill) -> bytes:
    """A table of VAT rates beside the sums, as many ledgers print it."""
    sheet = Sheet(bill)
    sheet.block(LEFT, _seller(bill))
    sheet.block(340, _buyer(bill), top=780)
    sheet.y = 640
    sheet.line(LEFT, f"{_title(bill)}", size=18, bold=True)
    sheet.block(LEFT, [f"{name} {value}" for name, value in _facts(bill)])
    sheet.y -= 20
    _table(sheet, spell=bill.spell.bare)
    top = sheet.y
    for x, name in (
        (LEFT, bill.pick("rate")),
        (LEFT + 90, bill.pick("base")),
        (LEFT + 180, bill.pick("vat_total")),
    ):
        sheet.put(x + 40, name, bold=True, right=True)
    for rate, base, vat in bill.rates:
        sheet.y -= sheet.step
        for x, text in (
            (LEFT, f"{bill.rate(rate)} %"),
            (LEFT + 90, bill.spell.bare(base)),
            (LEFT + 180, bill.spell.bare(vat)),
        ):
            sheet.put(x + 40, text, right=True)
    bill.tell(
        vat_rates=";".join(f"{rate.normalize():f}/{base:.2f}/{vat:.2f}" for rate, base, vat in bill.rates)
    )
    sheet.y = top
    _totals(sheet, _sums(bill, split=False), left=360)
    _foot(sheet)
    return sheet.done()


def footed(bill: Bill) -> bytes:
    """No letterhead at all: who sells stands only in the small print."""
    sheet = Sheet(bill)
    sheet.block(LEFT, _buyer(bill, named=bill.maybe(0.5)))
    sheet.y = 640
    sheet.line(LEFT, _title(bill), size=14, bold=True)
    for name, value in _facts(bill):
        sheet.put(LEFT, name)
        sheet.line(LEFT + 170, value)
    sheet.y -= 20
    _table(sheet)
    _totals(sheet, _sums(bill))
    sheet.y, sheet.size = 80, 7.5
    sheet.line(LEFT, houses.legal_line(bill.seller, bill.language, bill.chance))
    sheet.line(LEFT, _vat_id(bill))
    bill.tell(supplier=bill.seller.name)
    return sheet.done()


def till(bill: Bill) -> bytes:
    """A narrow till roll with tax included."""
    sheet = Sheet(bill, (230, 560))
    sheet.font, sheet.size, sheet.step, sheet.y = "Courier", 8, 12, 530
    sheet.line(20, bill.seller.name, bold=True)
    sheet.block(20, [bill.seller.street, bill.seller.city])
    bill.tell(supplier=bill.seller.name)
    sheet.y -= 8
    sheet.line(20, bill.pick("title"), bold=True)
    bill.kind = nouns.Kind.INVOICE
    for name, value in _facts(bill)[:2]:
        sheet.line(20, f"{name} {value}")
    bill.says = {
        key: value for key, value in bill.says.items() if key not in {"due_date", "customer_ref", "contract"}
    }
    sheet.y -= 8
    for one in bill.sold:
        sheet.put(20, one.name[:18])
        sheet.put(210, bill.spell.bare(one.amount), right=True)
        sheet.y -= sheet.step
    _totals(sheet, _sums(bill), left=20, right=210)
    return sheet.done()


def deposit(bill: Bill) -> bytes:
    """A part is paid already: the invoice's total is not what is left to pay."""
    sheet = Sheet(bill)
    sheet.line(RIGHT, bill.seller.brand, size=16, bold=True, right=True)
    sheet.block(LEFT, _buyer(bill), top=760)
    sheet.block(350, _seller(bill), top=740)
    sheet.y = 620
    sheet.line(LEFT, _title(bill), size=18, bold=True)
    sheet.block(LEFT, [f"{name} {value}" for name, value in _facts(bill)])
    sheet.y -= 20
    _table(sheet)
    rows = _sums(bill)
    paid = (bill.total / 3).quantize(Decimal("0.01"))
    _totals(sheet, [*rows, (bill.pick("deposit"), -paid), (bill.pick("rest"), bill.total - paid)])
    bill.tell(payable=f"{bill.total - paid:.2f}")
    _foot(sheet)
    return sheet.done()


def discounted(bill: Bill) -> bytes:
    """A discount above the net, and the currency named once for all amounts."""
    sheet = Sheet(bill)
    sheet.block(LEFT, [*_seller(bill), bill.pick("money_in").format(c=bill.currency)])
    sheet.block(350, _buyer(bill), top=780)
    sheet.y = 630
    sheet.line(300, _title(bill), size=18, bold=True)
    for name, value in _facts(bill):
        sheet.put(min(300, RIGHT - sheet.width(f"{name} {value}") - 8), name)
        sheet.line(RIGHT, value, right=True)
    sheet.y -= 20
    _table(sheet, spell=bill.spell.bare)
    off = (bill.net / 9).quantize(Decimal("0.01"))
    sheet.put(330, bill.pick("discount"))
    sheet.put(RIGHT, bill.spell.bare(-off), right=True)
    sheet.y -= sheet.step
    for name, amount in _sums(bill):
        sheet.put(330, name)
        sheet.put(RIGHT, bill.spell.bare(amount), right=True)
        sheet.y -= sheet.step
    if not bill.vat:
        sheet.line(LEFT, bill.pick("exempt"))
    _foot(sheet)
    return sheet.done()


def gross(bill: Bill) -> bytes:
    """Only the total counts; the VAT is said to be in it."""
    sheet = Sheet(bill)
    sheet.block(LEFT, [bill.seller.brand], top=780)
    bill.tell(supplier=bill.seller.name)
    sheet.line(LEFT, f"{bill.seller.street}, {bill.seller.city}")
    sheet.y = 700
    sheet.line(LEFT, _title(bill), size=20, bold=True)
    for name, value in _facts(bill):
        sheet.line(LEFT, f"{name} {value}")
    sheet.block(LEFT, ["", *_buyer(bill)])
    sheet.y -= 20
    _table(sheet)
    name, total = _total(bill)
    sheet.put(LEFT, name, bold=True)
    sheet.line(RIGHT, bill.spell.money(total), bold=True, right=True)
    if len(bill.rates) == 1 and bill.vat:
        sheet.put(LEFT, bill.pick("including").format(r=bill.rate(bill.rates[0][0])))
        sheet.line(RIGHT, bill.spell.money(bill.vat), right=True)
        bill.tell(vat=f"{bill.vat:.2f}")
    _foot(sheet)
    return sheet.done()


def wide(bill: Bill) -> bytes:
    """A page on its side, the sums in one row under their labels."""
    sheet = Sheet(bill, landscape(A4))
    across = landscape(A4)[0] - 50
    sheet.block(LEFT, _seller(bill))
    sheet.block(480, _buyer(bill), top=535)
    sheet.y = 430
    sheet.line(LEFT, _title(bill), size=16, bold=True)
    sheet.block(LEFT, [f"{name} {value}" for name, value in _facts(bill)])
    sheet.y -= 10
    _table(sheet, right=across)
    bill.tell(net=f"{bill.net:.2f}", vat=f"{bill.vat:.2f}")
    name, total = _total(bill)
    columns = (
        (420, bill.pick("net"), bill.net),
        (580, bill.pick("vat_total"), bill.vat),
        (across, name, total),
    )
    for x, text, _ in columns:
        sheet.put(x, text, bold=True, right=True)
    sheet.y -= sheet.step
    for x, _, amount in columns:
        sheet.put(x, bill.spell.money(amount), right=True)
    _foot(sheet)
    return sheet.done()


def labels_behind(bill: Bill) -> bytes:
    """Facts at the far right edge, labels flush with them; sums led by dots."""
    sheet = Sheet(bill)
    sheet.line(WIDTH / 2 - 60, bill.seller.name, size=14, bold=True)
    bill.tell(supplier=bill.seller.name)
    sheet.line(WIDTH / 2 - 90, f"{bill.seller.street} - {bill.seller.city}")
    sheet.block(LEFT, _buyer(bill), top=700)
    sheet.y = 700
    for name, value in _facts(bill):
        sheet.put(430, name, right=True)
        sheet.line(440, value)
    sheet.y = 590
    sheet.line(LEFT, _title(bill), size=18, bold=True)
    _table(sheet)
    for name, amount in _sums(bill):
        dots = "." * max(3, int((RIGHT - 300 - sheet.width(name) - 90) / sheet.width(".")))
        sheet.put(300, f"{name} {dots}")
        sheet.put(RIGHT, bill.spell.money(amount), right=True)
        sheet.y -= sheet.step
    _foot(sheet)
    return sheet.done()


ALL: tuple[Callable[[Bill], bytes], ...] = (
    classic, grid, letter, envelope, plan, utility, rates, footed, till, deposit, discounted, gross, wide, labels_behind,
)  # fmt: skip
