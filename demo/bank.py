"""The fictional company's bank: what it paid the suppliers of the stage, among all that it pays and gets, as files of three kinds."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from html import escape

from demo import portals, shelf

IBAN = "FR7699999000019999999999925"
#: What one euro is in dollars, on every day.
DOLLARS = Decimal("1.0800")
OPENING = Decimal("12480.36")
#: How the bank names a supplier on its lines; `{number}` is the invoice's, `{day}` the day of purchase.
LABELS = {
    "mandarine": "PRLV SEPA MANDARINE TELECOM ECH {day} {number}",
    "bleu": "PRLV SEPA BLEU ENERGIE RUM BE0091 {day}",
    "nimbus": "CB NIMBUS SAAS SAN FRANCISCO {day} {paid} USD",
}
#: Every month, whatever the suppliers do: day, cents, label.
EVERY_MONTH = (
    (2, -1250, "FRAIS TENUE DE COMPTE"),
    (5, -95000, "VIR SEPA LOYER SCI DES TILLEULS"),
    (9, -1480, "CB BOULANGERIE DU PORT"),
    (16, 240000, "VIR SEPA RECU ATELIER GARANCE"),
    (16, -215, "CB METRO"),
    (16, -215, "CB METRO"),
    (21, -3990, "CB LIBRAIRIE DES QUAIS"),
)


@dataclass(frozen=True, slots=True)
class Paid:
    """One line. `dollars` is what a foreign card payment was before exchange, in cents."""

    day: date
    cents: int
    label: str
    dollars: int | None = None

    @property
    def amount(self) -> Decimal:
        return Decimal(self.cents) / 100


def lines(shown: Iterable[portals.Portal], today: date) -> list[Paid]:
    """The last three months, oldest first. A supplier is paid five days after its invoice, or today."""
    first = (today - timedelta(days=90)).replace(day=1)
    paid = [line for portal in shown for line in _of(portal, first, today)]
    months = shelf.months(first, 5)
    paid += [
        Paid(month.replace(day=day), cents, label) for month in months for day, cents, label in EVERY_MONTH
    ]
    return sorted(
        (line for line in paid if first <= line.day <= today), key=lambda line: (line.day, line.label)
    )


def _of(portal: portals.Portal, first: date, today: date) -> Iterator[Paid]:
    for bill in portal.house.shelf.of(portal.brand.login):
        day = min(bill.issued + timedelta(days=5), today)
        foreign = portal.brand.currency == "USD"
        cents = int((Decimal(-bill.cents) / DOLLARS).quantize(Decimal(1))) if foreign else -bill.cents
        told = {
            "day": f"{bill.issued:%d/%m}",
            "number": bill.number,
            "paid": f"{bill.total:.2f}".replace(".", ","),
        }
        if bill.issued >= first:
            yield Paid(day, cents, LABELS[portal.brand.id].format(**told), -bill.cents if foreign else None)


def as_csv(paid: Sequence[Paid]) -> bytes:
    """As French banks write it: windows-1252, semicolons, two columns of amounts."""
    out = io.StringIO()
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    table.writerows([["Compte", IBAN], [], ["Date", "Libellé", "Débit", "Crédit"]])
    for line in paid:
        worth = f"{abs(line.amount):.2f}".replace(".", ",")
        table.writerow(
            [f"{line.day:%d/%m/%Y}", line.label, *([worth, ""] if line.cents < 0 else ["", worth])]
        )
    return out.getvalue().encode("windows-1252")


def as_ofx(paid: Sequence[Paid]) -> bytes:
    """OFX 1.02, whose tags are not closed."""
    body = "".join(
        f"<STMTTRN>\r\n<TRNTYPE>{'DEBIT' if line.cents < 0 else 'CREDIT'}\r\n<DTPOSTED>{line.day:%Y%m%d}\r\n<TRNAMT>{line.amount:.2f}\r\n"
        f"<FITID>{line.day:%Y%m%d}{n:04}\r\n<NAME>{escape(line.label, quote=False)}\r\n"
        + (
            f"<ORIGCURRENCY>\r\n<CURRATE>{1 / DOLLARS:.8f}\r\n<CURSYM>USD\r\n</ORIGCURRENCY>\r\n"
            if line.dollars
            else ""
        )
        + "</STMTTRN>\r\n"
        for n, line in _numbered(paid)
    )
    return (
        "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nENCODING:USASCII\r\nCHARSET:1252\r\n\r\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS>\r\n"
        f"<CURDEF>EUR\r\n<BANKACCTFROM>\r\n<BANKID>{IBAN[4:9]}\r\n<BRANCHID>{IBAN[9:14]}\r\n<ACCTID>{IBAN[14:25]}\r\n<ACCTTYPE>CHECKING\r\n"
        f"</BANKACCTFROM>\r\n<BANKTRANLIST>\r\n{body}</BANKTRANLIST>\r\n<LEDGERBAL>\r\n<BALAMT>{_closing(paid):.2f}\r\n</LEDGERBAL>\r\n"
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\r\n"
    ).encode("windows-1252")


def as_camt(paid: Sequence[Paid]) -> bytes:
    """camt.053.001.08, with both balances."""
    entries = "".join(_entry(n, line) for n, line in _numbered(paid))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
        f"<Stmt><Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>\n{_balance('OPBD', OPENING)}{_balance('CLBD', _closing(paid))}"
        f"{entries}</Stmt></BkToCstmrStmt></Document>\n"
    ).encode()


def _entry(n: int, line: Paid) -> str:
    before = (
        f'<AmtDtls><InstdAmt><Amt Ccy="USD">{abs(line.dollars) / 100:.2f}</Amt></InstdAmt></AmtDtls>'
        if line.dollars
        else ""
    )
    return (
        f'<Ntry><Amt Ccy="EUR">{abs(line.amount):.2f}</Amt><CdtDbtInd>{"DBIT" if line.cents < 0 else "CRDT"}</CdtDbtInd>'
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{line.day}</Dt></BookgDt><ValDt><Dt>{line.day}</Dt></ValDt>"
        f"<AcctSvcrRef>{line.day:%Y%m%d}{n:04}</AcctSvcrRef><NtryDtls><TxDtls>{before}</TxDtls></NtryDtls>"
        f"<AddtlNtryInf>{escape(line.label)}</AddtlNtryInf></Ntry>\n"
    )


def _balance(code: str, worth: Decimal) -> str:
    way = "DBIT" if worth < 0 else "CRDT"
    return f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{abs(worth):.2f}</Amt><CdtDbtInd>{way}</CdtDbtInd></Bal>\n'


def _closing(paid: Sequence[Paid]) -> Decimal:
    return OPENING + sum((line.amount for line in paid), Decimal())


def _numbered(paid: Sequence[Paid]) -> Iterator[tuple[int, Paid]]:
    """Each line's place within its day, by which the bank knows it."""
    day, n = date.min, 0
    for line in paid:
        day, n = (day, n + 1) if line.day == day else (line.day, 1)
        yield n, line


#: What the stage offers, by the file's ending: how it is made, and its media type.
FILES = {
    "csv": (as_csv, "text/csv"),
    "ofx": (as_ofx, "application/x-ofx"),
    "xml": (as_camt, "application/xml"),
}


def rates(today: date) -> str:
    """Reference rates of two years, as the European Central Bank writes them."""
    days = (today - timedelta(days=n) for n in range(730))
    return "Date,USD,\n" + "".join(f"{day},{DOLLARS}\n" for day in days if day.weekday() < 5)
