"""One company's books at the stand-in of QuickBooks Online: what they hold, and what they refuse, as the documentation says it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from typing import Any

Record = dict[str, Any]
#: Records of money, and who is on the other side of each.
MONEY = {"Bill": "VendorRef", "VendorCredit": "VendorRef", "Purchase": "EntityRef"}
#: Bytes of one file.
FILE_BYTES = 100 * 1024 * 1024
_KNOWN = {"DocNumber", "TxnDate", "CurrencyRef", "PrivateNote", "Line", "GlobalTaxCalculation", "TxnTaxDetail", "Id", "SyncToken"}  # fmt: skip
_KNOWN_OF = {
    "Bill": {"VendorRef", "DueDate"},
    "VendorCredit": {"VendorRef"},
    "Purchase": {"EntityRef", "AccountRef", "PaymentType", "Credit"},
}
_KNOWN_OF_LINES = {"DetailType", "Amount", "Description", "AccountBasedExpenseLineDetail"}
_KNOWN_OF_DETAILS = {"AccountRef", "TaxCodeRef", "BillableStatus"}
_LONGEST_NUMBER = 21


class Fault(Exception):
    """What the books refuse, with the code and the words of the documentation."""

    def __init__(self, code: str, message: str, detail: str = "", kind: str = "ValidationFault") -> None:
        super().__init__(detail or message)
        self.code, self.message, self.detail, self.kind = code, message, detail or message, kind


def _accounts() -> list[Record]:
    told = (
        ("7", "606", "Achats", "Expense"),
        ("8", "626", "Télécommunications", "Expense"),
        ("33", "401", "Fournisseurs", "Accounts Payable"),
        ("35", "512", "Banque EUR", "Bank"),
        ("41", "", "Carte bleue", "Credit Card"),
    )
    return [{"Id": id_, "AcctNum": number, "Name": name, "FullyQualifiedName": name, "AccountType": kind, "Active": True} for id_, number, name, kind in told]  # fmt: skip


def _rates() -> list[Record]:
    told = (("3", "TVA 20 %", 20), ("5", "TVA 5,5 %", 5.5), ("9", "TVA 0 %", 0), ("11", "Autoliquidée", -20))
    return [{"Id": id_, "Name": name, "RateValue": value, "Active": True} for id_, name, value in told]


def _codes() -> list[Record]:
    told = (
        ("4", "20,0 %", ("3",)),
        ("6", "5,5 %", ("5",)),
        ("10", "Exonéré", ("9",)),
        ("12", "Autoliquidation", ("3", "11")),
    )
    return [{"Id": id_, "Name": name, "Active": True, "PurchaseTaxRateList": {"TaxRateDetail": [{"TaxRateRef": {"value": one}, "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": 0} for one in rates]}} for id_, name, rates in told]  # fmt: skip


@dataclass
class Company:
    """`closed` is the last day of what is closed; `warns`: a number that is there already is refused."""

    name: str
    realm: str = "9130357849017"
    country: str = "FR"
    currencies: tuple[str, ...] = ("EUR", "GBP", "USD", "JPY")
    closed: date | None = None
    warns: bool = False
    accounts: list[Record] = field(default_factory=_accounts)
    rates: list[Record] = field(default_factory=_rates)
    codes: list[Record] = field(default_factory=_codes)
    vendors: list[Record] = field(default_factory=lambda: [{"Id": "56", "DisplayName": "Orange Pro", "Active": True, "CurrencyRef": {"value": "EUR", "name": "Euro"}}])  # fmt: skip
    customers: tuple[str, ...] = ()
    records: dict[str, list[Record]] = field(default_factory=lambda: {kind: [] for kind in MONEY})
    files: list[Record] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    ids: Iterator[int] = field(default_factory=lambda: count(145))

    def rows(self, entity: str) -> list[Record]:
        """All of one kind. Raises Fault."""
        lists = {
            "Account": self.accounts,
            "TaxRate": self.rates,
            "TaxCode": self.codes,
            "Vendor": self.vendors,
            "Attachable": self.files,
            **self.records,
        }
        if entity not in lists:
            raise Fault("4000", "Error parsing query", f"Invalid entity {entity}")
        return lists[entity]

    def one(self, entity: str, record_id: str) -> Record:
        found = next((one for one in self.rows(entity) if one["Id"] == record_id), None)
        if found is None:
            raise Fault("610", "Object Not Found", f"Object Not Found : {entity} {record_id}")
        return found

    def keep(self, entity: str, sent: Record) -> Record:
        """The record as it stands in the books from now on: an update replaces all that can be written. Raises Fault."""
        if entity == "Vendor":
            return self._vendor(sent)
        before = self.one(entity, sent["Id"]) if "Id" in sent else None
        if before and sent.get("SyncToken") != before["SyncToken"]:
            raise Fault("5010", "Stale Object Error", "You and someone else were working on this at once.")
        self._check(entity, sent, before)
        token = str(int(before["SyncToken"]) + 1) if before else "0"
        made = {**sent, "Id": sent.get("Id") or str(next(self.ids)), "SyncToken": token}
        made["TotalAmt"] = float(self._total(sent))
        rows = self.records[entity]
        rows[:] = [one for one in rows if one["Id"] != made["Id"]] + [made]
        return made

    def attach(self, told: Record, content: bytes) -> Record:
        """The file at its record; the same again is a second one. Raises Fault."""
        whose = told["AttachableRef"][0]["EntityRef"]
        self.one(whose["type"], whose["value"])
        if len(content) > FILE_BYTES or not told.get("FileName") or not told.get("ContentType"):
            raise Fault("6000", "A business validation error has occurred while processing your request")
        made = {**told, "Id": str(next(self.ids)), "SyncToken": "0", "Size": len(content)}
        self.files.append(made)
        self.contents[made["Id"]] = content
        return made

    def _vendor(self, sent: Record) -> Record:
        name = sent.get("DisplayName", "")
        if not name or ":" in name:
            raise Fault("2040", "Invalid String", "DisplayName may not be empty nor hold a colon")
        if name in self.customers or any(one["DisplayName"] == name for one in self.vendors):
            raise Fault("6240", "Duplicate Name Exists Error", "The name supplied already exists.")
        currency = sent.get("CurrencyRef", {}).get("value", self.currencies[0])
        made = {"Active": True, **sent, "Id": str(next(self.ids)), "SyncToken": "0"}
        made["CurrencyRef"] = {"value": currency, "name": currency}
        self.vendors.append(made)
        return made

    def _check(self, entity: str, sent: Record, before: Record | None) -> None:
        for name in set(sent) - _KNOWN - _KNOWN_OF[entity]:
            raise Fault("2010", "Request has invalid or unsupported property", f"Property {name} is unknown")
        number = sent.get("DocNumber", "")
        if len(number) > _LONGEST_NUMBER:
            raise Fault("2050", "String length is either shorter or longer than supported", "DocNumber")
        if self.closed and date.fromisoformat(sent["TxnDate"]) <= self.closed:
            raise Fault("6210", "Account Period Closed, Cannot Update Through Services API", "The account period has closed and the account books cannot be updated through the QBO Services API.")  # fmt: skip
        others = [one for one in self.records[entity] if one is not before]
        if self.warns and any(one.get("DocNumber") == number for one in others):
            raise Fault("6140", "Duplicate Document Number Error", f"Duplicate Document Number Error : You must specify a different number. This number has already been used. DocNumber={number}")  # fmt: skip
        self._check_side(entity, sent)
        self._check_lines(sent)

    def _check_side(self, entity: str, sent: Record) -> None:
        vendor = self.one("Vendor", sent[MONEY[entity]]["value"])
        currency = sent["CurrencyRef"]["value"]
        if currency not in self.currencies or vendor["CurrencyRef"]["value"] != currency:
            raise Fault("6000", "A business validation error has occurred while processing your request", "You can only use one foreign currency per transaction.")  # fmt: skip
        if entity != "Purchase":
            return
        kind = self.one("Account", sent["AccountRef"]["value"])["AccountType"]
        if {"Bank": "Cash", "Credit Card": "CreditCard"}.get(kind) != sent["PaymentType"]:
            raise Fault("6000", "A business validation error has occurred while processing your request", f"{sent['PaymentType']} with an account of {kind}")  # fmt: skip
        if sent.get("Credit") and sent["PaymentType"] != "CreditCard":
            raise Fault("6000", "A business validation error has occurred while processing your request", "Credit is for cards only")  # fmt: skip

    def _check_lines(self, sent: Record) -> None:
        how = sent.get("GlobalTaxCalculation")
        if (self.country == "US") != (how is None):
            raise Fault("6000", "A business validation error has occurred while processing your request", "GlobalTaxCalculation")  # fmt: skip
        for line in sent.get("Line") or [{}]:
            detail = line.get("AccountBasedExpenseLineDetail", {})
            unknown = set(line) - _KNOWN_OF_LINES | set(detail) - _KNOWN_OF_DETAILS
            if unknown or not detail:
                raise Fault("2010", "Request has invalid or unsupported property", str(sorted(unknown)))
            if self.one("Account", detail["AccountRef"]["value"])["AccountType"] == "Accounts Payable":
                raise Fault("6000", "A business validation error has occurred while processing your request", "Accounts Payable")  # fmt: skip
            if how == "TaxExcluded":
                self.one("TaxCode", detail.get("TaxCodeRef", {}).get("value", ""))

    def _total(self, sent: Record) -> Decimal:
        """Of the lines and their tax: the one that is told, else the one that the codes make."""
        net = sum((Decimal(str(line["Amount"])) for line in sent["Line"]), Decimal())
        told = sent.get("TxnTaxDetail", {}).get("TotalTax")
        tax = Decimal(str(told)) if told is not None else sum((self._tax(line) for line in sent["Line"]), Decimal())  # fmt: skip
        return net + tax

    def _tax(self, line: Record) -> Decimal:
        code = line["AccountBasedExpenseLineDetail"].get("TaxCodeRef")
        if code is None:
            return Decimal()
        listed = self.one("TaxCode", code["value"])["PurchaseTaxRateList"]["TaxRateDetail"]
        rates = (self.one("TaxRate", one["TaxRateRef"]["value"])["RateValue"] for one in listed)
        whole = sum((Decimal(str(rate)) for rate in rates), Decimal())
        return (Decimal(str(line["Amount"])) * whole / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
