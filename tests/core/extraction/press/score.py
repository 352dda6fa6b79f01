"""What a reader made of the press's papers, field by field: right, wrong, missing."""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from core import nouns
from core.extraction import generic, verdict
from tests.core.extraction.press.bill import Bill

FORMS = {"sas", "sarl", "sa", "eurl", "sasu", "ltd", "inc", "llc", "limited", "plc", "gmbh", "ag", "co", "kg", "ug", "haftungsbeschrankt", "ek", "sl", "slu", "srl", "spa", "snc", "bv", "nv", "vof"}  # fmt: skip
#: A little under what is reached, so that one odd paper is not the end.
AT_LEAST = {
    "number": 0.96, "date": 0.98, "due_date": 0.95, "total": 0.97, "net": 0.96, "vat": 0.95, "currency": 0.98, "supplier": 0.93,
    "supplier_vat": 0.93, "supplier_siren": 0.9, "iban": 0.98, "customer_ref": 0.93, "contract": 0.93, "payable": 0.85,
    "period_from": 0.9, "period_to": 0.9, "vat_rates": 0.8, "kind": 0.97,
}  # fmt: skip


@dataclass
class Score:
    """Counts by field, and every miss told."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)
    papers: int = 0
    whole: int = 0
    accepted: int = 0
    silent: int = 0

    def share(self, name: str) -> float:
        asked = self.right[name] + self.wrong[name] + self.missing[name]
        return self.right[name] / asked if asked else 1.0

    def lines(self) -> Iterator[str]:
        for name in sorted(self.right | self.wrong | self.missing):
            yield f"{name:15} {100 * self.share(name):5.1f} %  {self.right[name]}/{self.wrong[name]}/{self.missing[name]}"
        yield f"whole {self.whole} of {self.papers}; accepted {self.accepted}, of these wrong {self.silent}"


def of(papers: Iterable[tuple[bytes, Bill]]) -> Score:
    """The generic reader's score on these papers."""
    score = Score()
    for at, (content, bill) in enumerate(papers):
        reading = generic.read(io.BytesIO(content))
        _count(score, f"{at:03d} {bill.language}", bill, reading)
    return score


def _count(score: Score, name: str, bill: Bill, reading: nouns.Reading) -> None:
    wrong = []
    for key, truth in [*bill.says.items(), ("kind", bill.kind.value)]:
        read = (
            reading.kind.value
            if key == "kind"
            else (reading.fields[key].value if key in reading.fields else None)
        )
        if read is not None and same(key, truth, read):
            score.right[key] += 1
            continue
        (score.missing if read is None else score.wrong)[key] += 1
        score.misses.append(f"{name} {key:13} want {truth!r} got {read!r}")
        wrong.append(key)
    for key in {"due_date", "customer_ref", "contract", "iban", "supplier_vat", "payable"} & set(
        reading.fields
    ) - set(bill.says):
        score.wrong[f"{key} unprinted"] += 1
        score.misses.append(f"{name} {key:13} unprinted, got {reading.fields[key].value!r}")
    score.papers += 1
    score.whole += not {"number", "date", "total", "currency", "supplier"} & set(wrong)
    accepted = verdict.action(reading) == "accept"
    score.accepted += accepted
    score.silent += accepted and bool({"number", "date", "total", "currency"} & set(wrong))


def same(key: str, truth: str, read: str) -> bool:
    if key == "supplier":
        return _words(truth) == _words(read)
    if key == "vat_rates":
        return truth.count("/") == 2 * read.count('"rate"') and all(
            part in read for part in re.split("[/;]", truth)
        )
    return re.sub(r"\W", "", truth) == re.sub(r"\W", "", read) if key != "total" else truth == read


def _words(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower().replace(".", "")
    return "".join(word for word in re.findall(r"[a-z0-9]+", plain) if word not in FORMS)
