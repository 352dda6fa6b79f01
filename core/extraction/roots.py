"""Which XML is an invoice: told by its first element, whatever the file is called, and before any parser sees it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

#: Bytes looked at: some issuers put pages of licence before the first element.
HEAD = 64 * 1024
#: Bytes of a whole one; the largest real ones have a few hundred thousand.
CAP = 5 * 1024**2
CII, UBL = "cii", "ubl"
UBL_SPACE = "urn:oasis:names:specification:ubl:schema:xsd:"
#: The names of UN/CEFACT's Cross Industry Invoice and of its draft in ZUGFeRD 1; nothing else is called so.
CII_NAMES = ("CrossIndustryInvoice", "CrossIndustryDocument")
UBL_NAMES = ("Invoice", "CreditNote")
#: In this order: the mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_PROLOG = re.compile(
    r"[\s\ufeff]*(?:(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)\s*)*", re.S | re.I
)
_ELEMENT = re.compile(r"<(?:(?P<prefix>[\w.-]+):)?(?P<name>[\w.-]+)(?P<told>[^>]*)>")


@dataclass(frozen=True, slots=True)
class Root:
    """The first element: its name as written and without its prefix, and the namespace that it stands in."""

    written: str
    name: str
    space: str

    @property
    def syntax(self) -> str | None:
        """`cii` or `ubl` when this is an invoice; None for anything else, such as an order or a delivery note."""
        if self.name in CII_NAMES:
            return CII
        return UBL if self.name in UBL_NAMES and self.space.startswith(UBL_SPACE) else None


def root(head: bytes) -> Root | None:
    """The first element of what begins with these bytes, or None when that is no XML."""
    text = decoded(head[:HEAD])
    prolog = _PROLOG.match(text)
    found = _ELEMENT.match(text, prolog.end() if prolog else 0)
    if not found:
        return None
    prefix, name = found["prefix"], found["name"]
    declared = re.search(
        rf"xmlns{':' + re.escape(prefix) if prefix else ''}\s*=\s*([\"'])(.*?)\1", found["told"]
    )
    return Root(f"{prefix}:{name}" if prefix else name, name, declared[2].strip() if declared else "")


def is_invoice(head: bytes) -> bool:
    found = root(head)
    return found is not None and found.syntax is not None


def is_whole(tail: bytes, first: Root) -> bool:
    """Does the first element end, with nothing but space and comments behind it?"""
    text = tail.replace(b"\x00", b"").decode("latin-1")
    return bool(re.search(rf"</{re.escape(first.written)}\s*>\s*(?:<!--.*?-->\s*)*\Z", text, re.S))


def decoded(head: bytes) -> str:
    """Its letters as far as they are ASCII, which names and namespaces are."""
    encoding = next((name for mark, name in _MARKS if head.startswith(mark)), "latin-1")
    return head.decode(encoding, "replace")
