"""What a fictional portal remembers from one demo to the next: what it published, and its password."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from demo.house import House
from demo.shelf import Bill


def keep(house: House, file: Path) -> None:
    """Bring back what `file` holds, and from now on write every change of the house there."""
    if file.exists():
        _recall(house, json.loads(file.read_text(encoding="utf-8")))
    file.parent.mkdir(parents=True, exist_ok=True)
    house.changed = lambda: _write(house, file)


def _write(house: House, file: Path) -> None:
    common, own = house.shelf.everything()
    kept = {
        "password": house.password,
        "common": [_told(bill) for bill in common],
        "own": {login: [_told(bill) for bill in bills] for login, bills in own.items()},
    }
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(kept), encoding="utf-8")
    fresh.replace(file)


def _recall(house: House, kept: dict[str, Any]) -> None:
    house.password = kept["password"]
    own = {login: [_bill(told) for told in bills] for login, bills in kept["own"].items()}
    house.shelf.refill([_bill(told) for told in kept["common"]], own)


def _told(bill: Bill) -> dict[str, Any]:
    return {
        "number": bill.number,
        "issued": bill.issued.isoformat(),
        "cents": bill.cents,
        "contract": bill.contract,
        "credit_note": bill.credit_note,
        "version": bill.version,
    }


def _bill(told: dict[str, Any]) -> Bill:
    return Bill(**(told | {"issued": date.fromisoformat(told["issued"])}))
