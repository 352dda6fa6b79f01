"""HTTP to the portals: redirects and cookies hop by hop, through the run's own passage, at the pace the supplier bears."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from collectors.kit import ask, crawler, declared, door, jar, pace, reply
from core import errors

#: The largest answer that is read, in bytes.
CAP = 40 * 1024 * 1024
_MOST_HOPS = 10
_USUAL = {"Accept": "*/*", "Accept-Language": ask.languages(ask.LOCALE)}


class Lanes:
    """All the lanes of one worker. They may be closed and started again, in the same loop."""

    def __init__(self, *, patience: float = 60.0) -> None:
        """`patience` is how long one answer may take, from asking to its last byte, in seconds."""
        self._patience = patience
        self._lanes: dict[str, Lane] = {}
        self._line: crawler.Line | None = None

    async def start(self) -> None:
        self._line = crawler.Line()

    async def close(self) -> None:
        await asyncio.gather(*(lane.close() for lane in self._lanes.values()))
        self._lanes.clear()
        if self._line is not None:
            self._line.close()
        self._line = None

    def lane(self, manifest: declared.Manifest) -> Lane:
        """This supplier's lane; all visits to it share its pace."""
        if self._line is None:
            raise RuntimeError("the lanes are not started")
        if manifest.id not in self._lanes:
            self._lanes[manifest.id] = Lane(manifest.pace, crawler.Resident(self._line, self._patience))
        return self._lanes[manifest.id]


class Lane:
    """One supplier's HTTP."""

    def __init__(self, speed: declared.Pace, resident: crawler.Resident) -> None:
        self._turns = pace.Turns(speed)
        self._resident = resident

    async def fetch(
        self,
        passage: door.Passage,
        cookies: jar.Jar,
        method: str,
        url: str,
        *,
        user_agent: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        cap: int = CAP,
        guard: Callable[[ask.Ask], None] = lambda _: None,
    ) -> reply.Reply:
        """Ask, and follow redirects within the supplier's hosts; cookies are sent and taken at each hop.

        `guard` looks at each request before it leaves, redirects too, and may raise.

        Raises PortalDown, Timeout, TooFast (429), Untrusted, DoorClosed, and NotAnInvoice beyond `cap` bytes.
        """
        said = ask.merged(_USUAL, headers or {}, {"User-Agent": user_agent})
        asked = ask.Ask(method.upper(), url, said, body)
        hops: list[str] = []
        while True:
            guard(asked)
            answer = await self._answer(passage, cookies, asked, cap)
            onward = asked.onward(answer)
            if onward is None:
                return replace(answer, hops=tuple(hops))
            if len(hops) == _MOST_HOPS:
                raise errors.PortalChanged(
                    step="redirects", expected="a page", seen=f"more than {_MOST_HOPS}"
                )
            hops.append(asked.url)
            asked = onward

    def turn(self) -> contextlib.AbstractAsyncContextManager[None]:
        """For what asks as much of the portal as a request does, such as a click that has a file made."""
        return self._turns.request()

    def logins(self) -> contextlib.AbstractAsyncContextManager[None]:
        """Bounds how many browsers sign in at this supplier at once, and how soon after one another."""
        return self._turns.login()

    async def close(self) -> None:
        await self._resident.close()

    async def _answer(self, passage: door.Passage, cookies: jar.Jar, asked: ask.Ask, cap: int) -> reply.Reply:
        passage.check(asked.url)
        try:
            answer, set_cookie = await self._take_turn(passage, cookies, asked, cap)
        except crawler.Unanswered:
            if asked.method != "GET":
                raise
            answer, set_cookie = await self._take_turn(passage, cookies, asked, cap)
        cookies.take(asked.url, set_cookie)
        _raise_refusal(answer, asked.host)
        return answer

    async def _take_turn(
        self, passage: door.Passage, cookies: jar.Jar, asked: ask.Ask, cap: int
    ) -> tuple[reply.Reply, list[str]]:
        async with self._turns.request():
            passage.requests += 1
            return await self._resident.send(asked, passage, cookies.header_for(asked.url), cap)


def _raise_refusal(answer: reply.Reply, host: str) -> None:
    """Over plain HTTP the door answers in the portal's stead, and signs (RFC 9209)."""
    signed = re.fullmatch(r"moisson; error=(\w+)", answer.headers.get("proxy-status", ""))
    if signed:
        raise crawler.door_said(answer.status, signed[1], host)
    if answer.status == 429:
        raise errors.TooFast(f"{host} said 429", retry_after=answer.retry_after)
