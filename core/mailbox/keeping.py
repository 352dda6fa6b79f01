"""What of an opened letter goes to the archive: its files, else what it links to, else its own text as a paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core import archive, errors, extraction, nouns
from core.ledger.posting import Kept
from core.mailbox import bare, leaves, letters, links, reasons, sift
from core.mailbox.found import Found

#: What the reader may take a paper for, of which nothing outside spoke, so that it is kept.
_INVOICES = (nouns.Kind.INVOICE, nouns.Kind.CREDIT_NOTE)


@dataclass(frozen=True)
class Keeping:
    """`fetch_public` and `print_pdf` as a Postroom has them."""

    archive: archive.Archive
    readers: extraction.Readers
    fetch_public: Callable[[str], bytes | None] | None = None
    print_pdf: Callable[[str], bytes | None] | None = None

    def enclosed(self, letter: letters.Letter, *, sure: bool, wanted: bool) -> list[Kept]:
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

    def elsewhere(
        self, found: Found, letter: letters.Letter, allowed: Iterable[str], *, wanted: bool
    ) -> list[Kept]:
        """No file in it: a link to a public PDF, else an invoice that is the text itself."""
        kept = self._linked(letter, allowed)
        if self.print_pdf is None or any(file.sha256 for file in kept):
            return kept
        if (wanted and not letter.files) or letter.invoice:
            kept.append(self._printed(found, letter, self.print_pdf))
        return kept

    def _linked(self, letter: letters.Letter, allowed: Iterable[str]) -> list[Kept]:
        if self.fetch_public is None:
            return []
        addresses = links.documents(letter.links, allowed)
        return [self._fetched(at, self.fetch_public(at)) for at in addresses]

    def _fetched(self, at: str, body: bytes | None) -> Kept:
        name = leaves.clean(at.partition("?")[0]) or "document.pdf"
        if body is None:
            return Kept(name, 0, "link", refused=reasons.NOT_FETCHED)
        return self._keep(letters.Enclosed(name, body, len(body), came_as="link"), sure=True)

    def _printed(
        self, found: Found, letter: letters.Letter, print_pdf: Callable[[str], bytes | None]
    ) -> Kept:
        """The text itself as a paper, with who wrote it and when on top."""
        name = f"{leaves.clean(found.head.subject) or 'message'}.pdf"
        head = (
            found.head.subject,
            f"{found.head.sender_name} <{found.head.sender}>",
            f"{found.received_at:%Y-%m-%d %H:%M} UTC",
        )
        body = print_pdf(bare.page(letter.paper, head))
        if body is None:
            return Kept(name, 0, "body", refused=reasons.NOT_PRINTED)
        return self._keep(letters.Enclosed(name, body, len(body), came_as="body"), sure=True)

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


def _is_aside(name: str) -> bool:
    return sift.is_small_print(name) or sift.is_other_paper(name)


def _refused(file: letters.Enclosed, why: str) -> Kept:
    return Kept(file.name, file.size, file.came_as, refused=why)
