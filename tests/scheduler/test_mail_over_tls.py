"""IMAP over TLS on a real server: who it says it is must hold before anything secret is opened, let alone typed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
import trustme

from core.db import models
from core.mailbox import places
from tests.core.mailbox.mails import bill, mail
from tests.scheduler import postal

HOST = "imap.atelier.example"
Opened = Callable[[trustme.CA | None, str], AbstractAsyncContextManager[postal.World]]
WAYS = pytest.mark.parametrize("security", ["tls", "starttls"])


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """The one that the farm trusts."""
    made, trusted = trustme.CA(), tmp_path / "ca.pem"
    made.cert_pem.write_to_path(str(trusted))
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    return made


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """A farm whose mail server lies behind that name, with a certificate by an authority for a host; None is no TLS."""

    @asynccontextmanager
    async def opening(by: trustme.CA | None, host: str) -> AsyncIterator[postal.World]:
        there: dict[int, int] = {}

        async def resolve(name: str, port: int) -> list[tuple[str, int]]:
            return [("127.0.0.1", there[port])] if name == HOST else []

        leaf = by.issue_cert(host) if by else None
        tls = (leaf.cert_chain_pems[0].bytes(), leaf.private_key_pem.bytes()) if leaf else None
        async with postal.opened(tmp_path, tls=tls, outside={"resolve": resolve}) as world:
            there |= {993: world.server.tls_port, 143: world.server.port}
            world.deliver(mail("Facture", files=(("f.pdf", bill()),)))
            yield world

    return opening


async def checked(world: postal.World, security: str) -> str | None:
    """The error that a look at the mailbox ends with."""
    place = places.imap(HOST, places.PORTS[security], security=security, login=postal.USER)
    box = world.connect(place=place)
    await world.check()
    return world.box(box).error


def openings(world: postal.World) -> int:
    return [entry.action for entry in world.rows(models.AuditEntry)].count("field.opened")


def logins(world: postal.World) -> str:
    """What the server noted of sign-ins: all of it, as it goes first."""
    world.server.stop()
    return (world.server.home / "dovecot.log").read_text()


@WAYS
async def test_a_server_that_is_who_it_says_is_signed_in_to(
    opened: Opened, authority: trustme.CA, security: str
) -> None:
    async with opened(authority, HOST) as world:
        assert await checked(world, security) is None
        assert world.verdicts() == {"Facture": ("taken", None)}
        assert openings(world) == 1
        assert "TLS" in logins(world)


@WAYS
@pytest.mark.parametrize("host", [HOST, "imap.elsewhere.example"])
async def test_a_wrong_authority_or_a_wrong_host_is_told_nothing(
    opened: Opened, authority: trustme.CA, security: str, host: str
) -> None:
    async with opened(authority if host != HOST else trustme.CA(), host) as world:
        assert await checked(world, security) == "PartnerDown"
        assert openings(world) == 0
        assert "Login:" not in logins(world)
        assert postal.PASSWORD not in logins(world)


async def test_a_server_that_would_do_without_encryption_is_told_nothing(
    opened: Opened, authority: trustme.CA
) -> None:
    async with opened(None, HOST) as world:
        assert await checked(world, "starttls") == "PartnerDown"
        assert openings(world) == 0
        assert "Login:" not in logins(world)
