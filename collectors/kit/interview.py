"""The pages of a sign-in that ask a person: the question put, the answer typed or opened, and what a refusal of it means.

An answer that was sent is never sent again; one that the portal refuses is asked for anew, on the same page.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from collectors.kit import challenge, hosts, question
from collectors.kit.declared_pages import Act, PageState
from core import errors

if TYPE_CHECKING:
    from collectors.kit.portal import Portal
    from collectors.kit.sending import Sending
    from collectors.kit.sight import Sight

#: What stands in `Question.refused` for an address that is none of this supplier's, and was not opened.
FOREIGN_LINK = "foreign_link"
#: Seconds between two looks at a page that waits for an approval, and how many in a row must not find it.
LOOK, GONE = 0.5, 2
#: Seconds that the page may take to come back from its button for another code.
BACK = 5.0


class Interview:
    """What one sign-in has asked and been told. `limit` is the time that it may take without its people."""

    def __init__(self, portal: Portal, sight: Sight, sending: Sending, limit: asyncio.Timeout) -> None:
        self._portal, self._sight, self._sending, self._limit = portal, sight, sending, limit
        self._refusals: Counter[PageState] = Counter()
        #: The page that asks now, whether the portal has just sent what it asks for, and why it did not take the last answer.
        self._asking: PageState | None = None
        self._fresh = True
        self._refused = ""
        self._told: set[str] = set()
        #: The page whose answer stands typed and has not left, and the one whose answer has.
        self._typed: PageState | None = None
        self._sent: PageState | None = None
        self._answer: challenge.Secret | None = None
        self._until = 0.0

    def sent(self, state: PageState | None) -> None:
        """This page has sent what stood on it."""
        if self._typed is not None and self._typed == state:
            self._typed, self._sent, self._answer = None, state, None

    async def hear(self, state: PageState) -> None:
        """This page shows. One that has had an answer has refused it. Raises CodeNeeded when it has refused enough."""
        if self._sent == state:
            self._sent = None
            await self._refuse(state, await self._words(state, *state.asking.refused))

    async def end(self) -> None:
        """We are in: the last answer was taken."""
        if self._asking is not None:
            await self._portal.settled()

    async def ask(self, state: PageState, act: Act) -> None:
        """What this gesture asks for, answered; a code stands typed then."""
        if self._asking != state:
            self._asking, self._fresh, self._refused = state, True, ""
            self._typed = self._answer = None
            self._told.clear()
        if act.kind == "approval":
            await self._approval(state, act)
            return
        if self._answer is None:
            self._answer = await self._answered(state, act)
        self._typed = state
        self._sending.begin()
        if act.kind == "link":
            link = self._answer.reveal().strip()
            self.sent(state)
            await self._portal.go(link, name=state.name)
        else:
            name = f"the code on {state.name}"
            await self._portal.type_code(self._answer, self._sight.inside(state.sign, act.where), name=name)

    async def _answered(self, state: PageState, act: Act) -> challenge.Secret:
        while True:
            answer = await self._pose(state, act)
            if answer.text is None:
                await self._send_again(state)
            elif why := self._no_use(act, answer.text.reveal()):
                await self._refuse(state, why)
            else:
                self._told.add(question.bare(answer.text.reveal()))
                return answer.text

    def _no_use(self, act: Act, text: str) -> str:
        """Why this answer need not be tried."""
        if act.kind == "link" and not _is_at(text.strip(), self._portal.manifest.hosts):
            return FOREIGN_LINK
        return self._refused or "…" if question.bare(text) in self._told else ""

    async def _approval(self, state: PageState, act: Act) -> None:
        """Until the page has gone: the person confirms elsewhere."""
        fresh = True
        while True:
            asking = asyncio.ensure_future(self._pose(state, act))
            leaving = asyncio.ensure_future(self._leaves(state, fresh=fresh))
            fresh = False
            try:
                await asyncio.wait((asking, leaving), return_when=asyncio.FIRST_COMPLETED)
                if leaving.done() and leaving.result():
                    self._sent = state
                    return
                if asking.done():
                    asking.result()
                    await self._send_again(state)
                    continue
            finally:
                asking.cancel()
                leaving.cancel()
                await asyncio.gather(asking, leaving, return_exceptions=True)
            await self._refuse(state, await self._words(state, *state.asking.refused))

    async def _leaves(self, state: PageState, *, fresh: bool) -> bool:
        """True when the page has gone, False when it says anew that the person refused; without a `fresh` page, its old words do not count."""
        missed = 0
        while missed < GONE:
            missed = missed + 1 if await self._sight.first([state.sign]) is None else 0
            refused = bool(await self._words(state, *state.asking.refused))
            if refused and fresh:
                return False
            fresh = fresh or not refused
            await asyncio.sleep(LOOK)
        return True

    async def _pose(self, state: PageState, act: Act) -> question.Answer:
        """Raises CodeNeeded when nobody answers while the portal waits."""
        fresh, self._fresh = self._fresh, False
        if fresh:
            self._until = time.monotonic() + self._portal.manifest.code_valid
        asked = question.Question(
            kind=act.kind or "code",
            medium=state.asking.medium,
            said=await self._words(state, state.asking.said),
            valid=max(0.0, self._until - time.monotonic()),
            tries_left=state.asking.tries - self._refusals[state],
            refused=self._refused,
            resend_after=state.asking.resend_after if state.asking.resend else None,
            fresh=fresh,
            step=state.name,
        )
        with question.untimed(self._limit):
            return await self._portal.ask(asked)

    async def _send_again(self, state: PageState) -> None:
        """Presses the portal's own button. When it is not there, nothing was sent, and the old code may still come."""
        where = self._sight.inside(state.sign, state.asking.resend)
        self._sending.begin()
        try:
            await self._portal.click(where, name=f"the button that sends again on {state.name}")
        except errors.PortalChanged:
            self._portal.step("code_not_sent_again")
            return
        await self._sending.rest(BACK)
        self._portal.step("code_sent_again")
        self._fresh, self._refused = True, ""
        self._told.clear()

    async def _refuse(self, state: PageState, words: str) -> None:
        self._refusals[state] += 1
        self._refused = words or "…"
        left = state.asking.tries - self._refusals[state]
        self._portal.step("code_refused", left=left)
        if left < 1:
            kind = next(act.kind for act in state.acts if act.kind)
            medium = state.asking.medium
            raise errors.CodeNeeded(words, step=state.name, wants=kind, medium=medium, refused=True)

    async def _words(self, state: PageState, *selectors: str) -> str:
        """The first words that stand at one of these."""
        for selector in filter(None, selectors):
            if words := await self._sight.words(state.sign, selector):
                return words
        return ""


def _is_at(link: str, allowed: tuple[str, ...]) -> bool:
    """An address that the supplier's visits may reach, over TLS or on this machine."""
    try:
        parts = urlsplit(link)
        host, port = hosts.split(parts.netloc, {"https": 443, "http": 80}[parts.scheme])
    except (ValueError, KeyError):
        return False
    secure = parts.scheme == "https" or hosts.is_loopback(host)
    return secure and any(pattern.fits(host, port) for pattern in hosts.patterns(allowed))
