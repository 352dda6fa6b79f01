"""Whatever a mailbox's pages have to say of a message, a file or a look at a mailbox, they say in words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import core
from core.db import models
from core.extraction import gate
from core.ledger import rules
from core.mailbox import places, reasons
from tests.web import world
from web import mailboxes, speech
from web.pages import mail

FRENCH = speech.words("fr")


def _refusals() -> Iterator[str]:
    """Every reason with which a file is said to be no invoice, wherever that is decided."""
    for path in Path(core.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Attribute(attr="NotAnInvoice"), keywords=[*named]):
                    yield from (
                        str(one.value.value)
                        for one in named
                        if one.arg == "reason" and isinstance(one.value, ast.Constant)
                    )


def _kept() -> Iterator[str]:
    """Every word that `core.mailbox.reasons` has, listed there or not."""
    yield from (said for name, said in vars(reasons).items() if name.isupper() and isinstance(said, str))


def _is_told(reason: str) -> bool:
    return f"mail_reason.{reason}" in FRENCH or f"reason.{reason}" in FRENCH


def test_every_reason_why_mail_was_not_taken_has_its_words() -> None:
    assert set(_kept()) == {*reasons.OF_MESSAGES, *reasons.OF_FILES}
    every = {*_kept(), *gate.SAID, *_refusals()}
    assert len(every) > 25
    assert [reason for reason in sorted(every) if not _is_told(reason)] == []


def test_a_reason_without_words_would_be_found() -> None:
    assert not _is_told("a_reason_that_nobody_has_put_into_words")


@pytest.mark.parametrize(
    ("family", "words"),
    [
        ("mailboxes.state.", [*mailboxes.State]),
        ("mailboxes.state_help.", [*mailboxes.State]),
        ("mailboxes.kind.", [*places.PROVIDER, "imap", "forward"]),
        ("mailboxes.role.", mailboxes.ROLES),
        ("mailboxes.line.", places.SCHEMES),
        ("mail.verdict.", mail.VERDICTS),
        ("mail.came.", ("attachment", "link", "body")),
        ("rules.act.", rules.ACTS),
        ("rules.act_help.", rules.ACTS),
        ("rules.field.", rules.CONDITIONS),
        ("rules.if.", rules.CONDITIONS),
    ],
)
def test_everything_a_mailbox_can_be_has_its_word(family: str, words: list[str]) -> None:
    assert [one for one in words if f"{family}{one}" not in FRENCH] == []


def test_a_refused_file_says_why_beside_its_name(company: world.World) -> None:
    client = company.signed_in()
    for reason in sorted({*gate.SAID, *reasons.OF_FILES}):
        with company.database.write() as session:
            (file,) = session.query(models.MessageFile).filter_by(message_id=2)
            file.refused = reason
        page = client.get("/mailboxes/messages?q=menu").text
        line = page.split("piece.pdf", 1)[1].split("</li>", 1)[0]
        assert len(line.rpartition(" · ")[2]) > len(reason), reason
