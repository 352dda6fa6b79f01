"""Where a message goes: the first rule that is on and fits, and what it would have done to what was seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.db import Database, models
from core.ledger import mailboxes, rules
from core.mailbox import heads, routes, tryout
from core.mailbox.heads import Head
from tests.core.ledger import NOW


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    database = Database(f"sqlite:///{tmp_path / 'farm.db'}")
    models.Base.metadata.create_all(database.engine)
    with database.write() as opened:
        opened.add_all(models.Workspace(id=one, name=f"Atelier {one}", created_at=NOW) for one in (1, 2))
        opened.flush()
        yield opened
    database.close()


def box(session: Session, address: str = "compta@atelier.example") -> models.Mailbox:
    return mailboxes.connect(session, 1, address, kind="imap", role="ap", place={}, by=None, now=NOW)


def rule(session: Session, act: str, **said: Any) -> models.MailRule:
    return rules.add(session, rules.drawn_up(1, act, made_at=NOW, **said))


def head(sender: str = "marie@ami.example", subject: str = "Facture", **said: Any) -> Head:
    return Head("<1>", sender, said.pop("name", ""), said.pop("to", ("compta@atelier.example",)), subject)


def seen(session: Session, mailbox: models.Mailbox, subject: str, **said: Any) -> None:
    number = session.query(models.Message).count()
    told = {"sender": "a@garage.example", "verdict": "skipped", "reason": "no_file", **said}
    session.add(
        models.Message(
            workspace_id=1, mailbox_id=mailbox.id, identity=str(number), remote_id=str(number),
            subject=subject, received_at=NOW, seen_at=NOW, **told,
        )
    )  # fmt: skip
    session.flush()


@pytest.mark.parametrize(
    ("act", "more", "expected"),
    [
        ("ar", {}, routes.Route(1, "ar")),
        ("skip", {}, routes.Route(1, "ap", "rule")),
        ("take", {"supplier": "acme"}, routes.Route(1, "ap", take=True, supplier="acme")),
        ("supplier", {"supplier": "acme"}, routes.Route(1, "ap", supplier="acme")),
        ("workspace", {"to_workspace_id": 2}, routes.Route(2, "ap")),
    ],
)
def test_a_rule_says_where_a_message_goes(
    session: Session, act: str, more: dict[str, Any], expected: routes.Route
) -> None:
    mailbox = box(session)
    rule(session, act, sender="Marie", **more)
    assert routes.of(session, mailbox, head()) == expected
    assert routes.of(session, mailbox, head("paul@ami.example")) == routes.Route(1, "ap")


def test_every_condition_must_stand_in_its_place_and_accents_do_not_count(session: Session) -> None:
    mailbox = box(session)
    rule(session, "ar", sender="Électro", subject="écheance", folder="clients", recipient="ventes@")
    fitting = head(name="ELECTRO SA", subject="Votre Échéance", to=("ventes@atelier.example",))
    assert routes.of(session, mailbox, fitting, "INBOX / Clients").role == "ar"
    assert routes.of(session, mailbox, fitting, "INBOX").role == "ap"


def test_the_first_that_fits_decides_and_one_that_is_off_does_not(session: Session) -> None:
    mailbox = box(session)
    first, _ = rule(session, "skip", subject="facture"), rule(session, "ar", subject="facture")
    assert routes.of(session, mailbox, head()).stop == "rule"
    rules.switch(first, on=False, now=NOW)
    assert routes.of(session, mailbox, head()).role == "ar"
    rules.switch(first, on=True, now=NOW)
    rules.move(session, first, 1)
    assert routes.of(session, mailbox, head()).role == "ar"


def test_a_rule_of_one_mailbox_leaves_the_others_alone(session: Session) -> None:
    one, other = box(session), box(session, "ventes@atelier.example")
    rule(session, "skip", mailbox_id=one.id)
    assert (routes.of(session, one, head()).stop, routes.of(session, other, head()).stop) == ("rule", None)


def test_a_moved_rule_stays_within_the_list_and_the_others_close_up(session: Session) -> None:
    a, b, c = (rule(session, "skip", subject=word) for word in "abc")
    rules.move(session, c, -5)
    rules.move(session, a, 5)
    assert [one.subject for one in rules.every(session, 1)] == ["c", "b", "a"]
    assert [c.position, b.position, a.position] == [1, 2, 3]


def test_a_try_tells_what_a_rule_would_have_done_and_which_comes_before(session: Session) -> None:
    mailbox = box(session)
    earlier = rule(session, "skip", subject="rappel")
    for subject in ("Facture 1", "Rappel de facture", "Menu"):
        seen(session, mailbox, subject)
    tried = tryout.of(session, rules.drawn_up(1, "take", subject="facture"))
    assert tried.looked_at == 3
    assert [(one.message.subject, one.before) for one in tried.fitting] == [
        ("Rappel de facture", earlier),
        ("Facture 1", None),
    ]
    first = rules.drawn_up(1, "take", subject="facture", position=earlier.position)
    assert [one.before for one in tryout.of(session, first).fitting] == [None, None]


def test_a_try_knows_of_a_message_all_that_rules_look_at(session: Session) -> None:
    mailbox = box(session)
    whole = heads.read(b"From: Marie <m@ami.example>\nTo: Ventes@atelier.example\nSubject: F\n\n")
    seen(
        session,
        mailbox,
        whole.subject,
        sender=whole.sender,
        sender_name=whole.sender_name,
        recipients=" ".join(whole.recipients),
        folder="Clients",
    )
    said = rules.drawn_up(1, "ar", sender="marie", recipient="ventes@", folder="client")
    assert len(tryout.of(session, said).fitting) == 1
