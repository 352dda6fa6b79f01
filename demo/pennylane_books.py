"""One company's books at the stand-in of Pennylane: what they hold, and what they refuse."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

import pypdf

Record = dict[str, Any]
CODES = {"FR_200", "FR_100", "FR_85", "FR_55", "FR_21", "exempt", "extracom", "crossborder", "intracom_21", "intracom_55", "intracom_85", "intracom_100"}  # fmt: skip
_NEEDED = {"file_attachment_id", "supplier_id", "date", "deadline", "currency_amount_before_tax", "currency_amount", "currency_tax", "invoice_lines"}  # fmt: skip
_KNOWN = _NEEDED | {"invoice_number", "currency", "external_reference", "import_as_incomplete"}
_OF_LINES = {"label", "currency_amount", "currency_tax", "vat_rate", "ledger_account_id"}
_AMOUNTS = ("currency_amount_before_tax", "currency_amount", "currency_tax")
_DATA = {"invoice_number": r"ExchangedDocument>.*?<ram:ID>([^<]+)", "date": r"IssueDateTime>.*?>(\d{8})<", "currency_amount": r"GrandTotalAmount>([\d.]+)"}  # fmt: skip


class Invalid(Exception):
    """What the books refuse, and the HTTP status that says so."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


@dataclass
class Company:
    name: str = "Atelier Brun"
    accounts: list[Record] = field(default_factory=lambda: [{"id": 124, "number": "626200", "label": "Télécommunications", "enabled": True}, {"id": 125, "number": "606100", "label": "Énergie", "enabled": True}, {"id": 126, "number": "401ORANGE", "label": "Orange", "enabled": True}])  # fmt: skip
    suppliers: list[Record] = field(default_factory=lambda: [{"id": 42, "name": "Orange Pro", "external_reference": "x-42"}])  # fmt: skip
    invoices: list[Record] = field(default_factory=list)
    #: With `id`, `filename`, `content`, and whether an invoice has it.
    files: list[Record] = field(default_factory=list)
    _ids: count[int] = field(default_factory=lambda: count(1001))

    def upload(self, name: str, content: bytes) -> Record:
        """Raises Invalid for what is no PDF, or lies here already."""
        if not content.startswith(b"%PDF"):
            raise Invalid(422, "Only PDF files are supported")
        if any(one["content"] == content for one in self.files):
            raise Invalid(409, "Resource already exists.")
        file = {"id": next(self._ids), "filename": name, "content": content, "used": False}
        self.files.append(file)
        return file

    def supply(self, sent: Record) -> Record:
        if any(one["external_reference"] == sent.get("external_reference") for one in self.suppliers):
            raise Invalid(409, "External reference has already been taken")
        supplier = {"id": next(self._ids), **sent}
        self.suppliers.append(supplier)
        return supplier

    def take_in(self, sent: Record) -> Record:
        """A supplier invoice for a file that is here. Raises Invalid."""
        if missing := sorted(_NEEDED - set(sent)) or sorted(set(sent) - _KNOWN):
            raise Invalid(400, f"missing or not known: {', '.join(missing)}")
        file = next((one for one in self.files if one["id"] == sent["file_attachment_id"]), None)
        if file is None:
            raise Invalid(404, "File attachment not found")
        if file["used"] or self._taken(sent.get("external_reference")):
            raise Invalid(409, "Resource already exists.")
        self._check(sent)
        file["used"] = True
        return self._kept({**sent, "file": file, "invoice_lines": self._numbered(sent["invoice_lines"])})

    def take_in_data(self, name: str, content: bytes, options: Record) -> Record:
        """A supplier invoice as its Factur-X says it. Raises Invalid."""
        data = _carried(content)
        found = {field: re.search(rule, data, re.DOTALL) for field, rule in _DATA.items()}
        if not data or not all(found.values()):
            raise Invalid(422, "The file is not a valid Factur-X")
        file = {**self.upload(name, content), "used": True}
        told = {field: match[1] for field, match in found.items() if match}
        day = told["date"]
        told["date"] = f"{day[:4]}-{day[4:6]}-{day[6:]}"
        own = f"generated-{hashlib.sha256(content).hexdigest()[:12]}"
        return self._kept({**told, **options, "file": file, "external_reference": own, "invoice_lines": []})

    def change(self, invoice_id: int, sent: Record) -> Record:
        """Raises Invalid."""
        there = next((one for one in self.invoices if one["id"] == invoice_id), None)
        if there is None:
            raise Invalid(404, "Supplier invoice not found")
        lines = sent.get("invoice_lines", {})
        gone = {one["id"] for one in lines.get("delete", ())}
        kept = [one for one in there["invoice_lines"] if one["id"] not in gone]
        whole = {**there, **sent, "invoice_lines": kept + self._numbered(lines.get("create", ()))}
        if "invoice_lines" in sent:
            self._check(whole)
        there.update(whole)
        return there

    def _kept(self, told: Record) -> Record:
        invoice = {"id": next(self._ids), **told}
        self.invoices.append(invoice)
        return invoice

    def _numbered(self, lines: Iterable[Record]) -> list[Record]:
        return [{"id": next(self._ids), **line} for line in lines]

    def _taken(self, reference: str | None) -> bool:
        return any(reference and one["external_reference"] == reference for one in self.invoices)

    def _check(self, sent: Record) -> None:
        """Amounts are text, and add up."""
        lines = sent["invoice_lines"]
        if not all(isinstance(one[name], str) for one in (sent, *lines) for name in _AMOUNTS if name in one):
            raise Invalid(400, "amounts are strings")
        before, total, tax = (Decimal(sent[name]) for name in _AMOUNTS)
        sums = [sum(Decimal(line[name]) for line in lines) for name in ("currency_amount", "currency_tax")]
        if before + tax != total or sums != [total, tax]:
            raise Invalid(422, "The sum of the lines does not match the amounts of the invoice")
        for line in lines:
            if line["vat_rate"] not in CODES or set(line) - _OF_LINES - {"id"}:
                raise Invalid(422, f"{line['vat_rate']} or a field of the line is not known")
            if "ledger_account_id" in line and not _has(self.accounts, line["ledger_account_id"]):
                raise Invalid(422, f"Ledger account {line['ledger_account_id']} not found")
        if not _has(self.suppliers, sent["supplier_id"]):
            raise Invalid(422, f"Supplier {sent['supplier_id']} not found")


def _has(rows: list[Record], id_: Any) -> bool:
    return any(one["id"] == id_ for one in rows)


def _carried(content: bytes) -> str:
    try:
        files = pypdf.PdfReader(io.BytesIO(content)).attachments.get("factur-x.xml", [])
    except pypdf.errors.PyPdfError:
        return ""
    return files[0].decode() if files else ""
