"""Papers read by limited child processes, two at once, beside invoice2data in the same run: how many a second, and how many right."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from core import errors, extraction
from tests.bench.page import Row
from tests.bench.stand import LONGEST, ROOT
from tests.core.extraction import papers, press
from tests.core.extraction.einvoice import written

CHILDREN = 2
CORE = ("number", "date", "total", "currency")
SEED = 2026
Said = Mapping[str, str]


@dataclass(frozen=True)
class Set:
    """Files, and by file name what each truly says; `least` is how many a second are owed."""

    name: str
    files: Sequence[Path]
    truth: Mapping[str, Said]
    least: float | None = None


@dataclass(frozen=True)
class Told:
    """What a reader made of a set."""

    found: Sequence[Said]
    seconds: float
    accepted: Sequence[bool] = ()

    @property
    def rate(self) -> float:
        return len(self.found) / self.seconds


def rows(folder: Path, n: int, given: Path | None = None) -> Iterator[Row]:
    """Over `n` invented text invoices, as many e-invoices, and those that lie in `given`, with their `expected.json` if it is there."""
    sets = [_text(folder / "text", n), _xml(folder / "xml", n)]
    for each in [*sets, *([_given(given)] if given else [])]:
        yield from _beside(each)


def _beside(each: Set) -> Iterator[Row]:
    before, theirs, after = _ours(each.files), _theirs(each.files), _ours(each.files)
    ours = Told(after.found, (before.seconds + after.seconds) / 2, after.accepted)
    what = f"{len(each.files)} {each.name}, {CHILDREN} sandboxed children"
    target = f"≥ {each.least:g}/s" if each.least else ""
    yield Row(what, f"{ours.rate:.1f}/s", target, ours.rate >= each.least if each.least else None)
    if each.truth:
        yield Row(f"… {', '.join(CORE)} right", _shares(each, ours))
        silent = sum(
            a and not _right(each, *one) for a, one in zip(ours.accepted, _pairs(each, ours), strict=True)
        )
        accepted = f"{sum(ours.accepted)} accepted, {silent} of them wrong"
        yield Row("… taken without a person", accepted, "0 wrong", not silent)
    if theirs is None:
        yield Row("… invoice2data", "NOT INSTALLED: pip install 'moisson[bench]'", "in the same run", False)
        return
    yield Row("… invoice2data, its own templates, two processes without walls", f"{theirs.rate:.1f}/s")
    if each.truth:
        yield Row(f"… invoice2data: {', '.join(CORE)} right", _shares(each, theirs))


def _ours(files: Sequence[Path]) -> Told:
    with extraction.Readers(CHILDREN) as readers, ThreadPoolExecutor(CHILDREN) as pool:

        def read(file: Path) -> tuple[Said, bool]:
            try:
                reading = readers.read(file)
            except (errors.NotAnInvoice, errors.ReaderFailed):
                return {}, False
            said = {name: field.value for name, field in reading.fields.items()}
            return said, extraction.action(reading) == "accept"

        list(pool.map(read, files[: 2 * CHILDREN]))  # warm
        before = time.perf_counter()
        told = list(pool.map(read, files))
        seconds = time.perf_counter() - before
    return Told([said for said, _ in told], seconds, [accepted for _, accepted in told])


def _theirs(files: Sequence[Path]) -> Told | None:
    """None where it is not installed."""
    if importlib.util.find_spec("invoice2data") is None:
        return None
    asked = json.dumps({"files": list(map(str, files)), "processes": CHILDREN})
    command = [sys.executable, "-m", "tests.bench.rival", asked]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=LONGEST, check=True).stdout
    told = json.loads(said)
    return Told(told["found"], told["seconds"])


def _shares(each: Set, told: Told) -> str:
    pairs = list(_pairs(each, told))
    rights = [sum(_same(name, said, truth) for said, truth in pairs) for name in CORE]
    return ", ".join(f"{100 * right / len(pairs):.0f} %" for right in rights)


def _pairs(each: Set, told: Told) -> Iterator[tuple[Said, Said]]:
    for file, said in zip(each.files, told.found, strict=True):
        yield said, each.truth.get(file.name, {})


def _right(each: Set, said: Said, truth: Said) -> bool:
    return all(_same(name, said, truth) for name in CORE)


def _same(name: str, said: Said, truth: Said) -> bool:
    """A fact that is not on paper is right when nothing is said of it."""
    if name == "total":
        return _amount(said.get(name)) == _amount(truth.get(name))
    return said.get(name, "").replace(" ", "") == truth.get(name, "").replace(" ", "")


def _amount(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


def _text(folder: Path, n: int) -> Set:
    folder.mkdir()
    truth, files = {}, []
    for at, (content, bill) in enumerate(press.bills(n, SEED)):
        files.append(folder / f"{at:04}.pdf")
        files[-1].write_bytes(content)
        truth[files[-1].name] = bill.says
    return Set("text invoices of the press, each another supplier's", files, truth, 10)


def _xml(folder: Path, n: int) -> Set:
    folder.mkdir()
    truth, files = {}, []
    for at in range(n):
        bill = written.Bill(number=f"TR-2026-{5000 + at}")
        body = (written.cii if at % 2 else written.ubl)(bill)
        files.append(folder / f"{at:04}.pdf")
        files[-1].write_bytes(written.carried(body, page=_page(bill.number)))
        truth[files[-1].name] = {"number": bill.number, "date": bill.issued, "total": bill.total, "currency": bill.currency}  # fmt: skip
    return Set("PDFs that carry an e-invoice", files, truth, 20)


def _page(number: str) -> list[papers.Row | str]:
    """What such a PDF shows, with this number on it."""
    usual = written.Bill.number
    return [
        row.replace(usual, number)
        if isinstance(row, str)
        else [(x, text.replace(usual, number)) for x, text in row]
        for row in written.PAGE
    ]


def _given(folder: Path) -> Set:
    files = sorted([*folder.rglob("*.pdf"), *folder.rglob("*.xml")])
    told = folder / "expected.json"
    listed: dict[str, dict[str, Any]] = json.loads(told.read_text(encoding="utf-8")) if told.exists() else {}
    truth = {
        file: {name: str(facts[name]) for name in CORE if facts.get(name) is not None}
        for file, facts in listed.items()
    }
    return Set("files of the folder that was given", files, truth)
