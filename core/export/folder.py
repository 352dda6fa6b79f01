"""The folder destination: `2026-10/Orange/2026-10-03_Orange_F1234567_45,90-EUR.pdf`, safe on every system."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from core import archive, ledger, nouns
from core.db import models
from core.export import contents, kinds, names


def deliver(
    place: Path,
    stored: archive.Archive,
    invoice: models.Invoice,
    document: models.Document,
    supplier_name: str,
) -> str:
    """Copy the document there and give its name within `place`. The same document twice is the same file.

    Raises Refused when its bytes would not be its own.
    """
    own, name = contents.of(document), file_name(invoice, document, supplier_name)
    target = place / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists() and target.stat().st_size == own.size:
        return name
    part = target.with_name(f".{own.sha256}.part")
    with stored.open(own.sha256) as read, part.open("wb") as write:
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


def draft(
    _: Session,
    __: models.Destination,
    invoice: models.Invoice,
    document: models.Document,
    here: kinds.Here,
) -> dict[str, Any]:
    """The name that the file gets there, and which bytes it holds."""
    own, name = contents.of(document), file_name(invoice, document, here.supplier_name(invoice.supplier))
    return {"name": name, "sha256": own.sha256, "bytes": own.size}


def inside(typed: Mapping[str, str]) -> str:
    """One folder within the farm's own, by its name. Raises ValueError: people choose no other place on the machine."""
    name = typed.get("name", "").strip()
    if not name or names.safe(name) != name:
        raise ValueError("name")
    return name


KIND = kinds.Kind(
    "folder",
    "",
    (kinds.Field("name"),),
    draft=draft,
    place=inside,
    origins=lambda _: (),
)
