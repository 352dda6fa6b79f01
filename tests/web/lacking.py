"""A company whose Clearnox was asked a moment ago: entries with every outcome that there is."""

from __future__ import annotations

from sqlalchemy import select

from core.db import models
from core.export import chosen
from tests.web import world

OUTCOMES = (
    "found", "sent", "unknown", "left", "still_there", "unproved", "came_back", "too_large", "refused", "review",
    "ambiguous", "not_ours", "new",
)  # fmt: skip


def one(company: world.World) -> int:
    """The destination; its invoice that came back was sent."""
    with company.database.write() as session:
        place = models.Destination(
            workspace_id=1, kind="clearnox", place="https://clearnox.example/api", name="Clearnox",
            created_at=world.NOW, connected_at=world.NOW,
        )  # fmt: skip
        session.add(place)
        session.flush()
        chosen.keep_typed(session, place, {"url": place.place, "user": "connector"}, by=None, now=world.NOW)
        paper = session.scalars(select(models.Document).where(models.Document.workspace_id == 1)).first()
        assert paper
        session.add(
            models.Delivery(
                workspace_id=1, destination_id=place.id, invoice_id=paper.invoice_id, document_id=paper.id,
                queued_at=world.NOW, next_try_at=world.NOW, sent_at=world.NOW, tries=1, settings_version=1,
                payload={"fileName": "F-1.pdf", "record": {"fileName": "F-1.pdf", "entryIds": ["e6"]}},
                receipts={"zip": "ab", "part": "ab", "entries": ["e6"], "left": ["e6"]},
            )
        )  # fmt: skip
        entries = [
            {
                "id": f"e{n}", "number": f"F-{n}", "date": "2026-10-03", "amount": "45.90", "currency": "EUR",
                "account": "411DUPONT", "outcome": word, "at": None,
                "invoice": paper.invoice_id if word == "came_back" else None,
            }
            for n, word in enumerate(OUTCOMES)
        ]  # fmt: skip
        session.add(
            models.RemoteList(
                destination_id=place.id, workspace_id=1, kind="entries", entries=entries, fetched_at=world.NOW
            )
        )
        return int(place.id)
