from __future__ import annotations

import asyncio
import contextlib
import datetime
import gzip
import logging
import ssl
import traceback
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import pytest_asyncio
import trustme

from collectors.kit import crawler, declared, door, jar, lane, reply
from core import errors
from tests.collectors.kit import farside

PORTAL, SSO = "portal.example", "login.sso.example"


def manifest(name: str, at_once: int = 8, gap: float = 0.0) -> declared.Manifest:
    """All that a lane reads of a manifest."""
    speed = declared.Pace(at_once, gap, 1)
    return cast(declared.Manifest, SimpleNamespace(id=name, pace=speed))


@dataclass
class World:
    """Portals by name behind the door, the lanes, and one run's passage and jar."""

    lanes: lane.Lanes
    out: door.Door
    places: dict[str, int]
    authority: trustme.CA
    supplier: declared.Manifest
    passage: door.Passage
    cookies: jar.Jar

    def tls(self, *names: str, by: trustme.CA | None = None, **how: Any) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        (by or self.authority).issue_cert(*names, **how).configure_cert(context)
        return context

    @contextlib.asynccontextmanager
    async def portal(
        self, behave: farside.Behave, name: str = PORTAL, tls: ssl.SSLContext | None = None
    ) -> AsyncIterator[farside.Far]:
        async with farside.listening(behave, tls or self.tls(name)) as far:
            self.places[name] = far.port
            yield far

    async def fetch(self, url: str = f"https://{PORTAL}/", method: str = "GET", **how: Any) -> reply.Reply:
        fetching = self.lanes.lane(self.supplier).fetch(
            self.passage, self.cookies, method, url, user_agent="Mozilla/5.0 (test)", **how
        )
        return await fetching


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest_asyncio.fixture
async def world(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    trusted = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(trusted))
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    places: dict[str, int] = {}

    async def resolve(host: str, port: int) -> list[tuple[str, int]]:
        return [("127.0.0.1", places[host])] if host in places else []

    out, lanes = door.Door(allow_loopback=True, resolve=resolve), lane.Lanes(patience=60.0)
    await out.start()
    await lanes.start()
    passage = await out.open([PORTAL, SSO])
    yield World(lanes, out, places, authority, manifest("portal"), passage, jar.Jar())
    await out.close()
    await lanes.close()


async def test_a_portal_is_asked_over_tls_through_the_door(world: World) -> None:
    async with world.portal(
        farside.saying(b"<p>hello", 200, "Content-Type: text/html", "X-Two: a", "X-Two: b")
    ) as far:
        answer = await world.fetch(f"https://{PORTAL}/bills?page=1", headers={"X-CSRF": "tok"})
    assert (answer.status, answer.text, answer.headers["x-two"]) == (200, "<p>hello", "a, b")
    assert (answer.url, answer.hops) == (f"https://{PORTAL}/bills?page=1", ())
    assert far.heard[0].startswith("GET /bills?page=1 HTTP/1.1\r\n")
    assert (far.header("Host"), far.header("X-Csrf")) == (PORTAL, "tok")
    assert far.header("User-Agent") == "Mozilla/5.0 (test)"
    assert world.passage.requests == 1
    assert world.passage.received > len(answer.body)


async def test_a_certificate_of_another_authority_is_not_trusted(world: World) -> None:
    async with world.portal(farside.saying(), tls=world.tls(PORTAL, by=trustme.CA())) as far:
        with pytest.raises(errors.Untrusted):
            await world.fetch()
    assert far.heard == []


async def test_a_certificate_of_another_host_is_not_trusted(world: World) -> None:
    async with world.portal(farside.saying(), tls=world.tls("other.example")) as far:
        with pytest.raises(errors.Untrusted):
            await world.fetch()
    assert far.heard == []


async def test_a_certificate_out_of_date_is_not_trusted(world: World) -> None:
    long_ago = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    async with world.portal(farside.saying(), tls=world.tls(PORTAL, not_after=long_ago)) as far:
        with pytest.raises(errors.Untrusted):
            await world.fetch()
    assert far.heard == []


async def test_cookies_are_sent_and_taken_at_each_hop_to_the_host_they_belong_to(world: World) -> None:
    async def portal(head: str, write: farside.Write) -> None:
        if head.startswith("GET /start"):
            await write(
                farside.answer(b"", 302, f"Location: https://{SSO}/who", "Set-Cookie: state=1; Secure")
            )
        else:
            await write(farside.answer(b"in", 200, "Set-Cookie: sid=new; Secure; HttpOnly"))

    sso = farside.saying(b"", 303, f"Location: https://{PORTAL}/back", "Set-Cookie: seen=1; Secure")
    world.cookies.take(f"https://{SSO}/", ["device=known; Secure"])
    async with world.portal(portal) as far, world.portal(sso, SSO) as far_sso:
        answer = await world.fetch(f"https://{PORTAL}/start")
    assert answer.hops == (f"https://{PORTAL}/start", f"https://{SSO}/who")
    assert far_sso.header("Cookie") == "device=known"
    assert [far.header("Cookie", 0), far.header("Cookie", 1)] == [None, "state=1"]
    assert (world.cookies.get("sid", PORTAL), world.cookies.get("seen", SSO)) == ("new", "1")
    assert "set-cookie" not in answer.headers
    assert world.passage.requests == 3


async def test_a_redirect_out_of_the_suppliers_hosts_is_not_followed(world: World) -> None:
    away = farside.saying(b"", 302, "Location: https://evil.example/")
    async with world.portal(away), world.portal(farside.saying(), "evil.example") as evil:
        with pytest.raises(errors.DoorClosed, match=r"evil\.example:443"):
            await world.fetch()
        assert (evil.connections, world.passage.refused) == (0, ["evil.example:443"])
        wider = await world.out.open([PORTAL, "evil.example"])
        world.passage = wider
        assert (await world.fetch()).text == "hello"


async def test_a_redirect_away_from_tls_is_not_followed(world: World) -> None:
    async with (
        farside.listening(farside.saying()) as plain,
        world.portal(farside.saying(b"", 302, f"Location: http://127.0.0.1:{plain.port}/")),
    ):
        world.passage = await world.out.open([PORTAL, f"127.0.0.1:{plain.port}"])
        with pytest.raises(errors.DoorClosed):
            await world.fetch()
        assert plain.connections == 0


async def test_a_ring_of_redirects_ends(world: World) -> None:
    async with world.portal(farside.saying(b"", 302, "Location: /again")) as far:
        with pytest.raises(errors.PortalChanged, match="redirects"):
            await world.fetch()
    assert len(far.heard) == 11


async def test_a_portal_that_asks_us_to_slow_down_is_too_fast_and_says_how_long(world: World) -> None:
    async with world.portal(farside.saying(b"", 429, "Retry-After: 7")):
        with pytest.raises(errors.TooFast) as raised:
            await world.fetch()
    assert raised.value.retry_after == 7.0


async def test_what_a_portal_says_of_itself_is_left_to_whoever_asked(world: World) -> None:
    for status in (401, 403, 404, 503):
        async with world.portal(farside.saying(b"no", status)):
            assert (await world.fetch()).status == status


async def dripping(head: str, write: farside.Write) -> None:
    await write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        await write(b"x")
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("behave", [farside.silent, dripping])
async def test_a_portal_that_stalls_or_drips_is_given_up(world: World, behave: farside.Behave) -> None:
    impatient = lane.Lanes(patience=0.3)
    await impatient.start()
    async with world.portal(behave):
        with pytest.raises(errors.Timeout):
            await impatient.lane(world.supplier).fetch(
                world.passage, world.cookies, "GET", f"https://{PORTAL}/", user_agent="x"
            )
    await impatient.close()


async def cut(head: str, write: farside.Write) -> None:
    await write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
    raise farside.Reset


async def garbage(head: str, write: farside.Write) -> None:
    await write(b"\x00\xff\x17 nothing of HTTP\r\n\r\n" * 40)
    raise farside.Reset


async def bad_gzip(head: str, write: farside.Write) -> None:
    await write(farside.answer(b"\x1f\x8b\x08\x00 nothing of gzip", 200, "Content-Encoding: gzip"))


@pytest.mark.parametrize("behave", [cut, garbage, bad_gzip])
async def test_a_broken_answer_is_the_portal_being_down(world: World, behave: farside.Behave) -> None:
    async with world.portal(behave):
        with pytest.raises(errors.PortalDown):
            await world.fetch()


async def test_a_port_that_speaks_no_tls_is_the_portal_being_down(world: World) -> None:
    async def shout(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 this is no TLS at all, but a mail server\r\n" * 10)
        writer.close()

    async with await asyncio.start_server(shout, "127.0.0.1", 0) as server:
        world.places[PORTAL] = server.sockets[0].getsockname()[1]
        with pytest.raises(errors.PortalDown) as raised:
            await world.fetch()
    assert not isinstance(raised.value, errors.Untrusted | errors.Timeout)


async def test_a_port_that_nobody_holds_is_the_portal_being_down(world: World) -> None:
    async with world.portal(farside.saying()):
        pass
    with pytest.raises(errors.PortalDown, match="destination_unavailable"):
        await world.fetch()


@pytest.mark.parametrize(("method", "asked"), [("GET", 2), ("POST", 1)])
async def test_a_reset_before_the_first_byte_is_tried_once_more_for_a_get_only(
    world: World, method: str, asked: int
) -> None:
    async def twice_dead(head: str, write: farside.Write) -> None:
        raise farside.Reset

    async with world.portal(twice_dead) as far:
        with pytest.raises(errors.PortalDown):
            await world.fetch(method=method, body=b"{}" if method == "POST" else None)
    assert len(far.heard) == asked


async def test_a_get_whose_connection_died_of_age_is_answered_at_the_second_try(world: World) -> None:
    deaths = iter([True])

    async def once_dead(head: str, write: farside.Write) -> None:
        if next(deaths, False):
            raise farside.Reset
        await write(farside.answer(b"hello"))

    async with world.portal(once_dead):
        assert (await world.fetch()).text == "hello"


async def chunked(head: str, write: farside.Write) -> None:
    await write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(200):
        await write(b"400\r\n" + b"x" * 1024 + b"\r\n")
    await write(b"0\r\n\r\n")


ZEROS = gzip.compress(bytes(200 * 1024))


@pytest.mark.parametrize(
    "behave",
    [farside.saying(bytes(200 * 1024)), chunked, farside.saying(ZEROS, 200, "Content-Encoding: gzip")],
    ids=["declared", "chunked", "packed"],
)
async def test_an_answer_beyond_the_cap_is_not_read(world: World, behave: farside.Behave) -> None:
    async with world.portal(behave):
        with pytest.raises(errors.NotAnInvoice) as raised:
            await world.fetch(cap=100 * 1024)
        assert raised.value.reason == "too_large"
        assert len((await world.fetch(cap=300 * 1024)).body) == 200 * 1024


async def test_a_post_carries_its_body(world: World) -> None:
    bodies: list[str] = []

    async def listen(head: str, write: farside.Write) -> None:
        bodies.append(head)
        await write(farside.answer(b"{}"))

    async with world.portal(listen) as far:
        await world.fetch(method="POST", body=b'{"a":1}', headers={"Content-Type": "application/json"})
    assert (far.header("Content-Length"), far.header("Content-Type")) == ("7", "application/json")


async def test_plain_http_reaches_a_loopback_portal_and_the_doors_refusal_is_told_from_the_portals(
    world: World,
) -> None:
    async with farside.listening(farside.saying(b"no", 403)) as far:
        place = f"127.0.0.1:{far.port}"
        world.passage = await world.out.open([place, "127.1:80"])
        assert (await world.fetch(f"http://{place}/")).status == 403
        with pytest.raises(errors.DoorClosed, match="destination_ip_prohibited"):
            await world.fetch("http://127.1/")


async def test_a_run_uses_its_connection_again_and_no_other_run_does(world: World) -> None:
    async with world.portal(farside.saying()) as far:
        for _ in range(3):
            await world.fetch()
        assert far.connections == 1
        world.passage = await world.out.open([PORTAL])
        await world.fetch()
        assert far.connections == 2


async def test_a_lane_keeps_its_suppliers_pace_whoever_asks(world: World) -> None:
    """The portal answers nobody before as many are in as may be; more would come in while it answers."""

    def crowd(at_once: int, seen: list[int]) -> farside.Behave:
        inside, full = 0, asyncio.Event()

        async def slow(head: str, write: farside.Write) -> None:
            nonlocal inside
            inside += 1
            seen.append(inside)
            if inside == at_once:
                full.set()
            await full.wait()
            await asyncio.sleep(0.01)
            inside -= 1
            await write(farside.answer())

        return slow

    async def ask_alone(supplier: declared.Manifest) -> None:
        passage = await world.out.open([PORTAL])
        await world.lanes.lane(supplier).fetch(
            passage, jar.Jar(), "GET", f"https://{PORTAL}/", user_agent="x"
        )
        await passage.close()

    for name, at_once in (("two", 2), ("six", 6)):
        seen: list[int] = []
        async with world.portal(crowd(at_once, seen)):
            await asyncio.gather(*(ask_alone(manifest(name, at_once)) for _ in range(12)))
        assert (len(seen), max(seen)) == (12, at_once)


@pytest.mark.parametrize("forgets", [True, False])
async def test_closed_passages_leave_nothing_behind(
    world: World, monkeypatch: pytest.MonkeyPatch, forgets: bool
) -> None:
    """The control: without the pool's forgetting, each run would leave its name in it for good."""

    async def visit() -> None:
        passage = await world.out.open([PORTAL])
        await world.lanes.lane(world.supplier).fetch(
            passage, jar.Jar(), "GET", f"https://{PORTAL}/", user_agent="x"
        )
        await passage.close()

    if not forgets:
        monkeypatch.setattr(crawler._Pool, "forget", lambda *_: None)
    async with world.portal(farside.saying()) as far:
        await visit()
        before = open_files()
        for _ in range(5):
            await asyncio.gather(*(visit() for _ in range(10)))
        await far.until(lambda far: far.at_once == 0)
        async with asyncio.timeout(60):
            while open_files() > before:  # noqa: ASYNC110 - our own ends are closed a moment after theirs, in silence
                await asyncio.sleep(0.01)
    assert world.lanes._line is not None
    assert len(world.lanes._line.pool._connections) == (0 if forgets else 51)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_a_fetch_that_is_given_up_leaves_the_lane_usable(world: World) -> None:
    async with world.portal(farside.silent) as far:
        waiting = asyncio.create_task(world.fetch())
        await far.until(lambda far: bool(far.heard))
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    async with world.portal(farside.saying()):
        assert (await world.fetch()).text == "hello"


async def test_a_first_visit_that_is_given_up_leaves_the_lane_usable(world: World) -> None:
    first = asyncio.create_task(world.fetch())
    await asyncio.sleep(0)
    first.cancel()
    async with world.portal(farside.saying()):
        assert (await world.fetch()).text == "hello"


async def test_a_header_is_sent_once_and_a_cookie_beyond_ascii_comes_back_as_it_was(world: World) -> None:
    async with world.portal(farside.saying(b"", 200, "Set-Cookie: nom=été; Secure")) as far:
        for _ in range(2):
            await world.fetch(headers={"accept": "application/json", "cookie": "not=ours"})
    asked = far.heard[-1].encode("latin-1").decode()
    assert [line for line in asked.split("\r\n") if line.startswith(("Accept:", "Cookie:"))] == [
        "Accept: application/json",
        "Cookie: nom=été",
    ]


async def test_lanes_can_be_closed_and_started_again(world: World) -> None:
    async with world.portal(farside.saying()):
        await world.fetch()
        await world.lanes.close()
        with pytest.raises(RuntimeError, match="not started"):
            world.lanes.lane(world.supplier)
        await world.lanes.start()
        assert (await world.fetch()).text == "hello"


async def test_a_signed_link_is_neither_logged_nor_raised(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    canary = "".join(("can", "ary"))  # a traceback quotes the lines of this file
    link = f"https://{PORTAL}/pdf?signature={canary}"
    async with world.portal(farside.saying(bytes(2000))):
        with pytest.raises(errors.NotAnInvoice) as raised:
            await world.fetch(link, cap=1000)
        assert canary not in caplog.text
        assert canary not in "".join(traceback.format_exception(raised.value))
        logging.getLogger("scrapy").setLevel(logging.WARNING)
        with pytest.raises(errors.NotAnInvoice):
            await world.fetch(link, cap=1000)
        logging.getLogger("scrapy").setLevel(logging.ERROR)
        assert canary in caplog.text


async def test_sign_ins_wait_for_their_turn_in_the_lane(world: World) -> None:
    order: list[str] = []

    async def sign_in(name: str) -> None:
        async with world.lanes.lane(world.supplier).logins():
            order.append(f"{name} in")
            await asyncio.sleep(0)
            order.append(f"{name} out")

    await asyncio.gather(sign_in("one"), sign_in("two"))
    assert order == ["one in", "one out", "two in", "two out"]
