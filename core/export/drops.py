"""Where files are put: one at a time, each under its name, never over another's file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from core.db import models
from core.export import delivering, papers
from core.export.delivering import Receipts, Refused, Step
from core.export.papers import House, Parcel
from core.partners import Means

#: Bytes at the place that are not ours: nothing is put there.
TAKEN = "name_taken"
#: A name that no file has; asking for it tells whether we are let in.
NOBODY = "moisson-is-there"


class Drop(Protocol):
    """An open way to where files are put."""

    def size(self, name: str) -> int | None:
        """Of the file of this name there, in bytes; None when there is surely none."""
        ...

    def put(self, name: str, parcel: Parcel) -> bool:
        """The whole file under its name, or nothing of it; False when one of this name lies there."""
        ...


#: How the way there is opened; it is closed at the round's end.
Open = Callable[[models.Destination, Means], AbstractContextManager[Drop]]


def deliver(house: House, destination: models.Destination, means: Means, open_: Open) -> None:
    """What is owed; a round in which nothing is only looks whether we are let in."""
    with house.database.read() as session:
        owes = session.scalars(delivering.owed(destination.id, means.now()).limit(1)).first() is not None
    with open_(destination, means) as drop:
        if not owes:
            drop.size(NOBODY)
            return
        papers.carry_all(house, destination, means, papers.draft_of_file, lambda parcel: [step(drop, parcel)])


def step(drop: Drop, parcel: Parcel) -> Step:
    """The file's name is its receipt. The same file put twice is one file."""
    name = str(parcel.payload["name"])

    def find(_: Receipts) -> str | None:
        there = drop.size(name)
        return None if there is None else _expect_ours(name, there, parcel)

    def send(_: Receipts, __: str) -> str:
        if drop.put(name, parcel):
            return name
        return _expect_ours(name, drop.size(name), parcel)

    return Step("file", find, send)


def _expect_ours(name: str, there: int | None, parcel: Parcel) -> str:
    """Every name has the Document's own number in it: a file of the same size is this one. Raises Refused."""
    if there != parcel.size:
        raise Refused(f"{name}: {there} ≠ {parcel.size}", TAKEN)
    return name
