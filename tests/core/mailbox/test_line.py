"""What may be said to a mail server: looks, and nothing else."""

from __future__ import annotations

import pytest

from core.mailbox import line

_HEADS = "(UID RFC822.SIZE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (FROM)])"


@pytest.mark.parametrize(
    "said",
    [
        ("EXAMINE", "INBOX"),
        ("UID", "SEARCH", "UID 5:*"),
        ("UID", "FETCH", "1", _HEADS),
        ("UID", "FETCH", "1", "(UID BODY.PEEK[])"),
        ("LIST", b'""', b'"*"'),
    ],
)
def test_looking_is_allowed(said: tuple[str, ...]) -> None:
    line.expect_harmless(*said)


@pytest.mark.parametrize(
    "said",
    [
        ("SELECT", "INBOX"),
        ("STORE", "1", "+FLAGS", "\\Seen"),
        ("UID", "STORE", "1", "+FLAGS", "\\Seen"),
        ("uid", "move", "1", "Trash"),
        ("UID", "COPY", "1", "Trash"),
        ("UID", "EXPUNGE", "1"),
        ("UID", "FETCH", "1", "(BODY[])"),
        ("UID", "FETCH", b"1", b"(RFC822)"),
        ("UID", "FETCH", "1", "RFC822.TEXT"),
        ("EXPUNGE",),
        ("APPEND", "INBOX"),
        ("DELETE", "INBOX"),
        ("CLOSE",),
        ("UID",),
    ],
)
def test_what_could_change_a_mailbox_is_never_sent(said: tuple[str, ...]) -> None:
    with pytest.raises(line.Forbidden):
        line.expect_harmless(*said)
