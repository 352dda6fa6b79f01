from __future__ import annotations

import asyncio

from scheduler.clock import Clock


async def test_what_is_under_way_ends_before_the_clock_has_stopped() -> None:
    begun, go_on, ended = asyncio.Event(), asyncio.Event(), 0

    async def act() -> None:
        nonlocal ended
        begun.set()
        await go_on.wait()
        ended += 1

    clock = Clock()
    clock.every(0.01, act)
    clock.start()
    await begun.wait()
    stopping = asyncio.create_task(clock.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    go_on.set()
    await stopping
    assert ended == 1


async def test_a_tick_that_fails_does_not_keep_the_next_one_away() -> None:
    calls, twice = 0, asyncio.Event()

    async def act() -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            twice.set()
        raise RuntimeError("the first one fails")

    clock = Clock()
    clock.every(0.01, act)
    clock.start()
    async with asyncio.timeout(60):
        await twice.wait()
    await clock.stop()
