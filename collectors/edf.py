"""EDF for households: the bills of every contract in one answer, their PDF behind a token.

Verified against our replica only, never live; the facts are public ones of 2023 to 2025.
- OpenAM shows one step at a time. A browser that is not known is asked for a code, after the password or instead of it.
- Five bad passwords lock the account; the page says how many are left.
- The space has to have asked `checkAuthenticate`, which its first page does; the documents have to be opened before the bills.
- A PDF is sometimes a page instead: it is held, and asked for again at the next visit. A negative amount is a refund.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from collectors import kit

DOCUMENTS, BILLS = "/services/rest/edoc/getMyDocuments", "/services/rest/edoc/getBillsDocuments"
TOML = """
id = "edf"
name = "EDF"
note = { fr = "Particuliers. Pas EDF Entreprises.", en = "Residential. Not EDF for firms." }
country = "FR"
category = "energy"
website = "https://particulier.edf.fr"
source = "public collectors and scripts, 2023 to 2025"
age = 2024-02-01
verified = "replica"
bank_labels = ["EDF", "EDF CLIENTS PARTICULIERS"]
origins = ["https://espace-client.edf.fr"]
hosts = ["particulier.edf.fr", "espace-client.edf.fr"]
lock_limit = 5
session.check = "/services/rest/edoc/getMyDocuments"
tokens.csrf = { page = "/services/rest/init/initPage", json = "data" }
fields = [
  { name = "username", kind = "text", label = { fr = "Adresse e-mail", en = "E-mail address" } },
  { name = "password", kind = "password", label = { fr = "Mot de passe", en = "Password" } },
]
[login]
start = "/fr/accueil/espace-client/tableau-de-bord.html"
done.see = "a.accessPage[href*='mes-documents.html']"
when = [
  { name = "the consent wall", see = "button[title=Refuser]", do = { click = "button[title=Refuser]" } },
  { name = "a captcha", see = ".g-recaptcha", is = "Captcha" },
  { name = "a locked account", see = "#error1:has-text('Vous avez atteint')", said = "#error1", is = "Locked" },
  { name = "a refused password", see = "#error1:has-text('passe incorrect'), #error1:has-text('inconnue')", said = "#error1", is = "BadCredentials" },
  { name = "the way of e-mail", see = "#callback_0_1", do = [{ check = "#callback_0_1" }, { click = "#hotpcust3-next-button" }] },
  { name = "the way of SMS", see = "#title-hotp3", do = [{ check = "#callback_0_0" }, { click = "#hotpcust3-next-button" }] },
  { name = "the code page", see = "#code-seizure__field", said = ".auth__content h2", refused = "#error1:has-text('incorrect')", do = [{ ask = "code", into = "#code-seizure__field" }, { click = "#hotpcust4-next-button" }] },
  { name = "the e-mail page", see = "#email", do = [{ fill = "username", into = "#email" }, { click = "#username-next-button" }] },
  { name = "the password page", see = "#password2-password-field", do = [{ fill = "password", into = "#password2-password-field" }, { click = "#password2-next-button" }] },
]
[document]
url = "/services/rest/document/getDocumentGetXByData?csrfToken={csrf}&dn=FACTURE&pn={pn}&di={di}&bn={bn}&an={an}"
"""


class Edf(kit.Collector):
    manifest = kit.manifest.parse(TOML, "edf.py", by_class=True)

    async def listed(self, portal: kit.Portal) -> AsyncIterator[kit.Sheet]:
        await portal.get(DOCUMENTS, where="list")
        partners = await portal.json(BILLS, where="list")
        sheets = [
            sheet(partner, account)
            for partner in partners
            for account in partner.get("listOfBillsByAccDTO", ())
        ]
        if not sheets:
            raise kit.errors.PortalChanged(
                step="the list", expected="contracts with their bills", seen="none"
            )
        for each in sheets:
            yield each


def sheet(partner: dict[str, Any], account: dict[str, Any]) -> kit.Sheet:
    """The bills of one contract; what it and its holder are called in secret is asked for with each PDF."""
    contract = kit.Contract(account["accDTO"]["numAcc"])
    known = {"bn": partner["bpDto"]["bpNumberCrypt"], "an": account["accDTO"]["numAccCrypt"]}
    return kit.Sheet(
        contract, tuple(line(bill, contract, known) for bill in account["listOfbills"]), last=True
    )


def line(bill: dict[str, Any], contract: kit.Contract, known: dict[str, str]) -> kit.Listed:
    number, total = bill["documentNumber"], kit.money.parse(bill["billAmount"], "point", "EUR")
    day, precision = kit.dates.parse(bill["creationDate"], "epoch-ms", "Europe/Paris")
    kind = kit.Kind.CREDIT_NOTE if total.amount < 0 else kit.Kind.INVOICE
    fetch = {"di": number, "pn": bill["parNumber"], **known}
    return kit.Listed(number, contract, number, day, precision, total, kind, fetch)
