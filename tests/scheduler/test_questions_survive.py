"""A worker that goes while its visit waits for a code: the question stays, the account is frozen, and no second code is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core import ledger, nouns
from core.db import models
from demo.stage import Lever
from tests.prove import witness
from tests.prove import world as worlds
from tests.prove.world import Client


@pytest.fixture
def town(tmp_path: Path) -> Iterator[worlds.World]:
    with worlds.opened(tmp_path) as opened:
        yield opened


def question(town: worlds.World, client: Client) -> models.Challenge | None:
    with town.database.read() as session:
        return ledger.open_challenge(session, client.account)


@pytest.mark.parametrize("ending", ["kill", "terminate"])
def test_a_worker_that_goes_leaves_the_question_open_and_the_next_one_asks_for_no_code(
    town: worlds.World, ending: str
) -> None:
    portal = town.remotes["mandarine"]
    portal.pull(Lever.CODE)
    first, asked = town.start_worker(), town.new_client("mandarine")
    town.call(asked, person=False)
    assert worlds.until(lambda: question(town, asked) is not None, 180), town.log()
    getattr(first, ending)()
    first.join(120)

    other = town.new_client("nimbus")
    town.start_worker()
    town.call(asked, person=False)
    town.call(other, person=False)
    assert worlds.until(lambda: witness.visited(town, [other]), 180), town.log()
    left = question(town, asked)
    assert left is not None
    with town.database.read() as session:
        run = session.get_one(models.Run, left.run_id)
        assert run.state in (nouns.RunState.LOST, nouns.RunState.RETRY_AT)
        assert not ledger.is_answerable(session, left, now=worlds.now())
    counted = portal.counters()
    assert (counted["codes_sent"], counted["passwords"]) == (1, 1)
