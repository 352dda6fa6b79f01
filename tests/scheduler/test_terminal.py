"""A person at a terminal is asked there, whether a worker makes the visit or the command itself."""

from __future__ import annotations

from pathlib import Path

from core.db import models
from demo.stage import Lever
from scheduler import ask, terminal
from tests.prove import world as worlds
from tests.scheduler.world import World
from vault import redact


def test_what_is_typed_at_the_prompt_reaches_the_visit_of_the_worker(tmp_path: Path) -> None:
    with worlds.opened(tmp_path) as town:
        portal, client = town.remotes["mandarine"], town.new_client("mandarine")
        portal.pull(Lever.CODE)
        town.start_worker()
        assert worlds.until(lambda: any((town.settings.data / "workers").glob("*.lock")), 180)
        shown: list[str] = []

        def prompt(words: str) -> str:
            shown.append(words)
            return "nonsense" if len(shown) == 1 else portal.sms()

        (told,) = ask.collect(town.settings, redact.Redactor(), client.account, prompt=prompt)
        assert told["error"] is None
        assert "06 •• •• •• 42" in shown[0]
        assert "Code incorrect ou expiré." in shown[1]
        assert portal.counters()["codes_sent"] == 1
        with town.database.read() as session:
            (challenge,) = session.query(models.Challenge)
            assert challenge.outcome == "answered"


async def test_a_command_that_visits_by_itself_asks_as_well(world: World) -> None:
    world.pull("mandarine", Lever.CODE)
    one, portal = world.add("mandarine"), world.portal("mandarine")
    with terminal.answering(world.farm.settings, one, lambda _: portal.house.sms):
        assert (await world.collect(one))["error"] is None
