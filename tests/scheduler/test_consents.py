from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import pytest_asyncio

from core.db import models
from tests.scheduler import partner
from web import consents


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[partner.World]:
    async with partner.opened(tmp_path) as opened:
        yield opened


async def test_a_consent_is_asked_given_exchanged_and_used(world: partner.World) -> None:
    await world.connected()
    (consent,) = world.rows(models.Consent)
    assert (consent.outcome, consent.verifier, consent.code) == ("granted", None, None)
    row = world.row()
    assert row.connected_at
    assert row.connected_at > row.created_at
    assert (row.error, row.leased_by) == (None, None)
    await world.go()
    assert world.books.seen == ["anne@firm.example"]
    assert world.office.token_calls == 1


async def test_a_state_that_was_not_asked_for_is_refused_and_the_true_one_still_works(
    world: partner.World,
) -> None:
    told = world.agreed(world.asked())
    with pytest.raises(consents.NotOurs):
        world.come_back(told | {"state": "guessed"})
    world.come_back(told)
    with pytest.raises(consents.NotOurs):
        world.come_back(told)


async def test_another_browser_cannot_bring_the_code(world: partner.World) -> None:
    told = world.agreed(world.asked())
    with pytest.raises(consents.NotOurs):
        world.come_back(told, session_hash="another browser")


async def test_a_consent_that_took_too_long_is_asked_anew(world: partner.World) -> None:
    told = world.agreed(world.asked())
    with pytest.raises(consents.NotOurs):
        world.come_back(told, later=consents.LIVES + timedelta(seconds=1))


async def test_a_verifier_of_another_consent_is_refused_by_the_provider(world: partner.World) -> None:
    """The code of one request with the verifier of another: stolen codes are worth nothing (RFC 7636)."""
    first, second = world.asked(), world.asked()
    stolen = world.agreed(first)
    own = world.agreed(second)
    world.come_back(own | {"code": stolen["code"]})
    await world.go()
    assert {one.outcome for one in world.rows(models.Consent)} == {"ConsentEnded", None}
    assert world.row().connected_at == world.row().created_at  # as before


async def test_a_sealed_code_moved_to_another_consent_does_not_open(world: partner.World) -> None:
    world.come_back(world.agreed(world.asked()))
    world.come_back(world.agreed(world.asked()))
    with world.farm.database.write() as session:
        one, two = session.query(models.Consent)
        one.code, two.code = two.code, one.code
    await world.go()
    await world.go()
    assert {one.outcome for one in world.rows(models.Consent)} == {"VaultError"}
    assert world.office.token_calls == 0


async def test_who_says_no_is_told_so(world: partner.World) -> None:
    asked = world.asked()
    state = dict(parse_qsl(urlsplit(asked.address).query))["state"]
    world.come_back({"state": state, "error": "access_denied"})
    (consent,) = world.rows(models.Consent)
    assert (consent.outcome, consent.verifier) == ("access_denied", None)
    await world.go()
    assert world.office.token_calls == 0


async def test_a_code_is_exchanged_once_even_if_the_worker_dies_in_between(
    world: partner.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.come_back(world.agreed(world.asked()))
    world.office.lose_answers = 99
    await world.go()
    world.office.lose_answers = 0
    (consent,) = world.rows(models.Consent)
    assert (consent.outcome, consent.code) == ("PartnerSilent", None)
    await world.connected()
    assert world.row().connected_at
