"""What one would write without a farm: a fresh browser for each account, which signs in, reads the list and downloads one PDF.

`python -m tests.bench.naive '{"urls": …, "first": 1, "count": 8, "at_once": 1}'` prints what it took as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from tests.bench import meter, portals


async def main(asked: dict[str, Any]) -> dict[str, float]:
    """Wall-clock and CPU seconds for all the visits."""
    meter.adopt_orphans()
    turn = asyncio.Semaphore(asked["at_once"])
    with tempfile.TemporaryDirectory() as folder:
        start, before = time.perf_counter(), meter.cpu()
        async with async_playwright() as playwright:

            async def one(number: int) -> None:
                async with turn:
                    browser = await playwright.chromium.launch(
                        executable_path=asked["browser"],
                        args=[f"--ignore-certificate-errors-spki-list={os.environ[portals.TRUSTED]}"],
                        chromium_sandbox=not os.environ.get("MOISSON_ALLOW_NO_SANDBOX"),
                    )
                    await _visit(browser, asked["urls"], number, Path(folder))
                    await browser.close()

            numbers = range(asked["first"], asked["first"] + asked["count"])
            await asyncio.gather(*map(one, numbers))
            wall = time.perf_counter() - start
    meter.wait_for_orphans()
    return {"wall": wall, "cpu": meter.cpu() - before, "visits": asked["count"]}


async def _visit(browser: Browser, urls: dict[str, str], number: int, folder: Path) -> None:
    supplier = portals.SUPPLIERS[number % 2]
    page = await browser.new_page(accept_downloads=True)
    sign_in = {"mandarine": _mandarine, "nimbus": _nimbus}[supplier]
    body = await sign_in(page, urls[supplier], portals.login(supplier, number))
    (folder / f"{number}.pdf").write_bytes(body)


async def _mandarine(page: Page, url: str, login: str) -> bytes:
    await page.goto(f"{url}/connexion")
    await page.click("#consentement-refuser")
    await page.fill("#identifiant", login)
    await page.click("#continuer")
    await page.fill("#mot-de-passe", portals.password("mandarine"))
    await page.click("#se-connecter")
    await page.wait_for_selector("table#factures")
    async with page.expect_download() as coming:
        await page.locator("a.pdf").first.click()
    following = page.locator("a[rel=next]")
    while await following.count():
        await page.goto(f"{url}{await following.get_attribute('href')}")
    return await asyncio.to_thread(Path(await (await coming.value).path()).read_bytes)


async def _nimbus(page: Page, url: str, login: str) -> bytes:
    await page.goto(f"{url}/login")
    await page.fill("#email", login)
    await page.fill("#password", portals.password("nimbus"))
    await page.click("#sign-in")
    await page.wait_for_selector("a#sign-out")
    token = await page.locator("meta[name=csrf-token]").get_attribute("content")
    headers = {"X-CSRF-Token": token or ""}
    listed = await (await page.request.get(f"{url}/api/invoices?page=1", headers=headers)).json()
    newest = listed["invoices"][0]["pdf"]
    while listed["next"]:
        listed = await (await page.request.get(f"{url}{listed['next']}", headers=headers)).json()
    return await (await page.request.get(f"{url}{newest}", headers=headers)).body()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(main(json.loads(sys.argv[1])))) + "\n")
