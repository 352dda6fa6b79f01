"""Something to be recognised, in a page of the browser or in an HTTP answer."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from urllib.parse import urlsplit

from collectors.kit import dates, paths
from collectors.kit.clauses import Clause
from collectors.kit.declared_pages import Sign
from collectors.kit.reply import Reply
from core import errors


def of_answer(clause: Clause) -> Sign:
    """What an HTTP answer can be recognised by."""
    return Sign(
        see=clause.texts("see", ()),
        url=clause.texts("url", ()),
        text=clause.texts("text", ()),
        status=clause.numbers("status"),
        type=clause.choice("type", ("html", "json", "pdf"), ""),
        at=clause.text("at", ""),
        equals=clause.texts("equals", ()),
    )


def of_page(clause: Clause) -> Sign:
    """What a page of the browser can be recognised by."""
    return Sign(
        see=clause.texts("see", ()),
        url=clause.texts("url", ()),
        text=clause.texts("text", ()),
        cookie=clause.text("cookie", ""),
        frame=clause.texts("frame", ()),
    )


def holds(sign: Sign, reply: Reply) -> bool:
    """Whether all that `sign` declares is true of this answer."""
    return (
        (not sign.status or reply.status in sign.status)
        and (not sign.type or sign.type in reply.media_type)
        and (not sign.url or url_like(reply.url, sign.url))
        and (not sign.text or any(dates.plain(text) in dates.plain(reply.text) for text in sign.text))
        and (not sign.see or (_html(reply) and any(reply.css(each) for each in sign.see)))
        and (not sign.at or _value_like(reply, sign))
    )


def url_like(url: str, patterns: Iterable[str]) -> bool:
    """`*` stands for anything; a pattern that starts with `/` is compared with the path and what follows it."""
    parts = urlsplit(url)
    tail = url.removeprefix(f"{parts.scheme}://{parts.netloc}")
    return any(fnmatch.fnmatchcase(tail if each.startswith("/") else url, each) for each in patterns)


def like(value: str, patterns: Iterable[str]) -> bool:
    """Case, accents and spaces aside; `*` stands for anything."""
    return any(fnmatch.fnmatchcase(dates.plain(value), dates.plain(each)) for each in patterns)


def as_text(value: object) -> str:
    """A JSON value as a manifest spells it: `true`, `false`, `` for null, numbers and texts as they are."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _html(reply: Reply) -> bool:
    return "html" in reply.media_type or "xml" in reply.media_type


def _value_like(reply: Reply, sign: Sign) -> bool:
    try:
        value = paths.one_at(reply.json(), sign.at)
    except (errors.PortalChanged, paths.Absent):
        return False
    return like(as_text(value), sign.equals) if sign.equals else bool(value)
