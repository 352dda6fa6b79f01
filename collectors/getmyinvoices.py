"""GetMyInvoices as a source: what it fetched from its own portals comes here, by its interface for programs, version 3.

Verified against our replica only, never live. What a person should know:
- One key, made in the profile under *API Access*; a level of permission that may read documents is enough.
- Its documents belong to other suppliers: each company there is a contract here. Only what a company receives is taken
  (invoices, receipts, credit notes), never what it sends.
- The list is read to its end at every visit, each page asking for higher uids only, so that nothing slips between two pages.
  `records` is an array or an object keyed by uid, as the portal likes.
- A refused key and a key without the right level are both 403; either way somebody has to give another one.
- The file comes as base64 in JSON.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator
from typing import Any, cast

from collectors import kit
from collectors.kit import paths, reading
from collectors.kit.declared_lists import Lines

TOML = """
id = "getmyinvoices"
name = "GetMyInvoices"
note = { fr = "Ce que GetMyInvoices a collecté ailleurs, par clé d’API.", en = "What GetMyInvoices collected elsewhere, by API key." }
country = "DE"
category = "collector"
website = "https://api.getmyinvoices.com"
source = "OpenAPI of version 3 and a public client that was run live"
age = 2026-10-15
verified = "replica"
sign_in = "keys"
origins = ["https://api.getmyinvoices.com"]
hosts = ["api.getmyinvoices.com"]
pace = { at_once = 1, gap = 0.6 }
fields = [
  { name = "account", kind = "text", label = { fr = "Adresse e-mail du compte GetMyInvoices", en = "E-mail of the GetMyInvoices account" } },
  { name = "api_key", kind = "password", label = { fr = "Clé d’API", en = "API key" }, help = { fr = "Profil, Accès API.", en = "Profile, API Access." } },
]
answers = [{ status = 403, type = "json", said = "detail", is = "BadCredentials" }]

[list]
kind = "json"
url = "/accounts/v3/documents"
items = "records.*"
paging = { by = "none" }
only = { at = "documentType", equals = ["INCOMING_INVOICE", "RECEIPT", "CREDIT_NOTE"] }

[list.fields]
id = "documentUid"
number = "documentNumber?"
date = "documentDate?"
total = { at = "grossAmount?", style = "point" }
currency = "currency?"
kind = { at = "documentType", invoice = ["INCOMING_INVOICE", "RECEIPT"], credit_note = ["CREDIT_NOTE"] }
company = "companyName"
"""
NOBODY = kit.Contract("account")


class GetMyInvoices(kit.Collector):
    manifest = kit.manifest.parse(TOML, "getmyinvoices.py", by_class=True)

    async def listed(self, portal: kit.Portal) -> AsyncIterator[kit.Sheet]:
        drafts = [draft async for page in self._pages(portal) for draft in page.drafts]
        for company in sorted({draft.values["company"] for draft in drafts}):
            mine = [draft for draft in reversed(drafts) if draft.values["company"] == company]
            contract = kit.Contract(company, company)
            yield kit.Sheet(contract, reading.listed(mine, contract, {"id"}), last=True)
        if not drafts:
            yield kit.Sheet(NOBODY, (), last=True)

    async def download(self, portal: kit.Portal, listed: kit.Listed) -> kit.File:
        where = f"{self._documents}/{listed.fetch['id']}?includeDocument=1"
        body = await portal.json(where, headers=_key(portal), where="document")
        try:
            pdf = base64.b64decode(paths.one_at(body, "fileContent"), validate=True)
        except (paths.Absent, TypeError, binascii.Error):
            raise kit.errors.PortalChanged(
                step="the document", expected="base64 at fileContent", seen="none"
            ) from None
        return await portal.put_body(pdf, f"{listed.number or listed.identity}.pdf")

    async def _pages(self, portal: kit.Portal) -> AsyncIterator[reading.Page]:
        """Each asks for what is above the last; an empty one, or one that holds as many as there are, is the end."""
        above = 0
        while True:
            reply = await portal.get(
                f"{self._documents}?documentUidStartFilter={above}", headers=_key(portal), where="list"
            )
            page = reading.page(cast(Lines, self.manifest.list), reply)
            yield page
            if not page.count or str(page.count) == str(page.body.get("totalCount")):
                return
            above = _next(page.body, above)

    @property
    def _documents(self) -> str:
        return cast(Lines, self.manifest.list).request.url


def _key(portal: kit.Portal) -> dict[str, str]:
    return {"X-API-KEY": portal.key("api_key").reveal(), "x-application": "Moisson"}


def _next(body: Any, above: int) -> int:
    highest = max(int(record["documentUid"]) for record in paths.walk(body, "records.*"))
    if highest <= above:
        raise kit.errors.PortalChanged(
            step="the list's pages", expected=f"uids above {above}", seen=str(highest)
        )
    return highest
