"""Services that are signed in to with what was typed: answers lost at random steps, requests refused for a while, each Invoice there once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from core import errors
from core.export import delivering, netsuite_api, pennylane_steps
from tests.core.export import services
from tests.core.export.typed import Company

#: Invoices, of which one in five has the number, the day and the sum of another.
N = 20


def _content(at: int) -> bytes:
    return b"%%PDF bill %d" % at


def _campaign(company: Company, seed: int) -> tuple[list[int], int]:
    """All is brought and sent, whatever happens on the way; the Deliveries, and how many answers were lost."""
    dice, lost = random.Random(seed), 0

    def loses() -> bool:
        nonlocal lost
        lost += (now := dice.random() < 0.3)
        return now

    owed = [company.bring(f"F-{at - at % 5 // 4}", _content(at)) for at in range(N)]
    company.service.loses = loses
    for _ in range(40 * N):
        company.service.down = dice.random() < 0.1
        with suppress(errors.PartnerDown):
            company.round()
        company.later(seconds=7)
        if all(company.delivery(one).sent_at or company.delivery(one).held_for for one in owed):
            break
    return owed, lost


@pytest.mark.parametrize("opened", services.EVERY[2:])
@pytest.mark.parametrize("seed", [1, 2])
def test_each_invoice_is_there_once_with_its_own_file(
    tmp_path: Path, opened: Callable[..., Any], seed: int
) -> None:
    with opened(tmp_path) as company:
        owed, lost = _campaign(company, seed)
        assert lost > N / 4
        assert Counter(services.files(company)) == Counter(_content(at) for at in range(N))
        assert all(company.delivery(one).sent_at for one in owed)
        assert len({company.delivery(one).proof for one in owed}) == N


@pytest.mark.parametrize("opened", services.EVERY[2:])
def test_without_looking_they_would_not_be(
    tmp_path: Path, opened: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """NetSuite's own guard is the external id, Pennylane's the file's bytes: put back, these faults are seen."""
    tries = iter(range(10**6))
    put = netsuite_api.Api.put
    monkeypatch.setattr(delivering, "look_up", lambda step, receipts: None)
    monkeypatch.setattr(
        netsuite_api.Api, "put", lambda api, kind, ref, said: put(api, kind, f"{ref}-{next(tries)}", said)
    )
    monkeypatch.setattr(pennylane_steps, "_first", lambda found: None)
    with opened(tmp_path) as company:
        owed, _ = _campaign(company, 1)
        doubled = len(services.files(company)) > N
        assert doubled or not all(company.delivery(one).sent_at for one in owed)
