"""A list that only the browser shows: the page is opened, its scripts draw the lines, and what stands there in the end is read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from collectors.kit import answers, asking, reading
from collectors.kit.declared_lists import Lines
from collectors.kit.declared_pages import Sign
from collectors.kit.paging import MOST_PAGES
from collectors.kit.reply import Reply
from core import errors

if TYPE_CHECKING:
    from collectors.kit.portal import Portal

#: Seconds for what is looked for to be drawn; for the page's own requests to come to rest, where beacons let them; without a
#: further line until the page is held to be done; to see a button on a page that is; and until a click is held to be swallowed.
PATIENCE, REST, STILL, GLANCE, SWALLOWED = 20.0, 5.0, 0.25, 0.2, 3.0
#: Where it stands, one has to sign in.
SIGN_IN = "input[type=password]"
#: What every line has; a line that has more, such as its own link, is known by it.
COMMON = {"date", "total", "currency", "kind"}


async def pages(
    portal: Portal, spec: Lines, values: Mapping[str, Any], where: str
) -> AsyncIterator[tuple[reading.Page, bool]]:
    """One page, the last: the lines that came first stay while more are clicked for."""
    step = answers.STEPS[where]
    url, _, _ = await asking.filled(portal, spec.request, values)
    await portal.go(url, name=step)
    if spec.click:
        await _go_there(portal, spec, where)
    await _come(portal, [*spec.items, *_looks(spec.empty)], where)
    await _unfold(portal, spec, step)
    yield _once(reading.page(spec, await _shown(portal), step)), True


async def _go_there(portal: Portal, spec: Lines, where: str) -> None:
    """A page that is still being drawn moves what is clicked away under the click: one that led nowhere is made again."""
    step, ahead = answers.STEPS[where], [*spec.items, *_looks(spec.empty), SIGN_IN]
    for _ in range(2):
        await _come(portal, [spec.click], where)
        await portal.click(spec.click, name=f"the way to {step}")
        led = await portal.glimpse(*ahead, within=SWALLOWED) is not None
        if led or await portal.glimpse(spec.click, within=GLANCE) is None:
            return


async def _come(portal: Portal, wanted: list[str], where: str) -> None:
    """Waits for one of these. Raises what the page means when it says something else that is declared, or asks to sign in."""
    told = [each.sign for each in portal.manifest.answers if each.where in ("any", where)]
    found = await portal.glimpse(*wanted, *_looks(told), SIGN_IN, within=PATIENCE)
    if found is None:
        raise await portal.lost(answers.STEPS[where], " or ".join(wanted))
    if found >= len(wanted):
        answers.judge(portal.manifest, await _shown(portal), where)


async def _unfold(portal: Portal, spec: Lines, step: str) -> None:
    """Clicks for more until there is nothing to click. Raises PortalChanged when a click brings no line."""
    page = await portal.page()
    await portal.rest(REST)
    lines = page.locator(", ".join(spec.items))
    for _ in range(MOST_PAGES):
        while await portal.glimpse(lines.nth(before := await lines.count()), within=STILL) is not None:
            continue
        more = spec.paging.next
        if not more or await portal.glimpse(more, within=GLANCE) is None:
            return
        await portal.click(more, name=f"more of {step}")
        came = await portal.glimpse(lines.nth(before), SIGN_IN, within=PATIENCE)
        if came == 1:
            raise errors.SessionExpired(step=step)
        if came is None and await portal.glimpse(more, within=GLANCE) is not None:
            raise await portal.lost(f"more of {step}", f"more than {before} lines")
    raise errors.PortalChanged(step=step, expected=f"an end after {MOST_PAGES} clicks", seen="one more")


async def _shown(portal: Portal) -> Reply:
    """The page as it stands, as if it had been answered so."""
    page = await portal.page()
    return Reply(200, page.url, {"content-type": "text/html; charset=utf-8"}, (await page.content()).encode())


def _once(page: reading.Page) -> reading.Page:
    """A line that shows twice, its own link included, has moved down while more was clicked for."""
    known: dict[tuple[Any, ...], reading.Draft] = {}
    for place, draft in enumerate(page.drafts):
        own = set(draft.values) - COMMON
        known.setdefault(tuple(sorted(draft.values.items())) if own else (place,), draft)
    return replace(page, drafts=tuple(known.values()))


def _looks(signs: Iterable[Sign]) -> list[str]:
    """What of these signs can be seen in the browser."""
    return [look for sign in signs for look in (*sign.see, *(f"text={text}" for text in sign.text))]
