"""A hostile page in the real browser: each way it has of reaching inside, and each spelling of inside, ends at the door."""

from __future__ import annotations

import asyncio

import pytest

from collectors.kit import door as doors
from collectors.kit.browsers import Browsers
from tests.collectors.kit import farside

#: What the page does to reach INSIDE, a server that is none of the supplier's.
WAYS = {
    "redirect 302": "302 http://INSIDE/",
    "redirect 307": "307 http://INSIDE/",
    "meta refresh": '<meta http-equiv=refresh content="0;url=http://INSIDE/">',
    "location": "<script>location = 'http://INSIDE/'</script>",
    "frame": "<iframe src=http://INSIDE/></iframe>",
    "frame from a data address": "<iframe src='data:text/html,<iframe src=http://INSIDE/>'></iframe>",
    "picture": "<img src=http://INSIDE/x>",
    "script": "<script src=http://INSIDE/x></script>",
    "style": "<link rel=stylesheet href=http://INSIDE/x>",
    "preload": "<link rel=preload as=fetch crossorigin href=http://INSIDE/x>",
    "object": "<object data=http://INSIDE/x></object>",
    "fetch": "<script>fetch('http://INSIDE/', {mode: 'no-cors'})</script>",
    "request": "<script>r = new XMLHttpRequest(); r.open('GET', 'http://INSIDE/'); r.send()</script>",
    "beacon": "<script>navigator.sendBeacon('http://INSIDE/', 'x')</script>",
    "event source": "<script>new EventSource('http://INSIDE/')</script>",
    "web socket": "<script>new WebSocket('ws://INSIDE/')</script>",
    "form": "<form method=post action=http://INSIDE/></form><script>document.forms[0].submit()</script>",
    "worker": "<script>new Worker(URL.createObjectURL(new Blob([`fetch('http://INSIDE/')`])))</script>",
    "redirected fetch": "<script>fetch('/to-inside', {mode: 'no-cors'})</script>",
}

SPELLINGS = (
    "127.0.0.1",
    "localhost",
    "127.1",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "[::ffff:7f00:1]",
    "[::1]",
)


def hostile(page: str, inside: str) -> farside.Behave:
    async def behave(head: str, write: farside.Write) -> None:
        text = page.replace("INSIDE", inside)
        if head.startswith("GET /to-inside "):
            text = f"302 http://{inside}/"
        if text.startswith("30"):
            status, _, place = text.partition(" ")
            return await write(farside.answer(b"", int(status), f"Location: {place}"))
        await write(farside.answer(text.encode(), 200, "Content-Type: text/html"))

    return behave


async def visit(
    browsers: Browsers, passage: doors.Passage, far: farside.Far, until: asyncio.Task[None]
) -> None:
    """Open the page and stay until what we wait for has happened."""
    async with browsers.context(passage, state=None, user_agent=None) as context:
        page = await context.new_page()
        going = asyncio.create_task(page.goto(f"http://127.0.0.1:{far.port}/"))
        async with asyncio.timeout(60):
            await until
        await asyncio.gather(going, return_exceptions=True)


def refusal(passage: doors.Passage, monkeypatch: pytest.MonkeyPatch) -> asyncio.Task[None]:
    refused = asyncio.Event()
    note = passage._note_refusal

    def note_and_tell(host: str, port: int) -> None:
        note(host, port)
        refused.set()

    monkeypatch.setattr(passage, "_note_refusal", note_and_tell)

    async def wait() -> None:
        await refused.wait()

    return asyncio.create_task(wait())


@pytest.mark.parametrize("way", WAYS)
async def test_no_way_leads_inside(
    way: str, browsers: Browsers, door: doors.Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And each of them does, where the door is told to let it through."""
    async with (
        farside.listening(farside.saying()) as inside,
        farside.listening(hostile(WAYS[way], f"127.0.0.1:{inside.port}")) as far,
    ):
        guarded = await door.open([f"127.0.0.1:{far.port}"])
        await visit(browsers, guarded, far, refusal(guarded, monkeypatch))
        assert inside.connections == 0
        assert guarded.refused == [f"127.0.0.1:{inside.port}"]

        open_wide = await door.open([f"127.0.0.1:{far.port}", f"127.0.0.1:{inside.port}"])
        reached = asyncio.create_task(inside.until(lambda inside: inside.connections > 0))
        await visit(browsers, open_wide, far, reached)
        await guarded.close()
        await open_wide.close()


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_no_spelling_of_this_machine_leads_inside(
    spelling: str, browsers: Browsers, door: doors.Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        farside.listening(farside.saying()) as inside,
        farside.listening(hostile(WAYS["fetch"], f"{spelling}:{inside.port}")) as far,
    ):
        passage = await door.open([f"127.0.0.1:{far.port}"])
        await visit(browsers, passage, far, refusal(passage, monkeypatch))
        assert inside.connections == 0
        await passage.close()
