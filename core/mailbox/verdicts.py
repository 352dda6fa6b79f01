"""What is said of a message once it is decided: of one that stayed closed by its head, of one that was opened by what was in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.ledger import messages
from core.ledger.posting import Kept, Posted
from core.mailbox import reasons, sift
from core.mailbox.found import Found
from core.mailbox.letters import Letter
from core.mailbox.routes import Route


@dataclass(frozen=True, slots=True)
class Opened:
    """A message, where it goes, what is in it and who sent it."""

    found: Found
    route: Route
    letter: Letter
    supplier: str
    dkim: str | None

    def said(
        self, verdict: str, reason: str | None, files: Iterable[Kept] = (), portal: str | None = None
    ) -> Posted:
        return Posted(
            identity=self.found.head.identity,
            remote_id=self.found.remote_id,
            sender=self.found.head.sender,
            subject=self.found.head.subject,
            sender_name=self.found.head.sender_name,
            recipients=self.found.head.recipients,
            folder=self.found.folder,
            received_at=self.found.received_at,
            verdict=verdict,
            reason=reason,
            workspace_id=self.route.workspace_id,
            role=self.route.role,
            supplier=self.supplier,
            attachments=len(self.letter.files),
            files=tuple(files),
            dkim=self.dkim,
            portal=portal,
        )


def left(found: Found, route: Route) -> Posted:
    """Its head does not speak of money."""
    if sift.is_code(found.head):
        return closed(found, route, reasons.ONE_TIME_CODE, messages.CODE)
    return closed(found, route, reasons.NOT_FINANCIAL)


def closed(found: Found, route: Route, why: str, verdict: str = messages.SKIPPED) -> Posted:
    return Posted(
        identity=found.head.identity,
        remote_id=found.remote_id,
        sender=found.head.sender,
        subject=found.head.subject,
        sender_name=found.head.sender_name,
        recipients=found.head.recipients,
        folder=found.folder,
        received_at=found.received_at,
        verdict=messages.WAITING if why == reasons.NO_ADDRESS else verdict,
        reason=why,
        workspace_id=route.workspace_id,
        role=route.role,
        supplier=found.head.domain,
        attachments=len(found.head.parts),
    )


def why(letter: Letter, files: Iterable[Kept], *, sure: bool) -> str:
    """Why nothing of an opened message was taken."""
    if letter.broken:
        return reasons.UNREADABLE
    if any(file.refused for file in files):
        return reasons.REFUSED if sure else reasons.OTHER_PAPERS
    return reasons.NO_FILE if sure else reasons.NOT_FINANCIAL
