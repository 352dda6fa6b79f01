"""What a message links to: a PDF that anyone may fetch, or a customer area. Nothing is fetched here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser
from urllib.parse import urlsplit

from core.mailbox import markup, sift

#: Links of one message that are looked at, and those that are followed.
LOOKED_AT, FOLLOWED = 300, 3
_PLAIN = re.compile(r"https://[^\s<>\"')\]]{4,1000}")
_FETCH = re.compile(
    r"\b(?:telecharg\w*|download\w*|herunterladen|scarica\w*|descarg\w*|pdf|voir|view|consulter|afficher)\b"
)
#: Hosts by which payment services give each invoice as a PDF at an address that cannot be guessed (their public help pages say so).
PUBLIC = ("pay.stripe.com", "invoice.stripe.com", "files.stripe.com", "invoicing.paddle.com", "my.paddle.com")


class _Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self._at: str | None = None
        self._said = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a" and len(self.found) < LOOKED_AT:
            self._at, self._said = dict(attrs).get("href") or "", ""

    def handle_data(self, data: str) -> None:
        if self._at is not None:
            self._said = (self._said + data)[:200]

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._at is not None:
            self.found.append((self._at, self._said.strip()))
            self._at = None


def of(page: str, text: str) -> list[tuple[str, str]]:
    """Every https link with the words on it, in order, each once."""
    reader = _Anchors()
    markup.feed(reader, page)
    found = reader.found + [(match.rstrip(".,;"), "") for match in _PLAIN.findall(text)]
    return list({at: (at, said) for at, said in found if at.startswith("https://")}.values())[:LOOKED_AT]


def documents(links: Iterable[tuple[str, str]], allowed: Iterable[str] = ()) -> list[str]:
    """The addresses that promise a PDF without a sign-in, on a host known to give them; `allowed` are more of those.

    The address must be plain: the default port, no user name.
    """
    known = (*PUBLIC, *allowed)
    good = [
        at for at, said in links if _is_plain(at) and _promises(at, said) and sift.is_of(_host(at), known)
    ]
    return good[:FOLLOWED]


def hosts(links: Iterable[tuple[str, str]]) -> list[str]:
    return list(dict.fromkeys(filter(None, (_host(at) for at, _ in links))))


def _promises(at: str, said: str) -> bool:
    path = urlsplit(at).path.casefold()
    if path.endswith(".pdf") or path.endswith("/pdf"):
        return True
    words = sift.plain(said)
    return bool(_FETCH.search(words)) and sift.speaks_of_money(words)


def _is_plain(at: str) -> bool:
    try:
        parts = urlsplit(at)
        return parts.port in (None, 443) and parts.username is None and bool(parts.hostname)
    except ValueError:
        return False


def _host(at: str) -> str:
    try:
        return (urlsplit(at).hostname or "").casefold()
    except ValueError:
        return ""
