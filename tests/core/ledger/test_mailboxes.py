"""Mailboxes in the ledger: connected once in a company, handed over, stopped, told of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from core.db import Database, models
from core.ledger import forwards, mail_settings, mailboxes, messages, rules
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


def connect(
    session: Session, address: str = "Claire.Brun+factures@gmail.com", workspace: int = 1
) -> models.Mailbox:
    place = {"host": "imap.gmail.com", "port": 993, "security": "tls", "login": address}
    return mailboxes.connect(
        session, workspace, address, kind="imap", role="ap", place=place, by=None, now=NOW
    )


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Claire.Brun+factures@Gmail.com", "clairebrun@googlemail.com", True),
        ("compta@firm.fr", "COMPTA+x@firm.fr ", True),
        ("c.brun@firm.fr", "cbrun@firm.fr", False),
    ],
)
def test_an_address_is_compared_as_its_provider_does(one: str, other: str, same: bool) -> None:
    assert (mailboxes.key_of(one) == mailboxes.key_of(other)) is same


def test_a_mailbox_is_connected_once_in_a_company_and_again_in_another(session: Session) -> None:
    box = connect(session)
    with pytest.raises(mailboxes.AlreadyConnected) as already:
        connect(session, "clairebrun@googlemail.com")
    assert already.value.mailbox.id == box.id
    assert connect(session, workspace=2).id != box.id
    mailboxes.remove(box, now=NOW)
    assert connect(session).id != box.id


def test_ninety_days_are_read_and_a_day_and_a_half_of_silence_is_late(session: Session) -> None:
    box = connect(session)
    assert box.reads_from == NOW - timedelta(days=90)
    box.last_success_at = NOW
    assert not mailboxes.is_late(box, now=NOW + timedelta(hours=36))
    assert mailboxes.is_late(box, now=NOW + timedelta(hours=37))
    mailboxes.pause(box, now=NOW)
    assert not mailboxes.is_late(box, now=NOW + timedelta(hours=37))


def test_why_a_mail_was_not_taken_is_found_by_its_words(session: Session) -> None:
    box = connect(session)
    for at, (sender, subject) in enumerate((("marie@ami.example", "CV 100%"), ("a@garage.example", "Devis"))):
        said = {"verdict": "skipped", "reason": "not_financial", "attachments": 1}
        session.add(
            models.Message(
                workspace_id=1, mailbox_id=box.id, identity=str(at), remote_id=str(at), sender=sender, subject=subject, received_at=NOW, seen_at=NOW, **said
            )
        )  # fmt: skip
    session.flush()
    assert [one.subject for one in messages.search(session, 1, words="marie 100%", attached=True)] == [
        "CV 100%"
    ]
    assert not messages.search(session, 2, words="marie")


def test_an_address_to_forward_to_is_secret_and_can_be_replaced(session: Session) -> None:
    old, new = (forwards.make(session, 1, "ap", by=None, now=NOW) for _ in range(2))
    written = forwards.written(old, "factures@in.firm.fr")
    assert written == f"ap+{old.token}@in.firm.fr"
    assert forwards.at(session, written.upper()) is old
    forwards.retire(old, now=NOW)
    assert forwards.at(session, written) is None
    assert list(forwards.living(session, 1)) == [new]


def test_what_is_exported_holds_no_secret_and_sets_the_same_up_elsewhere(session: Session) -> None:
    box = connect(session)
    box.place = {**box.place, "by_mistake": "canary-secret"}
    session.add(models.MailFolder(workspace_id=1, mailbox_id=box.id, name="Pub", shown="Pub", chosen=False))
    rules.add(session, rules.drawn_up(1, "skip", subject="menu", mailbox_id=box.id, made_at=NOW, off_at=NOW))
    rules.add(session, rules.drawn_up(1, "workspace", sender="x@", to_workspace_id=1, made_at=NOW))
    told = mail_settings.exported(session, 1)
    assert "canary" not in json.dumps(told)
    person = models.Person(id=1, email="a@b.example", password_hash="-", created_at=NOW)
    session.add(person)
    session.flush()
    came = mail_settings.take_up(session, 2, told, {1: "Atelier 1"}, by=1, now=NOW)
    assert (came.new, came.known, came.rules) == ((box.address,), (), 2)
    assert mail_settings.exported(session, 2) == told
    (made,) = mailboxes.living(session, 2)
    assert made.next_check_at is None, "nothing is tried before somebody gives what signs in"
    assert mail_settings.take_up(session, 2, told, {1: "Atelier 1"}, by=1, now=NOW).rules == 0
