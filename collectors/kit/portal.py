"""What a collector sees of the world during one visit: HTTP first; a page of a browser only when a verb touches it."""

from __future__ import annotations

import asyncio
import json as jsons
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from collectors.kit import (
    asking,
    browsers,
    challenge,
    downloads,
    evidence,
    hand,
    keys,
    lane,
    question,
    troubles,
)
from collectors.kit import mask as masks
from collectors.kit import upstream as upstreams
from collectors.kit.errand import Errand, Note, Outside
from core import errors, nouns

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

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


class Portal(Errand):
    """One visit to one account."""

    keep: Keep
    answers: question.Answers | None = None

    def __init__(self, *of: Any, **visit: Any) -> None:
        super().__init__(*of, **visit)
        self.used_browser = False
        #: Whether a secret of the account may have stood on a page.
        self.typed_secret = False
        self._credentials: Mapping[str, challenge.Secret] = {}
        self._hand: hand.Hand | None = None
        self._open, self._turn = AsyncExitStack(), AsyncExitStack()

    async def grant(self, credentials: Mapping[str, challenge.Secret]) -> None:
        """What signs in, given just before `sign_in`; from here on it is masked in all that the visit shows."""
        self._credentials = credentials
        self._user_agent = ""  # the browser that signs in says who it is
        self.mask.hide(*(secret.reveal() for secret in credentials.values()))
        if self.manifest.sign_in == "keys":
            asking.keep_fields(self)
            self._guard = keys.guard(
                self.manifest,
                [
                    self.key(spec.name).reveal()
                    for spec in self.manifest.fields
                    if spec.secret and self.has(spec.name)
                ],
            )

    def has(self, field: str) -> bool:
        """Whether the account's form has this field filled in."""
        return field in self._credentials and bool(self._credentials[field].reveal())

    def told(self, field: str) -> str:
        """What the account says in a field of kind `text`, for an address; the others are only ever typed."""
        shown = self.has(field) and not self.manifest.spec(field).secret
        return self._credentials[field].reveal() if shown else ""

    def key(self, field: str) -> challenge.Secret:
        """A key of the account, for requests to a supplier that is asked with keys; any other's secrets are only ever typed."""
        if self.manifest.sign_in != "keys":
            raise errors.BadManifest(f"{self.manifest.id}: only sign_in = 'keys' gives a key to its requests")
        if not self.has(field):
            raise errors.ActionNeeded(f"this account has no {field}", step="the keys")
        return self._credentials[field]

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

    async def page(self) -> Page:
        """The page of this visit; the first touch opens it, signed in as the session is."""
        return (await self._touch()).page

    async def close_page(self) -> None:
        """Brings cookies and storage back from the browser, and gives it up."""
        await self._take_back_cookies()
        await self.leave_page()

    async def leave_page(self) -> None:
        """Gives the browser up as it is."""
        self._hand = None
        await self._open.aclose()

    async def go(self, url: str, *, name: str = "the page") -> None:
        await (await self._touch()).go(self.url(url), name)

    async def see(self, *what: str | Locator, name: str, within: float = hand.SEE) -> Locator:
        """Waits for the first of these to be visible. Raises PortalChanged with `name`, or what the portal is ill with."""
        return await (await self._touch()).see(*what, name=name, within=within)

    async def glimpse(self, *what: str | Locator, within: float = hand.SEE) -> int | None:
        """Which of these is visible first, by its place; None when none is within so many seconds."""
        return await (await self._touch()).glimpse(*what, within=within)

    async def words(self, where: str | Locator) -> str:
        """The portal's own words there, on one line, without secrets; nothing when they are not there."""
        return await (await self._touch()).words(where)

    async def rest(self, within: float) -> None:
        """Waits until the page asks for nothing more, at most so many seconds: where beacons run, it never does."""
        with suppress(browsers.TooSlow):
            await (await self.page()).wait_for_load_state("networkidle", timeout=within * 1000)

    async def click(self, where: str | Locator, *, name: str) -> None:
        """Raises PortalChanged after three seconds in which something lies over it."""
        await (await self._touch()).click(where, name)

    async def fill(self, field: str, where: str | Locator, *, name: str) -> None:
        """Types a field of the account, key by key, if page and frame are at a declared origin. Raises ForeignOrigin.

        For a field of kind `totp` it types the code of the moment.
        """
        if not self.has(field):
            raise errors.ActionNeeded(f"the portal asks for {name}, and this account has none", step=name)
        kind = self.manifest.spec(field).kind
        touch = await self._touch()
        self.typed_secret |= kind != "text"
        if kind == "totp":
            await asyncio.sleep(challenge.rest(self._credentials[field].reveal()))
        rest = hand.DIGIT if kind == "totp" else 0.0
        await touch.type(lambda: self._said(field, kind), where, name, whole=kind == "password", rest=rest)

    async def ask(self, asked: question.Question) -> question.Answer:
        """Asks a person, with the page left open meanwhile. Raises CodeNeeded when nobody can be asked, or answers in time."""
        if self.answers is None:
            raise errors.CodeNeeded(asked.said, step=asked.step, wants=asked.kind, medium=asked.medium)
        if asked.fresh:
            self.step("code_asked", kind=asked.kind, medium=asked.medium)
        await self._give_way()
        answer = await self.answers(asked)
        if answer.text is not None:
            self.mask.hide(*question.spellings(answer.text.reveal()))
        return answer

    async def _give_way(self) -> None:
        """People are slow: other visits sign in meanwhile. When the answer is there, it is urgent, and no new turn is waited for."""
        await self._turn.aclose()
        if self._hand is not None:
            await self._outside.browsers.give_way(self._hand.page.context)

    async def settled(self) -> None:
        """The portal has taken the last answer, and let us in."""
        if self.answers is not None:
            await self.answers.settled()
        self.step("code_taken")

    async def type_code(self, answer: challenge.Secret, where: str | Locator, *, name: str) -> None:
        """Types what a person answered, without its spaces and dashes, if page and frame are at a declared origin."""
        self.typed_secret = True
        await (await self._touch()).type(
            lambda: question.bare(answer.reveal()), where, name, whole=False, rest=hand.DIGIT
        )

    @property
    def clock_off(self) -> float:
        """Seconds that the portal's clock is before ours, as its last page in the browser told."""
        return self._hand.clock_off if self._hand else 0.0

    async def lost(self, step: str, expected: str) -> errors.MoissonError:
        """The error to raise on a page that is none of those expected: what ails the portal, else PortalChanged."""
        return await (await self._touch()).lost(step, expected)

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

    def _said(self, field: str, kind: str) -> str:
        secret = self._credentials[field].reveal()
        if kind != "totp":
            return secret
        code = challenge.totp(secret)
        self.mask.hide(code)
        return code

    async def _touch(self) -> hand.Hand:
        if self._hand is None:
            self._hand = await self._opened()
        return self._hand

    async def _opened(self) -> hand.Hand:
        full = self.manifest.browser == "full"
        async with AsyncExitStack() as stack:
            turn = await stack.enter_async_context(AsyncExitStack())
            await turn.enter_async_context(self._lane.logins())
            context = await stack.enter_async_context(
                self._outside.browsers.context(
                    self._passage,
                    state=self.jar.state(),
                    user_agent=self._user_agent or None,
                    full=full,
                    locale=self.locale,
                )
            )
            opened = await hand.of(context, self.manifest.origins, self._passage.refused, self.mask)
            self._open, self._turn = stack.pop_all(), turn
        self.used_browser = True
        self._user_agent = self._user_agent or self._outside.browsers.user_agent
        return opened

    async def _take_back_cookies(self) -> None:
        if self._hand is not None:
            self.jar.replace(await self._hand.storage())
