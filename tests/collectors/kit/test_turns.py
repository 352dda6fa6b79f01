from __future__ import annotations

import asyncio
import os

import pytest

from collectors.kit import turns


@pytest.mark.parametrize(("load", "most"), [(0.0, 4), (100.0, 3)], ids=["at ease", "laden"])
async def test_fewer_have_their_turn_while_the_machine_is_laden(
    monkeypatch: pytest.MonkeyPatch, load: float, most: int
) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0))
    ours, inside, seen = turns.Turns(4), 0, 0

    async def visit() -> None:
        nonlocal inside, seen
        async with ours.one():
            inside += 1
            seen = max(seen, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(visit() for _ in range(9)))

    assert seen == most


async def test_somebody_always_has_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (100.0, 0.0, 0.0))
    ours = turns.Turns(1)

    async with ours.one():
        pass


async def test_who_is_cancelled_while_waiting_takes_no_turn_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (0.0, 0.0, 0.0))
    ours = turns.Turns(1)

    async with ours.one():
        waiting = asyncio.create_task(_pass_through(ours))
        await asyncio.sleep(0)
        waiting.cancel()
    await asyncio.wait([waiting])

    await asyncio.wait_for(_pass_through(ours), 60)


async def _pass_through(ours: turns.Turns) -> None:
    async with ours.one():
        pass
