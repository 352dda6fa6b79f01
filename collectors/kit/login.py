"""Signing in, as the manifest tells it: recognise the page, act on it, look again, until the sign that we are in.

Walls that come late, pages in another order and nags cost nothing; a refusal that has a name ends it; a password that has been
sent is never sent again.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import TYPE_CHECKING

from collectors.kit import answers, asking, interview, sending, sight, templates, tokens, trail
from collectors.kit.declared_pages import Act, Login, PageState, Sign
from core import errors

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from collectors.kit.portal import Portal

#: Seconds for all of it but what people take to answer, and for one page to become one that we know.
WHOLE, PATIENCE = 90.0, 20.0
#: Seconds until a page is acted on again: a click that sent nothing was swallowed, one that sent something is being answered.
SWALLOWED, ANSWERED = 3.0, 12.0
#: Seconds. A click that does not get through is told soon: something lies over the button, and that is to be seen to first.
CLICK = 5.0
MOST_ACTS = 25
#: Seconds that a clock may be off before it is why a code of the moment is refused.
CLOCK = 20.0
#: How often a gesture that gets nowhere is made again while nothing else comes up.
MOST_MISSES = 1
#: Seconds that a page may take to draw itself before its status is believed, or that we are in.
DRAWN = 2.0


async def sign_in(portal: Portal) -> None:
    """Raises the outcome that a page has, or PortalChanged where no page is known."""
    login = portal.manifest.login
    if login is None:
        raise errors.BadManifest(
            f"{portal.manifest.id}: there is no [login], and the collector's class signs in by none"
        )
    tokens.forget(portal)
    eyes = sight.Sight(portal, await portal.page())
    await eyes.remember_cookies()
    sent = sending.Sending(eyes.page)
    told = {spec.name: portal.told(spec.name) for spec in portal.manifest.fields if not spec.secret}
    start = templates.url(templates.first(login.starts, told), told)
    await portal.go(start, name="the sign-in page")
    try:
        async with asyncio.timeout(WHOLE) as limit:
            await _SignIn(portal, login, eyes, sent, limit).go_through()
    except TimeoutError:
        raise await portal.lost("the sign-in", f"to be in within {WHOLE:.0f} seconds") from None
    await tokens.take(portal)
    asking.keep_fields(portal)


class _SignIn:
    def __init__(
        self, portal: Portal, login: Login, eyes: sight.Sight, sent: sending.Sending, limit: asyncio.Timeout
    ) -> None:
        self.portal = portal
        self.login = login
        self.page = eyes.page
        self.sight = eyes
        self.times: Counter[PageState] = Counter()
        self.sending = sent
        self.people = interview.Interview(portal, eyes, self.sending, limit)
        self.misses = 0
        self.filled = False
        self.totp = False
        self.last: PageState | None = None
        self.acted_at = 0.0
        self.miss: errors.PortalChanged | None = None

    async def go_through(self) -> None:
        for _ in range(MOST_ACTS):
            state = await self._recognise()
            if self.sending.answered:
                self.people.sent(self.last)
            if state is None:
                if not await self._is_in():
                    continue
                await self.people.end()
                return
            if state.outcome:
                said = state.outcome.said
                words = await self.sight.words(state.sign, said) if said else ""
                raise self._or_the_clock(answers.outcome(state.outcome, words, state.name))
            await self._act(state)
        raise await self.portal.lost("the sign-in", f"to be in after {MOST_ACTS} pages")

    async def _recognise(self) -> PageState | None:
        """The page that is shown, None when we are in. Raises PortalChanged when none is known for a while."""
        begun = time.monotonic()
        while time.monotonic() < begun + PATIENCE:
            known = [(self.login.done, None), *self._eligible()]
            place = await self.sight.first([sign for sign, _ in known])
            if place is not None:
                return self._left_by(*known[place])
            if time.monotonic() > begun + DRAWN:
                await self._is_well()
        raise await self._lost()

    async def _is_in(self) -> bool:
        """Before anything is filled in, a page may show from memory that we are in, and notice only then that we are not: it is looked at twice."""
        if self.filled:
            return True
        await self.portal.rest(DRAWN)
        return await self.sight.first([self.login.done]) is not None

    def _left_by(self, sign: Sign, state: PageState | None) -> PageState | None:
        """A page that is known by several selectors leaves in the footprint by which of them it was."""
        shown = sign is (state.sign if state else self.login.done)
        if shown and len(sign.see) > 1 and not (state and state.outcome):
            self.portal.went(state.name if state else trail.DONE, self.sight.alternative)
        return state

    async def _is_well(self) -> None:
        """A page that is no page at all (503, 403, …) is not waited for."""
        ails = await self.portal.lost("the sign-in", "a page")
        if not isinstance(ails, errors.PortalChanged):
            raise ails

    def _eligible(self) -> list[tuple[Sign, PageState]]:
        """In the file's order; the page just acted on comes last, and only when it had time to go away.

        Before anything is filled in there is nothing to refuse: a red line on the first page is no wrong password.
        """
        others = (state for state in self.login.states if state is not self.last)
        states = [(state.sign, state) for state in others if self._is_possible(state)]
        if self.last and self._may_act_again(self.last):
            states.append((self.last.sign, self.last))
        elif self.last and self.last.refusal and self.sending.settled:
            states.append((self.last.refusal, self.last))
        return states

    def _is_possible(self, state: PageState) -> bool:
        return self.filled or not (state.outcome and state.outcome.error == "BadCredentials")

    def _may_act_again(self, state: PageState) -> bool:
        waited = time.monotonic() - self.acted_at
        if self.miss:
            return True
        swallowed = waited > SWALLOWED and not self.sending.answered
        return swallowed or (waited > ANSWERED and not self.sending.has_sent(state))

    async def _stuck(self, state: PageState) -> errors.MoissonError:
        """The page that shows again has had all that it can be given."""
        if state.asks and self.sending.has_sent(state):
            words = await self.sight.words(state.sign, ", ".join(state.asking.refused) or "body")
            return self._or_the_clock(errors.ActionNeeded(words, step=state.name, wants="totp_key"))
        return await self.portal.lost(state.name, f"the page that comes after {state.name}")

    def _or_the_clock(self, err: errors.PortalError) -> errors.MoissonError:
        """A code of the moment, refused by a portal whose moment is another."""
        off = self.portal.clock_off
        if not self.totp or abs(off) <= CLOCK or not isinstance(err, errors.ActionNeeded | errors.CodeNeeded):
            return err
        return errors.ClockOff(
            f"the portal's clock is {abs(off):.0f} seconds {'before' if off > 0 else 'behind'} ours",
            step=err.step,
        )

    async def _act(self, state: PageState) -> None:
        """What keeps a gesture from getting through is something to be recognised in its turn."""
        await self.people.hear(state)
        self.times[state] += 1
        self.misses = self.misses + 1 if self.miss and state is self.last else 0
        worn_out = self.times[state] > state.times or self.misses > MOST_MISSES
        if self.sending.has_sent(state) or worn_out:
            raise self.miss or await self._stuck(state)
        self.last, self.miss = state, None
        self.sending.begin()
        try:
            for act in state.acts:
                await self._do(state, act)
        except errors.PortalChanged as err:
            self.miss = err
        self.acted_at = time.monotonic()

    async def _do(self, state: PageState, act: Act) -> None:
        selector = self._named(state, act.where)
        where = self.sight.inside(state.sign, selector)
        if act.verb == "fill" or (act.field and self.portal.has(act.field)):
            await self._fill(state, act, where)
        elif act.verb == "ask":
            self.filled = True
            await self.people.ask(state, act)
        elif act.verb == "goto":
            await self.portal.go(act.where, name=state.name)
        elif act.verb == "reload":
            await self.portal.go(self.page.url, name=state.name)
        elif act.verb != "check" or not await self._is_ticked(state, selector):
            await self._send(state, act, where)

    def _named(self, state: PageState, where: str) -> str:
        """With what the account says of itself, such as which of several customers it is."""
        names = templates.names(where)
        for name in names:
            self._expect_field(state, name)
        return templates.text(where, {name: self.portal.told(name) for name in names})

    def _expect_field(self, state: PageState, field: str) -> None:
        spec = self.portal.manifest.spec(field)
        if not self.portal.has(field):
            raise errors.ActionNeeded(
                f"the portal asks for {spec.label['en']}, and this account has none", step=state.name
            )

    async def _is_ticked(self, state: PageState, selector: str) -> bool:
        """A box that a first answer ticked already: another click would take the tick away."""
        box, ticks = (self.sight.locator(state.sign, each) for each in (selector, ":checked"))
        return await self.portal.glimpse(box.and_(ticks), within=sight.GLANCE) is not None

    async def _fill(self, state: PageState, act: Act, where: str | Locator) -> None:
        spec = self.portal.manifest.spec(act.field)
        if not self.portal.has(act.field):
            if spec.kind == "totp":
                raise errors.CodeNeeded(
                    f"the portal asks for a code, and this account has no {spec.label['en']}", step=state.name
                )
            self._expect_field(state, act.field)
        self.filled = True
        self.totp |= spec.kind == "totp"
        await self.portal.fill(act.field, where, name=f"{spec.label['en']} on {state.name}")
        if spec.secret:
            self.sending.type(state, act.field)

    async def _send(self, state: PageState, act: Act, where: str | Locator) -> None:
        name = f"{act.where} on {state.name}"
        self.sending.press(state)
        if act.verb == "press":
            await self.page.keyboard.press(act.where)
            return
        try:
            await self.portal.click(where, name=name, within=CLICK, quick=True)
        except errors.PortalChanged:
            self.sending.miss()
            raise

    async def _lost(self) -> errors.MoissonError:
        if self.miss:
            return self.miss
        after = f" after {self.last.name}" if self.last else ""
        known = ", ".join(state.name for state in self.login.states if not state.outcome)
        return await self.portal.lost(f"the sign-in{after}", f"the sign that we are in, or one of: {known}")
