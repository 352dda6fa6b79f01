"""A supplier is asked for once, wanted by many, and nobody else's company knows."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from core.db import Database, models
from core.ledger import requests
from tests.core.ledger import NOW


def _person(session: Session, email: str) -> int:
    one = models.Person(email=email, password_hash="", language="fr", created_at=NOW)
    session.add(one)
    session.flush()
    return one.id


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Énergie & Cie", "energie-cie"),
        ("  EDF  Entreprises ", "edf-entreprises"),
        ("!!", ""),
        ("a" * 60, "a" * 40),
    ],
)
def test_a_name_becomes_an_id(name: str, slug: str) -> None:
    assert requests.slug(name) == slug


def test_whoever_asks_again_adds_a_vote_and_what_was_not_known(database: Database) -> None:
    with database.write() as session:
        anna, bob = _person(session, "anna@firm.fr"), _person(session, "bob@firm.fr")
        first = requests.ask(
            session,
            1,
            "Véolia",
            by=anna,
            now=NOW,
            facts={"website": "https://veolia.example", "today": "mail"},
        )
        again = requests.ask(
            session, 1, "VEOLIA", by=bob, now=NOW, facts={"website": "https://other.example", "volume": 12}
        )
        requests.vote(session, again, by=bob, now=NOW)
        assert again is first
        assert (first.name, first.website, first.volume) == ("Véolia", "https://veolia.example", 12)
        assert first.today == "mail"
        assert requests.votes(session, 1) == {"veolia": 2}
        requests.withdraw(session, first, by=anna)
        assert requests.votes(session, 1) == {"veolia": 1}
        assert (requests.wants(session, first, anna), requests.wants(session, first, bob)) == (False, True)


def test_a_request_belongs_to_its_company(database: Database) -> None:
    with database.write() as session:
        requests.ask(session, 1, "Véolia", by=_person(session, "anna@firm.fr"), now=NOW)
        assert requests.request(session, 2, "veolia") is None
        assert requests.all_of(session, 2) == []
        assert requests.votes(session, 2) == {}
        assert [asked.slug for asked in requests.all_of(session, 1)] == ["veolia"]


def test_a_request_is_asked_then_being_built_then_there(database: Database) -> None:
    with database.write() as session:
        asked = requests.ask(session, 1, "Véolia", by=_person(session, "anna@firm.fr"), now=NOW)
        assert asked.state == "asked"
        requests.progress(asked, "being_built")
        assert asked.state == "being_built"
        with pytest.raises(ValueError, match="none of"):
            requests.progress(asked, "soon")
