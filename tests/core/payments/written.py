"""Writers of every bank format, made for the tests and apart from the readers that they are to catch out."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape

IBAN = "FR7630006000011234567890189"
BANK, BRANCH, ACCOUNT = "30006", "00001", "12345678901"


@dataclass(frozen=True)
class Paid:
    """One line as a bank knows it."""

    day: date
    cents: int
    label: str
    ref: str = ""

    @property
    def amount(self) -> Decimal:
        return Decimal(self.cents) / 100


LINES = (
    Paid(date(2026, 10, 3), -4590, "PRLV SEPA BLEU ENERGIE", "R1"),
    Paid(date(2026, 10, 13), 120000, "VIR CLIENT MARTIN", "R2"),
    Paid(date(2026, 10, 23), -5412, "CB NIMBUS 22/10", "R3"),
)


def french_csv(lines: Sequence[Paid], *, encoding: str = "windows-1252") -> bytes:
    """Two columns, decimal comma, a preamble: what most French banks give."""
    out = io.StringIO()
    out.write(f"Compte courant;{IBAN}\r\nSolde au 31/10/2026;1 234,56\r\n\r\n")
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    table.writerow(["Date", "Date de valeur", "Libellé", "Débit", "Crédit"])
    for line in lines:
        worth = f"{abs(line.amount):,.2f}".replace(",", " ").replace(".", ",")
        table.writerow(
            [
                f"{line.day:%d/%m/%Y}",
                f"{line.day:%d/%m/%Y}",
                line.label,
                *([worth, ""] if line.cents < 0 else ["", worth]),
            ]
        )
    return out.getvalue().encode(encoding)


def american_csv(lines: Sequence[Paid]) -> bytes:
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["Transaction Date", "Description", "Amount"])
    table.writerows([f"{line.day:%m/%d/%Y}", line.label, f"{line.amount:.2f}"] for line in lines)
    return out.getvalue().encode()


def ofx(lines: Sequence[Paid], *, closing: Decimal = Decimal("100.00"), closed: bool = False) -> bytes:
    """The old kind, or with every tag `closed` the new one."""

    def leaf(tag: str, value: str) -> str:
        return f"<{tag}>{escape(value, quote=False)}" + (f"</{tag}>" if closed else "") + "\n"

    head = (
        '<?xml version="1.0"?><?OFX OFXHEADER="200" VERSION="211"?>\n'
        if closed
        else "OFXHEADER:100\nDATA:OFXSGML\nCHARSET:1252\n\n"
    )
    body = "".join(
        "<STMTTRN>\n"
        + leaf("TRNTYPE", "DEBIT" if line.cents < 0 else "CREDIT")
        + leaf("DTPOSTED", f"{line.day:%Y%m%d}120000[+1:CET]")
        + leaf("TRNAMT", f"{line.amount:.2f}")
        + leaf("FITID", line.ref or "0")
        + leaf("NAME", line.label)
        + "</STMTTRN>\n"
        for line in lines
    )
    account = (
        leaf("BANKID", BANK)
        + leaf("BRANCHID", BRANCH)
        + leaf("ACCTID", ACCOUNT)
        + leaf("ACCTTYPE", "CHECKING")
    )
    return (
        f"{head}<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS>\n{leaf('CURDEF', 'EUR')}<BANKACCTFROM>\n{account}</BANKACCTFROM>\n"
        f"<BANKTRANLIST>\n{body}</BANKTRANLIST>\n<LEDGERBAL>\n{leaf('BALAMT', f'{closing:.2f}')}</LEDGERBAL>\n"
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    ).encode()


def camt(
    lines: Sequence[Paid],
    *,
    opening: Decimal = Decimal("1000.00"),
    closing: Decimal | None = None,
    status: str = "<Cd>BOOK</Cd>",
    kind: str = "053",
) -> bytes:
    end = opening + sum((line.amount for line in lines), Decimal()) if closing is None else closing
    report = "Stmt" if kind == "053" else "Ntfctn"
    top = "BkToCstmrStmt" if kind == "053" else "BkToCstmrDbtCdtNtfctn"

    def balance(code: str, worth: Decimal) -> str:
        way = "DBIT" if worth < 0 else "CRDT"
        return f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{abs(worth):.2f}</Amt><CdtDbtInd>{way}</CdtDbtInd></Bal>'

    entries = "".join(
        f'<Ntry><Amt Ccy="EUR">{abs(line.amount):.2f}</Amt><CdtDbtInd>{"DBIT" if line.cents < 0 else "CRDT"}</CdtDbtInd><Sts>{status}</Sts>'
        f"<BookgDt><Dt>{line.day}</Dt></BookgDt><ValDt><Dt>{line.day}</Dt></ValDt>"
        + (f"<AcctSvcrRef>{escape(line.ref)}</AcctSvcrRef>" if line.ref else "")
        + f"<NtryDtls><TxDtls><Refs><EndToEndId>E2E-{n}</EndToEndId></Refs></TxDtls></NtryDtls>"
        f"<AddtlNtryInf>{escape(line.label)}</AddtlNtryInf></Ntry>\n"
        for n, line in enumerate(lines)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.08"><{top}>'
        f"<{report}><Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>{balance('OPBD', opening)}{balance('CLBD', end)}\n"
        f"{entries}</{report}></{top}></Document>"
    ).encode()


def mt940(
    lines: Sequence[Paid], *, opening: Decimal = Decimal("1000.00"), closing: Decimal | None = None
) -> bytes:
    end = opening + sum((line.amount for line in lines), Decimal()) if closing is None else closing

    def balance(tag: str, worth: Decimal) -> str:
        return f":{tag}:{'D' if worth < 0 else 'C'}261031EUR{abs(worth):.2f}".replace(".", ",")

    body = "".join(
        f":61:{line.day:%y%m%d}{line.day:%m%d}{'D' if line.cents < 0 else 'C'}{abs(line.amount):.2f}".replace(
            ".", ","
        )
        + f"NTRFNONREF{f'//{line.ref}' if line.ref else ''}\r\n:86:{line.label}\r\n"
        for line in lines
    )
    return f":20:STATEMENT\r\n:25:{IBAN}\r\n:28C:1/1\r\n{balance('60F', opening)}\r\n{body}{balance('62F', end)}\r\n-\r\n".encode()


def qif(lines: Sequence[Paid]) -> bytes:
    return (
        "!Type:Bank\n"
        + "".join(f"D{line.day:%d/%m/%Y}\nT{line.amount:.2f}\nP{line.label}\n^\n" for line in lines)
    ).encode()


def cfonb120(
    lines: Sequence[Paid], *, opening: Decimal = Decimal("1000.00"), closing: Decimal | None = None
) -> bytes:
    end = opening + sum((line.amount for line in lines), Decimal()) if closing is None else closing

    def record(code: str, day: date, worth: Decimal, label: str = "", ref: str = "") -> str:
        figures = f"{abs(int(worth * 100)):014d}"
        last = ("}JKLMNOPQR" if worth < 0 else "{ABCDEFGHI")[int(figures[-1])]
        return (
            f"{code}{BANK}{'':4}{BRANCH}EUR2 {ACCOUNT}{'B1':2}{day:%d%m%y}{'':2}{day:%d%m%y}{label[:31]:31}{'':2}{ref[:7]:7}{'':2}"
            f"{figures[:-1]}{last}{'':16}"
        )

    rows = [record("01", date(2026, 9, 30), opening)]
    for line in lines:
        rows.append(record("04", line.day, line.amount, line.label))
        rows.append(
            f"05{BANK}{'':4}{BRANCH}EUR2 {ACCOUNT}{'B1':2}{line.day:%d%m%y}{'':5}LIB{line.label[31:]:70}{'':2}"
        )
    rows.append(record("07", date(2026, 10, 31), end))
    assert {len(row) for row in rows} == {120}, [len(row) for row in rows]
    return ("\r\n".join(rows) + "\r\n").encode()
