"""One visit to one Account, from lease to receipt: open, sign in if one must, bring home, keep the session."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy.orm import Session

from collectors import kit
from collectors.kit import portal as portals
from collectors.kit import upstream
from core import errors, ledger, nouns
from core.db import models
from scheduler import ending, questions
from scheduler.bring import Harvest
from scheduler.call import Call
from scheduler.farm import Farm
from scheduler.lease import Lease
from vault import opening
from vault.redact import Secret

log = structlog.get_logger(__name__)

#: Seconds, without what people take to answer. No visit is worth more; what came home until then is kept.
LONGEST = 600


async def visit(farm: Farm, lease: Lease) -> None:
    """Go there, bring home what is new, and leave a receipt however it ends. Raises nothing but cancellation."""
    call = Visit(farm, lease)
    try:
        async with asyncio.timeout(LONGEST) as call.limit:
            await call.go()
        await ending.done(call)
    except errors.LeaseLost:
        log.info("visit.lease_lost", run=lease.run_id)
    except TimeoutError:
        await ending.failed(call, errors.Timeout("the visit took too long"))
    except Exception as err:  # noqa: BLE001 - whatever a stranger's page can cause ends as a named failure of this visit only
        await ending.failed(call, err)


class Visit(Call):
    """The acts between lease and ending."""

    def __init__(self, farm: Farm, lease: Lease) -> None:
        super().__init__(farm, lease)
        self.harvest = Harvest(self)
        self._kept: opening.Kept | None = None
        self._signed_in_at: datetime | None = None
        self._people = questions.Questions(self)

    async def go(self) -> None:
        await self.farm.writer(self._begin)
        self.collector = self.farm.catalogue.collector(self.account.supplier)
        if self.collector.manifest.sign_in == "none":
            return  # its invoices are brought (`scheduler.arrivals`)
        if not self._asks_with_keys:
            self._kept = await self.through_vault(self.farm.opener.session_for_run)
        async with portals.open_portal(
            self.farm.outside,
            self.collector.manifest,
            session=self._kept.state if self._kept else None,
            whole=self._reads_whole(),
            knows=self._knows,
            note=self.note,
            keep=self._keep,
            answers=self._people,
            upstream=await self._own_proxy(),
            locale=self.account.locale or "",
        ) as self.portal:
            try:
                await self._at_the_portal(self.portal)
            except errors.LeaseLost:
                raise
            except Exception as err:
                self.evidence += await self.portal.evidence(err)
                raise

    def _begin(self, session: Session) -> None:
        ledger.guard(session, self.lease.run_id, self.lease.fence)
        self.account = session.get_one(models.Account, self.lease.account_id)
        self.account.last_attempt_at = self.farm.now()
        self.run = session.get_one(models.Run, self.lease.run_id)
        self.run.census = self.census = self.account.baseline_at is None

    def _reads_whole(self) -> bool:
        """The census, a person's visit, and every few days the schedule's read each list to its proved end."""
        last = self.account.whole_at
        return self.run.whole or self.census or last is None or self.farm.now() - last > ending.WHOLE_EVERY

    def _knows(self, listed: nouns.Listed) -> bool:
        return not self.known.is_wanted(listed)

    async def _at_the_portal(self, portal: kit.Portal) -> None:
        if self._asks_with_keys:
            await self._hand_over(portal)
            return await self.harvest.bring_home(portal)
        if not await self._still_signed_in(portal):
            await self._sign_in(portal)
        try:
            await self.harvest.bring_home(portal)
        except errors.SessionExpired:
            portal.step("session_expired")
            await self._note_end()
            await self._sign_in(portal)
            await self.harvest.bring_home(portal)
        await self._keep_session(portal)

    @property
    def _asks_with_keys(self) -> bool:
        return self.collector.manifest.sign_in == "keys"

    async def _own_proxy(self) -> Secret | None:
        """The account's own way out, masked like a password; an account without one opens nothing."""
        if self.account.proxy_shown is None:
            return None
        proxy = await self.through_vault(self.farm.opener.proxy_for_run)
        if proxy:
            shown = [Secret(text) for text in upstream.secrets(proxy.reveal())]
            self.live.enter_context(self.farm.redactor.live(*shown))
        return proxy

    async def _hand_over(self, portal: kit.Portal) -> None:
        """What the account holds, masked from here on: to sign in with, or, as keys, for every request of this visit."""
        secrets = await self.through_vault(self.farm.opener.credentials_for_run)
        self.live.enter_context(self.farm.redactor.live(*secrets.values()))
        await portal.grant(secrets)

    async def _still_signed_in(self, portal: kit.Portal) -> bool:
        """What only a failed sign-in left is not even tried."""
        if self._kept is None or self._kept.signed_in_at is None:
            return False
        with contextlib.suppress(errors.SessionExpired):
            if await self.collector.signed_in(portal):
                return True
        await self._note_end()
        return False

    async def _note_end(self) -> None:
        """The Session that an earlier visit began is dead: that is what its supplier's weather is learnt from."""
        if self._kept and self._kept.signed_in_at and not self.logins:
            await self.farm.writer(partial(self._end_life, self._kept.signed_in_at))

    def _end_life(self, began_at: datetime, session: Session) -> None:
        ledger.guard(session, self.lease.run_id, self.lease.fence)
        account = session.get_one(models.Account, self.lease.account_id)
        ledger.end_life(session, account, began_at, now=self.farm.now())

    async def _sign_in(self, portal: kit.Portal) -> None:
        portal.step("signing_in")
        await self.farm.writer(self._count_login)
        await self._hand_over(portal)
        self.logins += 1
        self.entering = True
        try:
            await self.collector.sign_in(portal)
        except errors.PortalError:
            await self._keep_device(portal)
            if not portal.typed_secret:
                await self.farm.writer(self._give_back_login)
            raise
        self.entering = False
        if self._people.open:
            await portal.settled()
        await portal.close_page()
        self._signed_in_at = self.farm.now()
        await self._keep_session(portal)
        portal.step("signed_in")

    async def _keep_device(self, portal: kit.Portal) -> None:
        """A device that the portal trusts is trusted at the next sign-in too, whatever became of this one."""
        try:
            device = opening.Kept(await portal.device(), None)
            await self._seal_session(device)
        except errors.MoissonError as err:
            log.info("visit.device_not_kept", run=self.lease.run_id, why=type(err).__name__)

    def _count_login(self, session: Session) -> None:
        """Counted, and the next visit moved, before the password is handed out: a crash here cannot loop."""
        ledger.guard(session, self.lease.run_id, self.lease.fence, state=nouns.RunState.LOGIN)
        account = session.get_one(models.Account, self.lease.account_id)
        limit = self.collector.manifest.lock_limit
        ledger.count_login(session, account, self.run, lock_limit=limit, now=self.farm.now())
        account.next_run_at = ledger.next_visit(self.farm.now(), account.cadence)

    def _give_back_login(self, session: Session) -> None:
        """A sign-in page that is down or another one has taken no password."""
        ledger.guard(session, self.lease.run_id, self.lease.fence, state=nouns.RunState.LOGIN)
        ledger.give_back_login(session, self.run)

    async def _keep_session(self, portal: kit.Portal) -> None:
        known = self._kept.signed_in_at if self._kept else None
        kept = opening.Kept(await portal.state(), self._signed_in_at or known)
        if kept == self._kept:
            return
        await self._seal_session(kept)
        self._kept = kept

    async def _seal_session(self, kept: opening.Kept) -> None:
        seal = self.farm.opener.seal_session
        await self.through_vault(seal, kept.state, signed_in_at=kept.signed_in_at)

    def _keep(self, chunks: Iterable[bytes], name: str, media_type: str) -> nouns.File:
        return self.farm.archive.keep(chunks, name=name, media_type=media_type, run_id=self.lease.run_id)
