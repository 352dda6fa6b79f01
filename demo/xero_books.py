"""One organisation's books at the stand-in of Xero: what they hold, and what they refuse, as the documentation says it."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Record = dict[str, Any]
#: The kinds of record, and what their ids are called.
KINDS = {"Invoices": "InvoiceID", "CreditNotes": "CreditNoteID", "BankTransactions": "BankTransactionID"}
TYPES = {"Invoices": ("ACCPAY",), "CreditNotes": ("ACCPAYCREDIT",), "BankTransactions": ("SPEND", "RECEIVE")}
#: Files of one record, and bytes of one file.
FILES, FILE_BYTES = 10, 10 * 1024 * 1024
_RATES = {"INPUT2": 0.2, "INPUT": 0.1, "NONE": 0.0}
_WHERE = re.compile(r'(\w+)=="([^"]*)"')
_KNOWN = {"Type", "Contact", "Date", "DueDate", "LineAmountTypes", "InvoiceNumber", "CreditNoteNumber", "Reference", "CurrencyCode", "Status", "LineItems", "Url", "BankAccount"}  # fmt: skip
_KNOWN_OF_LINES = {"Description", "Quantity", "UnitAmount", "AccountCode", "TaxType", "TaxAmount", "Tracking"}


class Invalid(Exception):
    """What the books refuse, sentence by sentence."""

    def __init__(self, *said: str) -> None:
        super().__init__(" ".join(said))
        self.said = said


def _accounts() -> list[Record]:
    told = (
        ("606", "Achats", "EXPENSE"),
        ("626", "Télécommunications", "EXPENSE"),
        ("512", "Banque EUR", "BANK"),
    )
    return [{"AccountID": str(uuid.uuid4()), "Code": code, "Name": name, "Type": kind, "Status": "ACTIVE"} for code, name, kind in told]  # fmt: skip


@dataclass
class Organisation:
    """`role` is that of the person who connects; lock dates close the books on and before their day."""

    name: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    currencies: tuple[str, ...] = ("EUR", "GBP", "USD")
    role: str = "STANDARD"
    forbidden: tuple[str, ...] = ()
    period_lock: date | None = None
    year_lock: date | None = None
    accounts: list[Record] = field(default_factory=_accounts)
    contacts: dict[str, str] = field(default_factory=lambda: {str(uuid.uuid4()): "Orange Pro"})
    regions: tuple[str, ...] = ("Nord", "Sud")
    tracking_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    records: dict[str, list[Record]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    #: Files by the record's id, then by name: id and bytes.
    files: dict[str, dict[str, tuple[str, bytes]]] = field(default_factory=dict)

    def keep(self, kind: str, sent: Record, record_id: str = "") -> Record:
        """The record as it stands in the books from now on. Raises Invalid."""
        whole = {**(self._one(kind, record_id) if record_id else {}), **sent}
        self._check(kind, whole, sent)
        made = {
            **whole,
            KINDS[kind]: record_id or str(uuid.uuid4()),
            "Contact": self._contact(whole["Contact"]),
        }
        made["Total"], made["SubTotal"], made["TotalTax"] = _sums(whole)
        rows = self.records[kind]
        rows[:] = [one for one in rows if one[KINDS[kind]] != made[KINDS[kind]]] + [made]
        return made

    def found(self, kind: str, where: str) -> list[Record]:
        """Those that say each `Field=="value"` of a filter."""
        wanted = _WHERE.findall(where)
        return [
            one for one in self.records[kind] if all(str(one.get(name)) == value for name, value in wanted)
        ]

    def attach(self, record_id: str, name: str, content: bytes) -> str:
        """The file's id; the same name again replaces it. Raises Invalid, and KeyError when there is no such record."""
        if not self.holds(record_id):
            raise KeyError(record_id)
        kept = self.files.setdefault(record_id, {})
        if len(content) > FILE_BYTES or (name not in kept and len(kept) >= FILES):
            raise Invalid("The file exceeds the maximum allowed size or number of attachments")
        kept[name] = (kept[name][0] if name in kept else str(uuid.uuid4()), content)
        return kept[name][0]

    def holds(self, record_id: str) -> bool:
        return any(one[id_name] == record_id for kind, id_name in KINDS.items() for one in self.records[kind])

    def _one(self, kind: str, record_id: str) -> Record:
        found = [one for one in self.records[kind] if one[KINDS[kind]] == record_id]
        if not found:
            raise Invalid("The resource you're looking for cannot be found")
        return found[0]

    def _contact(self, sent: Record) -> Record:
        """By id, else by name, whatever its capitals; a name that nobody has is a new contact."""
        wanted = sent.get("Name", "").casefold()
        known = next((id_ for id_, name in self.contacts.items() if sent.get("ContactID") == id_ or wanted == name.casefold()), None)  # fmt: skip
        id_ = known or str(uuid.uuid4())
        self.contacts.setdefault(id_, sent.get("Name", ""))
        return {"ContactID": id_, "Name": self.contacts[id_]}

    def _check(self, kind: str, whole: Record, sent: Record) -> None:
        said = [f"{name} is not known" for name in sorted(set(sent) - _KNOWN)]
        said += [] if whole.get("Type") in TYPES[kind] else [f"Type {whole.get('Type')} is not one of {kind}"]
        said += self._of_contact(whole) + self._of_lines(whole) + self._of_day(kind, whole)
        if whole.get("CurrencyCode") not in self.currencies:
            said.append(f"Organisation is not subscribed to currency {whole.get('CurrencyCode')}")
        if (
            kind == "BankTransactions"
            and self._account(whole.get("BankAccount", {}).get("AccountID"), "AccountID") != "BANK"
        ):
            said.append("BankAccount must be a bank account")
        if said:
            raise Invalid(*said)

    def _of_contact(self, whole: Record) -> list[str]:
        contact = whole.get("Contact", {})
        if "ContactID" in contact and contact["ContactID"] not in self.contacts:
            return ["The Contact could not be found"]
        return [] if contact else ["A Contact must be specified"]

    def _of_lines(self, whole: Record) -> list[str]:
        said = []
        for line in whole.get("LineItems") or [{}]:
            said += [f"{name} of a line is not known" for name in sorted(set(line) - _KNOWN_OF_LINES)]
            if not line.get("Description"):
                said.append("Description may not be empty")
            if self._account(line.get("AccountCode"), "Code") is None:
                said.append(
                    f"Account code '{line.get('AccountCode')}' is not a valid code for this document."
                )
            if line.get("TaxType") and line["TaxType"] not in _RATES:
                said.append(f"The TaxType code '{line['TaxType']}' does not exist or cannot be used")
        return said

    def _of_day(self, kind: str, whole: Record) -> list[str]:
        """Drafts and what awaits approval are taken in a locked period; advisers may book before the period's lock date."""
        day, said = date.fromisoformat(whole["Date"]), []
        if whole.get("Status") == "AUTHORISED" and kind == "Invoices" and not whole.get("DueDate"):
            said.append("Due Date cannot be empty")
        if kind != "BankTransactions" and whole.get("Status") != "AUTHORISED":
            return said
        if self.year_lock and day <= self.year_lock:
            said.append(
                f"The document date cannot be before the end of year lock date, currently set at {self.year_lock:%d-%b-%Y}"
            )
        elif self.period_lock and day <= self.period_lock and self.role != "FINANCIALADVISER":
            said.append(
                f"The document date cannot be before the period lock date, currently set at {self.period_lock:%d-%b-%Y}"
            )
        return said

    def _account(self, value: str | None, by: str) -> str | None:
        return next((str(one["Type"]) for one in self.accounts if one[by] == value), None)


def _sums(whole: Record) -> tuple[float, float, float]:
    """Total, without tax, tax."""
    amount = sum(line["Quantity"] * line["UnitAmount"] for line in whole["LineItems"])
    rated = sum(
        line["Quantity"] * line["UnitAmount"] * _RATES.get(line.get("TaxType", "NONE"), 0)
        for line in whole["LineItems"]
    )
    if whole.get("LineAmountTypes") == "Exclusive":
        tax = (
            sum(line["TaxAmount"] for line in whole["LineItems"])
            if all("TaxAmount" in line for line in whole["LineItems"])
            else rated
        )
        return round(amount + tax, 2), round(amount, 2), round(tax, 2)
    tax = sum(
        line["UnitAmount"] - line["UnitAmount"] / (1 + _RATES.get(line.get("TaxType", "NONE"), 0))
        for line in whole["LineItems"]
    )
    return round(amount, 2), round(amount - tax, 2), round(tax, 2)
