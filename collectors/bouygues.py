"""Bouygues Telecom: what its own page asks of a GraphQL is asked again for all invoices; a PDF takes two hops.

Verified against our replica only, never live; the facts are public ones of 2023 to 2026.
- OAuth sends to CAS and back. A code by SMS or e-mail may follow; some sign-ins want the last name, too.
- Nobody publishes the query word for word: the browser opens the invoices' page once a sign-in, and its request is repeated over
  HTTP with a greater `n` (the newest n invoices of every billing account). It holds a token that ends, and is kept sealed.
- Days are midnights of Paris in Greenwich's time. A 407 means that our address is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from collectors import kit

API, INVOICES = "https://api.bouyguestelecom.fr", "https://www.bouyguestelecom.fr/mon-compte/mes-factures"
#: More invoices than any account has; that fewer came proves that they are all.
MANY = 600
TOML = """
id = "bouygues"
name = "Bouygues Telecom"
note = { fr = "Box et mobile.", en = "Box and mobile." }
country = "FR"
category = "telecom"
website = "https://www.bouyguestelecom.fr/mon-compte/"
source = "public collectors, 2023 to 2026"
age = 2023-07-01
facts.login.age = 2026-05-01
verified = "replica"
bank_labels = ["BOUYGUES TELECOM"]
origins = ["https://www.mon-compte.bouyguestelecom.fr"]
hosts = ["www.bouyguestelecom.fr", "oauth2.bouyguestelecom.fr", "www.mon-compte.bouyguestelecom.fr", "ciam.bouyguestelecom.fr", "api.bouyguestelecom.fr"]
answers = [{ status = 407, is = "Blocked" }]
fields = [
  { name = "username", kind = "text", label = { fr = "Identifiant (e-mail ou mobile)", en = "Login (e-mail or mobile)" } },
  { name = "password", kind = "password", label = { fr = "Mot de passe", en = "Password" } },
  { name = "lastname", kind = "text", optional = true, label = { fr = "Nom, s’il est demandé", en = "Last name, if it is asked for" } },
]
[login]
start = "https://oauth2.bouyguestelecom.fr/authorize?client_id=a360.bouyguestelecom.fr&response_type=id_token%20token&redirect_uri=https%3A%2F%2Fwww.bouyguestelecom.fr%2Fmon-compte%2F"
done.see = "#notifications"
when = [
  { name = "too many tries", url = "*/mot-de-passe-oublie*", is = "Locked" },
  { name = "maintenance", url = "*/static/maintenance.html*", is = "PortalDown" },
  { name = "a refused password", see = "#fm1", text = "mot de passe est incorrect", said = "#fm1", is = "BadCredentials" },
  { name = "the way of the code", see = "#contactSelectionForm", do = { click = "#contactSelectionForm [type=submit]" } },
  { name = "the code page", see = "input[name=token]", said = "form:has(input[name=token])", refused = "form:has(input[name=token]):has-text('Code erroné'), form:has(input[name=token]):has-text('expiré')", do = [{ ask = "code", into = "input[name=token]" }, { click = "form:has(input[name=token]) [type=submit]" }] },
  { name = "the sign-in page with a name", see = "#fm1 input[name=lastname]", do = [{ fill = "lastname", into = "input[name=lastname]" }, { fill = "username", into = "input[name=username]" }, { fill = "password", into = "input[name=password]" }, { click = "#fm1 [type=submit]" }] },
  { name = "the sign-in page", see = "#fm1 input[name=password]", do = [{ fill = "username", into = "input[name=username]" }, { fill = "password", into = "input[name=password]" }, { click = "#fm1 [type=submit]" }] },
]
"""


class Bouygues(kit.Collector):
    manifest = kit.manifest.parse(TOML, "bouygues.py", by_class=True)

    async def signed_in(self, portal: kit.Portal) -> bool:
        """A request that is refused tells by itself."""
        return "asked" in portal.memory

    async def sign_in(self, portal: kit.Portal) -> None:
        await super().sign_in(portal)
        asked: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def notice(request: Any) -> None:
            if about_invoices(request) and not asked.done():
                asked.set_result(request)

        (await portal.page()).on("request", notice)
        await portal.go(INVOICES, name="the invoices' page")
        try:
            request = await asyncio.wait_for(asked, 20)
        except TimeoutError:
            raise await portal.lost("the invoices' page", "it to ask for its invoices") from None
        headers = {
            name: text for name, text in request.headers.items() if name.startswith(("authorization", "x-"))
        }
        portal.memory["asked"] = {"body": request.post_data_json, "headers": headers}

    async def listed(self, portal: kit.Portal) -> AsyncIterator[kit.Sheet]:
        asked = portal.memory["asked"]
        body = {**asked["body"], "variables": {**asked["body"]["variables"], "n": MANY}}
        answer = await portal.post(f"{API}/graphql", json=body, headers=asked["headers"], where="list")
        for sheet in sheets(answer.json()):
            yield sheet

    async def download(self, portal: kit.Portal, listed: kit.Listed) -> kit.File:
        headers = portal.memory["asked"]["headers"]
        told = await portal.json(API + listed.fetch["pdf"], headers=headers, where="document")
        return await portal.download(told["_actions"]["telecharger"]["action"], headers=headers)


def about_invoices(request: Any) -> bool:
    return (
        request.method == "POST" and "/graphql" in request.url and "GetInvoices" in (request.post_data or "")
    )


def sheets(body: Any) -> list[kit.Sheet]:
    try:
        accounts = body["data"]["consulterPersonne"]["factures"]["comptesFacturation"]
        return [sheet(account) for account in accounts]
    except (KeyError, TypeError, IndexError) as err:
        raise kit.errors.PortalChanged(
            step="the list", expected="billing accounts", seen=f"no {err}"
        ) from None


def sheet(account: dict[str, Any]) -> kit.Sheet:
    contract, bills = kit.Contract(account["id"]), account["factures"]
    return kit.Sheet(contract, tuple(line(bill, contract) for bill in bills), last=len(bills) < MANY)


def line(bill: dict[str, Any], contract: kit.Contract) -> kit.Listed:
    total = kit.money.parse(bill["mntTotFacture"], currency="EUR")
    day, precision = kit.dates.parse(bill["dateFacturation"], zone="Europe/Paris")
    kind = kit.Kind.CREDIT_NOTE if total.amount < 0 else kit.Kind.INVOICE
    return kit.Listed(
        bill["id"], contract, None, day, precision, total, kind, {"pdf": bill["facturePDF"][0]["href"]}
    )
