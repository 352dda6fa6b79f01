"""The same papers read by invoice2data, with the templates that it brings, in two warm processes of its own.

`python -m tests.bench.rival '{"files": [...], "processes": 2}'` prints what it found, and in how many seconds.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from typing import Any

from invoice2data import extract_data
from invoice2data.extract.loader import read_templates

NAMES = {"number": "invoice_number", "date": "date", "total": "amount", "currency": "currency"}


def main() -> None:
    asked = json.loads(sys.argv[1])
    with ProcessPoolExecutor(asked["processes"]) as pool:
        list(pool.map(_read, asked["files"][: 2 * asked["processes"]]))
        before = time.perf_counter()
        found = list(pool.map(_read, asked["files"]))
        seconds = time.perf_counter() - before
    sys.stdout.write(json.dumps({"seconds": seconds, "found": found}))


def _read(file: str) -> dict[str, str]:
    try:
        said: dict[str, Any] = extract_data(file, templates=_templates()) or {}
    except Exception:  # noqa: BLE001 - a file that it cannot read is one that it did not read
        said = {}
    return {ours: _plain(said[theirs]) for ours, theirs in NAMES.items() if said.get(theirs) is not None}


def _plain(value: Any) -> str:
    """Dates as ISO, amounts with two decimals."""
    if isinstance(value, float | int):
        return f"{value:.2f}"
    return str(value.date()) if hasattr(value, "date") else str(value)


@cache
def _templates() -> Any:
    logging.disable()
    return read_templates()


if __name__ == "__main__":
    main()
