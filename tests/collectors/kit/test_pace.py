from __future__ import annotations

import asyncio

from collectors.kit import declared, pace


async def together(turns: pace.Turns, visitors: int, *, login: bool = False) -> tuple[int, list[float]]:
    """The most that were in at one time, and when each came in."""
    inside, most = 0, 0
    starts: list[float] = []

    async def visit() -> None:
        nonlocal inside, most
        async with turns.login() if login else turns.request():
            starts.append(asyncio.get_running_loop().time())
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(visit() for _ in range(visitors)))
    return most, starts


async def test_no_more_are_in_at_once_than_the_supplier_bears() -> None:
    assert (await together(pace.Turns(declared.Pace(3, 0.0, 1)), 12))[0] == 3
    assert (await together(pace.Turns(declared.Pace(3, 0.0, 1)), 12, login=True))[0] == 1


async def test_no_two_starts_are_closer_than_the_gap() -> None:
    before = asyncio.get_running_loop().time()
    _, starts = await together(pace.Turns(declared.Pace(9, 0.02, 1)), 4)
    assert all(start - before >= 0.0199 * place for place, start in enumerate(starts))


async def test_sign_ins_and_requests_share_the_gap() -> None:
    turns = pace.Turns(declared.Pace(9, 0.02, 9))
    before = asyncio.get_running_loop().time()
    _, starts = await together(turns, 2)
    _, logins = await together(turns, 2, login=True)
    assert all(start - before >= 0.0199 * place for place, start in enumerate(starts + logins))


async def test_who_gives_up_waiting_frees_the_turn() -> None:
    turns = pace.Turns(declared.Pace(1, 0.0, 1))
    async with turns.request():
        waiting = asyncio.create_task(together(turns, 1))
        await asyncio.sleep(0)
        waiting.cancel()
    assert (await together(turns, 2))[0] == 1
