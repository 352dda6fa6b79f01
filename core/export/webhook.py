"""A webhook: each Document is posted to an address of the company's own, signed, with what is known of its Invoice.

Signed as Standard Webhooks has it: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
The id is the same each time, so whoever is told twice knows it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from core import errors, ledger, partners
from core.db import models
from core.export import chosen, contents, folder, kinds, papers, places
from core.export.delivering import Receipts, Refused, Step
from core.export.kinds import Field
from core.export.papers import House, Parcel
from core.partners import Means

#: How the file comes: beside the words in one form; or it does not, and is fetched by the API or by hand.
FORM, WORDS = "form", "words"
#: Bytes of a file that are posted; most servers take no larger request.
LARGEST = 20 * 1024 * 1024
_PREFIX = "whsec_"
#: Random bytes of a secret: the specification wants 24 to 64.
_LENGTH = 32


def new_secret() -> str:
    """As the libraries of Standard Webhooks take it."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_LENGTH)).decode()


def draft(
    session: Session,
    destination: models.Destination,
    invoice: models.Invoice,
    document: models.Document,
    here: kinds.Here,
) -> Mapping[str, Any] | None:
    """What is said; its file comes beside it. Raises Refused for one that is too large."""
    if not here.again and not papers.is_for(session, destination, invoice, document):
        return None
    _, typed = chosen.typed(session, destination.id)
    own = contents.of(document)
    if typed.get("file", FORM) == FORM and own.size > LARGEST:
        raise Refused(f"{own.size} > {LARGEST}", "too_large")
    supplier = here.supplier_name(invoice.supplier)
    url = f"{here.public_url}/invoices/{invoice.id}" if here.public_url else None
    return {
        "type": "document.received",
        "timestamp": document.received_at.isoformat(),
        "invoice": {"id": invoice.id, "supplier_name": supplier, "url": url, **_told(invoice)},
        "document": {
            "id": document.id,
            "name": folder.file_name(invoice, document, supplier),
            "revision": document.revision,
            "media_type": document.media_type,
            "size": own.size,
            "sha256": own.sha256,
        },
    }


KIND = kinds.Kind(
    "webhook",
    "Webhook",
    (Field("url"), Field("secret", secret=True, made=new_secret), Field("file", default=FORM, choices=(FORM, WORDS)), papers.WHICH),
    draft=draft,
    place=places.web,
)  # fmt: skip


@dataclass(frozen=True)
class Webhook:
    """The target."""

    house: House

    def origins(self, destination: models.Destination) -> tuple[str, ...]:
        return KIND.origins(destination)

    def deliver(self, destination: models.Destination, means: Means) -> None:
        """Raises PartnerRefused when the address is gone or lets us in no more."""
        keys = [one.reveal() for one in means.secrets().values()]
        with self.house.database.read() as session:
            _, typed = chosen.typed(session, destination.id)
        with_file = typed.get("file", FORM) == FORM
        post = partial(_post, means, destination.place, keys, with_file)
        papers.carry_all(self.house, destination, means, draft, lambda parcel: [_step(parcel, post)])


def _step(parcel: Parcel, post: Any) -> Step:
    def find(_: Receipts) -> str | None:
        return None  # nobody can be asked; told twice, the other side knows the id

    def send(_: Receipts, __: str) -> str:
        post(parcel)
        return f"msg_{parcel.key}"

    return Step("message", find, send)


def _post(means: Means, place: str, keys: Sequence[str], with_file: bool, parcel: Parcel) -> None:
    """Signed by each secret that lives: while it changes, the other side may know either."""
    said = json.dumps(parcel.payload, ensure_ascii=False).encode()
    request = means.http.build_request("POST", place, **_body(said, parcel, with_file))
    id_, at = f"msg_{parcel.key}", int(means.now().timestamp())
    request.headers["webhook-id"], request.headers["webhook-timestamp"] = id_, str(at)
    body = request.read()
    request.headers["webhook-signature"] = " ".join(signature(one, id_, at, body) for one in keys)
    answer = means.http.send(request)
    code = answer.status_code
    if code in (401, 403, 410):
        raise errors.PartnerRefused(f"HTTP {code}", step="webhook")
    if 300 <= code < 500 and code not in (408, 409, 425, 429):
        raise Refused(f"HTTP {code}")
    if code in (408, 425):
        raise errors.PartnerBusy(f"HTTP {code}", step="webhook", retry_after=partners.retry_after(answer))
    # 409: it has it already.
    partners.expect(answer, 409, step="webhook")


def _body(said: bytes, parcel: Parcel, with_file: bool) -> dict[str, Any]:
    if not with_file:
        return {"content": said, "headers": {"Content-Type": "application/json"}}
    name = str(parcel.payload["document"]["name"]).rpartition("/")[2]
    words = ("invoice.json", said, "application/json")
    return {"files": {"invoice": words, "file": (name, parcel.path.read_bytes(), parcel.media_type)}}


def signature(secret: str, id_: str, at: int, body: bytes) -> str:
    """Of the id, the instant (seconds since 1970) and the raw body, by HMAC-SHA256."""
    signed = hmac.new(_key(secret), f"{id_}.{at}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def _key(secret: str) -> bytes:
    """`whsec_` and base64, as most tools make one; anything else is the key as it stands."""
    if secret.startswith(_PREFIX):
        with suppress(binascii.Error):
            return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    return secret.encode()


def _told(invoice: models.Invoice) -> dict[str, Any]:
    """Days are `YYYY-MM-DD`, amounts text in major units of `currency`; null is not known."""
    amounts = {
        name: f"{money.amount:f}" if (money := ledger.money(minor, invoice.currency)) else None
        for name, minor in (
            ("net", invoice.net_minor),
            ("vat", invoice.vat_minor),
            ("total", invoice.total_minor),
        )
    }
    days = {
        name: day.isoformat() if (day := getattr(invoice, name)) else None
        for name in ("issued_on", "due_on", "period_from", "period_to")
    }
    words = {name: getattr(invoice, name) for name in ("supplier", "number", "kind", "role", "currency")}
    return words | days | amounts
