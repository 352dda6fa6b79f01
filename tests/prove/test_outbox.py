"""A few faults of the campaign, and the proof that it would notice. `./run prove outbox --n 200` takes a thousand invoices."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.prove import outbox


@pytest.mark.parametrize("to", outbox.THERE)
def test_every_invoice_is_there_once_whatever_dies_or_is_lost(tmp_path: Path, to: str) -> None:
    tally = outbox.campaign(tmp_path, 8, 1, to=to)
    assert tally.breaches == []
    assert min(tally.kills, tally.lost) > 2


@pytest.mark.parametrize("to", outbox.THERE)
def test_without_a_look_there_some_are_there_twice(tmp_path: Path, to: str) -> None:
    assert outbox.campaign(tmp_path, 4, 1, to=to, without="look").breaches != []
