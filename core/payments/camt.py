"""ISO 20022 account statements and notifications: camt.052, camt.053, camt.054, in any of their versions.

XML is opened within bounds: no entity, no DTD, no network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from lxml import etree

from core import errors, nouns
from core.payments import figures
from core.payments.statement import RAW, Line, Statement, Unread, Why, account_number, iso, or_none, text

_REPORTS = ("Stmt", "Ntfctn", "Rpt")
#: Balances that a statement begins and ends with: booked, the day's or the last one's.
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)
#: What stands where a reference would, when there is none.
_NONE = frozenset({"NOTPROVIDED", "NONREF", "NOTAVAILABLE", "N/A"})


def is_camt(content: bytes) -> bool:
    """Whether it begins as such a message does."""
    start = content[:4096]
    return b"camt.05" in start or any(word in start for word in (b"BkToCstmr", b"B\0k\0T\0o\0C"))


def read(content: bytes, *, currency: str) -> list[Statement]:
    """One Statement for each report. Raises NotAStatement."""
    root = _opened(content)
    reports = [node for node in root.iter() if _name(node) in _REPORTS]
    return [_statement(report, currency) for report in reports]


def _opened(content: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as err:
        raise errors.NotAStatement(reason="damaged") from err
    if root.getroottree().docinfo.doctype:
        raise errors.NotAStatement(reason="damaged")
    return root


def _statement(report: etree._Element, currency: str) -> Statement:
    named = iso(_first(report, "Acct/Ccy"), currency)
    found = [one for entry in _each(report, "Ntry") for one in _lines(entry, named)]
    lines = [one for one in found if isinstance(one, Line)]
    return Statement(
        number=account_number(_first(report, "Acct/Id/IBAN", "Acct/Id/Othr/Id")),
        currency=named,
        opening=_balance(report, _OPENING),
        closing=_balance(report, _CLOSING),
        lines=tuple(lines),
        unread=tuple(one for one in found if isinstance(one, Unread)),
    ).added_up()


def _balance(report: etree._Element, codes: tuple[str, ...]) -> Decimal | None:
    for code in codes:
        for balance in _each(report, "Bal"):
            if _first(balance, "Tp/CdOrPrtry/Cd") == code:
                return _amount(balance)
    return None


def _lines(entry: etree._Element, named: str) -> Iterator[Line | Unread]:
    """One for the entry; one for each of its transactions, where the bank gives each an amount and they add up."""
    at, raw = int(entry.sourceline or 0), etree.tostring(entry, encoding="unicode")[:RAW]
    amount, booked = _amount(entry), _day(entry, "BookgDt") or _day(entry, "ValDt")
    if _first(entry, "Sts/Cd", "Sts") in ("PDNG", "INFO", "FUTR"):
        yield Unread(at, raw, Why.PENDING)
    elif amount is None or booked is None:
        yield Unread(at, raw, Why.NO_DAY if booked is None else Why.NO_AMOUNT)
    else:
        node = next(iter(_each(entry, "Amt")))
        whole = Line(
            at=at,
            raw=raw,
            booked_on=booked,
            amount=nouns.Money(amount, iso(node.get("Ccy"), named)),
            label="—",
            value_on=_day(entry, "ValDt"),
            bank_ref=_ref(entry, "AcctSvcrRef", "NtryRef"),
        )
        details = _each(entry, "NtryDtls/TxDtls")
        parts = [_amount(detail, entry) for detail in details]
        told = [part for part in parts if part is not None]
        if len(parts) > 1 and len(told) == len(parts) and sum(told) == amount:
            for n, (detail, part) in enumerate(zip(details, told, strict=True), 1):
                ref = _ref(detail, "Refs/AcctSvcrRef") or (
                    f"{whole.bank_ref}/{n}" if whole.bank_ref else None
                )
                one = replace(whole, amount=nouns.Money(part, whole.amount.currency), bank_ref=ref)
                yield _told(one, entry, detail)
        else:
            yield _told(whole, entry, details[0] if len(details) == 1 else entry)


def _told(line: Line, entry: etree._Element, detail: etree._Element) -> Line:
    """With what the bank says of this transaction: the other side is who got what went out."""
    side = "Cdtr" if line.amount.amount < 0 else "Dbtr"
    name = _first(detail, f"RltdPties/{side}/Nm", f"RltdPties/{side}/Pty/Nm", f"RltdPties/Ultmt{side}/Nm")
    said = [*_all(detail, "RmtInf/Ustrd"), _first(detail, "AddtlTxInf") or ""]
    schemes = (f"RltdPties/{side}/Id/PrvtId/Othr/Id", f"RltdPties/{side}/Pty/Id/PrvtId/Othr/Id")
    references = ("Refs/EndToEndId", "RmtInf/Strd/CdtrRefInf/Ref", "Refs/MndtId")
    return replace(
        line,
        label=text(_first(entry, "AddtlNtryInf"), name, *said)
        or text(_first(entry, "BkTxCd/Prtry/Cd"))
        or "—",
        counterparty=or_none(name),
        counterparty_id=or_none(_first(detail, *schemes, f"RltdPties/{side}Acct/Id/IBAN")),
        reference=or_none(*(_ref(detail, path) for path in references)),
        original=_original(detail, line.amount),
    )


def _original(detail: etree._Element, amount: nouns.Money) -> nouns.Money | None:
    for path in ("AmtDtls/InstdAmt/Amt", "AmtDtls/TxAmt/Amt"):
        for node in _each(detail, path):
            worth, currency = figures.amount(node.text or "", "."), iso(node.get("Ccy"), "")
            if worth is not None and currency and currency != amount.currency:
                return nouns.Money(abs(worth).copy_sign(amount.amount), currency)
    return None


def _amount(node: etree._Element, entry: etree._Element | None = None) -> Decimal | None:
    """Signed by CdtDbtInd, the entry's where a transaction has none of its own."""
    told = next(iter(_each(node, "Amt")), None)
    worth = figures.amount(told.text or "", ".") if told is not None else None
    way = _first(node, "CdtDbtInd") or (_first(entry, "CdtDbtInd") if entry is not None else None)
    if worth is None or way not in ("CRDT", "DBIT"):
        return None
    return -worth if way == "DBIT" else worth


def _day(entry: etree._Element, name: str) -> date | None:
    return figures.day(_first(entry, f"{name}/Dt", f"{name}/DtTm") or "", "ymd")


def _ref(node: etree._Element, *paths: str) -> str | None:
    told = next((one for path in paths if (one := _first(node, path)) and one.upper() not in _NONE), None)
    return or_none(told)


def _name(node: etree._Element) -> str:
    return str(node.tag).rpartition("}")[2]


def _each(node: etree._Element, path: str) -> list[etree._Element]:
    """Every element at `A/B/C`, whatever the version's namespace."""
    found = [node]
    for step in path.split("/"):
        found = [child for one in found for child in one if _name(child) == step]
    return found


def _all(node: etree._Element, path: str) -> list[str]:
    return [" ".join("".join(one.itertext()).split()) for one in _each(node, path)]


def _first(node: etree._Element, *paths: str) -> str | None:
    return next((told for path in paths for told in _all(node, path) if told), None)
