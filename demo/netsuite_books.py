"""One account's books at the stand-in of NetSuite: what they hold, and what they refuse."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

Record = dict[str, Any]
_KNOWN = {"entity", "currency", "subsidiary", "tranId", "tranDate", "dueDate", "memo", "expense"}
_KNOWN_OF_LINES = {"account", "amount", "grossAmt", "memo", "taxCode"}
KINDS = ("vendorBill", "vendorCredit")


class Invalid(Exception):
    """What the books refuse, sentence by sentence."""

    def __init__(self, *said: str) -> None:
        super().__init__(" ".join(said))
        self.said = said


def _lists() -> dict[str, list[Record]]:
    return {
        "account": [{"id": "58", "acctnumber": "6260", "fullname": "Télécommunications", "accttype": "Expense"}, {"id": "59", "acctnumber": "6060", "fullname": "Achats", "accttype": "Expense"}, {"id": "7", "acctnumber": "5120", "fullname": "Banque", "accttype": "Bank"}],
        "vendor": [{"id": "742", "entityid": "V-742", "companyname": "Mandarine"}, {"id": "743", "entityid": "Nimbus"}],
        "salestaxitem": [{"id": "18", "itemid": "S-FR 20 %"}],
        "currency": [{"id": "1", "symbol": "EUR"}, {"id": "2", "symbol": "USD"}],
    }  # fmt: skip


@dataclass
class Account:
    """`subsidiaries` is empty where the account is no OneWorld; books are closed up to and with `closed_until`."""

    subsidiaries: tuple[str, ...] = ()
    closed_until: date | None = None
    lists: dict[str, list[Record]] = field(default_factory=_lists)
    records: dict[str, list[Record]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    #: By kind and id of the record, then by name: the file's id and bytes.
    files: dict[tuple[str, str], dict[str, tuple[str, bytes]]] = field(default_factory=dict)
    _ids: count[int] = field(default_factory=lambda: count(1001))

    def found(self, kind: str, which: str) -> Record | None:
        """By its internal id, or by `eid:` and its external one."""
        name = "externalId" if which.startswith("eid:") else "id"
        wanted = which.removeprefix("eid:")
        return next((one for one in self.records.get(kind, []) if one[name] == wanted), None)

    def keep(self, kind: str, which: str, sent: Record, *, replaced: list[str]) -> Record:
        """Made, or changed. Lines are added to those that are there, unless their list is `replaced`. Raises Invalid."""
        there = self.found(kind, which)
        if there is None and not which.startswith("eid:"):
            raise Invalid("The record instance does not exist. Provide a valid record instance ID.")
        self._check(kind, sent)
        lines = sent["expense"]["items"]
        if there is None:
            there = {
                "id": str(next(self._ids)),
                "externalId": which.removeprefix("eid:"),
                "expense": {"items": []},
            }
            self.records[kind].append(there)
        elif "expense" not in replaced:
            lines = there["expense"]["items"] + lines
        there.update({**sent, "expense": {"items": lines}})
        there["total"] = round(sum(_gross(line) for line in lines), 2)
        return there

    def attach(self, kind: str, record_id: str, name: str, content: bytes) -> str | None:
        """The file's id: the same name again replaces it. None when there is no such record."""
        if self.found(kind, record_id) is None:
            return None
        kept = self.files.setdefault((kind, record_id), {})
        kept[name] = (kept[name][0] if name in kept else str(next(self._ids)), content)
        return kept[name][0]

    def _check(self, kind: str, sent: Record) -> None:
        known = _KNOWN if kind == "vendorBill" else _KNOWN - {"dueDate"}
        said = [f"Unknown reference or field {name}." for name in sorted(set(sent) - known)]
        said += self._of_choices(sent) + self._of_lines(sent)
        if not 0 < len(sent.get("tranId", "")) <= 45:
            said.append("The field tranId contained more than the maximum number of characters (45).")
        if self.closed_until and date.fromisoformat(sent["tranDate"]) <= self.closed_until:
            said.append("The transaction date you specified is not within an open accounting period.")
        if kind not in KINDS or said:
            raise Invalid(*said or [f"Record type {kind} is not known."])

    def _of_choices(self, sent: Record) -> list[str]:
        said = []
        for name, listed in (("entity", "vendor"), ("currency", "currency")):
            if not self._has(listed, sent.get(name, {}).get("id")):
                said.append(f"Invalid Field Value for the following field: {name}")
        if sent.get("subsidiary", {}).get("id", "") not in (self.subsidiaries or ("",)):
            said.append("Please enter value(s) for: Subsidiary")
        return said

    def _of_lines(self, sent: Record) -> list[str]:
        said = []
        for line in sent.get("expense", {}).get("items") or [{}]:
            said += [f"Unknown reference or field {name}." for name in sorted(set(line) - _KNOWN_OF_LINES)]
            if not self._has("account", line.get("account", {}).get("id")):
                said.append(f"Invalid account reference key {line.get('account', {}).get('id')}.")
            if "taxCode" in line and not self._has("salestaxitem", line["taxCode"]["id"]):
                said.append(f"Invalid taxcode reference key {line['taxCode']['id']}.")
        return said

    def _has(self, listed: str, id_: str | None) -> bool:
        return any(one["id"] == id_ for one in self.lists[listed])


def _gross(line: Record) -> float:
    return float(line["grossAmt"] if "grossAmt" in line else line.get("amount", 0.0))
