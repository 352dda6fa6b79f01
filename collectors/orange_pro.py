"""Orange Pro: the contracts of a trade at espaceclientpro.orange.fr, and the prepaid bills of firms at businesslounge.orange.fr.

Verified against our replica only, never live. The lists are public facts of July 2023 (the space was rebuilt in 2025 and may have
changed them), the sign-in of July 2026, shared with the residential space. Pages of the space show the month of a bill only, and
what the JSON calls `dueDate` is not known to be the day of issue: the month is believed, the day is left to the document.
- `totalContracts` can be more than what is sent: the contracts end with a page that is not full.
- Contracts that are not "OK" are closed and left out. The bill of the month may be there twice, or before its document: it counts
  once, and when it has one.
- The lounge answers 401 to whom it does not concern; a customer whom it did concern is taken for signed out by that.
- An address of a PDF ends with its French title. Bills stay about six years; the list is asked for seventy-two.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote, urlencode, urljoin

from collectors import kit

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
LOUNGE = "https://businesslounge.orange.fr/api/api/3.0.0/ecu/retrieve_bill.json"
PREPAID = kit.Contract("prepaid", "Prépayé")
TOML = """
id = "orange-pro"
name = { fr = "Orange Pro", en = "Orange Pro" }
note = { fr = "Professionnels et entreprises. Pas les particuliers.", en = "Trades and firms. Not residential." }
country = "FR"
category = "telecom"
website = "https://espaceclientpro.orange.fr"
source = "public collectors, 2023 to 2026"
age = 2026-07-24
facts = { contracts = { age = 2023-07-01 }, list = { age = 2023-07-01 }, document = { age = 2023-07-01 } }
verified = "replica"
bank_labels = ["ORANGE PRO", "ORANGE BUSINESS", "ORANGE"]
origins = ["https://login.orange.fr"]
hosts = ["login.orange.fr", "espaceclientpro.orange.fr", "businesslounge.orange.fr", "eui.orange.fr", "e.orange.fr"]
pace = { at_once = 2, gap = 0.2, logins_at_once = 1 }
fields = [
  { name = "username", kind = "text", label = { fr = "Adresse e-mail ou numéro de mobile", en = "E-mail address or mobile number" } },
  { name = "password", kind = "password", label = { fr = "Mot de passe", en = "Password" } },
]
answers = [{ where = "document", status = 422, is = "NotAnInvoice" }]

[login]
start = "https://login.orange.fr/?return_url=https%3A%2F%2Fespaceclientpro.orange.fr%2Fcontracts"
done = { url = "https://espaceclientpro.orange.fr/*" }
when = [
  { name = "the consent wall", see = ".didomi-continue-without-agreeing", do = { click = ".didomi-continue-without-agreeing" } },
  { name = "a locked account", see = "#password-error", text = ["bloqué", "tentatives"], said = "#password-error", is = "Locked" },
  { name = "a refused password", see = ["#password-invalid-feedback", "#password-error"], said = "#password-error", is = "BadCredentials" },
  { name = "an unknown identifier", see = ["#login-invalid-feedback", "#login-error"], said = "#login-error", is = "BadCredentials" },
  { name = "an identifier without an account", url = ["*mdp/choice/default*", "*promo/custom-login*"], is = "BadCredentials" },
  { name = "a picture puzzle", see = ["div[class*=captcha_responseContainer]", "div[class*=captcha_images]"], is = "Captcha" },
  { name = "a refused visit", see = "[data-testid=blocked]", is = "Blocked" },
  { name = "a refused address", url = "https://e.orange.fr/error403*", is = "Blocked" },
  { name = "new terms", url = "https://eui.orange.fr/manage_eui*", said = "main p", is = "ActionNeeded", wants = "terms" },
  { name = "an expired password", see = "[data-testid=mandatory]", said = "[data-testid=mandatory]", is = "ActionNeeded", wants = "new_password" },
  { name = "the code page", see = "input#otc", medium = "sms", said = ".text-start, h1", refused = "#otc-error", do = [
    { ask = "code", into = "input#otc" },
    { click = "[data-testid=submit-otc]" },
  ] },
  { name = "the confirmation on the phone", see = ["[data-testid=submit-mc]", "[data-testid=authent-om]"], medium = "app", said = ".text-start, h1", do = [{ click = "#btnSubmit" }, { ask = "approval" }] },
  { name = "the choice of a method", see = "[data-oevent-label=sidentifier_sans_mc]", do = { click = "[data-oevent-label=sidentifier_sans_mc]" } },
  { name = "the identifier page", see = "#login:not([aria-hidden=true])", do = [{ fill = "username", into = "#login" }, { click = "#btnSubmit" }] },
  { name = "the password page", see = "#password", do = [{ fill = "password", into = "#password" }, { click = "#btnSubmit" }] },
  { name = "the offer to stay connected", see = "[data-testid=button-keepconnected]", do = { click = "[data-testid=button-keepconnected]" } },
  { name = "the praise of a second factor", see = "[data-testid=link-aba-later]", do = { click = "[data-testid=link-aba-later]" } },
  { name = "a page to reload", see = "[data-testid=button-reload]", do = { click = "[data-testid=button-reload]" } },
]

[contracts]
kind = "json"
url = "/api/contracts?page={page}&nbcontractsbypage={size}"
items = "contracts"
only = { at = "status", equals = "OK" }
paging = { by = "page", size = 15 }
fields = { id = "id", label = "name" }

[list]
kind = "json"
url = "/api/contract/{contract}/bills?count=72"
items = "bills"
only = { at = "documents.0.mainDir", equals = "?*" }
currency = "EUR"
paging = { by = "none" }

[list.fields]
id = "id"
number = "id"
date = { at = "dueDate", style = "month" }
total = "amountIncludingTax"
due = "dueDate"
gross = "amountIncludingTax"
net = "amountExcludingTax"
main = "documents.0.mainDir"
sub = "documents.0.subDir"
"""


class OrangePro(kit.Collector):
    manifest = kit.manifest.parse(TOML, "orange_pro.py", by_class=True)

    async def listed(self, portal: kit.Portal) -> AsyncIterator[kit.Sheet]:
        """The contracts of the space, then the lounge: asked of everybody now and then, and always of whom it concerned before."""
        async for sheet in super().listed(portal):
            yield sheet
        if portal.whole or portal.memory.get("lounge"):
            reply = await portal.get(LOUNGE, accept=(401,), where="list")
            if reply.status == 401 and portal.memory.get("lounge"):
                raise kit.errors.SessionExpired(step="the lounge")
            portal.memory["lounge"] = reply.status != 401
            if reply.status != 401:
                yield kit.Sheet(PREPAID, prepaid(reply.json()), last=True)

    async def download(self, portal: kit.Portal, listed: kit.Listed) -> kit.File:
        bill = listed.fetch
        return await portal.download(
            bill["link"] if "link" in bill else address(listed), name=f"{bill['id']}.pdf"
        )


def prepaid(body: Any) -> tuple[kit.Listed, ...]:
    """The lounge's bills. Raises PortalChanged where they are no longer told like this."""
    try:
        return tuple(_prepaid(bill) for bill in body["billList"])
    except (KeyError, TypeError, ValueError) as err:
        raise kit.errors.PortalChanged(
            step="the lounge", expected="id, date, priceTTC", seen=str(err)
        ) from err


def _prepaid(bill: dict[str, Any]) -> kit.Listed:
    day, precision = kit.dates.parse(bill["date"])
    total = kit.money.parse(bill["priceTTC"], currency="EUR")
    fetch = {"id": str(bill["id"]), "link": urljoin(LOUNGE, bill["downloadLink"])}
    return kit.Listed(fetch["id"], PREPAID, fetch["id"], day, precision, total, fetch=fetch)


def address(listed: kit.Listed) -> str:
    """Where a bill's PDF is: its folder, its French title, and what the list said of it."""
    bill = listed.fetch
    month = kit.dates.parse(bill["due"], "month")[0]
    title = quote(f"Facture Orange {MONTHS[month.month - 1]} {month.year}")
    asked = {
        "billId": bill["id"],
        "billDate": bill["due"],
        "billFreeDuty": bill["net"],
        "billDuty": bill["gross"],
    }
    place = f"/api/contract/{listed.contract.portal_id}/bill/{bill['main']}/{bill['sub']}/{title}"
    return f"{place}?{urlencode(asked)}"
