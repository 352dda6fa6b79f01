"""What `moisson doctor` says of mailboxes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.db import models
from scheduler import mailboxes
from tests.core.ledger import NOW

GOOD = NOW - timedelta(minutes=4)


def box(**said: Any) -> models.Mailbox:
    told = {
        "address": "a@b.example",
        "connected_at": NOW - timedelta(days=9),
        "last_attempt_at": GOOD,
        "last_success_at": GOOD,
        "next_check_at": NOW,
    }
    return models.Mailbox(**(told | said))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, ""),
        ({"last_success_at": NOW - timedelta(hours=37)}, "more than 36 hours ago"),
        ({"error": "ConsentEnded", "next_check_at": None}, "renew it on its page"),
        ({"error": "PartnerRefused", "next_check_at": None}, "before somebody acts"),
        ({"error": "PartnerDown"}, "PartnerDown, last read 2026"),
        ({"paused_at": NOW}, "paused since"),
        ({"next_check_at": None, "last_attempt_at": None, "last_success_at": None}, "waits for its consent"),
    ],
)
def test_a_mailbox_in_trouble_says_what_and_the_next_step(said: dict[str, Any], words: str) -> None:
    told = mailboxes.trouble(box(**said), now=NOW)
    assert words in told
    assert bool(told) == bool(words)
