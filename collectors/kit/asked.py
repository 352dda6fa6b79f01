"""Suppliers that are asked for and have no collector, with why not. What is in this list can be wanted, never collected from."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from collectors.kit.clauses import Clause
from collectors.kit.declared import Words
from core import errors

LIST = Path(__file__).with_name("asked.toml")


@dataclass(frozen=True, slots=True)
class Asked:
    """`why` says what keeps us from writing it."""

    id: str
    names: Words
    country: str
    category: str
    why: Words


def without(known: Collection[str]) -> tuple[Asked, ...]:
    """Those of the list that no collector of the catalogue serves."""
    return tuple(each for each in _all() if each.id not in known)


@cache
def _all() -> tuple[Asked, ...]:
    return read(LIST.read_text(encoding="utf-8"))


def read(text: str) -> tuple[Asked, ...]:
    """Raises BadManifest that names every problem."""
    problems: list[str] = []
    found = tuple(_one(each) for each in Clause(tomllib.loads(text), "", problems).clauses("asked"))
    if problems:
        raise errors.BadManifest("\n".join(["asked.toml:", *problems]))
    return found


def _one(clause: Clause) -> Asked:
    one = Asked(
        clause.text("id"),
        clause.words("name"),
        clause.text("country"),
        clause.text("category"),
        clause.words("why"),
    )
    clause.close()
    return one
