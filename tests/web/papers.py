"""The invoices of the company: their documents and pictures, what was read on them, what waits at the review desk."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2
from sqlalchemy.orm import Session

from core import archive, nouns
from core.db import models
from core.extraction import anchors, generic, pages
from core.extraction import templates as known
from core.ledger import search, templates
from demo import paper
from tests.web.visits import NOW

#: What waits at the review desk: one with a doubt, its twin, two with none, one of two pages, one that is data only.
WAITING = (2, 5, 6, 35, 36, 37)
TWO_PAGES, DATA_ONLY, TWIN = 36, 37, 35


@dataclass(frozen=True)
class Shelf:
    """Where the papers of one account go."""

    session: Session
    archive: archive.Archive
    owner: int
    contract: int


def bring(session: Session, data: Path, *, owner: int, last: int, bug: int) -> None:
    """Invoices for the account `owner`, its last run being `last`; its census; what the failed run `bug` left to look at."""
    shelf = Shelf(session, archive.Archive(data), owner, _contract(session, owner))
    _census(shelf)
    for n in range(34):
        _bill(shelf, n, last - n)
    _paper(shelf, session.get_one(models.Invoice, 2), last, Decimal("49.90"), revision=2)
    _waiting(shelf)
    _taught(shelf)
    for invoice in session.query(models.Invoice):
        search.tell(session, invoice)
    _evidence(session, data / "evidence", bug)


def _contract(session: Session, owner: int) -> int:
    row = models.ContractRow(
        workspace_id=1, account_id=owner, portal_id="06••••••12", label="Ligne 06 •• •• 12"
    )
    session.add(row)
    session.flush()
    return row.id


def _census(shelf: Shelf) -> None:
    for n in range(14):
        shelf.session.add(
            models.ListedRow(
                workspace_id=1,
                account_id=shelf.owner,
                contract_id=shelf.contract,
                identity=f"old-{n}",
                number=f"F2025-{n:04}",
                date=date(2025, 1 + n % 12, 3),
                precision="day",
                total_minor=4590,
                currency="EUR",
                kind="invoice",
                baseline=True,
                seen_at=NOW,
                run_id=1,
                held_times=0,
            )
        )


def _evidence(session: Session, folder: Path, bug: int) -> None:
    """A picture and a page with a script in it."""
    (folder / str(bug)).mkdir(parents=True)
    pdf = paper.invoice("CAPTURE", date(2026, 11, 20), Decimal("1.00"))
    (folder / str(bug) / "0.png").write_bytes(_picture(pdf))
    (folder / str(bug) / "1.html").write_text("<h1>Bienvenue</h1><script>alert(1)</script>")
    for kind, name in (("screenshot", f"{bug}/0.png"), ("page", f"{bug}/1.html")):
        session.add(models.Evidence(workspace_id=1, run_id=bug, kind=kind, path=name, at=NOW))


def _bill(shelf: Shelf, n: int, run_id: int) -> None:
    """The bill of `n` months ago: one with a doubt, one without a picture, one credit note, one that is not read yet."""
    issued, total = date(2026, 11, 3) - timedelta(days=30 * n), Decimal("45.90") + n
    invoice = _invoice(
        shelf,
        f"F2026-{100 - n:04}",
        issued,
        total,
        kind="credit_note" if n == 3 else "invoice",
        received_at=NOW - timedelta(days=9 * n, hours=3),
        read_at=NOW if n != 4 else None,
        doubts=["The document and the portal do not show the same total."] if n == 1 else [],
    )
    _paper(shelf, invoice, run_id, total, pictured=n != 2)


def _invoice(shelf: Shelf, number: str, issued: date, total: Decimal, **more: Any) -> models.Invoice:
    row = models.Invoice(
        **{
            "workspace_id": 1,
            "account_id": shelf.owner,
            "contract_id": shelf.contract,
            "supplier": "mandarine",
            "number": number,
            "issued_on": issued,
            "precision": "day",
            "total_minor": int(total * 100),
            "currency": "EUR",
            "kind": "invoice",
            "read_at": NOW,
            "doubts": [],
            **more,
        }
    )
    shelf.session.add(row)
    shelf.session.flush()
    return row


def _paper(
    shelf: Shelf,
    invoice: models.Invoice,
    run_id: int,
    total: Decimal,
    *,
    revision: int = 1,
    pictured: bool = True,
) -> None:
    """What the portal gave for it, as a run brought it home and the reader read it."""
    assert invoice.number
    assert invoice.issued_on
    pdf = paper.invoice(invoice.number, invoice.issued_on, total, version=revision)
    sure = {"source": "portal:row+page", "confidence": 0.97}
    read = {
        "number": {"value": invoice.number, **sure},
        "date": {"value": invoice.issued_on.isoformat(), **sure},
        "total": {"value": str(total), "source": "generic", "confidence": 0.62},
        "vat": {"value": "7.65", "source": "generic", "confidence": 0.4},
    }
    document = _document(shelf, invoice, pdf, channel="portal", run_id=run_id, revision=revision)
    _reading(shelf, document, "generic", read)
    if pictured:
        preview = shelf.archive.preview_path(document.sha256)
        preview.parent.mkdir(parents=True, exist_ok=True)
        preview.write_bytes(_picture(pdf))


def _document(shelf: Shelf, invoice: models.Invoice, body: bytes, **more: Any) -> models.Document:
    media_type = more.pop("media_type", "application/pdf")
    name = f"facture{nouns.SUFFIXES[media_type]}"
    run_id = more.get("run_id") or invoice.id
    file = shelf.archive.keep([body], name=name, media_type=media_type, run_id=run_id)
    shelf.archive.put(file)
    row = models.Document(
        workspace_id=1,
        account_id=invoice.account_id,
        invoice_id=invoice.id,
        sha256=file.sha256,
        size=file.size,
        name=name,
        media_type=media_type,
        received_at=NOW,
        **more,
    )
    shelf.session.add(row)
    shelf.session.flush()
    return row


def _reading(shelf: Shelf, document: models.Document, reader: str, read: Mapping[str, Any]) -> None:
    shelf.session.add(
        models.ReadingRow(workspace_id=1, document_id=document.id, reader=reader, at=NOW, fields=dict(read))
    )


def _waiting(shelf: Shelf) -> None:
    number, issued, total = "F2026-0099", date(2026, 10, 4), Decimal("46.90")
    _brought_in(shelf, number, paper.invoice(number, issued, total, line="Copie"))
    _brought_in(shelf, "F2026-0200", _two_pages())
    data = b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'><ID>F2026-0300</ID></Invoice>"
    _brought_in(shelf, "F2026-0300", data, media_type="application/xml")
    for invoice_id in WAITING:
        shelf.session.get_one(models.Invoice, invoice_id).asks_review = True
    for document in shelf.session.query(models.Document).filter(models.Document.invoice_id.in_(WAITING[:5])):
        read = generic.read(io.BytesIO(shelf.archive.read(document.sha256)))
        _reading(shelf, document, "generic", _packed(read.fields))


def _brought_in(shelf: Shelf, number: str, body: bytes, **more: Any) -> None:
    """What a person brought, and what was read on it as on an e-invoice."""
    issued, total = date(2026, 10, 4), Decimal("46.90")
    received = NOW - timedelta(days=400)
    invoice = _invoice(shelf, number, issued, total, net_minor=3908, vat_minor=782, received_at=received)
    document = _document(shelf, invoice, body, channel="upload", **more)
    read = {
        "number": nouns.FieldRead(number, "xml:BT-1", 0.99),
        "total": nouns.FieldRead(str(total), "xml:BT-112", 0.99),
    }
    _reading(shelf, document, "xml", _packed(read))


def _packed(read: Mapping[str, nouns.FieldRead]) -> dict[str, Any]:
    return {name: dataclasses.asdict(field) for name, field in read.items()}


def _taught(shelf: Shelf) -> None:
    """A template that is only proposed: where the total stands."""
    document = shelf.session.query(models.Document).filter_by(invoice_id=5).one()
    words = pages.leaf(io.BytesIO(shelf.archive.read(document.sha256)), 1).words
    word = next(word for word in words if word.text.startswith("49,90"))
    box = nouns.Box(1, word.x0, word.top, word.x1, word.bottom)
    anchor = known.propose(words, "total", box)
    assert anchor
    layout, packed = known.fingerprint(words), [anchors.packed(anchor)]
    templates.propose(shelf.session, 1, "mandarine", layout=layout, anchors=packed, by=1, now=NOW)


def _two_pages() -> bytes:
    """Two invoices that came as one file."""
    both = pypdfium2.PdfDocument.new()
    for number in ("F2026-0200", "F2026-0201"):
        both.import_pages(pypdfium2.PdfDocument(paper.invoice(number, date(2026, 10, 4), Decimal("46.90"))))
    kept = io.BytesIO()
    both.save(kept)
    return kept.getvalue()


def _picture(pdf: bytes) -> bytes:
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=0.8).to_pil()
    kept = io.BytesIO()
    page.save(kept, "PNG")
    return kept.getvalue()
