"""Files and messages through the real worker: a sealed secret, the door, a lease; and addresses that nobody may be sent to."""

from __future__ import annotations

import asyncio
import base64
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from core.db import models
from core.export import catalogue, chosen
from core.settings import Settings
from demo.webhook import Listener
from scheduler import destinations, farm, partner_rounds
from tests.core.export import post as posts
from tests.core.export.post import PASSWORD, Post
from tests.scheduler import homecoming
from vault import fields, redact
from web import desk

KEY = b"canary-signing-key-of-24-bytes"


@dataclass
class World:
    farm: farm.Farm

    async def go(self) -> None:
        """What is due is done, until the last round of it has ended."""
        targets = {kind: make(self.farm) for kind, make in destinations.TARGETS.items()}
        rounds = partner_rounds.Rounds(self.farm, sources={"none": None}, targets=targets)  # type: ignore[dict-item]
        for going in await rounds.look():
            await going

    def connect(self, kind: str, typed: dict[str, str], secrets: dict[str, str]) -> int:
        """A person has filled in the form of this kind."""
        what, at_desk, now = catalogue.known(kind), desk.of(self.farm.settings), self.farm.now()
        assert what
        typed = {one.name: one.default for one in what.plain} | typed
        with self.farm.database.write() as session:
            place = models.Destination(
                workspace_id=1, kind=kind, place=what.place(typed), created_at=now, starts_at=now, connected_at=now
            )  # fmt: skip
            session.add(place)
            session.flush()
            chosen.keep_typed(session, place, typed, by=None, now=now)
            holder = fields.Holder.of(place, what.origins(place))
            for name, secret in secrets.items():
                fields.seal(session, at_desk.trusted(), holder, name, secret, actor="person:1", at=now)
            return place.id

    def row(self, destination_id: int) -> models.Destination:
        with self.farm.database.read() as session:
            return session.get_one(models.Destination, destination_id)

    def delivery(self, destination_id: int) -> models.Delivery:
        with self.farm.database.read() as session:
            return session.query(models.Delivery).filter_by(destination_id=destination_id).one()


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    settings = Settings(
        data=tmp_path / "data",
        key_file=tmp_path / "keys" / "vault.key",
        allow_loopback=True,
        _env_file=None,  # type: ignore[call-arg]
    )
    async with farm.opened(settings, redact.Redactor()) as one:
        yield World(one)


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    with posts.opened() as made:
        yield made


async def test_a_webhook_is_told_once(world: World) -> None:
    listener = Listener(KEY, lambda: world.farm.now().timestamp())
    listener.server.start()
    try:
        secret = "whsec_" + base64.b64encode(KEY).decode()
        there = world.connect("webhook", {"url": listener.url}, {"secret": secret})
        homecoming.bring(world.farm)
        await world.go()
        await world.go()
    finally:
        listener.server.stop()
    assert world.row(there).error is None
    assert [file for _, file in listener.told.values()] == [homecoming.PDF]
    assert listener.calls == 1


async def test_a_letter_goes_through_the_door(world: World, post: tuple[Post, int]) -> None:
    typed = {"url": f"smtp://127.0.0.1:{post[1]}", "to": "c@x.example", "sender": "f@x.example", "login": "f"}
    there = world.connect("mail", typed, {"password": PASSWORD})
    homecoming.bring(world.farm)
    await world.go()
    assert world.row(there).error is None
    assert len(post[0].came) == 1
    assert world.delivery(there).sent_at


@pytest.mark.parametrize(
    ("kind", "typed", "secrets"),
    [
        ("webhook", {"url": "https://10.0.0.7/hook"}, {"secret": "s" * 24}),
        ("webhook", {"url": "https://169.254.169.254/latest"}, {"secret": "s" * 24}),
        ("webdav", {"url": "https://192.168.1.4/dav", "login": "a"}, {"password": "p"}),
        ("s3", {"url": "https://100.64.0.9/bucket", "access_key": "a"}, {"secret_key": "p"}),
        ("sftp", {"url": "sftp://192.168.1.4/drop", "login": "a"}, {"password": "p"}),
        ("mail", {"url": "smtps://10.0.0.7", "to": "c@x.example", "sender": "f@x.example"}, {}),
    ],
)
async def test_no_destination_leads_into_the_network_that_the_farm_lies_in(
    world: World, kind: str, typed: dict[str, str], secrets: dict[str, str]
) -> None:
    there = world.connect(kind, typed, secrets)
    homecoming.bring(world.farm)
    await world.go()
    assert world.row(there).error == "PrivateAddress"
    assert world.delivery(there).sent_at is None
    await world.go()
    assert world.row(there).failures == 1, "it waits for a person"


@pytest.mark.parametrize("kind", ["webdav", "sftp"])
async def test_a_name_that_leads_into_it_says_so_too(
    world: World, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def at_home(host: str, port: int, **_: Any) -> list[Any]:
        assert host == "nas.firm.example"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.168.1.4", port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", at_home)
    scheme = "sftp" if kind == "sftp" else "https"
    there = world.connect(kind, {"url": f"{scheme}://nas.firm.example/drop", "login": "a"}, {"password": "p"})
    homecoming.bring(world.farm)
    await world.go()
    assert world.row(there).error == "PrivateAddress"


async def test_without_being_told_so_not_even_this_machine_is_reached(tmp_path: Path) -> None:
    settings = Settings(
        data=tmp_path / "data",
        key_file=tmp_path / "keys" / "vault.key",
        _env_file=None,  # type: ignore[call-arg]
    )
    came: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as near:
        near.settimeout(0.2)
        async with farm.opened(settings, redact.Redactor()) as one:
            world = World(one)
            port = near.getsockname()[1]
            there = world.connect(
                "sftp", {"url": f"sftp://127.0.0.1:{port}/x", "login": "a"}, {"password": "p"}
            )
            homecoming.bring(world.farm)
            await world.go()
            assert world.row(there).error == "PartnerDown"
        with pytest.raises(TimeoutError):
            came.append(near.accept())
    assert came == []
