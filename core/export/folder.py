"""The folder destination: `2026-10/Orange/2026-10-03_Orange_F1234567_45,90-EUR.pdf`, safe on every system."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from core import ledger, nouns
from core.db import models
from core.export import names


def deliver(
    place: Path, source: Path, invoice: models.Invoice, document: models.Document, supplier_name: str
) -> str:
    """Copy the document there and give its name within `place`. The same document twice is the same file."""
    name = file_name(invoice, document, supplier_name)
    target = place / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists() and target.stat().st_size == document.size:
        return name
    part = target.with_name(f".{document.sha256}.part")
    with source.open("rb") as read, part.open("wb") as write:
        shutil.copyfileobj(read, write)
        write.flush()
        os.fsync(write.fileno())
    part.replace(target)
    return name


def file_name(invoice: models.Invoice, document: models.Document, supplier_name: str) -> str:
    """Month folder, supplier folder, then date, supplier, number and amount. The document's id keeps two apart."""
    day = invoice.issued_on or invoice.received_at.date()
    month = f"{day:%Y-%m}"
    parts = [
        month if invoice.precision == "month" else day.isoformat(),
        names.safe(supplier_name),
        names.safe(invoice.number or f"document-{document.id}"),
    ]
    if money := ledger.money(invoice.total_minor, invoice.currency):
        parts.append(f"{money.amount:f}-{money.currency}".replace(".", ","))
    if document.revision > 1:
        parts.append(f"r{document.revision}")
    return str(
        Path(month) / names.safe(supplier_name) / ("_".join(parts) + f"_{document.id}{_suffix(document)}")
    )


def _suffix(document: models.Document) -> str:
    return nouns.SUFFIXES.get(document.media_type, ".bin")
