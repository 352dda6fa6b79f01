"""A letter's page as it may be printed: its words, tables and plain looks. Nothing that runs, asks, or fetches."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

from core.mailbox import markup

_KEPT = frozenset(
    re.findall(
        r"\w+",
        "a abbr address article aside b bdi bdo blockquote br caption center cite code col colgroup dd del div dl dt em figcaption"
        " figure font footer h1 h2 h3 h4 h5 h6 header hr i ins kbd li main mark ol p pre q s samp section small span strike strong"
        " sub sup table tbody td tfoot th thead time tr tt u ul var",
    )
)
_VOID = frozenset(("br", "hr", "col"))
#: With all that is in them.
_DROPPED = frozenset(
    (
        "script",
        "style",
        "head",
        "title",
        "template",
        "noscript",
        "iframe",
        "object",
        "svg",
        "math",
        "select",
        "textarea",
    )
)
_LOOKS = frozenset(
    (
        "align",
        "valign",
        "width",
        "height",
        "colspan",
        "rowspan",
        "bgcolor",
        "border",
        "cellpadding",
        "cellspacing",
        "color",
        "face",
        "size",
        "dir",
        "lang",
    )
)
_FETCHES = re.compile(r"url\s*\(|@import|expression|image-set|\\", re.I)
_HIDES = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide", re.I)
MOST = 1_000_000
_TOP = (
    '<!doctype html><html><head><meta charset="utf-8">'
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    "<style>body{font:14px sans-serif;margin:1.5em}table{max-width:100%}</style></head><body>"
)


class _Bare(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.kept: list[str] = []
        self._open: list[str] = []
        self._dropping: str | None = None
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._dropping:
            self._depth += tag == self._dropping
        elif tag in _DROPPED or (_is_hidden(attrs) and tag not in _VOID):
            self._dropping, self._depth = tag, 1
        elif tag in _KEPT:
            self.kept.append(f"<{tag}{_looks(attrs)}>")
            if tag not in _VOID:
                self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._dropping:
            self._depth -= tag == self._dropping
            self._dropping = self._dropping if self._depth else None
        elif tag in self._open[-50:]:
            while (last := self._open.pop()) != tag:
                self.kept.append(f"</{last}>")
            self.kept.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._dropping:
            self.kept.append(html.escape(data, quote=False))

    def whole(self) -> str:
        return "".join(self.kept) + "".join(f"</{tag}>" for tag in reversed(self._open))


def page(body: str, head: tuple[str, ...] = ()) -> str:
    """What is printed: `head` (who, what, when), then what `body` has left."""
    top = "".join(f"<div>{html.escape(line)}</div>" for line in head)
    return f"{_TOP}{top}<hr>{body}</body></html>"


def body(page: str, text: str) -> str:
    """A letter's page, or its text when there is none."""
    return _bare(page) if page.strip() else f"<pre>{html.escape(text)}</pre>"


def _bare(body: str) -> str:
    reader = _Bare()
    markup.feed(reader, body[:MOST])
    return reader.whole()


def _looks(attrs: list[tuple[str, str | None]]) -> str:
    said = {name: value for name, value in attrs if value and (name in _LOOKS or name == "style")}
    if _FETCHES.search(said.get("style") or ""):
        del said["style"]
    return "".join(f' {name}="{html.escape(value or "")}"' for name, value in said.items())


def _is_hidden(attrs: list[tuple[str, str | None]]) -> bool:
    return any(name == "style" and _HIDES.search(value or "") for name, value in attrs)
