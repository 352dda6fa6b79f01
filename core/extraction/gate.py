"""What is looked at before any parser: is this a whole PDF or e-invoice at all, and if not, what did the portal send instead?"""

from __future__ import annotations

import re
from pathlib import Path

from core import errors
from core.extraction import roots

PDF, XML = "application/pdf", "application/xml"
#: Size in bytes above which no document is read.
CAP = 25 * 1024**2
HEAD, TAIL = 1024, 4096
IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM", b"RIFF")
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")
SAID = {
    "empty": "the file is empty",
    "too_large": "the file is too large",
    "html": "a web page instead of a PDF: the session may have ended",
    "json": "a JSON answer instead of a PDF: the session may have ended",
    "zip": "a compressed archive instead of a PDF",
    "image": "a picture instead of a PDF",
    "truncated": "the file has no end: the download was cut",
    "xml": "an XML file that is no invoice",
    "not_pdf": "not a PDF",
}


def check(path: Path, *, cap: int = CAP) -> str:
    """The media type of a whole PDF of at most `cap` bytes or a whole e-invoice; raises NotAnInvoice with what was found instead."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(roots.HEAD)
        file.seek(max(0, size - TAIL))
        reason = judge(head, file.read(TAIL), size, cap)
    if reason:
        raise errors.NotAnInvoice(SAID[reason], reason=reason)
    return XML if roots.is_invoice(head) else PDF


def judge(head: bytes, tail: bytes, size: int, cap: int = CAP) -> str | None:
    """The word for what is wrong with a file of these first and last bytes, or None."""
    if not size:
        return "empty"
    if size > cap:
        return "too_large"
    if (first := roots.root(head)) and first.syntax:
        return _xml(tail, size, first)
    head = head[:HEAD]
    other = None if head.startswith(b"%PDF-") else _other(head)
    if other:
        return other
    if b"%PDF-" not in head:
        return "not_pdf"
    return None if b"%%EOF" in tail else "truncated"


def _xml(tail: bytes, size: int, first: roots.Root) -> str | None:
    if size > roots.CAP:
        return "too_large"
    return None if roots.is_whole(tail, first) else "truncated"


def _other(head: bytes) -> str | None:
    if head.startswith(IMAGES):
        return "image"
    if head.startswith(ARCHIVES):
        return "zip"
    first = _decoded(head).lstrip("\ufeff \t\r\n\x00")
    if first[:1] in ("{", "["):
        return "json"
    if first.startswith("<"):
        return "html" if not re.match(r"<\?xml|<\w+:", first, re.I) or "<html" in first.lower() else "xml"
    return None


def _decoded(head: bytes) -> str:
    """Portals under Windows send pages in UTF-16 now and then; the byte order mark tells."""
    return head.decode(
        "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1", "replace"
    ).removeprefix("ï»¿")
