from __future__ import annotations

from pathlib import Path

import pytest

from tests.prove import mail


async def test_a_mailbox_is_read_whole_and_once(tmp_path: Path) -> None:
    tally = await mail.campaign(tmp_path, 200, 6)
    assert (tally.breaches, tally.bills) == ([], 8)


@pytest.mark.parametrize(("without", "found"), [("sieve", "lost"), ("memory", "messages of")])
async def test_the_campaign_finds_the_fault_put_back(tmp_path: Path, without: str, found: str) -> None:
    tally = await mail.campaign(tmp_path, 100, 6, without=without)
    assert any(found in breach for breach in tally.breaches)
