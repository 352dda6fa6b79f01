"""Notion: the billing history of every workspace that the person is in; each invoice is hosted by Stripe.

Verified against our replica only, never live. The facts are of a public collector of 2025 and public scripts of 2025 and 2026.
- One address, then the password of whoever has set one, or else a code by mail. A code of words with dashes between them, as older mails had, is
  not known to work: dashes are taken out of what a person answers.
- `getBillingHistory` tells the events of a workspace, the last hundred: cents, milliseconds since 1970, and for an invoice its address, which holds
  Stripe's id. Credits and changes of plan are no invoices. Nobody tells how further ones are asked for.
- `getInvoiceData` tells where an invoice is hosted. Its PDF is two steps from there: JSON at invoicedata.stripe.com, then a store of signed addresses.
- The words of a refusal are in no source: any alert of the sign-in page is taken for one.
"""

from __future__ import annotations

import re

from collectors import kit

TOML = """
id = "notion"
name = "Notion"
country = "US"
category = "saas"
website = "https://www.notion.so"
source = "a public collector of 2025, public scripts of 2025 and 2026"
age = 2025-12-01
verified = "replica"
bank_labels = ["NOTION"]
origins = ["https://www.notion.so"]
hosts = ["www.notion.so", "invoicedata.stripe.com", "files.stripe.com", "*.amazonaws.com"]
pace = { at_once = 1, gap = 1, logins_at_once = 1 }
fields = [
  { name = "email", kind = "text", label = { fr = "Adresse e-mail", en = "E-mail address" } },
  { name = "password", kind = "password", optional = true, label = { fr = "Mot de passe, s’il y en a un", en = "Password, if there is one" } },
]
answers = [{ where = "document", status = 404, is = "NotAnInvoice" }]

[login]
start = "/login"
done = { see = ".notion-sidebar-container" }
when = [
  { name = "a refused password", see = "form:has(input[type=password]) [role=alert]", said = "[role=alert]", is = "BadCredentials" },
  { name = "the password page", see = "input[type=password]", do = [{ fill = "password", into = "input[type=password]" }, { press = "Enter" }] },
  { name = "the mailed code", see = "input[placeholder*='code' i]", medium = "email", said = "form p", refused = "[role=alert]", do = [
    { ask = "code", into = "input[placeholder*='code' i]" },
    { press = "Enter" },
  ] },
  { name = "the address page", see = "input[type=email]", do = [{ fill = "email", into = "input[type=email]" }, { press = "Enter" }] },
]

[contracts]
kind = "json"
url = "/api/v3/getSpaces"
body = {}
items = "*.space.*.value"
fields = { id = "id", label = "name" }

[list]
kind = "json"
url = "/api/v3/getBillingHistory"
body = { spaceId = "{contract}", limit = 100 }
items = "events"
only = { at = "type", equals = "invoice" }
paging = { by = "none" }
fields = { id = "id", date = { at = "timestamp", style = "epoch-ms" }, total = { at = "amount", style = "cents" }, currency = "currencyCode", invoice = { at = "url", match = "(in_[A-Za-z0-9]+)" } }
"""


class Notion(kit.Collector):
    """Everything but the last steps to a document is told by the manifest."""

    manifest = kit.manifest.parse(TOML, "notion.py", by_class=True)

    async def download(self, portal: kit.Portal, listed: kit.Listed) -> kit.File:
        """Notion tells where Stripe hosts the invoice, Stripe where its PDF is."""
        asked = {"type": "invoice", "invoiceId": listed.fetch["invoice"]}
        told = await portal.post("/api/v3/getInvoiceData", json=asked, where="document")
        hosted = re.search(r"/i/([^/?\"]+/[^/?\"]+)", told.text)
        where = f"https://invoicedata.stripe.com/invoice_pdf_file_url/{hosted[1]}" if hosted else ""
        file = (await portal.json(where, where="document")).get("file_url") if where else ""
        if not file:
            expected = "file_url" if where else "hostedInvoiceUrl"
            raise kit.errors.PortalChanged(step="the document", expected=expected, seen="none")
        return await portal.download(file, name=f"notion-{listed.date}.pdf")
