from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from core import errors, partners
from tests.scheduler import partner


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[partner.World]:
    async with partner.opened(tmp_path) as opened:
        await opened.connected()
        yield opened


async def raised(world: partner.World, ask: Callable[[partners.Means], Any]) -> tuple[str | None, str | None]:
    """The error's name that a round which does this ends with, and what was said."""
    world.books.ask = ask
    world.change(error=None, parked_until=None)
    await world.round()
    return world.row().error, world.row().said


def get(path: str) -> Callable[[partners.Means], Any]:
    return lambda means: partners.expect(means.http.get(path))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (200, None),
        (401, "ConsentEnded"),
        (403, "PartnerRefused"),
        (404, "PartnerChanged"),
        (429, "PartnerBusy"),
        (500, "PartnerSilent"),
        (503, "PartnerDown"),
    ],
)
async def test_an_answer_means_what_its_status_says(
    world: partner.World, status: int, error: str | None
) -> None:
    place = f"{world.books.provider.api}/say/{status}"
    assert (await raised(world, get(place)))[0] == error


async def test_a_destination_is_parked_as_long_as_it_asked_for(world: partner.World) -> None:
    began = world.farm.now()
    await raised(world, get(f"{world.books.provider.api}/say/429?Retry-After=66975"))
    parked = world.row().parked_until
    assert parked
    assert parked >= began + timedelta(seconds=66_975)


async def test_only_declared_origins_are_reached(world: partner.World) -> None:
    assert await raised(world, get("https://elsewhere.example/")) == ("DoorClosed", "elsewhere.example:443")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        other.settimeout(0)
        port = other.getsockname()[1]
        assert (await raised(world, get(f"http://127.0.0.1:{port}/")))[0] == "DoorClosed"
        with pytest.raises(BlockingIOError):
            other.accept()


async def test_a_redirect_is_shown_and_not_followed(world: partner.World) -> None:
    world.books.ask = lambda means: means.http.get(f"{world.books.provider.api}/away").status_code
    await world.round()
    assert world.books.seen[-1] == 302


async def test_a_token_goes_to_declared_origins_only(world: partner.World) -> None:
    def ask(means: partners.Means) -> Any:
        with httpx.Client() as foreign:
            return foreign.get("https://elsewhere.example/", auth=means.bearer)

    assert (await raised(world, ask))[0] == "DoorClosed"


async def test_an_answer_without_end_is_cut(world: partner.World) -> None:
    error, said = await raised(world, get(f"{world.books.provider.api}/large"))
    assert error == "PartnerChanged"
    assert said
    assert "more than" in said


async def test_whom_nobody_answers_for_is_down_and_nothing_was_done(world: partner.World) -> None:
    with socket.socket() as held:  # nobody listens there, and nobody else is given it
        held.bind(("127.0.0.1", 0))
        silent = f"http://127.0.0.1:{held.getsockname()[1]}"
        world.books.more = (silent,)
        world.change(secret_version=1)
        with world.farm.database.write() as session:
            session.execute(partner.models.SealedField.__table__.delete())  # type: ignore[attr-defined]
        assert (await raised(world, get(f"{silent}/")))[0] == "PartnerDown"


async def test_an_answer_that_never_comes_is_told_apart_from_one_that_was_never_asked(
    world: partner.World,
) -> None:
    from demo import consent

    done: list[str] = []

    def _post() -> str:
        from flask import request

        done.append("stored")
        consent.lose(request.environ)
        return ""

    world.app.view_functions["_away"] = _post
    assert (await raised(world, get(f"{world.books.provider.api}/away")))[0] == "PartnerSilent"
    assert done == ["stored"]


async def test_what_is_no_http_connects_through_the_door(world: partner.World) -> None:
    """As IMAP and SFTP do: to declared origins, and to no other."""
    host = world.books.provider.api.removeprefix("http://")

    def connect(means: partners.Means) -> list[bytes]:
        told = []
        for place in (host, "127.0.0.1:1"):
            with socket.create_connection(means.door, timeout=60) as line:
                line.sendall(f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n\r\n".encode())
                told.append(line.recv(100).split(b" ")[1])
        return told

    world.books.ask = connect
    await world.round()
    assert world.books.seen[-1] == [b"200", b"403"]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "120"}, 120.0),
        (
            {
                "Retry-After": "Fri, 20 Nov 2026 10:00:00 GMT",
                "Date": "Fri, 20 Nov 2026 09:00:00 GMT",
            },
            3600.0,
        ),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
def test_the_time_to_wait_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert partners.retry_after(httpx.Response(429, headers=headers)) == seconds


def test_a_busy_partner_says_when() -> None:
    with pytest.raises(errors.PartnerBusy) as busy:
        partners.expect(httpx.Response(429, headers={"Retry-After": "7"}))
    assert busy.value.retry_after == 7
