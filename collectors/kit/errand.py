"""One visit's HTTP: asked with the session's cookies through the supplier's lane, and judged by what the manifest says of answers."""

from __future__ import annotations

import json as jsons
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin

from collectors.kit import answers, ask, asking, jar, keys, lane
from collectors.kit import mask as masks
from core import nouns

if TYPE_CHECKING:
    from parsel import Selector

    from collectors.kit.browsers import Browsers
    from collectors.kit.declared import Manifest
    from collectors.kit.door import Door, Passage
    from collectors.kit.reply import Reply

#: What an interface for programs is told of its visitor.
OURSELVES = "Moisson"

Note = Callable[[str, dict[str, Any]], None]
Sign = Callable[[str, str, Mapping[str, str], bytes], Mapping[str, str]]


@dataclass(frozen=True)
class Outside:
    """The worker's ways to the world."""

    door: Door
    lanes: lane.Lanes
    browsers: Browsers


class Errand:
    """The part of a Portal that needs no browser.

    `memory` is JSON that a collector keeps, sealed, with the session; `whole` asks for every list to its proved end;
    `knows` says whether the ledger has a line already.
    """

    def __init__(
        self,
        outside: Outside,
        manifest: Manifest,
        passage: Passage,
        *,
        session: bytes | None,
        whole: bool,
        knows: Callable[[nouns.Listed], bool],
        note: Note,
    ) -> None:
        kept = jsons.loads(session) if session else {}
        self.manifest = manifest
        self.whole = whole
        self.knows = knows
        self.memory: dict[str, Any] = kept.get("memory", {})
        self.jar = jar.Jar(kept.get("state"))
        self.mask = masks.Mask()
        self._user_agent: str = kept.get("user_agent", "")
        self._outside = outside
        self._passage = passage
        self._lane = outside.lanes.lane(manifest)
        self._note = note
        #: Which of its declared ways each step went, where it has several: 0 is the first.
        self.footprint: dict[str, int] = {}
        self._steps: list[tuple[str, dict[str, Any]]] = []
        self._peeked: dict[str, Reply] = {}
        self._last: Reply | None = None
        #: For suppliers whose every request is signed: from method, address, headers and body to the headers that sign it.
        self.sign: Sign | None = None
        #: The language that the portal is asked in.
        self.locale = ask.LOCALE
        self._guard: Callable[[ask.Ask], None] = lambda _: None

    @property
    def requests(self) -> int:
        return self._passage.requests

    @property
    def received_bytes(self) -> int:
        return self._passage.received

    @property
    def user_agent(self) -> str:
        """The browser that signed in, or else the one that would; with keys we say who we are."""
        if self.manifest.sign_in == "keys":
            return OURSELVES
        return self._user_agent or self._outside.browsers.user_agent

    def step(self, key: str, **words: Any) -> None:
        """A named step, for people: `portal.step("listed", count=14)`."""
        self._steps.append((key, words))
        self._note(key, words)

    def went(self, step: str, place: int) -> None:
        """A step went this one of its ways. Of several times, the one nearest to the first counts: that way is still open."""
        self.footprint[step] = min(place, self.footprint.get(step, place))

    @property
    def fields(self) -> Mapping[str, str]:
        """The account's `text` fields that the manifest's addresses name, as the session keeps them for visits without a sign-in."""
        kept: dict[str, str] = self.memory.get(asking.FIELDS, {})
        return kept

    @property
    def last_step(self) -> str:
        return self._steps[-1][0] if self._steps else ""

    def url(self, url: str) -> str:
        """A relative address belongs to the supplier's website."""
        return urljoin(self.manifest.website, url)

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        cap: int = lane.CAP,
        accept: Collection[int] = (),
        where: str = "any",
    ) -> Reply:
        """The answer, if it is one: `answers.judge` raises for the rest, but for the statuses in `accept`.

        `where` chooses which `[[answer]]` of the manifest count: `session`, `contracts`, `list` or `document`.
        """
        reply = self._peeked.pop(_key(self.url(url), headers), None)
        if reply is None:
            reply = await self._ask("GET", url, headers, None, cap)
        answers.judge(self.manifest, reply, where, accept)
        return reply

    async def peek(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
        where: str = "any",
    ) -> Reply:
        """A `get` whose answer serves the next `get` of that address too, so that a look at the session costs nothing."""
        reply = await self.get(url, headers=headers, accept=accept, where=where)
        self._peeked[_key(self.url(url), headers)] = reply
        return reply

    async def json(self, url: str, **how: Any) -> Any:
        return (await self.get(url, **how)).json()

    async def rows(self, url: str, selector: str, **how: Any) -> list[Selector]:
        return list((await self.get(url, **how)).css(selector))

    async def post(
        self,
        url: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
        where: str = "any",
    ) -> Reply:
        """Sends a JSON body, or a form."""
        kind = "application/json" if form is None else "application/x-www-form-urlencoded"
        body = jsons.dumps(json) if form is None else urlencode(form)
        said = {"Content-Type": kind, **(headers or {})}
        reply = await self._ask("POST", url, said, body.encode(), lane.CAP)
        answers.judge(self.manifest, reply, where, accept)
        return reply

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str] | None, body: bytes | None, cap: int
    ) -> Reply:
        said = {"Accept-Language": ask.languages(self.locale), **(headers or {})}
        if self.sign and keys.is_home(self.manifest.origins, self.url(url)):
            said |= self.sign(method, self.url(url), said, body or b"")
        self._last = await self._lane.fetch(
            self._passage,
            self.jar,
            method,
            self.url(url),
            headers=said,
            body=body,
            cap=cap,
            user_agent=self.user_agent,
            guard=self._guard,
        )
        return self._last


def _key(url: str, headers: Mapping[str, str] | None) -> str:
    return jsons.dumps([url, sorted((headers or {}).items())])
