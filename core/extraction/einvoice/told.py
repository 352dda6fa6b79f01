"""What an e-invoice says, before it is believed: EN 16931's business terms by their numbers, as written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """One line of the VAT breakdown (BG-23)."""

    rate: str
    base: str
    vat: str


@dataclass(frozen=True, slots=True)
class Line:
    """One invoiced line (BG-25)."""

    name: str
    quantity: str
    unit: str
    net: str
    rate: str


@dataclass(frozen=True, slots=True)
class Told:
    """`terms` holds what is there and nothing empty: `{"BT-1": "F-2026-1"}`."""

    terms: Mapping[str, str]
    rates: tuple[Rate, ...]
    lines: tuple[Line, ...]
