"""Google Workspace: the invoices of one billing account, behind the administration's transactions.

Verified against our replica only, never live. The frame's facts are two public notes, of April and September 2026, that say they were tried; the
sign-in's are public scripts of 2024 to 2026. Google takes many an automated browser for unsafe and says so: the account then is `Blocked`, and
nothing here tries to look like another browser.
- The list is a frame of payments.google.com. It begins with three months: "All time" is chosen, the page scrolled until no more comes, every period opened.
- Only rows under a heading with "PDF" are invoices; those under "CSV" are not. A row shows its number and nothing else that is known: day and amount are
  left to the document. The closing balance of a period is not the total of its invoice.
- A file comes of a real click only: a row opens a menu whose visible entry downloads. Its address asked for otherwise answers 500, and with JavaScript
  brings four bytes before the PDF. About twenty quick ones make Google ask for the password anew: two seconds between two.
- One billing account belongs to one tenant, and is seen by its billing administrators. `hl=en` is taken to make the pages English.
- Nothing tells the end of the list: five seconds without a further period are taken for it.
- No period with an invoice, where there are several, is a changed portal; a first period without any is none.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

from collectors import kit

TOML = """
id = "google-workspace"
name = "Google Workspace"
note = { fr = "Réservé aux administrateurs de la facturation", en = "For billing administrators" }
country = "US"
category = "saas"
website = "https://admin.google.com"
source = "public notes of April and September 2026, public scripts that sign in"
age = 2026-04-25
verified = "replica"
bank_labels = ["GOOGLE WORKSPACE", "GOOGLE GSUITE", "GOOGLE"]
origins = ["https://accounts.google.com"]
hosts = ["accounts.google.com", "admin.google.com", "payments.google.com", "www.google.com", "apis.google.com", "*.gstatic.com", "*.googleusercontent.com"]
browser = "full"
pace = { at_once = 1, gap = 2, logins_at_once = 1 }
fields = [
  { name = "email", kind = "text", label = { fr = "Adresse e-mail", en = "E-mail address" } },
  { name = "password", kind = "password", label = { fr = "Mot de passe", en = "Password" } },
  { name = "totp", kind = "totp", optional = true, label = { fr = "Clé de l’application d’authentification", en = "Authenticator key" } },
  { name = "billing_account", kind = "text", label = { fr = "Compte de facturation (dans l’adresse des transactions)", en = "Billing account (in the address of the transactions)" } },
]

[login]
start = "/ac/billing/accounts/{billing_account}/transactions?hl=en"
done = { url = "https://admin.google.com/ac/*", see = "iframe[src*='payments.google.com']" }
when = [
  { name = "a browser that Google refuses", url = "*/signin/rejected*", said = "h1", is = "Blocked" },
  { name = "a puzzle", url = "*/challenge/recaptcha*", is = "Captcha" },
  { name = "a picture puzzle", see = "#captchaimg", is = "Captcha" },
  { name = "a refused address or password", see = ["#identifierId[aria-invalid=true]", "input[name=Passwd][aria-invalid=true]"], said = "[aria-live=assertive]", is = "BadCredentials" },
  { name = "the confirmation on the phone", url = "*/challenge/dp*", medium = "app", said = "p", do = { ask = "approval" } },
  { name = "the code of the app", see = "#totpPin", medium = "app", said = "p", refused = "[aria-live=assertive]", do = [
    { ask = "code", field = "totp", into = "#totpPin" },
    { click = "#totpNext button" },
  ] },
  { name = "the code of a text message", see = "#idvPin", medium = "sms", said = "p", refused = "[aria-live=assertive]", do = [
    { ask = "code", into = "#idvPin" },
    { click = "#idvPreregisteredPhoneNext button" },
  ] },
  { name = "the choice of a method", url = "*/challenge/selection*", said = "h1", is = "ActionNeeded" },
  { name = "the password page", see = "input[name=Passwd]", do = [{ fill = "password", into = "input[name=Passwd]" }, { click = "#passwordNext button" }] },
  { name = "the address page", see = "#identifierId", do = [{ fill = "email", into = "#identifierId" }, { click = "#identifierNext button" }] },
]
"""
TRANSACTIONS = "/ac/billing/accounts/{billing_account}/transactions?hl=en"
FRAME, CARD = "iframe[src*='payments.google.com']", ".b3id-collapsing-card"
HEAD, OPEN = ".b3id-header-container", "xpath=self::*[not(contains(@class, 'collapsed'))]"
SIGN_IN = "#identifierId, input[type=password]"
ROW = ".b3id-document-zippy-group:has(.b3id-document-zippy-group-header:text('PDF')) .jfk-freestanding-menu-button"
DOWNLOAD = ".goog-menu-vertical [data-download-url]"
ACCOUNT = kit.Contract("account")
#: Seconds without a further period after which there is none; and how many periods no list of months has.
MORE, MOST = 5.0, 500
#: How often a period is clicked at most, and seconds that it may take to open.
CLICKS, OPENING = 3, 5.0


class GoogleWorkspace(kit.Collector):
    """The browser does it all: no answer of Google's tells over HTTP whether the session lives."""

    manifest = kit.manifest.parse(TOML, "google_workspace.py", by_class=True)

    async def signed_in(self, portal: kit.Portal) -> bool:
        return True  # the list tells by itself

    async def listed(self, portal: kit.Portal) -> AsyncIterator[kit.Sheet]:
        frame = await timeline(portal)
        rows, cards = frame.locator(ROW), await frame.locator(CARD).count()
        found = [number(text) for text in await rows.all_inner_texts()]
        if not found and cards > 1:
            expected = "periods with invoices"
            raise kit.errors.PortalChanged(step="the list", expected=expected, seen=f"{cards} without any")
        lines = [kit.Listed(identity=f"invoice:{each}", contract=ACCOUNT, number=each) for each in found]
        yield kit.Sheet(ACCOUNT, tuple(lines), last=True)

    async def download(self, portal: kit.Portal, listed: kit.Listed) -> kit.File:
        """From the page as the list left it; the click of a person, at the supplier's pace."""
        frame = (await portal.page()).frame_locator(FRAME)
        await portal.click(frame.locator(ROW).filter(has_text=listed.number), name="the invoice's menu")
        return await portal.download_click(frame.locator(DOWNLOAD), name="the menu's download")


async def timeline(portal: kit.Portal) -> Any:
    """The frame with every period of all time, opened. Raises SessionExpired where Google asks who we are."""
    await portal.go(TRANSACTIONS.format(**portal.fields), name="the transactions")
    if await portal.glimpse(FRAME, SIGN_IN, within=20.0) == 1:
        raise kit.errors.SessionExpired(step="the list")
    frame = (await portal.page()).frame_locator(FRAME)
    await portal.see(frame.locator(CARD), name="the periods", within=20.0)
    chip = frame.get_by_text(re.compile("^(Last 3 months|This year|All time)$"))
    if await portal.words(chip) != "All time":
        await portal.click(chip, name="the range")
        await portal.click(frame.get_by_text("All time", exact=True), name="all time")
    await unfold(portal, frame)
    return frame


async def unfold(portal: kit.Portal, frame: Any) -> None:
    """Opens each period and scrolls on, until no further one comes."""
    cards = frame.locator(CARD)
    for place in range(MOST):
        card = cards.nth(place)
        if await portal.glimpse(card, within=MORE) is None:
            return
        await open_period(portal, card)
        await card.scroll_into_view_if_needed()
    raise kit.errors.PortalChanged(step="the list", expected=f"an end before {MOST} periods", seen="more")


async def open_period(portal: kit.Portal, card: Any) -> None:
    """Clicks it, and again while it stays closed: a page that is still busy may let a click fall."""
    for _ in range(CLICKS):
        if await portal.glimpse(card.locator(OPEN), card.locator(HEAD)) == 0:
            return
        await portal.click(card.locator(HEAD), name="a closed period")
        await portal.glimpse(card.locator(OPEN), within=OPENING)
    await portal.see(card.locator(OPEN), name="an open period")


def number(text: str) -> str:
    """The invoice's number in what its row shows."""
    found = re.search(r"[A-Z]*[\d-]{6,}", text)
    if found is None:
        raise kit.errors.PortalChanged(step="number in the list", expected="a number", seen=text[:40])
    return found[0]
