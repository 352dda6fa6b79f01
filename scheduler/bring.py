"""What a visit brings home: the list is read, each unknown line is fetched, verified, archived and received, in that order."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TypeVar

from sqlalchemy.orm import Session

from collectors import kit
from core import errors, extraction, intake, ledger, nouns
from core.db import models
from core.ledger import templates
from scheduler.call import Call

T = TypeVar("T")


class Harvest:
    """The acts behind a receipt's counts."""

    def __init__(self, call: Call) -> None:
        self._call = call

    async def bring_home(self, portal: kit.Portal) -> None:
        """Read the list and fetch what the ledger does not hold; called again after a sign-in in mid-list."""
        self._call.known = await self._call.farm.writer(self._begin)
        wanted = await self._listed(portal)
        new = sum(self._call.known.is_new(line) for line in wanted)
        portal.step("listed", count=self._call.counts["listed"], new=new, census=self._call.census)
        if wanted:
            await self._to(nouns.RunState.FETCHING)
        for position, line in enumerate(wanted, 1):
            portal.step("fetching", position=position, count=len(wanted))
            try:
                await self._receive(portal, line)
            except errors.NotAnInvoice as err:
                await self._hold(portal, line, err)

    def _begin(self, session: Session) -> ledger.Known:
        ledger.guard(session, self._call.lease.run_id, self._call.lease.fence, state=nouns.RunState.LISTING)
        return ledger.known_lines(session, self._call.account)

    async def _listed(self, portal: kit.Portal) -> list[nouns.Listed]:
        """The lines to fetch. The census notes every line and leaves it; a line shown twice counts once."""
        seen: set[tuple[str, str]] = set()
        ends: dict[str, bool] = {}
        wanted: list[nouns.Listed] = []
        async for sheet in self._call.collector.listed(portal):
            fresh = {(line.contract.portal_id, line.identity): line for line in sheet.lines}
            unseen = [line for key, line in fresh.items() if key not in seen]
            seen |= set(fresh)
            ends[sheet.contract.portal_id] = sheet.last
            await self._note_marks(unseen)
            unseen = [line for line in unseen if self._call.known.is_wanted(line)]
            if self._call.census:
                await self._leave(unseen)
            else:
                wanted += unseen
        self._call.whole = portal.whole and bool(ends) and all(ends.values())
        self._call.counts["listed"] = len(seen)
        self._call.counts["known"] = len(seen) - len(wanted) - self._call.counts["baseline"]
        return wanted

    async def _note_marks(self, lines: list[nouns.Listed]) -> None:
        if other := [line for line in lines if self._call.known.has_other_mark(line)]:
            await self._write(partial(ledger.note_marks, lines=other))

    async def _leave(self, lines: list[nouns.Listed]) -> None:
        self._call.counts["baseline"] += await self._write(partial(ledger.note_baseline, lines=lines))

    async def _receive(self, portal: kit.Portal, line: nouns.Listed) -> None:
        """The one allowed order: bytes synced, verified, in their place, then the row."""
        farm, in_pool = self._call.farm, self._call.in_pool
        file = await self._call.collector.download(portal, line)
        file, seen = await in_pool(self._archived, file, line)
        document = await self._write(partial(ledger.receive, listed=line, file=file))
        if document is None:
            self._call.counts["known"] += 1
            return
        self._call.counts["new" if document.revision == 1 else "revised"] += 1
        take_in = partial(
            intake.take_in, farm.database, farm.archive, farm.readers, document.id, now=farm.now
        )
        await in_pool(partial(take_in, seen=seen))

    def _archived(self, file: nouns.File, line: nouns.Listed) -> tuple[nouns.File, intake.Seen | None]:
        """What the file is, what it says, and its picture, once it lies in its place. Else nothing of it stays, and the error says why."""
        farm = self._call.farm
        try:
            known = replace(file, media_type=extraction.check(file.path))
            seen = self._seen(known)
            if seen and (why := extraction.is_other_document(seen[0], line)):
                raise errors.NotAnInvoice(why, step="the document", reason="other_customer")
            farm.archive.put(file)
        except errors.MoissonError:
            farm.archive.discard(file)
            raise
        return known, seen

    def _seen(self, file: nouns.File) -> intake.Seen | None:
        """None of one that breaks the reader's limits: it is kept and tried again, and no visit is made again for it."""
        try:
            return self._call.farm.readers.read_and_preview(file.path, self._taught())
        except errors.ReaderFailed as err:
            if err.way == "gone":
                raise
            return None

    def _taught(self) -> list[templates.Values]:
        """What people taught of this supplier's documents."""
        with self._call.farm.database.read() as session:
            account = session.get_one(models.Account, self._call.lease.account_id)
            return intake.taught(session, account.workspace_id, account.supplier)

    async def _hold(self, portal: kit.Portal, line: nouns.Listed, err: errors.NotAnInvoice) -> None:
        """One bad document is held and shown; the others go on."""
        self._call.counts["held"] += 1
        self._call.counts["failed"] += 1
        err.step = err.step or "the document"
        self._call.refused = err
        portal.step("held", reason=err.reason)
        self._call.evidence += await portal.evidence(err)
        await self._write(partial(ledger.hold, listed=line, why=err.reason))

    async def _to(self, state: nouns.RunState) -> None:
        lease = self._call.lease
        await self._call.farm.writer(lambda s: ledger.guard(s, lease.run_id, lease.fence, state=state))

    async def _write(self, change: partial[T]) -> T:
        """A fenced change of the ledger, in one short transaction."""
        call = self._call

        def act(session: Session) -> T:
            account = session.get_one(models.Account, call.lease.account_id)
            return change(session, call.lease.run_id, call.lease.fence, account, now=call.farm.now())

        return await call.farm.writer(act)
