"""Where messages of every kind of Mailbox are sorted: opened only if they speak of money, their files archived, their fate decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from core import archive, db, errors, extraction, nouns
from core.db import models
from core.ledger import messages, posting
from core.ledger.posting import Kept, Posted
from core.mailbox import bare, codes, letters, links, reasons, routes, sift
from core.mailbox.heads import Head

log = structlog.get_logger(__name__)

#: What the reader may take a paper for, of which nothing outside spoke, so that it is kept.
_INVOICES = (nouns.Kind.INVOICE, nouns.Kind.CREDIT_NOTE)


@dataclass(frozen=True, slots=True)
class Found:
    """A message that a source has seen. `head` may come from a look at it that left it closed; `size` in bytes.

    `raw` fetches all of it, or None when it is gone by now. `received_at` is the server's.
    """

    remote_id: str
    head: Head
    received_at: datetime
    size: int
    raw: Callable[[], bytes | None]
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Awaited:
    """A visit waits for a code that its portal has mailed: `senders` as its supplier declares them; `give` hands it over."""

    senders: tuple[str, ...]
    asked_at: datetime
    give: Callable[[str], None]


@dataclass(frozen=True)
class Postroom:
    """What sorting stands on. `suppliers` names, by supplier, the domains from which it writes and where its customers sign in.

    `fetch_public(url)` gives the bytes of a public PDF or None; `print_pdf(page)` those of a page printed with no network at hand,
    or None; `dkim(raw)` says `pass`, `fail` or `none`; `awaited(workspace)` who waits for a code now. Bytes above `largest` are not
    fetched.
    """

    database: db.Database
    archive: archive.Archive
    readers: extraction.Readers
    now: Callable[[], datetime]
    suppliers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
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
        if (handed := self._code(mailbox, found, route)) is not None:
            return handed
        if route.stop and not wanted:
            return self._left(mailbox, found, route, route.stop)
        look = sift.Look.OPEN if wanted else sift.first(found.head, self._domains())
        if look is sift.Look.LEAVE:
            code = sift.is_code(found.head)
            why = reasons.ONE_TIME_CODE if code else reasons.NOT_FINANCIAL
            return self._left(mailbox, found, route, why, messages.CODE if code else messages.SKIPPED)
        if found.size > self.largest:
            return self._left(mailbox, found, route, reasons.TOO_LARGE)
        raw = found.raw()
        if raw is None:
            return self._left(mailbox, found, route, reasons.GONE)
        return self._opened(found, route, letters.read(raw), raw, sure=look is sift.Look.OPEN, wanted=wanted)

    def is_known(self, session: Session, mailbox: models.Mailbox, head: Head) -> bool:
        """Sorted before, whatever server, folder or generation it comes from now."""
        known = messages.find(session, mailbox.id, head.identity)
        if known is None or (known.verdict == messages.CODE and self.awaited(mailbox.workspace_id)):
            return False
        return known.wanted_at is None or known.verdict == messages.TAKEN

    def _code(self, mailbox: models.Mailbox, found: Found, route: routes.Route) -> Posted | None:
        """A code that somebody waits for, handed over; None for every other message, which is not opened for it."""
        if self.now() - found.received_at > codes.WINDOW:
            return None
        for one in self.awaited(mailbox.workspace_id):
            in_time = codes.is_in_time(found.received_at, one.asked_at, self.now())
            if (
                not (in_time and codes.is_expected(found.head.sender, one.senders))
                or found.size > self.largest
            ):
                continue
            raw = found.raw()
            code = codes.of(letters.read(raw)) if raw else None
            if raw and code and not (self.dkim and self.dkim(raw) == "fail"):
                one.give(code)
                return self._left(mailbox, found, route, reasons.ONE_TIME_CODE, messages.CODE)
        return None

    def _opened(
        self,
        found: Found,
        route: routes.Route,
        letter: letters.Letter,
        raw: bytes,
        *,
        sure: bool,
        wanted: bool,
    ) -> Posted:
        if sift.is_forwarding(letter.head) and not letter.sound:
            return self._said(found, route, letter, raw, messages.WAITING, reasons.CONFIRMATION)
        sure = sure or wanted or sift.speaks_of_money(letter.words)
        files = self._files(letter, sure=sure, wanted=wanted)
        if not any(file.sha256 for file in files):
            files += self._elsewhere(found, letter, wanted=wanted)
        if any(file.sha256 for file in files):
            return self._said(found, route, letter, raw, messages.TAKEN, None, files)
        if portal := self._portal(letter):
            return self._to_portal(found, route, letter, raw, portal, files)
        return self._said(found, route, letter, raw, messages.SKIPPED, _why(letter, files, sure=sure), files)

    def _files(self, letter: letters.Letter, *, sure: bool, wanted: bool) -> list[Kept]:
        """Small print beside an invoice stays away; alone, or when a person wants it, it is looked at like the rest."""
        kept = [_refused(file, file.refused) for file in letter.files if file.refused]
        aside = [file for file in letter.sound if _is_aside(file.name)] if not wanted else []
        if len(aside) == len(letter.sound) and sure:
            aside = []
        for file in letter.sound:
            if file in aside:
                kept.append(_refused(file, reasons.SMALL_PRINT))
            else:
                kept.append(self._keep(file, sure=sure))
        return kept

    def _keep(self, file: letters.Enclosed, *, sure: bool) -> Kept:
        """To the archive, if it is whole and an invoice can be in it."""
        lying = self.archive.welcome([file.content], name=file.name)
        try:
            media_type = extraction.check(lying.path)
            if not sure:
                self._expect_invoice(lying)
            self.archive.put(lying)
        except errors.NotAnInvoice as err:
            self.archive.discard(lying)
            return _refused(file, err.reason)
        except errors.MoissonError:
            self.archive.discard(lying)
            raise
        return Kept(file.name, file.size, file.came_as, lying.sha256, media_type)

    def _expect_invoice(self, lying: nouns.File) -> None:
        """Nothing around it spoke of money: the paper itself must."""
        try:
            reading, _ = self.readers.read_and_preview(lying.path, ())
        except errors.ReaderFailed as err:
            if err.way == "gone":
                raise
            raise errors.NotAnInvoice("it cannot be read", reason="unreadable") from err
        if reading.kind not in _INVOICES or "total" not in reading.fields:
            raise errors.NotAnInvoice("a paper that is no invoice", reason=reasons.OTHER_PAPERS)

    def _elsewhere(self, found: Found, letter: letters.Letter, *, wanted: bool) -> list[Kept]:
        """No file in it: a link to a public PDF, else an invoice that is the text itself."""
        kept: list[Kept] = []
        if self.fetch_public is not None:
            for at in links.documents(links.of(letter.page, letter.text), self._domains()):
                body = self.fetch_public(at)
                name = letters.clean(at.partition("?")[0]) or "document.pdf"
                if body is None:
                    kept.append(Kept(name, 0, "link", refused=reasons.NOT_FETCHED))
                else:
                    kept.append(
                        self._keep(letters.Enclosed(name, body, len(body), came_as="link"), sure=True)
                    )
        if self.print_pdf is None or any(file.sha256 for file in kept):
            return kept
        if (wanted and not letter.files) or sift.is_an_invoice(letter.head.subject, letter.words):
            kept.append(self._printed(found, letter))
        return kept

    def _printed(self, found: Found, letter: letters.Letter) -> Kept:
        """The text itself as a paper, with who wrote it and when on top."""
        name = f"{letters.clean(found.head.subject) or 'message'}.pdf"
        head = (
            found.head.subject,
            f"{found.head.sender_name} <{found.head.sender}>",
            f"{found.received_at:%Y-%m-%d %H:%M} UTC",
        )
        body = self.print_pdf(bare.page(letter.page, letter.text, head)) if self.print_pdf else None
        if body is None:
            return Kept(name, 0, "body", refused=reasons.NOT_PRINTED)
        return self._keep(letters.Enclosed(name, body, len(body), came_as="body"), sure=True)

    def _portal(self, letter: letters.Letter) -> str | None:
        """The supplier in whose customer area the invoice waits, told by who writes; a look-alike is nobody."""
        said = f"{letter.head.subject}\n{letter.words}"
        if not (sift.speaks_of_money(said) and sift.is_in_customer_area(said)):
            return None
        return self.supplier_of(letter.head.domain)

    def _to_portal(
        self,
        found: Found,
        route: routes.Route,
        letter: letters.Letter,
        raw: bytes,
        portal: str,
        files: list[Kept],
    ) -> Posted:
        """Only where there is an account, and no signature says that the supplier has not written it."""
        said = self._said(
            found, route, letter, raw, messages.PORTAL, reasons.COLLECTOR_STARTED, files, portal
        )
        with self.database.read() as session:
            has_account = posting.has_account(session, route.workspace_id, portal)
        if has_account and said.dkim != "fail":
            return said
        return self._said(found, route, letter, raw, messages.SKIPPED, reasons.BEHIND_LOGIN, files, portal)

    def supplier_of(self, domain: str) -> str | None:
        """Who of the catalogue writes from this domain."""
        return next((one for one, domains in self.suppliers.items() if sift.is_of(domain, domains)), None)

    def _domains(self) -> Iterable[str]:
        return [domain for domains in self.suppliers.values() for domain in domains]

    def _said(
        self,
        found: Found,
        route: routes.Route,
        letter: letters.Letter,
        raw: bytes,
        verdict: str,
        reason: str | None,
        files: Iterable[Kept] = (),
        portal: str | None = None,
    ) -> Posted:
        return Posted(
            identity=found.head.identity,
            remote_id=found.remote_id,
            sender=found.head.sender,
            subject=found.head.subject,
            received_at=found.received_at,
            verdict=verdict,
            reason=reason,
            workspace_id=route.workspace_id,
            role=route.role,
            supplier=self.supplier_of(letter.author) or letter.author or "?",
            attachments=len(letter.files),
            files=tuple(files),
            dkim=self.dkim(raw) if self.dkim else None,
            portal=portal,
        )

    def _left(
        self,
        mailbox: models.Mailbox,
        found: Found,
        route: routes.Route,
        why: str,
        verdict: str = messages.SKIPPED,
    ) -> Posted:
        return Posted(
            identity=found.head.identity,
            remote_id=found.remote_id,
            sender=found.head.sender,
            subject=found.head.subject,
            received_at=found.received_at,
            verdict=messages.WAITING if why == reasons.NO_ADDRESS else verdict,
            reason=why,
            workspace_id=route.workspace_id,
            role=route.role,
            supplier=found.head.domain,
            attachments=len(found.head.parts),
        )


def _is_aside(name: str) -> bool:
    return sift.is_small_print(name) or sift.is_other_paper(name)


def _refused(file: letters.Enclosed, why: str) -> Kept:
    return Kept(file.name, file.size, file.came_as, refused=why)


def _why(letter: letters.Letter, files: Iterable[Kept], *, sure: bool) -> str:
    """Why nothing of an opened message was taken."""
    if letter.broken:
        return reasons.UNREADABLE
    if any(file.refused for file in files):
        return reasons.REFUSED if sure else reasons.OTHER_PAPERS
    return reasons.NO_FILE if sure else reasons.NOT_FINANCIAL
