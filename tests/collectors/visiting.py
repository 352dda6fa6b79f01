"""One visit as the scheduler makes it, with a ledger in memory: what collectors are tried with, without the farm around them."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from collectors.kit import declared, door, lane, portal, question
from collectors.kit.collector import Collector
from core import errors, ledger, nouns
from tests.collectors.kit.site import new_browsers


@dataclass(frozen=True)
class Typed:
    """A secret as the vault would hand it out."""

    text: str = field(repr=False)

    def reveal(self) -> str:
        return self.text


@dataclass
class Seen:
    """What one visit saw and brought."""

    lines: list[nouns.Listed] = field(default_factory=list)
    ends: dict[str, bool] = field(default_factory=dict)
    new: list[nouns.Listed] = field(default_factory=list)
    files: list[nouns.File] = field(default_factory=list)
    error: errors.MoissonError | None = None
    logins: int = 0
    requests: int = 0
    browser: bool = False
    refused: list[str] = field(default_factory=list)
    evidence: list[Any] = field(default_factory=list)
    #: What a person was asked, one for each time, and how often the portal took the answer.
    asked: list[question.Question] = field(default_factory=list)
    settled: int = 0


#: A replica is no stranger's machine: visits go as fast as they can.
FREE = declared.Pace(at_once=16, gap=0.0, logins_at_once=16)
#: What a person answers: a code or an address, a whole Answer, or a refusal that it raises. An approval's is not looked at.
Person = Callable[[question.Question], Any]


class Asked:
    """The person of a test."""

    def __init__(self, person: Person, seen: Seen) -> None:
        self._person, self._seen = person, seen

    async def __call__(self, asked: question.Question) -> question.Answer:
        self._seen.asked.append(asked)
        said = self._person(asked)
        said = await said if inspect.isawaitable(said) else said
        if isinstance(said, question.Answer):
            return said
        if asked.kind == "approval":
            await asyncio.Event().wait()  # until the page has gone away
        return question.Answer(Typed(said))

    async def settled(self) -> None:
        self._seen.settled += 1


@dataclass
class Customer:
    """An account with its session and its ledger; the first visit is the census. `answers` is the person who can be asked."""

    collector: Collector
    credentials: Mapping[str, str]
    session: bytes | None = None
    ledger: dict[tuple[str, str], ledger.Line] = field(default_factory=dict)
    census: bool = True
    answers: Person | None = None

    def knows(self, line: nouns.Listed) -> bool:
        return not ledger.Known(self.ledger).is_wanted(line)

    def note(self, line: nouns.Listed) -> None:
        """At the census it is left at the portal, later it has come home."""
        self.ledger[line.contract.portal_id, line.identity] = ledger.Line(
            left=self.census,
            at_home=not self.census,
            number=line.number,
            total_minor=ledger.minor(line.total) if line.total else None,
            currency=line.total.currency if line.total else None,
            mark=line.mark,
        )


class World:
    """The worker's ways out, for tests. `verify` looks into what came home, and raises NotAnInvoice."""

    def __init__(
        self,
        outside: portal.Outside,
        folder: Path,
        *,
        verify: Callable[[nouns.File, nouns.Listed], None] | None = None,
    ) -> None:
        self.outside = outside
        self.folder = folder
        self.verify = verify

    async def visit(self, customer: Customer, *, whole: bool = True) -> Seen:
        seen = Seen()
        async with portal.open_portal(
            self.outside,
            replace(customer.collector.manifest, pace=FREE),
            session=customer.session,
            whole=whole or customer.census,
            knows=customer.knows,
            note=lambda *_: None,
            keep=self._keep,
            answers=Asked(customer.answers, seen) if customer.answers else None,
        ) as at:
            try:
                await self._go(at, customer, seen)
            except errors.MoissonError as err:
                seen.error = err
                seen.evidence = await at.evidence(err)
            seen.requests, seen.browser, seen.refused = (
                at.requests,
                at.used_browser,
                list(at._passage.refused),
            )
        return seen

    async def _go(self, at: portal.Portal, customer: Customer, seen: Seen) -> None:
        collector = customer.collector
        if collector.manifest.sign_in == "keys":
            await self._hand_over(at, customer)
            await self._bring(at, customer, seen)
            customer.census = False
            return
        if not (customer.session and await collector.signed_in(at)):
            await self._sign_in(at, customer, seen)
        try:
            await self._bring(at, customer, seen)
        except errors.SessionExpired:
            await self._sign_in(at, customer, seen)
            await self._bring(at, customer, seen)
        customer.census = False
        customer.session = await at.state()

    async def _hand_over(self, at: portal.Portal, customer: Customer) -> None:
        await at.grant({name: Typed(text) for name, text in customer.credentials.items() if text})

    async def _sign_in(self, at: portal.Portal, customer: Customer, seen: Seen) -> None:
        seen.logins += 1
        await self._hand_over(at, customer)
        await customer.collector.sign_in(at)
        await at.close_page()
        customer.session = await at.state()

    async def _bring(self, at: portal.Portal, customer: Customer, seen: Seen) -> None:
        seen.lines, seen.new = [], []
        async for sheet in customer.collector.listed(at):
            seen.lines += sheet.lines
            seen.ends[sheet.contract.portal_id] = sheet.last
            seen.new += [line for line in sheet.lines if not customer.knows(line) and line not in seen.new]
        if not customer.census:
            for line in seen.new:
                file = await customer.collector.download(at, line)
                if self.verify:
                    await asyncio.to_thread(self.verify, file, line)
                seen.files.append(file)
        for line in seen.new:
            customer.note(line)

    def _keep(self, chunks: Iterable[bytes], name: str, media_type: str) -> nouns.File:
        body = b"".join(chunks)
        digest = hashlib.sha256(body).hexdigest()
        path = self.folder / digest
        path.write_bytes(body)
        return nouns.File(path, digest, len(body), name, media_type)


Resolve = Callable[[str, int], Awaitable[list[tuple[str, int]]]]


@asynccontextmanager
async def world(
    folder: Path, *, resolve: Resolve | None = None, trust: tuple[str, ...] = (), at_once: int = 2
) -> AsyncIterator[World]:
    """`resolve` maps true host names to replicas, `trust` is the key that their certificate has, `at_once` bounds browser pages."""
    ways = portal.Outside(
        door.Door(allow_loopback=True, resolve=resolve),
        lane.Lanes(),
        new_browsers(folder, at_once=at_once, trust_spki=trust),
    )
    await ways.door.start()
    await ways.lanes.start()
    try:
        yield World(ways, folder)
    finally:
        await ways.browsers.close()
        await ways.lanes.close()
        await ways.door.close()
