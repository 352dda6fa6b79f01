"""A few faults of the campaign, and the proof that it would notice. `./run prove outbox --n 200` takes a thousand invoices."""

from __future__ import annotations

from pathlib import Path

from tests.prove import outbox


def test_every_invoice_is_there_once_whatever_dies_or_is_lost(tmp_path: Path) -> None:
    tally = outbox.campaign(tmp_path, 8, 1)
    assert tally.breaches == []
    assert min(tally.kills, tally.lost) > 2


def test_without_a_look_there_some_are_there_twice(tmp_path: Path) -> None:
    assert outbox.campaign(tmp_path, 4, 1, without="look").breaches != []
