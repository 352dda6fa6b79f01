"""A large mailbox is read for the first time, in a real browser: how far it is, stop, what was taken stays, go on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.async_api import expect

from demo import dovecot
from tests.journeys import house as houses
from tests.journeys import postbox
from tests.scheduler import sluice

#: Invoices of the 90 days, other messages of them, and letters that pass before the server takes its time.
BILLS, OTHERS, PASSED = 60, 180, 30
TOTAL = BILLS + OTHERS
VERDICTS = "SELECT verdict, count(*) FROM messages GROUP BY 1 ORDER BY 1"
FOLDER = "SELECT scanned, scan_total, scan_done_at IS NOT NULL FROM mail_folders WHERE name = 'INBOX'"


@pytest.fixture
def server() -> Iterator[dovecot.Dovecot]:
    """Every fourth message of 240 is an invoice; one more is of the 91st day."""
    with postbox.opened() as box:
        postbox.fill(box, BILLS, OTHERS)
        postbox.deliver(box, postbox.bill("F-91"), days=91)
        yield box


async def test_a_scan_says_how_far_it_is_stops_when_told_and_goes_on_where_it_was(
    house: houses.House, anna: houses.Visitor, server: dovecot.Dovecot
) -> None:
    before = postbox.flags(server)
    await anna.set_up()
    with sluice.before(server.port, letters=PASSED) as held:
        await postbox.connect(anna, held.port, postbox.ADDRESS)
        await houses.until(held.holding.is_set)
        await _says_what_is_true(anna, house)
        await anna.click("button", "Arrêter cette lecture")
        await anna.sees("Lecture arrêtée")
        held.open()
        await houses.until(lambda: house.rows("SELECT leased_by FROM mailboxes") == [(None,)])
        left_off = house.rows(VERDICTS)
        (scanned, total, done), *_ = house.rows(FOLDER)
        assert 0 < scanned < total == TOTAL
        assert not done
        await _takes_what_is_new(anna, house, server)
        assert house.rows(FOLDER) == [(scanned, total, done)]
        assert dict(house.rows(VERDICTS))["taken"] == dict(left_off)["taken"] + 1
        await anna.click("button", "Reprendre la lecture des 90 jours")
        await anna.sees("À jour")
    seen = TOTAL + 1
    await anna.sees(f"messages {seen} / {seen}, factures trouvées {BILLS + 1}, écartés {OTHERS}")
    assert house.rows(VERDICTS) == [("skipped", OTHERS), ("taken", BILLS + 1)]
    assert house.rows("SELECT count(*) FROM messages WHERE subject LIKE '%F-91'") == [(0,)]
    assert house.rows("SELECT count(*), count(DISTINCT sha256) FROM documents") == [(BILLS + 1,) * 2]
    assert postbox.flags(server)[: len(before)] == before


async def _says_what_is_true(anna: houses.Visitor, house: houses.House) -> None:
    """While the server holds the next letter nothing moves, and the page says what the books say."""
    await anna.page.reload()
    await anna.sees("Lecture des 90 jours")
    found = dict(house.rows(VERDICTS))
    (scanned, total, _), *_ = house.rows(FOLDER)
    assert scanned < total
    assert sum(found.values()) == scanned
    said = f"messages {scanned} / {total}, factures trouvées {found['taken']}, écartés {found['skipped']}"
    await anna.sees(said)
    bar = anna.page.get_by_role("progressbar", name="Lecture des 90 derniers jours")
    await expect(bar).to_have_attribute("value", str(scanned))
    await expect(bar).to_have_attribute("max", str(total))


async def _takes_what_is_new(anna: houses.Visitor, house: houses.House, server: dovecot.Dovecot) -> None:
    """A scan that was stopped keeps nothing new away."""
    postbox.deliver(server, postbox.bill("N-1"))
    await postbox.look(anna)
    await houses.until(
        lambda: house.rows("SELECT verdict FROM messages WHERE subject LIKE '%N-1'") == [("taken",)]
    )
    await anna.page.reload()
    await anna.sees("Lecture arrêtée")
