"""People are told of a mailbox once: that it needs them, that somebody asks for it, and what came of that."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import mail_notices, mailboxes
from scheduler import rounds, tell
from scheduler.farm import Farm
from tests.scheduler.world import World

ANNA, PAUL = "anna@firm.example", "paul@firm.example"


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tell.Told]:
    said: list[tell.Told] = []

    def notify(address: str, told: tell.Told) -> bool:
        said.append(told)
        return bool(address)

    monkeypatch.setattr(tell, "notify", notify)
    return said


@pytest.fixture
def farm(world: World, tmp_path: Path) -> Farm:
    """A farm with an address to tell, two people, and a mailbox that Anna answers for."""
    settings = world.farm.settings
    telling = {"notify": type(settings.notify)("json://nobody/"), "public_url": "https://farm.example"}
    told = dataclasses.replace(world.farm, settings=settings.model_copy(update=telling))
    with told.database.write() as session:
        for email, language in ((ANNA, "fr"), (PAUL, "en")):
            made = models.Person(email=email, password_hash="-", language=language, created_at=told.now())
            session.add(made)
        session.flush()
        mailboxes.connect(
            session,
            1,
            "compta@firm.example",
            kind="imap",
            role="ap",
            place={"host": "imap.firm.example"},
            by=person(session, ANNA),
            now=told.now(),
        )
    return told


def person(session: Session, email: str) -> int:
    return session.scalars(select(models.Person.id).where(models.Person.email == email)).one()


def change(farm: Farm, **values: object) -> None:
    with farm.database.write() as session:
        for name, value in values.items():
            setattr(session.query(models.Mailbox).one(), name, value)


def tells(farm: Farm, heard: list[tell.Told]) -> list[str]:
    """What is said in three looks."""
    heard.clear()
    for _ in range(3):
        rounds.tell_people(farm)
    return [told.body for told in heard]


def test_nobody_hears_of_a_mailbox_that_is_read(farm: Farm, heard: list[tell.Told]) -> None:
    assert tells(farm, heard) == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("ConsentEnded", "L'autorisation de la lire a pris fin."),
        ("PartnerRefused", "Le serveur refuse ce qui sert à se connecter."),
    ],
)
def test_who_answers_for_it_hears_once_that_it_needs_them(
    farm: Farm, heard: list[tell.Told], error: str, said: str
) -> None:
    change(farm, error=error)
    (body,) = tells(farm, heard)
    assert body.startswith(said)
    assert body.endswith("https://farm.example/mailboxes/1")
    assert heard[0].title == "Moisson · compta@firm.example"
    assert tells(farm, heard) == []


def test_a_trouble_that_comes_again_after_a_good_look_is_told_again(
    farm: Farm, heard: list[tell.Told]
) -> None:
    change(farm, error="ConsentEnded")
    assert len(tells(farm, heard)) == 1
    change(farm, error=None)
    assert tells(farm, heard) == []
    change(farm, error="ConsentEnded")
    assert tells(farm, heard) == []  # it was not read in between
    change(farm, error=None, last_success_at=farm.now())
    assert tells(farm, heard) == []
    change(farm, error="ConsentEnded")
    assert len(tells(farm, heard)) == 1


def test_silence_of_a_day_and_a_half_is_told_whatever_its_cause(farm: Farm, heard: list[tell.Told]) -> None:
    change(farm, error="PartnerDown", last_success_at=farm.now() - timedelta(hours=35))
    assert tells(farm, heard) == []
    change(farm, last_success_at=farm.now() - timedelta(hours=37))
    assert [body.partition(".")[0] for body in tells(farm, heard)] == [
        "Aucune lecture réussie depuis plus de 36 heures"
    ]
    change(farm, error="PartnerSilent")
    assert tells(farm, heard) == []


def test_a_mailbox_that_somebody_paused_troubles_nobody(farm: Farm, heard: list[tell.Told]) -> None:
    change(farm, error="ConsentEnded", paused_at=farm.now())
    assert tells(farm, heard) == []


def test_each_hears_of_a_hand_over_in_their_language_and_once(farm: Farm, heard: list[tell.Told]) -> None:
    with farm.database.write() as session:
        box, paul = session.query(models.Mailbox).one(), person(session, PAUL)
        mail_notices.ask_for(session, box, paul, now=farm.now())
        mail_notices.ask_for(session, box, paul, now=farm.now())
    (body,) = tells(farm, heard)
    assert body.startswith("paul@firm.example demande que vous lui confiiez cette boîte.")
    with farm.database.write() as session:
        box, anna = session.query(models.Mailbox).one(), person(session, ANNA)
        mail_notices.hand_over(session, box, person(session, PAUL), by=anna, now=farm.now())
    (body,) = tells(farm, heard)
    assert body.startswith("anna@firm.example has handed this mailbox over to you")
    assert tells(farm, heard) == []


def test_who_has_the_answer_before_anybody_was_told_is_not_asked(farm: Farm, heard: list[tell.Told]) -> None:
    with farm.database.write() as session:
        box, paul = session.query(models.Mailbox).one(), person(session, PAUL)
        mail_notices.ask_for(session, box, paul, now=farm.now())
        mail_notices.hand_over(session, box, paul, by=paul, now=farm.now())
    assert tells(farm, heard) == []
