"""What a letter says: to whom, in whose language, with which files. Pure: the same values make the same letter."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any

from core import ledger
from core.db import models
from core.export.papers import Parcel

#: Bytes of the files of one letter: mail makes four of three, and many servers stop at 25 MB.
LARGEST = 15 * 1024 * 1024
_WORDS = {
    "fr": {"one": "Facture : {line}", "many": "{count} factures", "text": "Ci-joint :"},
    "en": {"one": "Invoice: {line}", "many": "{count} invoices", "text": "Enclosed:"},
}


def line_of(invoice: models.Invoice, supplier_name: str) -> str:
    """`Orange F-1 2026-11-03 45.90 EUR`, as far as it is known; a stranger's line breaks are none."""
    money = ledger.money(invoice.total_minor, invoice.currency)
    amount = f"{money.amount:f} {money.currency}" if money else ""
    day = invoice.issued_on.isoformat() if invoice.issued_on else ""
    return " ".join(" ".join((supplier_name, invoice.number or "", day, amount)).split())


def one(typed: Mapping[str, str], file: Mapping[str, Any]) -> dict[str, Any]:
    """A letter with one file; `file` has a `name`, a `line` that says what it is, a `size` and a `sha256`."""
    words = _WORDS.get(typed.get("language", ""), _WORDS["fr"])
    letter = {
        "from": " ".join(typed["sender"].split()),
        "to": " ".join(typed["to"].split()),
        "subject": words["one"].format(line=file["line"]),
        "text": f"{words['text']}\n\n{file['line']}\n",
        "files": [dict(file)],
    }
    return letter | {"language": typed.get("language", "fr")}


def many(letters: Sequence[Mapping[str, Any]], now: datetime) -> dict[str, Any]:
    """These as one letter, which has its Message-ID from now on: a repeat is known by it."""
    first, files = letters[0], [file for letter in letters for file in letter["files"]]
    words = _WORDS.get(first["language"], _WORDS["fr"])
    lines = "\n".join(file["line"] for file in files)
    told = {**first, "files": files, "text": f"{words['text']}\n\n{lines}\n"}
    if len(files) > 1:
        told["subject"] = words["many"].format(count=len(files))
    domain = parseaddr(first["from"])[1].rpartition("@")[2] or "moisson.invalid"
    return told | {"message_id": f"<moisson.{uuid.uuid4().hex}@{domain}>", "date": format_datetime(now)}


def message(letter: Mapping[str, Any], parcels: Sequence[Parcel]) -> bytes:
    """As it goes out, with the files of `parcels`, which are those of the letter."""
    made = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    for header, name in (("From", "from"), ("To", "to"), ("Subject", "subject"), ("Date", "date")):
        made[header] = letter[name]
    made["Message-ID"] = letter["message_id"]
    made.set_content(letter["text"])
    for file, parcel in zip(letter["files"], parcels, strict=True):
        kind, _, more = parcel.media_type.partition("/")
        made.add_attachment(parcel.path.read_bytes(), maintype=kind, subtype=more, filename=file["name"])
    # Else each repeat would part its files in another way.
    made.set_boundary(hashlib.sha256(letter["message_id"].encode()).hexdigest())
    return made.as_bytes()
