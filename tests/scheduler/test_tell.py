"""People are told of a question once, with the way to answer it; a real Apprise address, a real listener."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core import ledger, nouns
from core.db import models
from scheduler import tell
from scheduler.farm import Farm, utc_now
from tests.scheduler.world import World


class _Ear(ThreadingHTTPServer):
    """Hears what Apprise posts."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Listener)
        self.heard: list[dict[str, Any]] = []


class _Listener(BaseHTTPRequestHandler):
    server: _Ear

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append(json.loads(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def ear() -> Iterator[_Ear]:
    with _Ear() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def _telling(world: World, ear: _Ear, public_url: str = "https://farm.example") -> Farm:
    settings = world.farm.settings.model_copy(
        update={
            "notify": type(world.farm.settings.notify)(f"json://127.0.0.1:{ear.server_port}/?cto=60&rto=60"),
            "public_url": public_url,
        }
    )
    return dataclasses.replace(world.farm, settings=settings)


def _asked(session: Session, account_id: int, *, live: bool = True, **more: Any) -> models.Challenge:
    account, now = session.get_one(models.Account, account_id), utc_now()
    run = ledger.queue_run(session, account, cause="schedule", now=now)
    assert run
    run.state = nouns.RunState.LOGIN if live else nouns.RunState.WAITING
    session.flush()
    challenge = models.Challenge(
        **{
            "workspace_id": 1,
            "account_id": account_id,
            "run_id": run.id,
            "kind": "CodeNeeded",
            "wants": "code",
            "said": "Un code a été envoyé au •• •• 42.",
            "opened_at": now,
            "expires_at": now + timedelta(minutes=5) if live else now,
            **more,
        }
    )
    session.add(challenge)
    session.flush()
    ledger.tell(session, account, about=f"challenge:{challenge.id}", error=challenge.kind, now=now)
    return challenge


async def test_a_live_question_is_told_once_with_an_address_that_answers_it(world: World, ear: _Ear) -> None:
    account_id, farm = world.add("mandarine"), _telling(world, ear)
    challenge = await farm.writer(lambda s: _asked(s, account_id))
    tell.send(farm)
    tell.send(farm)
    (said,) = ear.heard
    assert "Mandarine Télécom demande un code" in said["message"]
    token = said["message"].rpartition("https://farm.example/c/")[2]
    with farm.database.read() as session:
        found = ledger.by_link(session, ledger.link_hash(token), now=utc_now())
        assert found
        assert found.id == challenge.id
    stored = b"".join(path.read_bytes() for path in farm.settings.data.rglob("moisson.db*"))
    assert token.encode() not in stored


async def test_a_question_nobody_can_answer_any_more_leads_to_its_room(world: World, ear: _Ear) -> None:
    account_id, farm = world.add("mandarine"), _telling(world, ear)
    challenge = await farm.writer(lambda s: _asked(s, account_id, live=False))
    tell.send(farm)
    assert ear.heard[0]["message"].endswith(f"https://farm.example/challenges/{challenge.id}")


async def test_without_a_public_address_there_is_no_link(world: World, ear: _Ear) -> None:
    account_id, farm = world.add("mandarine"), _telling(world, ear, "")
    await farm.writer(lambda s: _asked(s, account_id))
    tell.send(farm)
    assert ear.heard[0]["message"] == "Mandarine Télécom demande un code."
    assert world.rows(models.ChallengeLink) == []


async def test_nobody_is_told_of_what_has_been_answered_meanwhile(world: World, ear: _Ear) -> None:
    account_id, farm = world.add("mandarine"), _telling(world, ear)
    await farm.writer(lambda s: _asked(s, account_id))
    await farm.writer(lambda s: ledger.close_challenge(s, account_id, outcome="answered", now=utc_now()))
    tell.send(farm)
    assert ear.heard == []
    assert world.rows(models.Notice)[0].told_at


async def test_the_notice_speaks_as_the_account_s_owner_does(world: World, ear: _Ear) -> None:
    account_id, farm = world.add("mandarine"), _telling(world, ear, "")

    def owned(session: Session) -> None:
        person = models.Person(email="ann@firm.fr", password_hash="-", language="en", created_at=utc_now())
        session.add(person)
        session.flush()
        session.get_one(models.Account, account_id).owner_id = person.id
        _asked(session, account_id, wants="approval")

    await farm.writer(owned)
    tell.send(farm)
    assert ear.heard[0]["message"] == "Mandarine Télécom waits for you to confirm on your phone."


async def test_a_refused_password_is_told_as_before(world: World, ear: _Ear) -> None:
    account_id, farm = world.add("mandarine"), _telling(world, ear)

    def refused(session: Session) -> None:
        account = session.get_one(models.Account, account_id)
        ledger.tell(session, account, about="BadCredentials:1", error="BadCredentials", now=utc_now())

    await farm.writer(refused)
    tell.send(farm)
    assert ear.heard[0]["message"] == "The portal refused the user name or the password."
