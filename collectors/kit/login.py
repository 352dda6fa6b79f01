"""Signing in, as the manifest tells it: recognise the page, act on it, look again, until the sign that we are in.

Walls that come late, pages in another order and nags cost nothing; a refusal that has a name ends it; a password that has been
sent is never sent again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from collectors.kit import answers, signs, tokens
from collectors.kit.declared import Act, Login, PageState, Sign
from core import errors

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page, Request

    from collectors.kit.portal import Portal

#: Seconds for all of it, and for one page to become one that we know.
WHOLE, PATIENCE = 90.0, 20.0
#: Seconds until a page is acted on again: a click that sent nothing was swallowed, one that sent something is being answered.
SWALLOWED, ANSWERED = 3.0, 12.0
MOST_ACTS = 25
#: What is left with the session for requests that name a field.
FIELDS = "fields"


async def sign_in(portal: Portal) -> None:
    """Raises the outcome that a page has, or PortalChanged where no page is known."""
    login = portal.manifest.login
    if login is None:
        raise errors.BadManifest(
            f"{portal.manifest.id}: there is no [login], and the collector's class signs in by none"
        )
    tokens.forget(portal)
    visit = _SignIn(portal, login, await portal.page())
    await portal.go(login.start, name="the sign-in page")
    try:
        async with asyncio.timeout(WHOLE):
            await visit.go_through()
    except TimeoutError:
        raise await portal.lost("the sign-in", f"to be in within {WHOLE:.0f} seconds") from None
    portal.memory[FIELDS] = {
        spec.name: portal.told(spec.name) for spec in portal.manifest.fields if not spec.secret
    }


class _SignIn:
    def __init__(self, portal: Portal, login: Login, page: Page) -> None:
        self.portal = portal
        self.login = login
        self.page = page
        self.times: dict[str, int] = {}
        self.sent: set[str] = set()
        self.last: PageState | None = None
        self.acted_at = 0.0
        self.asked = False
        self.miss: errors.PortalChanged | None = None
        page.on("request", self._watch)

    async def go_through(self) -> None:
        for _ in range(MOST_ACTS):
            state = await self._recognise()
            if state is None:
                return
            if state.outcome:
                raise answers.outcome(state.outcome, await self._said(state), state.name)
            await self._act(state)
        raise await self.portal.lost("the sign-in", f"to be in after {MOST_ACTS} pages")

    async def _recognise(self) -> PageState | None:
        """The page that is shown, None when we are in. Raises PortalChanged when none is known for a while."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            states = self._eligible()
            signs_of = [self.login.done, *(state.sign for state in states)]
            place = await self._first(signs_of)
            if place is not None:
                return states[place - 1] if place else None
            await self._is_well()
        raise await self._lost()

    async def _is_well(self) -> None:
        """A page that is no page at all (503, 403, …) is not waited for."""
        ails = await self.portal.lost("the sign-in", "a page")
        if not isinstance(ails, errors.PortalChanged):
            raise ails

    def _eligible(self) -> list[PageState]:
        """In the file's order; the page just acted on comes last, and only when it had time to go away."""
        states = [state for state in self.login.states if state is not self.last]
        if self.last and self._may_act_again(self.last):
            states.append(self.last)
        return states

    def _may_act_again(self, state: PageState) -> bool:
        waited = time.monotonic() - self.acted_at
        if self.miss:
            return True
        return (waited > SWALLOWED and not self.asked) or (waited > ANSWERED and state.name not in self.sent)

    async def _first(self, among: Sequence[Sign]) -> int | None:
        """The place of the first sign that holds now."""
        here = [
            (place, sign)
            for place, sign in enumerate(among)
            if not sign.url or signs.url_like(self.page.url, sign.url)
        ]
        looked: list[tuple[int, Locator]] = []
        bare: int | None = None
        for place, sign in here:
            found = self._locators(sign)
            if not found and not sign.cookie and bare is None:
                bare = place
            looked += [(place, each) for each in found if bare is None or place < bare]
        for place, sign in here:
            if sign.cookie and not sign.see and not sign.text and await self._has_cookie(sign.cookie):
                return place
        seen = await self._seen(looked, 0.2 if bare is not None else 0.5, among)
        return bare if seen is None else seen

    async def _seen(
        self, looked: list[tuple[int, Locator]], within: float, among: Sequence[Sign]
    ) -> int | None:
        """The first whose see is visible and whose text, where both are told, is too."""
        rest = list(looked)
        while rest:
            found = await self.portal.glimpse(*(each for _, each in rest), within=within)
            if found is None:
                return None
            place = rest[found][0]
            if await self._also(among[place]):
                return place
            rest = [each for each in rest if each[0] != place]
        await asyncio.sleep(within)
        return None

    async def _also(self, sign: Sign) -> bool:
        if sign.cookie and not await self._has_cookie(sign.cookie):
            return False
        if not (sign.see and sign.text):
            return True
        return await self.portal.glimpse(*self._texts(sign), within=0.2) is not None

    def _locators(self, sign: Sign) -> list[Locator]:
        return [self._inside(sign, each) for each in sign.see] or self._texts(sign)

    def _texts(self, sign: Sign) -> list[Locator]:
        return [self._inside(sign, f"text={text}") for text in sign.text]

    def _inside(self, sign: Sign, selector: str) -> Locator:
        """In the page, or in the frame that the sign leads to."""
        if not sign.frame:
            return self.page.locator(selector)
        frame = self.page.frame_locator(sign.frame[0])
        for inner in sign.frame[1:]:
            frame = frame.frame_locator(inner)
        return frame.locator(selector)

    async def _has_cookie(self, name: str) -> bool:
        return any(cookie.get("name") == name for cookie in await self.page.context.cookies())

    async def _act(self, state: PageState) -> None:
        """What keeps a gesture from getting through is something to be recognised in its turn."""
        self.times[state.name] = self.times.get(state.name, 0) + 1
        if state.name in self.sent or self.times[state.name] > state.times:
            raise self.miss or await self.portal.lost(state.name, f"the page that comes after {state.name}")
        self.last, self.miss, self.asked = state, None, False
        try:
            for act in state.acts:
                await self._do(state, act)
        except errors.PortalChanged as err:
            self.miss = err
        self.acted_at = time.monotonic()

    async def _do(self, state: PageState, act: Act) -> None:
        where = self._inside(state.sign, act.where)
        if act.verb == "fill":
            await self._fill(state, act, where)
        elif act.verb == "goto":
            await self.portal.go(act.where, name=state.name)
        elif act.verb == "reload":
            await self.portal.go(self.page.url, name=state.name)
        else:
            await self._send(state, act, where)

    async def _fill(self, state: PageState, act: Act, where: Locator) -> None:
        spec = self.portal.manifest.spec(act.field)
        if not self.portal.has(act.field):
            if spec.kind == "totp":
                raise errors.CodeNeeded(
                    f"the portal asks for a code, and this account has no {spec.label['en']}", step=state.name
                )
            raise errors.ActionNeeded(
                f"the portal asks for {spec.label['en']}, and this account has none", step=state.name
            )
        await self.portal.fill(act.field, where, name=f"{spec.label['en']} on {state.name}")

    async def _send(self, state: PageState, act: Act, where: Locator) -> None:
        name = f"{act.where} on {state.name}"
        self.asked = False
        if act.verb == "press":
            await self.page.keyboard.press(act.where)
        else:
            await self.portal.click(where, name=name)

    def _watch(self, request: Request) -> None:
        """A page opened, or anything but a GET: the last gesture was not swallowed, and a secret typed before it has been sent."""
        if request.method == "GET" and not request.is_navigation_request():
            return
        self.asked = True
        if self.last and any(self._is_secret(act) for act in self.last.acts):
            self.sent.add(self.last.name)

    def _is_secret(self, act: Act) -> bool:
        return act.verb == "fill" and self.portal.manifest.spec(act.field).secret

    async def _said(self, state: PageState) -> str:
        """The portal's own words, where the file says that they stand."""
        from collectors.kit import browsers  # it brings Playwright, which a catalogue does not need

        if not state.outcome or not state.outcome.said:
            return ""
        try:
            words = await self._inside(state.sign, state.outcome.said).first.inner_text(timeout=1000)
        except browsers.Error:
            return ""
        return self.portal.mask(" ".join(words.split()))[:300]

    async def _lost(self) -> errors.MoissonError:
        if self.miss:
            return self.miss
        after = f" after {self.last.name}" if self.last else ""
        known = ", ".join(state.name for state in self.login.states if not state.outcome)
        return await self.portal.lost(f"the sign-in{after}", f"the sign that we are in, or one of: {known}")
