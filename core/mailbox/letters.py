"""A whole message opened: what it says, and the files in it, out of archives and of mails within the mail too.

All of it is hostile: every count, depth and size has a bound, names are never paths, and nothing broken is more than a reason.
"""

from __future__ import annotations

import email
import html
import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field, replace
from email.message import Message

from core.extraction import gate
from core.mailbox import bare, codes, heads, leaves, links, reasons, sift
from core.mailbox.leaves import clean

#: Parts of a message, files in an archive, archives and mails within each other.
PARTS, ENTRIES, DEPTH = 200, 200, 4
#: Bytes that all files of one message may have together, and how much an archive may grow when it is unpacked.
TOTAL, RATIO = 100 * 1024**2, 200
#: Characters of text and page that are read.
TEXT = 400_000
WANTED = {"pdf": gate.PDF, "xml": gate.XML}
_ZIP = ("application/zip", "application/x-zip-compressed")
_UNSAID = re.compile(r"<(?:style|script)\b.*?</(?:style|script)>", re.S | re.I)
_LAST_UNSAID = re.compile(r".*</(?:style|script)>", re.S | re.I)
_MARKS = re.compile(r"<[^<>]{0,2000}>")
_FORWARDED = re.compile(r"\s*(?:fwd?|tr|wg|rv|i|doorst)\s*:", re.I)
_FROM = re.compile(
    r"^[>\s*]*(?:from|de|von|da|van)\s*\*?:[^\n]{0,200}?[\w.+-]+@((?:[\w-]+\.)+[a-z]{2,24})\b", re.I | re.M
)


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that came in a message; `refused` is a word of `reasons`, and then there is no content."""

    name: str
    content: bytes
    size: int
    refused: str | None = None
    came_as: str = "attachment"


@dataclass
class Letter:
    """What one message holds. `broken`: its parts could not all be made out."""

    head: heads.Head
    #: Whether what it says to a person speaks of money, points to a customer area, is an invoice itself; the one-time code in it.
    money: bool = False
    area: bool = False
    invoice: bool = False
    code: str | None = None
    #: The domain of who wrote it first: of a forwarded one, as the person who forwards it has it in their text. To be shown, not trusted.
    author: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)
    #: Its page, or its text, as it may be printed (`bare.body`).
    paper: str = ""
    files: list[Enclosed] = field(default_factory=list)
    broken: bool = False

    @property
    def sound(self) -> list[Enclosed]:
        return [file for file in self.files if file.refused is None]


def read(raw: bytes) -> Letter:
    """Never raises for what is in a message."""
    letter = Letter(heads.read(raw))
    opening = _Opening(letter)
    try:
        message = email.message_from_bytes(raw)
        letter.head = heads.of(message)
        opening.mail(message, 0)
    except heads.BROKEN:
        letter.broken = True
    parts = tuple(heads.Part(file.name, WANTED.get(_ending(file.name), "")) for file in letter.files)
    letter.head = replace(letter.head, parts=parts)
    _say(letter, opening.text, opening.page)
    return letter


def _say(letter: Letter, text: str, page: str) -> None:
    subject, words = letter.head.subject, f"{text}\n{_shown(page)}"[: 2 * TEXT]
    letter.money = sift.speaks_of_money(words)
    letter.area = sift.is_in_customer_area(f"{subject}\n{words}")
    letter.invoice = sift.is_an_invoice(subject, words)
    letter.code = codes.of(subject, words)
    letter.author = _author(letter.head, words)
    letter.links = links.of(page, text)
    letter.paper = bare.body(page, text)


def _author(head: heads.Head, words: str) -> str:
    if _FORWARDED.match(head.subject) and (told := _FROM.search(words)):
        return told[1].casefold()
    return head.domain


def _shown(page: str) -> str:
    """What follows the last end of a style or script is not searched for another: a page may open thousands and end none."""
    last = _LAST_UNSAID.match(page)
    end = last.end() if last else 0
    return html.unescape(_MARKS.sub(" ", _UNSAID.sub(" ", page[:end]) + page[end:]))


class _Opening:
    def __init__(self, letter: Letter) -> None:
        self.letter = letter
        self.text = self.page = ""
        self.seen = 0
        self.room = TOTAL

    def mail(self, message: Message, depth: int) -> None:
        for part, within in leaves.of(message, depth):
            self.seen += 1
            if self.seen > PARTS:
                self.refuse("", 0, reasons.TOO_MANY)
                return
            if within > DEPTH:
                self.refuse(leaves.name(part), 0, reasons.TOO_DEEP)
                continue
            self.part(part, within)

    def part(self, part: Message, depth: int) -> None:
        name, kind = leaves.name(part), leaves.kind(part)
        if not name and kind in ("text/plain", "text/html"):
            self.words(part, kind)
            return
        content = leaves.content(part)
        if content is None:
            self.letter.broken = True
        elif name or kind in WANTED.values() or kind in _ZIP:
            self.file(name or _default(kind), kind, content, depth)

    def words(self, part: Message, kind: str) -> None:
        said = leaves.text(part)[:TEXT]
        if kind == "text/html":
            self.page += said[: TEXT - len(self.page)]
        else:
            self.text += said[: TEXT - len(self.text)]

    def file(self, name: str, kind: str, content: bytes, depth: int) -> None:
        ending = _ending(name)
        if content.startswith(b"PK\x03\x04") and (ending == "zip" or kind in _ZIP):
            self.archive(name, content, depth + 1)
        elif ending == "eml":
            self.mail(email.message_from_bytes(content), depth + 1)
        elif not (ending in WANTED or kind in WANTED.values() or content.startswith(b"%PDF-")):
            self.refuse(name, len(content), reasons.KIND)
        elif len(content) > gate.CAP or len(content) > self.room:
            self.refuse(name, len(content), reasons.TOO_LARGE)
        else:
            self.room -= len(content)
            self.letter.files.append(Enclosed(name, content, len(content)))

    def archive(self, name: str, content: bytes, depth: int) -> None:
        if depth > DEPTH:
            self.refuse(name, len(content), reasons.TOO_DEEP)
            return
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                self.entries(packed, name, len(content), depth)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, *heads.BROKEN):
            self.refuse(name, len(content), reasons.UNREADABLE)

    def entries(self, packed: zipfile.ZipFile, name: str, size: int, depth: int) -> None:
        inside = [entry for entry in packed.infolist() if not entry.is_dir()]
        if len(inside) > ENTRIES:
            self.refuse(name, size, reasons.TOO_MANY)
            return
        for entry in inside:
            if entry.flag_bits & 1:
                self.refuse(clean(entry.filename), entry.file_size, reasons.LOCKED)
                continue
            # What the archive says of its sizes may be a lie: what is unpacked counts.
            unpacked = _unpacked(packed, entry, min(gate.CAP, self.room, max(1, size) * RATIO))
            if unpacked is None:
                self.refuse(clean(entry.filename), entry.file_size, reasons.BOMB)
                return
            self.file(clean(entry.filename), "", unpacked, depth)

    def refuse(self, name: str, size: int, why: str) -> None:
        if len(self.letter.files) < PARTS + ENTRIES:
            self.letter.files.append(Enclosed(name, b"", size, why))


def _unpacked(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes | None:
    with packed.open(entry) as stream:
        content = stream.read(most + 1)
    return None if len(content) > most else content


def _default(kind: str) -> str:
    return {gate.PDF: "document.pdf", gate.XML: "document.xml"}.get(kind, "document.zip")


def _ending(name: str) -> str:
    return name.rpartition(".")[2].casefold() if "." in name else ""
