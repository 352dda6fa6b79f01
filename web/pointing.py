"""What a person points at on a page: fields and their boxes, as an address or a form carries them from page to page."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from core import nouns
from core.extraction import templates as known
from web import sheets

_AT = "at-"


def told(args: Mapping[str, str]) -> dict[str, nouns.Box]:
    """The boxes pointed at so far, by field; what is no box is left out."""
    found = {name: _box(args.get(_AT + name, "")) for name in known.FIELDS}
    return {name: box for name, box in found.items() if box}


def added(args: Mapping[str, str], sheet: sheets.Sheet) -> dict[str, nouns.Box]:
    """The field just pointed at: the frame that was drawn, else the words from the one chosen to the other."""
    name = args.get("field", "")
    drawn = _box(f"{sheet.page} {args.get('frame', '')}")
    box = drawn or _around(sheet, args.get("word", ""), args.get("last", ""))
    return {name: box} if name in known.FIELDS and box and sheet.text_in(box) else {}


def _around(sheet: sheets.Sheet, first: str, last: str) -> nouns.Box | None:
    words = sheet.leaf.words
    start = int(first) if first.isdecimal() else len(words)
    end = int(last) if last.isdecimal() else start
    chosen = words[start : max(start, end) + 1]
    if not chosen:
        return None
    return nouns.Box(
        sheet.page,
        min(word.x0 for word in chosen),
        min(word.top for word in chosen),
        max(word.x1 for word in chosen),
        max(word.bottom for word in chosen),
    )


def _box(text: str) -> nouns.Box | None:
    """`page x0 top x1 bottom`, in points."""
    try:
        page, x0, top, x1, bottom = map(float, text.split())
    except ValueError:
        return None
    inside = 0 <= x0 < x1 <= 20_000 and 0 <= top < bottom <= 20_000
    return nouns.Box(int(page), x0, top, x1, bottom) if inside and 1 <= page <= 10_000 else None


def spelled(box: nouns.Box) -> str:
    return f"{box.page} {box.x0:.1f} {box.top:.1f} {box.x1:.1f} {box.bottom:.1f}"


def query(at: Mapping[str, nouns.Box], *, page: int) -> str:
    """The same in another address."""
    return "?" + urlencode({_AT + name: spelled(box) for name, box in at.items()} | {"page": str(page)})
