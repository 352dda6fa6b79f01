"""Engie for households: invoices as JSON, the last one apart and the others by year; the old pages for what has ended.

Verified against our replica only, never live. The form rejects what is not really typed. The address of a document holds its lasting
`docId`, and is a part of the PDF's own. A contract that has ended has a list in the old layout: number, day and a button for the file.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from collectors import kit

TOML = """
id = "engie"
name = "Engie"
note = { fr = "Particuliers. Pas Engie Pro.", en = "Residential. Not Engie Pro." }
country = "FR"
category = "energy"
website = "https://particuliers.engie.fr/espace-client/prive/mes-factures.html"
source = "public collectors and help pages, 2024 and 2025"
age = 2024-11-19
facts.login.age = 2025-04-30
verified = "replica"
bank_labels = ["ENGIE"]
origins = ["https://particuliers.engie.fr"]
hosts = ["particuliers.engie.fr"]
fields = [{ name = "username", kind = "text", label = { fr = "Adresse e-mail", en = "E-mail address" } },
  { name = "password", kind = "password", label = { fr = "Mot de passe", en = "Password" } },
  { name = "client", kind = "text", optional = true, label = { fr = "Numéro de client, s’il y en a plusieurs", en = "Client number, if there are several" } }]
session.check = "/auth-ws/api/private/identifiant"
document.url = "/cel-ws/api/private/document/mobile/{url}/SAE/facture.pdf"
[login]
start = "/login-page/authentification.html"
done.see = "a[data-testid=deconnexion-trigger], #header-deconnexion"
when = [{ name = "the consent wall", see = "#popin_tc_privacy button.u-theme-bg", do = { click = "#popin_tc_privacy button.u-theme-bg" } },
  { name = "a test's window", see = ".optly-modal.fade-in .optly-modal-close", do = { click = ".optly-modal.fade-in .optly-modal-close" } },
  { name = "a locked account", see = "p.k-oktaConnexion__globalError:has-text('bloqué')", said = "p.k-oktaConnexion__globalError", is = "Locked" },
  { name = "a refused password", see = "p.k-oktaConnexion__globalError", said = "p.k-oktaConnexion__globalError", is = "BadCredentials" },
  { name = "the page of whoever is signed in", see = "img[src*='illu-inbox-success.svg']", do = { click = "button:has-text('Espace Client')" } },
  { name = "the way of the code", see = "button.k-cardBtn--rootTag", do = [{ click = "button.k-cardBtn--rootTag" }, { click = ".k-cta--primary" }] },
  { name = "the code page", see = "input.k-securityCodeField__field", said = "div.k-infoBlock3__content p", refused = "p:has-text('incorrect')", do = [{ ask = "code", into = "input.k-securityCodeField__field" }, { click = ".k-cta--primary" }] },
  { name = "the client accounts", see = ".list-cc-item[data-cc]", do = { click = ".list-cc-item[data-cc='{client}']" } },
  { name = "the sign-in page", see = "input[type=password]", do = [{ fill = "username", into = "input[type=email]" }, { fill = "password", into = "input[type=password]" }, { click = "form.k-oktaConnexion__form button.k-cta--primary" }] }]
[list]
kind = "json"
url = "/cel-facturation-ws/api/private/situation-comptable/facture"
items = ["derniereFacture?", "historiqueFacture.factures.*"]
paging.by = "none"
fields.id = { at = "url", match = 'docId(?:=|%3D)([^&%]+)' }
fields.date = { at = ["dateDerniereFacture", "date"], months = { jui = "juin" } }
fields.total = { at = ["montantFacture", "montant"], style = "comma" }
fields.url = "url"
"""


class Engie(kit.Collector):
    manifest = kit.manifest.parse(TOML, "engie.py", by_class=True)

    async def listed(self, portal: kit.Portal) -> AsyncIterator[kit.Sheet]:
        try:
            async for sheet in super().listed(portal):
                yield sheet
        except kit.errors.PortalChanged:
            old = await portal.rows(portal.manifest.website, "#historique-facture li.c-billSum")
            if not old:
                raise
            yield kit.Sheet(kit.Contract("account"), tuple(map(old_line, old)), last=True)

    async def download(self, portal: kit.Portal, listed: kit.Listed) -> kit.File:
        if listed.fetch:
            return await super().download(portal, listed)
        await portal.go(portal.manifest.website, name="the old invoices")
        await portal.click("#panelLink_historique", name="the tab of old invoices")
        return await portal.download_click(f"a[data-id='{listed.identity}']", name="its button")


def old_line(row: Any) -> kit.Listed:
    day, precision = kit.dates.parse(row.xpath("string()").get())
    return kit.Listed(row.css("a::attr(data-id)").get(), kit.Contract("account"), None, day, precision)
