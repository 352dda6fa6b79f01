from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from collectors.kit import door, hosts, tunnel
from core import errors
from tests.collectors.kit import farside

PUBLIC = "93.184.216.34"


@contextlib.asynccontextmanager
async def a_door(**how: Any) -> AsyncIterator[door.Door]:
    opened = door.Door(**how)
    await opened.start()
    try:
        yield opened
    finally:
        await opened.close()


async def talk(port: int, *words: str) -> bytes:
    """Say this to the door and hear it out."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write("\r\n".join([*words, "", ""]).encode())
    try:
        return await reader.read()
    finally:
        writer.close()


async def connect(port: int, authority: str) -> bytes:
    return await talk(port, f"CONNECT {authority} HTTP/1.1", f"Host: {authority}")


async def through(passage: door.Passage, authority: str, *words: str) -> bytes:
    """Ask inside a tunnel, as a browser does, and hear the first answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", passage.port)
    try:
        writer.write(f"CONNECT {authority} HTTP/1.1\r\n\r\n".encode())
        assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
        writer.write("\r\n".join([*words, "", ""]).encode())
        await reader.readuntil(b"\r\n\r\n")
        return await reader.readexactly(5)
    finally:
        writer.close()


@pytest_asyncio.fixture
async def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What the name service says; it answers from here for the test, one answer per question, the last for good."""
    book: dict[str, list[str]] = {}

    async def getaddrinfo(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        if host not in book:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        said = book[host].pop(0) if len(book[host]) > 1 else book[host][0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in said.split()]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    return book


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that the door connected to, without the internet: nobody answers there."""
    seen: list[str] = []

    async def dial(address: str, port: int) -> tunnel.End:
        seen.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(tunnel, "connect", dial)
    return seen


async def test_bytes_pass_both_ways_to_an_allowed_host_and_are_counted() -> None:
    async with (
        farside.listening(farside.saying(b"hello")) as far,
        a_door(allow_loopback=True) as out,
    ):
        passage = await out.open([f"127.0.0.1:{far.port}"])
        assert await through(passage, f"127.0.0.1:{far.port}", "GET /bills HTTP/1.1", "Host: x") == b"hello"
        assert passage.sent == len(far.heard[0])
        assert passage.received == len(farside.answer(b"hello"))
        assert passage.refused == []


async def test_what_a_complete_browser_asks_for_of_itself_is_refused_and_no_news() -> None:
    async with a_door() as out:
        passage = await out.open(["portal.example"])
        refusal = await connect(passage.port, "content-autofill.googleapis.com:443")
        assert refusal.startswith(b"HTTP/1.1 403 http_request_denied")
        assert passage.refused == []


async def test_a_host_off_the_list_is_refused_and_named() -> None:
    async with (
        farside.listening(farside.saying()) as inside,
        farside.listening(farside.saying()) as outside,
        a_door(allow_loopback=True) as out,
    ):
        passage = await out.open([f"127.0.0.1:{inside.port}"])
        refusal = await connect(passage.port, f"127.0.0.1:{outside.port}")
        assert refusal.startswith(b"HTTP/1.1 403 http_request_denied")
        assert passage.refused == [f"127.0.0.1:{outside.port}"]
        assert outside.connections == 0
        await through(passage, f"127.0.0.1:{inside.port}", "GET / HTTP/1.1")
        assert inside.connections == 1


async def test_each_run_may_go_only_where_its_own_supplier_lives() -> None:
    async with (
        farside.listening(farside.saying()) as one,
        farside.listening(farside.saying()) as two,
        a_door(allow_loopback=True) as out,
    ):
        first = await out.open([f"127.0.0.1:{one.port}"])
        second = await out.open([f"127.0.0.1:{two.port}"])
        assert first.port != second.port
        assert b" 403 " in await connect(first.port, f"127.0.0.1:{two.port}")
        assert await through(second, f"127.0.0.1:{two.port}", "GET / HTTP/1.1") == b"hello"


@pytest.mark.parametrize("spelling", ["127.0.0.1", "localhost"])
async def test_this_machine_is_out_of_reach_unless_loopback_portals_are_allowed(spelling: str) -> None:
    async with farside.listening(farside.saying()) as far:
        place = f"{spelling}:{far.port}"
        async with a_door() as shut:
            passage = await shut.open([place])
            assert b" 403 " in await connect(passage.port, place)
            assert (passage.refused, far.connections) == ([place], 0)
        async with a_door(allow_loopback=True) as ajar:
            passage = await ajar.open([place])
            assert await through(passage, place, "GET / HTTP/1.1") == b"hello"


@pytest.mark.parametrize(
    "spelling", ["127.1", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "[::ffff:127.0.0.1]"]
)
async def test_no_odd_spelling_of_this_machine_passes_even_if_a_manifest_lists_it(spelling: str) -> None:
    async with farside.listening(farside.saying()) as far, a_door(allow_loopback=True) as out:
        passage = await out.open([f"{spelling}:{far.port}"])
        refusal = await connect(passage.port, f"{spelling}:{far.port}")
        assert refusal.startswith(b"HTTP/1.1 403 destination_ip_prohibited")
        assert far.connections == 0


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"],
)
async def test_an_allowed_name_that_leads_inside_is_refused(
    address: str, names: dict[str, list[str]], dialled: list[str]
) -> None:
    names["portal.example"] = [address]
    async with a_door(allow_loopback=True) as out:
        passage = await out.open(["portal.example"])
        assert b" 403 destination_ip_prohibited" in await connect(passage.port, "portal.example:443")
        assert dialled == []
        assert passage.refused == ["portal.example:443"]
        assert (await out.open(["portal.example"])).strangers == set()


async def test_a_strangers_name_that_could_be_a_pattern_is_refused_and_not_remembered() -> None:
    async with a_door() as out:
        passage = await out.open(["portal.example"])
        for name in ("tracker.example", "*.example", "{a}.example", "(.*)"):
            assert b" 403 http_request_denied" in await connect(passage.port, f"{name}:443")
        assert passage.strangers == {"tracker.example:443"}


async def test_an_allowed_name_that_leads_outside_is_dialled_at_the_address_that_was_checked(
    names: dict[str, list[str]], dialled: list[str]
) -> None:
    names["portal.example"] = [f"10.0.0.1 {PUBLIC}"]
    async with a_door() as out:
        passage = await out.open(["portal.example"])
        assert b" 502 destination_unavailable" in await connect(passage.port, "portal.example:443")
        assert dialled == [PUBLIC]
        assert passage.refused == []


async def test_a_name_that_changes_its_mind_during_a_run_is_not_asked_again(
    names: dict[str, list[str]], dialled: list[str]
) -> None:
    names["portal.example"] = [PUBLIC, "127.0.0.1"]
    async with a_door() as out:
        passage = await out.open(["portal.example"])
        for _ in range(2):
            await connect(passage.port, "portal.example:443")
        assert dialled == [PUBLIC, PUBLIC]
        another = await out.open(["portal.example"])
        assert b" 403 " in await connect(another.port, "portal.example:443")


async def test_replicas_answer_for_true_names_where_a_test_says_so() -> None:
    async with farside.listening(farside.saying()) as far:

        async def resolve(host: str, port: int) -> list[tuple[str, int]]:
            return [("127.0.0.1", far.port)] if (host, port) == ("login.orange.fr", 443) else []

        async with a_door(resolve=resolve) as out:
            passage = await out.open(["login.orange.fr"])
            assert await through(passage, "login.orange.fr:443", "GET / HTTP/1.1") == b"hello"


async def test_plain_http_is_passed_on_in_the_portals_own_form() -> None:
    async with (
        farside.listening(farside.saying(b"hello", 200, "Keep-Alive: timeout=5", "X-Kept: 1")) as far,
        a_door(allow_loopback=True) as out,
    ):
        place = f"127.0.0.1:{far.port}"
        passage = await out.open([place])
        heard = await talk(
            passage.port,
            f"POST http://{place}/a%20b?c=d HTTP/1.1",
            "Host: elsewhere.example",
            "Proxy-Connection: keep-alive",
            "Proxy-Authorization: Basic secret",
            "Content-Length: 0",
            "X-Asked: 1",
        )
        assert far.heard[0].startswith("POST /a%20b?c=d HTTP/1.1\r\n")
        assert (far.header("Host"), far.header("X-Asked"), far.header("Connection")) == (place, "1", "close")
        assert far.header("Proxy-Authorization") is None
        assert b"X-Kept: 1" in heard
        assert b"Keep-Alive" not in heard
        assert heard.endswith(b"Connection: close\r\n\r\nhello")


@pytest.mark.parametrize(
    "first",
    [
        "GET / HTTP/1.1",
        "GET https://a/ HTTP/1.1",
        "GET ftp://a/ HTTP/1.1",
        "CONNECT / HTTP/1.1",
        "CONNECT u@a:1 HTTP/1.1",
    ],
)
async def test_what_asks_for_no_place_gets_none(first: str) -> None:
    async with a_door(allow_loopback=True) as out:
        passage = await out.open(["a"])
        assert (await talk(passage.port, first)).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("noise", [b"\x16\x03\x01\x02\r\n\r\n", b"hello\r\n\r\n", b"A" * 200_000])
async def test_noise_is_answered_and_hung_up_on(noise: bytes) -> None:
    async with a_door(allow_loopback=True) as out:
        passage = await out.open(["a"])
        reader, writer = await asyncio.open_connection("127.0.0.1", passage.port)
        writer.write(noise)
        with contextlib.suppress(ConnectionResetError):
            assert (await reader.read())[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 502", b"")
        writer.close()


async def test_an_unknown_name_and_a_closed_port_are_told_apart(names: dict[str, list[str]]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed = f"127.0.0.1:{taken.getsockname()[1]}"
        async with a_door(allow_loopback=True) as out:
            passage = await out.open(["nowhere.example", closed])
            assert b" 502 dns_error" in await connect(passage.port, "nowhere.example:443")
            assert b" 502 destination_unavailable" in await connect(passage.port, closed)


async def test_a_host_that_never_picks_up_is_given_up(
    names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dial(address: str, port: int) -> tunnel.End:
        await asyncio.Event().wait()
        raise AssertionError

    names["portal.example"] = [PUBLIC]
    monkeypatch.setattr(tunnel, "connect", dial)
    async with a_door(bounds=door.Bounds(connect=0.01)) as out:
        passage = await out.open(["portal.example"])
        assert b" 504 connection_timeout" in await connect(passage.port, "portal.example:443")


async def test_a_silent_tunnel_is_cut() -> None:
    async with (
        farside.listening(farside.silent) as far,
        a_door(allow_loopback=True, bounds=door.Bounds(idle=0.05)) as out,
    ):
        passage = await out.open([f"127.0.0.1:{far.port}"])
        with contextlib.suppress(ConnectionResetError, asyncio.IncompleteReadError):
            await through(passage, f"127.0.0.1:{far.port}", "GET / HTTP/1.1")
            pytest.fail("somebody answered")


async def test_a_client_that_never_asks_is_hung_up_on() -> None:
    async with a_door(bounds=door.Bounds(head=0.01)) as out:
        passage = await out.open(["a"])
        reader, writer = await asyncio.open_connection("127.0.0.1", passage.port)
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()


@pytest.mark.parametrize(("bound", "arrives"), [(50_000, False), (500_000, True)])
async def test_a_run_receives_no_more_than_its_bound(bound: int, arrives: bool) -> None:
    async with (
        farside.listening(farside.saying(b"x" * 200_000)) as far,
        a_door(allow_loopback=True, bounds=door.Bounds(received=bound)) as out,
    ):
        place = f"127.0.0.1:{far.port}"
        passage = await out.open([place])
        heard = b""
        with contextlib.suppress(ConnectionResetError):
            heard = await talk(passage.port, f"GET http://{place}/ HTTP/1.1")
        assert heard.endswith(b"x" * 200_000) is arrives


async def test_closing_a_passage_shuts_its_port_and_its_tunnels() -> None:
    async with (
        farside.listening(farside.silent) as far,
        a_door(allow_loopback=True) as out,
    ):
        place = f"127.0.0.1:{far.port}"
        passage = await out.open([place])
        farewells: list[str] = []
        passage.when_closed(lambda: farewells.append("gone"))
        reader, writer = await asyncio.open_connection("127.0.0.1", passage.port)
        writer.write(f"CONNECT {place} HTTP/1.1\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")

        await passage.close()
        await passage.close()

        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", passage.port)
        assert farewells == ["gone"]


async def test_a_name_service_that_never_answers_is_given_up_or_left_to_the_owners_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def getaddrinfo(*_: Any, **__: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    async with a_door(bounds=door.Bounds(connect=0.01)) as out:
        passage = await out.open(["portal.example"])
        assert b" 504 dns_timeout" in await connect(passage.port, "portal.example:443")
    async with (
        farside.listening(farside.saying(b"", 407)) as proxy,
        a_door(bounds=door.Bounds(connect=6.0), upstream=f"http://127.0.0.1:{proxy.port}") as out,
    ):
        passage = await out.open(["portal.example"])
        assert b" 502 proxy_refused" in await connect(passage.port, "portal.example:443")
        assert proxy.heard[0].startswith("CONNECT portal.example:443 ")


async def test_the_owners_proxy_is_asked_by_name_with_its_login(names: dict[str, list[str]]) -> None:
    async def proxying(head: str, write: farside.Write) -> None:
        if head.startswith("CONNECT"):
            await write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            await write(farside.answer(b"hello"))

    names["portal.example"] = [PUBLIC]
    async with (
        farside.listening(proxying) as proxy,
        a_door(upstream=f"http://firm:p%40ss@127.0.0.1:{proxy.port}") as out,
    ):
        passage = await out.open(["portal.example", "inside.example"])
        assert await through(passage, "portal.example:443", "GET / HTTP/1.1") == b"hello"
        assert proxy.heard[0].startswith("CONNECT portal.example:443 HTTP/1.1\r\n")
        assert proxy.header("Proxy-Authorization", 0) == "Basic ZmlybTpwQHNz"
        names["inside.example"] = ["10.0.0.1"]
        assert b" 403 " in await connect(passage.port, "inside.example:443")


async def hanging_up(head: str, write: farside.Write) -> None:
    raise farside.Reset


@pytest.mark.parametrize("behave", [farside.saying(b"no", 407), hanging_up])
async def test_an_owners_proxy_that_refuses_is_the_portal_being_down(
    behave: farside.Behave, names: dict[str, list[str]]
) -> None:
    async with (
        farside.listening(behave) as proxy,
        a_door(upstream=f"http://127.0.0.1:{proxy.port}") as out,
    ):
        passage = await out.open(["portal.example"])
        assert b" 502 proxy_refused" in await connect(passage.port, "portal.example:443")


async def test_an_owners_proxy_that_is_away_is_the_portal_being_down(names: dict[str, list[str]]) -> None:
    async with farside.listening(farside.saying()) as proxy:
        gone = proxy.port
    async with a_door(upstream=f"http://127.0.0.1:{gone}") as out:
        passage = await out.open(["portal.example"])
        assert b" 502 proxy_unavailable" in await connect(passage.port, "portal.example:443")


@pytest.mark.parametrize("upstream", ["socks4://a:1", "proxy.example:3128", "http://proxy.example"])
def test_an_upstream_that_is_none_is_said_at_once(upstream: str) -> None:
    with pytest.raises(errors.BadSettings, match="MOISSON_UPSTREAM_PROXY"):
        door.Door(upstream=upstream)


@pytest.mark.parametrize(
    ("url", "passes"),
    [
        ("https://portal.example/bills?id=1", True),
        ("https://PORTAL.example:443/", True),
        ("https://portal.example:8443/", False),
        ("http://portal.example/", False),
        ("https://other.example/", False),
        ("https://user:password@portal.example/", False),
        ("https://portal.example@evil.example/", False),
        ("file:///etc/passwd", False),
        ("javascript:alert(1)", False),
        ("https:///nowhere", False),
    ],
)
async def test_an_address_can_be_checked_before_asking(url: str, passes: bool) -> None:
    async with a_door() as out:
        passage = await out.open(["portal.example"])
        if passes:
            return passage.check(url)
        with pytest.raises(errors.DoorClosed):
            passage.check(url)


async def test_no_more_refusals_are_kept_than_a_person_would_read() -> None:
    async with a_door() as out:
        passage = await out.open(["portal.example"])
        for number in range(500):
            with pytest.raises(errors.DoorClosed):
                passage.check(f"https://tracker{number % 200}.example/")
        assert len(passage.refused) == 100


def test_a_bad_pattern_is_refused_before_anything_is_opened() -> None:
    with pytest.raises(ValueError, match="not a host and port"):
        hosts.patterns(["https://portal.example/"])
