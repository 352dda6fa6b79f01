"""Into which accounts a Supplier's Invoices go: the company's own choice, else the usual account of its category.

Accounts are those of the French general chart (plan comptable général, ANC regulation 2014-03, as of 2025).
"""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from sqlalchemy.orm import Session

from core.db import models

#: The expense account of each category of the catalogue.
USUAL = {
    "telecom": "626000",
    "energy": "606100",
    "water": "606100",
    "saas": "651000",
    "software": "651000",
    "hosting": "613500",
    "cloud": "613500",
    "transport": "625100",
    "insurance": "616000",
    "office": "606400",
    "retail": "606300",
}
OTHERWISE = "628000"
#: What an account is called, by the digits that it begins with.
CALLED = {
    "606": "Achats non stockés de matières et fournitures",
    "613": "Locations",
    "616": "Primes d'assurance",
    "625": "Déplacements, missions et réceptions",
    "626": "Frais postaux et de télécommunications",
    "628": "Divers services extérieurs",
    "651": "Redevances, licences et logiciels",
    "401": "Fournisseurs",
    "445662": "TVA déductible intracommunautaire",
    "44566": "TVA déductible sur autres biens et services",
    "4452": "TVA due intracommunautaire",
}
#: Three digits at least, of a class from 1 to 7; accounting programs take no more than ten characters.
_ACCOUNT = re.compile(r"[1-7]\d{2}[0-9A-Z]{0,7}")
_AUXILIARY = re.compile(r"[0-9A-Z]{1,8}")
_JOURNAL = re.compile(r"[0-9A-Z]{1,3}")
_SIREN = re.compile(r"\d{9}")
_LETTERS = string.ascii_uppercase + string.digits
ENCODINGS = ("iso8859-15", "utf-8")


@dataclass(frozen=True, slots=True)
class Own:
    """What a company chose for one Supplier; empty is the usual."""

    expense: str = ""
    auxiliary: str = ""

    def problems(self) -> list[str]:
        """The names of fields that cannot be so."""
        wrong = ["expense"] if self.expense and not _ACCOUNT.fullmatch(self.expense) else []
        return wrong + (["auxiliary"] if self.auxiliary and not _AUXILIARY.fullmatch(self.auxiliary) else [])


@dataclass(frozen=True, slots=True)
class Chart:
    """How a company books what it buys. `suppliers` by their id."""

    journal: str = "ACH"
    journal_name: str = "Achats"
    siren: str = ""
    encoding: str = ENCODINGS[0]
    payable: str = "401000"
    vat: str = "445660"
    vat_eu: str = "445662"
    vat_eu_due: str = "445200"
    suppliers: Mapping[str, Own] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session, workspace_id: int) -> Self:
        row = session.get(models.Chart, workspace_id)
        told = dict(row.settings) if row else {}
        own = {name: Own(**each) for name, each in told.pop("suppliers", {}).items()}
        return cls(**told, suppliers=own)

    def keep(self, session: Session, workspace_id: int, *, by: int | None, now: datetime) -> None:
        """In the caller's write transaction."""
        row = session.get(models.Chart, workspace_id) or models.Chart(workspace_id=workspace_id)
        row.settings, row.changed_by, row.changed_at = self.as_json(), by, now
        session.add(row)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def having(self, supplier: str, own: Own) -> Chart:
        """The same with this Supplier's accounts; empty ones are forgotten."""
        others = {name: each for name, each in self.suppliers.items() if name != supplier}
        return replace(self, suppliers=others | ({supplier: own} if own != Own() else {}))

    def expense(self, supplier: str, category: str) -> str:
        own = self.suppliers.get(supplier, Own())
        return own.expense or USUAL.get(category, OTHERWISE)

    def auxiliary(self, supplier: str) -> str:
        """The Supplier's own account under 401, at most eight characters, the same in every month."""
        return self.suppliers.get(supplier, Own()).auxiliary or usual_auxiliary(supplier)

    def problems(self) -> list[str]:
        """The names of fields that cannot be so."""
        shapes = {
            "journal": _JOURNAL,
            "payable": _ACCOUNT,
            "vat": _ACCOUNT,
            "vat_eu": _ACCOUNT,
            "vat_eu_due": _ACCOUNT,
        }
        wrong = [name for name, shape in shapes.items() if not shape.fullmatch(getattr(self, name))]
        wrong += ["siren"] if self.siren and not _SIREN.fullmatch(self.siren) else []
        return wrong + (["encoding"] if self.encoding not in ENCODINGS else [])


def usual_auxiliary(supplier: str) -> str:
    """`F` and its id; of a long one the beginning and three letters of its hash, so that two of one house stay apart."""
    plain = re.sub(r"[^0-9A-Z]", "", supplier.upper())
    if len(plain) <= 7:
        return f"F{plain}"
    told, number = "", int(hashlib.sha256(supplier.encode()).hexdigest(), 16)
    for _ in range(3):
        number, letter = divmod(number, len(_LETTERS))
        told += _LETTERS[letter]
    return f"F{plain[:4]}{told}"


def called(account: str) -> str:
    """The longest known beginning tells what an account is called."""
    known = [start for start in CALLED if account.startswith(start)]
    return CALLED[max(known, key=len)] if known else "Charges"
