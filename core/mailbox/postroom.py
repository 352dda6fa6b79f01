"""Where messages of every kind of Mailbox are sorted: opened only if they speak of money, their files archived, their fate decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from core import archive, db, extraction
from core.db import models
from core.ledger import messages, posting
from core.ledger.posting import Posted
from core.mailbox import codes, letters, reasons, routes, sift, verdicts
from core.mailbox.found import Awaited, Found
from core.mailbox.keeping import Keeping
from core.mailbox.verdicts import Opened


@dataclass(frozen=True)
class Postroom:
    """What sorting stands on. `suppliers` names, by supplier, the domains from which it writes and where its customers sign in.

    `open_letter(raw)` opens a message; `fetch_public(url)` gives the bytes of a public PDF or None; `print_pdf(page)` those of a
    page printed with no network at hand, or None; `dkim(raw)` says `pass`, `fail` or `none`; `awaited(workspace)` who waits for a
    code now. Bytes above `largest` are not fetched.
    """

    database: db.Database
    archive: archive.Archive
    readers: extraction.Readers
    now: Callable[[], datetime]
    suppliers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    open_letter: Callable[[bytes], letters.Letter] = letters.read
    fetch_public: Callable[[str], bytes | None] | None = None
    print_pdf: Callable[[str], bytes | None] | None = None
    dkim: Callable[[bytes], str] | None = None
    awaited: Callable[[int], Sequence[Awaited]] = lambda workspace_id: ()
    largest: int = 50 * 1024**2

    def sort(self, mailbox: models.Mailbox, found: Found) -> Posted:
        """Decide on one message. What it brings is in the archive afterwards, and in no row yet: that is `posting.book`."""
        with self.database.read() as session:
            known = messages.find(session, mailbox.id, found.head.identity)
            wanted = known is not None and known.wanted_at is not None
            route = routes.of(session, mailbox, found.head, found.folder)
        if self._handed_over(mailbox, found):
            return verdicts.closed(found, route, reasons.CODE_GIVEN, messages.CODE)
        if route.stop and not wanted:
            return verdicts.closed(found, route, route.stop)
        look = sift.Look.OPEN if wanted or route.take else sift.first(found.head, self._domains())
        if look is sift.Look.LEAVE or (look is sift.Look.PEEK and sift.is_code(found.head)):
            return verdicts.left(found, route)
        if found.size > self.largest:
            return verdicts.closed(found, route, reasons.TOO_LARGE)
        raw = found.raw()
        if raw is None:
            return verdicts.closed(found, route, reasons.GONE)
        return self._sorted(found, route, raw, sure=look is sift.Look.OPEN, wanted=wanted)

    def is_known(self, session: Session, mailbox: models.Mailbox, found: Found) -> bool:
        """Sorted before, whatever server, folder or generation it comes from now. A code may have come before anybody waited for it."""
        known = messages.find(session, mailbox.id, found.head.identity)
        if known is None:
            return False
        settled = known.verdict == messages.TAKEN or known.reason == messages.GIVEN
        return settled or (known.wanted_at is None and not self._who_waits(mailbox, found))

    def supplier_of(self, domain: str) -> str | None:
        """Who of the catalogue writes from this domain."""
        return next((one for one, domains in self.suppliers.items() if sift.is_of(domain, domains)), None)

    def _handed_over(self, mailbox: models.Mailbox, found: Found) -> bool:
        """A code that one visit waits for; every other message is not opened for it. When two wait, nobody can tell whose it is."""
        waiting = self._who_waits(mailbox, found)
        if len(waiting) != 1 or found.size > self.largest:
            return False
        raw = found.raw()
        code = self.open_letter(raw).code if raw else None
        if raw and code and not (self.dkim and self.dkim(raw) == "fail"):
            waiting[0].give(code)
            return True
        return False

    def _who_waits(self, mailbox: models.Mailbox, found: Found) -> list[Awaited]:
        """Whose code may be in it, by its sender and its time."""
        if self.now() - found.received_at > codes.WINDOW:
            return []
        return [
            one
            for one in self.awaited(mailbox.workspace_id)
            if codes.is_in_time(found.received_at, one.asked_at, self.now())
            and codes.is_expected(found.head.sender, one.senders)
        ]

    def _sorted(self, found: Found, route: routes.Route, raw: bytes, *, sure: bool, wanted: bool) -> Posted:
        letter = self.open_letter(raw)
        opened = Opened(
            found,
            route,
            letter,
            supplier=route.supplier or self.supplier_of(letter.author) or letter.author or "?",
            dkim=self.dkim(raw) if self.dkim else None,
        )
        if sift.is_forwarding(letter.head) and not letter.sound:
            return opened.said(messages.WAITING, reasons.CONFIRMATION)
        keeping = Keeping(self.archive, self.readers, self.fetch_public, self.print_pdf)
        sure = sure or wanted or letter.money
        files = keeping.enclosed(letter, sure=sure, wanted=wanted)
        if not any(file.sha256 for file in files):
            files += keeping.elsewhere(found, letter, self._domains(), wanted=wanted)
        if any(file.sha256 for file in files):
            return opened.said(messages.TAKEN, None, files)
        if portal := self._portal(letter):
            return self._to_portal(opened, portal, files)
        return opened.said(messages.SKIPPED, verdicts.why(letter, files, sure=sure), files)

    def _portal(self, letter: letters.Letter) -> str | None:
        """The supplier in whose customer area the invoice waits, told by who writes; a look-alike is nobody."""
        if not (letter.area and (letter.money or sift.speaks_of_money(letter.head.subject))):
            return None
        return self.supplier_of(letter.head.domain)

    def _to_portal(self, opened: Opened, portal: str, files: list[posting.Kept]) -> Posted:
        """Only where there is an account, and no signature says that the supplier has not written it."""
        with self.database.read() as session:
            has_account = posting.has_account(session, opened.route.workspace_id, portal)
        if has_account and opened.dkim != "fail":
            return opened.said(messages.PORTAL, reasons.COLLECTOR_STARTED, files, portal)
        return opened.said(messages.SKIPPED, reasons.BEHIND_LOGIN, files, portal)

    def _domains(self) -> Iterable[str]:
        return [domain for domains in self.suppliers.values() for domain in domains]
