"""One digest a day to each owner, of what is open only, in their language, and no amount in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import SecretStr

from core.db import Database, models, writer
from core.ledger import gaps, matches
from scheduler import digest, tell
from scheduler.farm import Farm
from tests.core.ledger import NOW, account, bank


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tell.Told]:
    """What would have been sent."""
    heard: list[tell.Told] = []

    def notify(_: str, one: tell.Told) -> bool:
        heard.append(one)
        return True

    monkeypatch.setattr(tell, "notify", notify)
    return heard


def _farm(database: Database, at: datetime = NOW) -> Farm:
    settings = SimpleNamespace(
        notify=SecretStr("json://nobody"), time_zone="Europe/Paris", public_url="https://farm.example"
    )
    names = {"bleu": "Bleu Énergie"}
    made: Any = SimpleNamespace(
        settings=settings,
        database=database,
        writer=writer.Writer(database),
        now=lambda: at,
        supplier_name=lambda one: names.get(one, one),
    )
    return cast(Farm, made)


def _missing(
    database: Database, *, supplier: str | None = "bleu", language: str = "fr", days: int = 3
) -> int:
    with database.write() as session:
        person = models.Person(
            email=f"{language}@firm.fr", password_hash="", language=language, created_at=NOW
        )
        session.add(person)
        session.flush()
        if supplier:
            account(session, language, supplier=supplier).owner_id = person.id
        paid = bank.payment(session, -12840)
        gaps.settle(session, 1, [paid.id], now=NOW - timedelta(days=days), suppliers={paid.id: supplier})
        return paid.id


def test_the_owner_hears_once_a_day_what_is_missing_and_for_how_long(
    database: Database, told: list[tell.Told]
) -> None:
    _missing(database)
    for at in (NOW, NOW + timedelta(hours=2), NOW + timedelta(days=1)):
        digest.send(_farm(database, at))
    assert [one.title for one in told] == ["Moisson · 1 pièce manquante"] * 2
    assert (
        told[0].body
        == "Bleu Énergie : 1, depuis 3 j\nLes demander ou les expliquer : https://farm.example/gaps"
    )
    assert "128" not in told[0].body


def test_an_owner_reads_it_in_their_language(database: Database, told: list[tell.Told]) -> None:
    _missing(database, language="en")
    digest.send(_farm(database))
    assert told[0].title == "Moisson · 1 missing invoice"
    assert told[0].body.startswith("Bleu Énergie: 1, for 3 days")


def test_before_eight_nobody_is_told(database: Database, told: list[tell.Told]) -> None:
    _missing(database)
    digest.send(_farm(database, NOW.replace(hour=6)))
    assert told == []


def test_what_is_explained_or_has_come_is_no_longer_told(database: Database, told: list[tell.Told]) -> None:
    payment_id = _missing(database)
    with database.write() as session:
        matches.close(
            session, session.get_one(models.Payment, payment_id), matches.Why.OTHER, by=None, now=NOW
        )
    digest.send(_farm(database))
    assert told == []


def test_what_nobody_owns_is_told_too(database: Database, told: list[tell.Told]) -> None:
    _missing(database, supplier=None)
    digest.send(_farm(database))
    assert "Fournisseur non reconnu : 1, depuis 3 j" in told[0].body
