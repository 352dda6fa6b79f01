"""What a collector sees of the world during one visit: HTTP first; a page of a browser only when a verb touches it."""

from __future__ import annotations

import asyncio
import json as jsons
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from collectors.kit import browsers, challenge, downloads, evidence, lane, question, troubles
from collectors.kit import mask as masks
from collectors.kit import upstream as upstreams
from collectors.kit.errand import Note, Outside
from collectors.kit.guest import Guest
from core import errors, nouns

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from collectors.kit.declared import Manifest
    from collectors.kit.reply import Reply

__all__ = ["Keep", "Note", "Outside", "Portal", "open_portal"]

Keep = Callable[[Iterable[bytes], str, str], nouns.File]


@asynccontextmanager
async def open_portal(
    outside: Outside,
    manifest: Manifest,
    *,
    session: bytes | None,
    whole: bool,
    note: Note,
    keep: Keep,
    knows: Callable[[nouns.Listed], bool] = lambda _: False,
    answers: question.Answers | None = None,
    upstream: challenge.Secret | None = None,
    locale: str = "",
) -> AsyncIterator[Portal]:
    """One visit. `session` is what `Portal.state` gave the last time; `keep` writes a fetched document to the inbox.

    `answers` is whoever can be asked when the portal wants a code; without, that ends the visit. `upstream` is the account's
    own proxy, which is masked in all that the visit shows; `locale`, such as `en-GB`, the language that its portal is asked in.
    """
    passage = await outside.door.open(manifest.hosts, upstream=upstream.reveal() if upstream else "")
    portal = Portal(outside, manifest, passage, session=session, whole=whole, knows=knows, note=note)
    portal.keep, portal.answers, portal.locale = keep, answers, locale or portal.locale
    if upstream:
        portal.mask.hide(*upstreams.secrets(upstream.reveal()))
    try:
        yield portal
    except browsers.Error as err:  # a collector that used the page by hand; Playwright's own words stop here
        seen = troubles.of(err).words
        raise errors.PortalChanged(
            step=portal.last_step, expected="the page to do as before", seen=seen
        ) from None
    finally:
        await portal.leave_page()
        await passage.close()


class Portal(Guest):
    """One visit to one account."""

    keep: Keep

    async def state(self) -> bytes:
        """The Session to seal: cookies and storage, the User-Agent that made them, and `memory`."""
        await self._take_back_cookies()
        return self._written(self.jar.state())

    async def device(self) -> bytes:
        """What a closed browser would still have of it: by this the portal knows a device again, whoever signs in there."""
        await self._take_back_cookies()
        return self._written(self.jar.lasting())

    def _written(self, state: Mapping[str, Any]) -> bytes:
        kept = {"state": state, "user_agent": self.user_agent, "memory": self.memory}
        return jsons.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()

    async def download(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        name: str = "",
        cap: int = lane.CAP,
        where: str = "document",
    ) -> nouns.File:
        """Fetches a document over HTTP into the inbox."""
        reply = await self.get(url, headers=headers, cap=cap, where=where)
        return await self.put_reply(reply, name)

    async def download_click(self, where: str | Locator, *, name: str) -> nouns.File:
        """Clicks, at the supplier's pace, and takes the file that comes of it, in this page or in one that opens."""
        touch = await self._touch()
        async with self._lane.turn():
            fetched = await downloads.by_click(touch, where, name)
        return await self.put(fetched)

    async def download_blob(self, where: str | Locator, *, name: str) -> nouns.File:
        """Takes what a link or a frame of the page points at, as the page itself would (`blob:` and `data:` too)."""
        return await self.put(await downloads.by_blob(await self._touch(), where, name))

    async def print_pdf(self, *, name: str = "") -> nouns.File:
        """The page as it would be printed, for a portal that shows its invoices and gives no file; `name` is the file's."""
        return await self.put(await downloads.by_print(await self._touch(), name))

    async def put_reply(self, reply: Reply, name: str = "") -> nouns.File:
        """What an answer brought, into the inbox."""
        return await self.put(downloads.of_reply(reply, name))

    async def put_body(self, body: bytes, name: str, media_type: str = "application/pdf") -> nouns.File:
        """Bytes that came inside of something else, such as JSON, into the inbox."""
        return await self.put(downloads.Fetched(body, name, media_type))

    async def put(self, fetched: downloads.Fetched) -> nouns.File:
        """Into the inbox: the disk is not for the loop."""
        return await asyncio.to_thread(self.keep, [fetched.body], fetched.name, fetched.media_type)

    async def evidence(self, error: BaseException) -> list[evidence.Evidence]:
        """What there is to look at, masked. Never raises. Unless the document alone was bad, the page is spent afterwards."""
        if self._hand is not None:
            self.mask.hide(*masks.tokens_in(await self._hand.cookie_values()))
        self.mask.hide(*masks.tokens_in(self.jar.state()), *masks.tokens_in(self.memory))
        blind = self._hand is None or isinstance(error, errors.NotAnInvoice | errors.BrowserLost)
        page = None if blind or self._hand is None else self._hand.page
        steps = [*self._steps, ("failed", evidence.words_of(error))]
        return await evidence.gathered(page, self._last, steps, self.mask)
