from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from core import errors
from core.mailbox.open_folder import OpenFolder


def told(*answer: Any) -> list[Any]:
    """What is made of a server's answer to FETCH, when it had told of one message before."""
    client = SimpleNamespace(uid=lambda *_: answer, response=lambda _: ("FETCH", [b"1 (UID 4)"]))
    opened = OpenFolder.__new__(OpenFolder)
    opened.box = SimpleNamespace(client=client)  # type: ignore[assignment]
    return opened._asked("FETCH", "4:5", "(UID)")


def test_a_server_that_refuses_since_some_are_gone_has_told_of_the_others() -> None:
    assert told("NO", [b"[EXPUNGEISSUED] Some messages were already expunged"]) == [b"1 (UID 4)"]


def test_any_other_refusal_is_no_empty_folder() -> None:
    with pytest.raises(errors.PartnerChanged):
        told("NO", [b"[SERVERBUG] Internal error"])
