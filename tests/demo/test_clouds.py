"""Gmail and Outlook on the stage: they are let in, mail arrives, and their consent can be taken back."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from demo import clouds, panel, portals
from tests.demo import looks, visits


@pytest.fixture
def boxes() -> Iterator[clouds.Clouds]:
    with clouds.Clouds(ports={}) as opened:
        opened.serves("http://127.0.0.1:8910")
        yield opened


@pytest.mark.parametrize("box", list(clouds.PORTS))
def test_mail_arrives_and_the_consent_is_taken_back_and_given_again(
    boxes: clouds.Clouds, mandarine: portals.Portal, box: str
) -> None:
    there = next(one for one in boxes.every if one.id == box)
    before = len(there.played.letters)
    with panel.Panel([mandarine], 0, boxes=boxes) as shown:
        page = httpx.post(
            f"{shown.url}/mail/{box}/mail_look_alike?lang=fr", follow_redirects=True, timeout=visits.PATIENCE
        ).text
        assert "Le message est arrivé." in page
        assert b"mandarine.example.client-espace.example" in there.played.letters[-1].raw
        assert len(there.played.letters) == before + 1
        for ended, words in ((True, "Permettre une nouvelle autorisation"), (False, "Retirer")):
            page = httpx.post(
                f"{shown.url}/mail/{box}/consent?lang=fr", follow_redirects=True, timeout=visits.PATIENCE
            ).text
            assert (there.played.office.ended, words in page) == (ended, True)
        for nowhere in (f"{box}/other", "pop3/mail_other"):
            assert httpx.post(f"{shown.url}/mail/{nowhere}", timeout=visits.PATIENCE).status_code == 404


def test_what_a_person_types_stands_on_the_panel(boxes: clouds.Clouds, mandarine: portals.Portal) -> None:
    with panel.Panel([mandarine], 0, boxes=boxes) as shown:
        page = httpx.get(shown.url, timeout=visits.PATIENCE).text
    for one in boxes.every:
        assert all(value in page for value in one.keys.values())
    assert set(boxes.stand_ins) == {"google", "microsoft"}


async def test_axe_finds_nothing_to_mend(boxes: clouds.Clouds, mandarine: portals.Portal) -> None:
    with panel.Panel([mandarine], port=0, boxes=boxes) as served:
        async with looks.browser() as shell:
            for look in looks.EVERY:
                page = await shell.new_page(**look)
                await page.goto(f"{served.url}/")
                assert await looks.violations(page) == []
                assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
                await page.close()
