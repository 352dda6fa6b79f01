"""OVHcloud (Europe), by its interface for programs: no browser, three keys, each request signed.

Verified against our replica only, never live. What a person should know:
- The keys are made at https://eu.api.ovh.com/createToken/ with the rights `GET /me/bill*` and `GET /me/refund*`, without an end.
  Those rights show invoices and nothing else. Keys of the Canadian or US platform do not work here.
- A signature is SHA-1 of secret, consumer key, method, address, body and time, by OVHcloud's own clock, which is asked first.
- A list is ids alone. Each id that the ledger does not hold costs a request for its details; a quiet visit is two requests.
- Refunds (credit notes) are a list of their own, read with the visits that read everything: every third day at the latest.
- The PDF lies at www.ovh.com behind a word in its address. That address is asked anew for each download, and gets no key.
- 403 says in `errorCode` what is wrong: the application key, the consumer key (expired, revoked, never confirmed), or a right.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from functools import partial
from typing import cast

from collectors import kit
from collectors.kit import reading
from collectors.kit.declared_lists import Lines

TOML = """
id = "ovhcloud"
name = "OVHcloud"
note = { fr = "Europe, par clés d’API, sans mot de passe.", en = "Europe, by API keys, without a password." }
country = "FR"
category = "hosting"
website = "https://eu.api.ovh.com"
source = "OVHcloud's own Python client and public collectors, 2024 to 2026"
age = 2024-06-30
verified = "replica"
bank_labels = ["OVH", "OVHCLOUD"]
sign_in = "keys"
origins = ["https://eu.api.ovh.com"]
hosts = ["eu.api.ovh.com", "www.ovh.com"]
pace = { at_once = 2, gap = 0.1 }
fields = [
  { name = "application_key", kind = "text", label = { fr = "Application key", en = "Application key" }, help = { fr = "À créer sur eu.api.ovh.com/createToken, droits GET /me/bill* et GET /me/refund*.", en = "Made at eu.api.ovh.com/createToken, rights GET /me/bill* and GET /me/refund*." } },
  { name = "application_secret", kind = "password", label = { fr = "Application secret", en = "Application secret" } },
  { name = "consumer_key", kind = "password", label = { fr = "Consumer key", en = "Consumer key" } },
]
answers = [
  { at = "errorCode", equals = ["INVALID_KEY", "INVALID_CREDENTIAL", "NOT_CREDENTIAL", "INVALID_SIGNATURE"], said = "message", is = "BadCredentials" },
  { at = "errorCode", equals = ["NOT_GRANTED_CALL", "FORBIDDEN"], said = "message", is = "ActionNeeded", wants = "no_permission" },
]

[list]
kind = "json"
url = "/v1/me/bill"
items = "*"
paging = { by = "none" }
fields = { number = ["billId", "refundId"], date = "date", total = "priceWithTax.value", currency = "priceWithTax.currencyCode" }
"""
ACCOUNT = kit.Contract("account")
KINDS = {"bill": kit.Kind.INVOICE, "refund": kit.Kind.CREDIT_NOTE}
#: Lines on one sheet: a census that is cut short goes on from there.
SHEET = 25


class OVHcloud(kit.Collector):
    manifest = kit.manifest.parse(TOML, "ovhcloud.py", by_class=True)

    async def listed(self, portal: kit.Portal) -> AsyncIterator[kit.Sheet]:
        ahead = int(await portal.json("/v1/auth/time")) - int(time.time())
        portal.sign = partial(signature, portal, ahead)
        shown = [line for noun in (KINDS if portal.whole else ["bill"]) for line in await _ids(portal, noun)]
        for start in range(0, max(1, len(shown)), SHEET):
            lines = [await self._told(portal, line) for line in shown[start : start + SHEET]]
            yield kit.Sheet(ACCOUNT, tuple(lines), last=start + SHEET >= len(shown))

    async def download(self, portal: kit.Portal, listed: kit.Listed) -> kit.File:
        details = await portal.json(listed.fetch["details"])
        return await portal.download(str(details["pdfUrl"]), name=f"{listed.number}.pdf")

    async def _told(self, portal: kit.Portal, line: kit.Listed) -> kit.Listed:
        """With its date and amount, unless the ledger has the line already. A refund's amount comes without its sign."""
        if portal.knows(line):
            return line
        read = reading.draft(cast(Lines, self.manifest.list), await portal.json(line.fetch["details"]))
        owed = read.total
        if owed and line.kind is kit.Kind.CREDIT_NOTE:
            owed = replace(owed, amount=-abs(owed.amount))
        return replace(line, date=read.date, total=owed)


async def _ids(portal: kit.Portal, noun: str) -> list[kit.Listed]:
    found = await portal.json(f"/v1/me/{noun}", where="list")
    if not isinstance(found, list):
        raise kit.errors.PortalChanged(
            step="the list", expected=f"ids of each {noun}", seen=type(found).__name__
        )
    return [
        kit.Listed(
            f"{noun}:{each}", ACCOUNT, str(each), kind=KINDS[noun], fetch={"details": f"/v1/me/{noun}/{each}"}
        )
        for each in found
    ]


def signature(
    portal: kit.Portal, ahead: int, method: str, url: str, _: Mapping[str, str], body: bytes
) -> dict[str, str]:
    """What signs one request; `ahead` is how many seconds OVHcloud's clock is ahead of ours."""
    application, secret, consumer = (
        portal.key(name).reveal() for name in ("application_key", "application_secret", "consumer_key")
    )
    at = str(int(time.time()) + ahead)
    signed = hashlib.sha1("+".join((secret, consumer, method, url, body.decode(), at)).encode())  # noqa: S324 - as asked
    return {
        "X-Ovh-Application": application,
        "X-Ovh-Consumer": consumer,
        "X-Ovh-Timestamp": at,
        "X-Ovh-Signature": f"$1${signed.hexdigest()}",
    }
