"""What a person typed about a supplier they ask for, checked before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from core.ledger import requests

MOST = 100_000


@dataclass
class Filled:
    """`problems` are keys of `i18n` by field name; `there` is the supplier of the catalogue that has this name already."""

    name: str = ""
    website: str = ""
    invoice_page: str = ""
    today: str = "web"
    second_factor: str = "unknown"
    volume: str = ""
    problems: dict[str, str] = field(default_factory=dict)
    there: str = ""

    def facts(self) -> dict[str, str | int | None]:
        return {
            "website": self.website,
            "invoice_page": self.invoice_page,
            "today": self.today,
            "second_factor": self.second_factor,
            "volume": int(self.volume) if self.volume else None,
        }


def read(form: Mapping[str, str], known: Mapping[str, object]) -> Filled:
    """`known`: the suppliers of the catalogue, by id."""
    filled = Filled(
        name=" ".join(form.get("name", "").split())[:80],
        website=_address(form.get("website", "")),
        invoice_page=_address(form.get("invoice_page", "")),
        today=form.get("today", "web"),
        second_factor=form.get("second_factor", "unknown"),
        volume=form.get("volume", "").strip(),
    )
    _check(filled)
    slug = requests.slug(filled.name)
    if slug in known:
        filled.problems["name"], filled.there = "ask_for.already", slug
    return filled


def _check(filled: Filled) -> None:
    if not requests.slug(filled.name):
        filled.problems["name"] = "ask_for.no_name"
    for name in ("website", "invoice_page"):
        typed = getattr(filled, name)
        if typed and not _is_address(typed):
            filled.problems[name] = "ask_for.no_address"
    if filled.today not in requests.TODAY or filled.second_factor not in requests.SECOND_FACTORS:
        filled.problems["today"] = "ask_for.no_choice"
    if filled.volume and not (filled.volume.isdecimal() and int(filled.volume) <= MOST):
        filled.problems["volume"] = "ask_for.no_number"


def _address(typed: str) -> str:
    """People leave `https://` out."""
    bare = typed.strip()[:300]
    return f"https://{bare}" if bare and "://" not in bare else bare


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https")
            and "." in (parts.hostname or "")
            and not any(map(str.isspace, url))
        )
    except ValueError:
        return False
