"""Amazon Web Services, by AWS Invoicing (service of 2024-12-01): no browser, an access key that can read invoices and nothing else.

Verified against our replica only, never live. What a person should know:
- Make an IAM user with no console access and this policy, then an access key for it:
  {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*",
   "Action": ["invoicing:ListInvoiceSummaries", "invoicing:GetInvoicePDF"]}]}
- There is one endpoint, in us-east-1; each request is signed with Signature Version 4, which is done here with the standard
  library (botocore would weigh more than the farm).
- The list says nothing of its order, so it is read to its end at every visit, a hundred invoices a request.
- A PDF is a pre-signed address at S3, which is asked without keys and dies within minutes. Supplemental documents stay at AWS.
- A clock that is wrong by five minutes is refused in words of its own; that freezes no key.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from functools import reduce
from urllib.parse import urlsplit

from collectors import kit

TOML = """
id = "aws"
name = "Amazon Web Services"
note = { fr = "Par clé d’accès IAM en lecture seule, sans mot de passe.", en = "By a read-only IAM access key, without a password." }
country = "US"
category = "hosting"
website = "https://invoicing.us-east-1.api.aws"
source = "AWS API reference and SDKs"
age = 2026-10-01
verified = "replica"
bank_labels = ["AWS", "AMAZON WEB SERVICES"]
sign_in = "keys"
origins = ["https://invoicing.us-east-1.api.aws"]
hosts = ["invoicing.us-east-1.api.aws", "*.amazonaws.com"]
pace = { at_once = 1, gap = 0.5 }
headers = { Content-Type = "application/x-amz-json-1.0" }
fields = [
  { name = "account_id", kind = "text", label = { fr = "Numéro de compte AWS (12 chiffres)", en = "AWS account number (12 digits)" } },
  { name = "access_key_id", kind = "text", label = { fr = "Access key ID", en = "Access key ID" }, help = { fr = "D’un utilisateur IAM limité à invoicing:ListInvoiceSummaries et invoicing:GetInvoicePDF.", en = "Of an IAM user limited to invoicing:ListInvoiceSummaries and invoicing:GetInvoicePDF." } },
  { name = "secret_access_key", kind = "password", label = { fr = "Secret access key", en = "Secret access key" } },
]
answers = [
  { text = ["Signature expired", "Signature not yet current"], at = "__type", equals = "*", said = "message", is = "PortalDown" },
  { at = "__type", equals = "*AccessDenied*", said = "message", is = "ActionNeeded", wants = "no_permission" },
  { at = "__type", equals = ["*UnrecognizedClient*", "*InvalidClientTokenId*", "*InvalidSignature*", "*SignatureDoesNotMatch*", "*ExpiredToken*"], said = "message", is = "BadCredentials" },
  { at = "__type", equals = "*Throttling*", is = "TooFast" },
  { at = "__type", equals = "*ValidationException*", said = "message", is = "ActionNeeded" },
]

[list]
kind = "json"
url = "/"
body = { Selector = { ResourceType = "ACCOUNT_ID", Value = "{account_id}" }, MaxResults = 100, NextToken = "{cursor}" }
headers = { X-Amz-Target = "Invoicing.ListInvoiceSummaries" }
items = "InvoiceSummaries"
paging = { by = "cursor", next = "NextToken?" }

[list.fields]
number = "InvoiceId"
date = { at = "IssuedDate", style = "epoch" }
total = { at = "BaseCurrencyAmount.TotalAmount", style = "point" }
currency = "BaseCurrencyAmount.CurrencyCode"
kind = { at = "InvoiceType", invoice = ["INVOICE"], credit_note = ["CREDIT_MEMO"] }

[document]
url = "/"
body = { InvoiceId = "{number}" }
headers = { X-Amz-Target = "Invoicing.GetInvoicePDF" }
link = "InvoicePDF.DocumentUrl"
name = "{number}.pdf"
"""
SCOPE = ("us-east-1", "invoicing", "aws4_request")


class AWS(kit.Collector):
    manifest = kit.manifest.parse(TOML, "aws.py", by_class=True)

    async def listed(self, portal: kit.Portal) -> AsyncIterator[kit.Sheet]:
        held = (portal.key("access_key_id").reveal(), portal.key("secret_access_key").reveal())
        portal.sign = lambda *asked: signature(*held, datetime.now(UTC), SCOPE, *asked)
        portal.whole = True
        async for sheet in super().listed(portal):
            yield sheet


def signature(
    key: str,
    secret: str,
    now: datetime,
    scope: tuple[str, ...],
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
) -> dict[str, str]:
    """What signs one request (AWS Signature Version 4); `now` is UTC, `scope` region, service and `aws4_request`."""
    at, place = now.strftime("%Y%m%dT%H%M%SZ"), urlsplit(url)
    told = {name.lower(): text.strip() for name, text in headers.items()} | {
        "host": place.netloc,
        "x-amz-date": at,
    }
    signed = {name: told[name] for name in sorted(told) if name == "host" or name.startswith("x-amz-")}
    lines = "".join(f"{name}:{text}\n" for name, text in signed.items())
    names = ";".join(signed)
    canonical = "\n".join(
        (method, place.path or "/", place.query, lines, names, hashlib.sha256(body).hexdigest())
    )
    steps = (at[:8], *scope)
    text = "\n".join(
        ("AWS4-HMAC-SHA256", at, "/".join(steps), hashlib.sha256(canonical.encode()).hexdigest())
    )
    proof = reduce(_mac, (*steps, text), f"AWS4{secret}".encode()).hex()
    credential = f"{key}/{'/'.join(steps)}"
    return {
        "X-Amz-Date": at,
        "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={proof}",
    }


def _mac(key: bytes, word: str) -> bytes:
    return hmac.digest(key, word.encode(), "sha256")
