"""The catalogue as tiles: what works here, what is beta, what is only asked for. A tile that cannot run never looks like one that can."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from collectors.kit import asked, declared, portrait
from core.db import models
from core.ledger import changes
from web import farm, speech

Label = Literal["works", "beta", "asked"]


@dataclass(frozen=True)
class Tile:
    """`green` is the last visit that ended well in this installation; `why` what keeps an asked-for one from being written."""

    label: Label
    id: str
    name: str
    category: str
    country: str
    note: str = ""
    signs_in: Sequence[str] = ()
    verified: str = ""
    age: date | None = None
    source: str = ""
    green: datetime | None = None
    votes: int = 0
    why: str = ""
    change: changes.Change | None = None
    searched: str = ""

    @property
    def runs(self) -> bool:
        return self.label != "asked"


def of_catalogue(
    greens: Mapping[str, datetime], changed: Mapping[str, changes.Change], votes: Mapping[str, int]
) -> list[Tile]:
    """Every supplier that can be collected from, by name, and the suppliers of our list that cannot."""
    known = farm.here().catalogue.collectors
    tiles = [
        _running(one.manifest, greens.get(name), changed.get(name), votes) for name, one in known.items()
    ]
    tiles += [_wanted(each, votes) for each in asked.without(known)]
    return sorted(tiles, key=lambda tile: plain(tile.name))


def _running(
    manifest: declared.Manifest,
    green: datetime | None,
    change: changes.Change | None,
    votes: Mapping[str, int],
) -> Tile:
    ages = [manifest.fact(group).age for group in declared.GROUPS]
    return Tile(
        label=label(manifest, green),
        id=manifest.id,
        name=speech.labels(manifest.names),
        category=manifest.category,
        country=manifest.country.upper(),
        note=speech.labels(manifest.note),
        signs_in=portrait.signs_in_with(manifest),
        verified=str(manifest.verified) if manifest.sign_in != "none" else "",
        age=min((age for age in ages if age), default=None),
        source=manifest.source,
        green=green,
        votes=votes.get(manifest.id, 0),
        change=change,
        searched=" ".join([manifest.id, *manifest.names.values(), *manifest.bank_labels, manifest.category]),
    )


def label(manifest: declared.Manifest, green: datetime | None) -> Label:
    """A portal works once it was seen to: here, or live by those who wrote its collector. What visits no portal has none to prove."""
    live = manifest.verified == declared.Verified.LIVE or manifest.sign_in == "none"
    return "works" if green or live else "beta"


def _wanted(each: asked.Asked, votes: Mapping[str, int]) -> Tile:
    return Tile(
        label="asked",
        id=each.id,
        name=speech.labels(each.names),
        category=each.category,
        country=each.country,
        votes=votes.get(each.id, 0),
        why=speech.labels(each.why),
        searched=" ".join([each.id, *each.names.values(), each.category]),
    )


def requested(row: models.SupplierRequest, votes: int) -> Tile:
    """One that somebody here has asked for by name."""
    return Tile("asked", row.slug, row.name, "other", "", votes=votes, searched=f"{row.slug} {row.name}")


def matching(tiles: Sequence[Tile], words: str) -> list[Tile]:
    return [tile for tile in tiles if plain(words) in plain(tile.searched or tile.name)]


def plain(words: str) -> str:
    """Without accents, case or spaces: `electricite` finds `Électricité`."""
    folded = unicodedata.normalize("NFKD", words.casefold())
    return "".join(c for c in folded if not unicodedata.combining(c) and not c.isspace())
