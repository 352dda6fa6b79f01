"""How a list goes on, and how one knows that it has come to its end: pure decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin

from collectors.kit import paths, reading, signs, templates
from collectors.kit.declared_lists import Lines, Paging
from collectors.kit.reply import Reply
from core import errors

#: More pages than any list of invoices has: whoever reaches it goes round in circles.
MOST_PAGES = 1000


@dataclass(frozen=True, slots=True)
class Turn:
    """Where we stand: which page is asked for, and what has been seen so far. `url` is set when the portal gave the address itself."""

    page: int
    offset: int
    cursor: str = ""
    url: str = ""
    seen: int = 0
    turned: int = 1

    def values(self, paging: Paging) -> Mapping[str, Any]:
        """What the templates may name."""
        return {"page": self.page, "offset": self.offset, "cursor": self.cursor, "size": paging.size}


def first(paging: Paging) -> Turn:
    return Turn(page=paging.first, offset=paging.first if paging.by == "offset" else 0)


def after(turn: Turn, spec: Lines, reply: Reply, page: reading.Page) -> Turn | None:
    """The next page to ask for; None when the portal showed that this was the last one. Raises PortalChanged."""
    paging = spec.paging
    if turn.turned >= MOST_PAGES:
        raise errors.PortalChanged(
            step="the list's pages", expected=f"an end before page {MOST_PAGES}", seen="one more"
        )
    if page.body is None:
        return None
    moved = replace(turn, seen=turn.seen + page.count, turned=turn.turned + 1)
    if paging.by in ("none", "click"):
        return None
    if paging.by in ("page", "offset"):
        ended = _counted_out(moved, paging, page)
        return None if ended else replace(moved, page=turn.page + 1, offset=turn.offset + paging.size)
    if paging.more and _said_to_end(paging, page):
        return None
    return _given(moved, turn, paging, spec.kind, reply, page)


def _counted_out(moved: Turn, paging: Paging, page: reading.Page) -> bool:
    """By what the portal says of further pages, else by a page that is not full, else by one without lines."""
    if page.count == 0:
        return True
    if paging.more:
        return _said_to_end(paging, page)
    if paging.total:
        return moved.seen >= _count(page.body, paging.total)
    if paging.pages:
        return moved.turned - 1 >= _count(page.body, paging.pages)
    return page.count < paging.size


def _said_to_end(paging: Paging, page: reading.Page) -> bool:
    return signs.as_text(_at(page.body, paging.more)) in ("", "false", "0")


def _given(
    moved: Turn, turn: Turn, paging: Paging, kind: str, reply: Reply, page: reading.Page
) -> Turn | None:
    if paging.by == "cursor":
        cursor = signs.as_text(_at(page.body, paging.next))
        _not_again(cursor, turn.cursor)
        return replace(moved, cursor=cursor) if cursor else None
    url = _link(reply) if paging.by == "link-header" else _address(paging, kind, reply, page)
    url = templates.text(paging.url, {"next": url}) if url and paging.url else url
    url = urljoin(reply.url, url) if url else ""
    _not_again(url, turn.url)
    return replace(moved, url=url) if url else None


def _address(paging: Paging, kind: str, reply: Reply, page: reading.Page) -> str:
    if kind != "rows":
        return signs.as_text(_at(page.body, paging.next))
    return reply.css(paging.next or "a[rel=next]::attr(href), link[rel=next]::attr(href)").get("")


def _link(reply: Reply) -> str:
    """RFC 8288: the target whose relation is `next`."""
    for part in reply.headers.get("link", "").split(","):
        target, _, rest = part.partition(";")
        if any(name.strip().lower() in ('rel="next"', "rel=next") for name in rest.split(";")):
            return target.strip().strip("<>")
    return ""


def _at(body: Any, path: str) -> Any:
    """A value of the answer that says how the list goes on; one that is not there says nothing, and that is a change."""
    if hasattr(body, "css"):
        return body.css(path).get("")
    try:
        return paths.one_at(body, path)
    except paths.Absent as gone:
        raise errors.PortalChanged(step="the list's pages", expected=path, seen=f"no {gone}") from None


def _count(body: Any, path: str) -> int:
    text = "".join(letter for letter in signs.as_text(_at(body, path)) if letter.isdigit())
    if not text:
        raise errors.PortalChanged(step="the list's pages", expected=f"a number at {path}", seen="none")
    return int(text)


def _not_again(found: str, before: str) -> None:
    if found and found == before:
        raise errors.PortalChanged(
            step="the list's pages", expected="another page", seen="the same one again"
        )
