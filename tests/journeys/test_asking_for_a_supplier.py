"""A supplier that has no collector: asked for, wanted, exported by hand, begun from the record (journey j). Nothing leaves by itself."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from playwright.async_api import Browser, expect

from tests.journeys import house as houses
from tests.journeys.house import House, Visitor

NAME = "Zorglub Énergie"


async def _asked_for(anna: Visitor) -> None:
    await anna.set_up()
    await anna.page.get_by_role("searchbox").fill(NAME)
    await anna.click("button", "Chercher")
    await anna.click("link", f"Demander « {NAME} »")
    await expect(anna.page.get_by_label("Nom du fournisseur")).to_have_value(NAME)
    await anna.page.get_by_label(re.compile("^Son site")).fill("www.zorglub.example")
    await anna.page.get_by_label("La page des factures").fill(
        "https://www.zorglub.example/client/4417702/factures?s=1"
    )
    await anna.page.get_by_label("Par courriel").check()
    await anna.page.get_by_label("Second facteur").select_option("sms")
    await anna.page.get_by_label("Factures par mois").fill("3")


async def test_from_an_empty_search_the_name_is_carried_over_to_a_record_with_a_vote(
    anna: Visitor, house: House
) -> None:
    await _asked_for(anna)
    await anna.click("button", "Enregistrer la demande")
    await expect(anna.page.get_by_role("heading", level=1)).to_have_text(NAME)
    await anna.sees("demandé (1 vote)")
    await anna.sees("Code par SMS")
    assert house.rows("SELECT slug, website, today, second_factor, volume, state FROM supplier_requests") == [
        ("zorglub-energie", "https://www.zorglub.example", "mail", "sms", 3, "asked")
    ]
    await anna.go("/suppliers?q=zorglub")
    tile = anna.page.get_by_role("link", name=NAME)
    await expect(tile).to_have_attribute("href", "/suppliers/asked/zorglub-energie")
    assert house.rows("SELECT count(*) FROM supplier_votes") == [(1,)]


async def test_other_ways_are_shown_at_once_and_what_is_not_there_yet_says_so(anna: Visitor) -> None:
    await anna.set_up()
    await anna.go(f"/suppliers/ask?name={NAME}")
    ways = anna.page.get_by_role("region", name="Sans attendre")
    await expect(ways).to_be_visible()
    await expect(ways.get_by_text("Faire suivre par courriel : pas encore possible")).to_be_visible()
    await ways.get_by_role("link", name="Dépôt et adresse secrète").click()
    await anna.page.wait_for_url("**/suppliers/upload/new")


async def test_the_export_is_a_text_without_private_data_and_nothing_leaves_by_itself(anna: Visitor) -> None:
    asked: set[str] = set()
    anna.page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    await _asked_for(anna)
    await anna.click("button", "Enregistrer la demande")
    async with anna.page.expect_download() as download:
        await anna.click("link", "Exporter en texte")
    text = Path(await (await download.value).path()).read_text()
    assert f"Supplier wanted: {NAME}" in text
    assert "https://www.zorglub.example/client/…/factures" in text
    assert not [private for private in (houses.EMAIL, "4417702", "s=1") if private in text]
    assert asked == {anna.house.address.removeprefix("http://")}


async def test_from_the_record_come_a_collector_a_replica_and_a_test_and_the_page_says_so(
    anna: Visitor, house: House
) -> None:
    await _asked_for(anna)
    await anna.click("button", "Enregistrer la demande")
    await anna.sees("collector new --from-request zorglub-energie")
    begin = [sys.executable, "-m", "moisson", "collector", "new", "--from-request", "zorglub-energie"]
    done = subprocess.run(
        [*begin, "--folder", "new"], cwd=house.folder, env=house.environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    written = sorted(path.name for path in (house.folder / "new").iterdir())
    assert written == ["test_zorglub_energie.py", "zorglub-energie.toml", "zorglub_energie_portal.py"]
    assert "Second factor: a code by SMS" in (house.folder / "new" / "zorglub-energie.toml").read_text()
    await anna.page.reload()
    await anna.sees(re.compile("en train d'être écrit"))


async def test_without_javascript_the_request_is_the_same(house: House, browser: Browser) -> None:
    async with houses.visitor(house, browser, java_script_enabled=False) as anna:
        await _asked_for(anna)
        await anna.click("button", "Enregistrer la demande")
        await anna.sees("demandé (1 vote)")
        await anna.click("button", "Ne plus le demander")
        await anna.sees("demandé (0 vote)")
        await anna.click("button", "Je le veux aussi")
        await anna.sees("demandé (1 vote)")
