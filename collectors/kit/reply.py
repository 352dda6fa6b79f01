"""What a portal answered over HTTP. It can be made by hand, so that reading is tested from a saved page."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from parsel import Selector, SelectorList
from w3lib.encoding import html_to_unicode

from core import errors


@dataclass(frozen=True)
class Reply:
    """One answer, after its redirects. `headers` have lower-case names; `hops` are the addresses passed on the way to `url`."""

    status: int
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    hops: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Neither address nor body: a signed link and an invoice have no place in a log."""
        return f"<Reply {self.status} from {urlsplit(self.url).hostname}, {len(self.body)} bytes>"

    @cached_property
    def text(self) -> str:
        """The body as text, by its byte order mark, its header or its own declaration, else UTF-8."""
        return str(html_to_unicode(self.headers.get("content-type"), self.body, default_encoding="utf8")[1])

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """The body read as JSON; raises PortalChanged when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise errors.PortalChanged(
                step=urlsplit(self.url).path,
                expected="JSON",
                seen=f"{self.status} {self.media_type or 'no type'}",
            ) from None

    def css(self, selector: str) -> SelectorList[Selector]:
        return self._page.css(selector)

    def xpath(self, query: str) -> SelectorList[Selector]:
        return self._page.xpath(query)

    @cached_property
    def _page(self) -> Selector:
        return Selector(self.text, base_url=self.url)

    @property
    def retry_after(self) -> float | None:
        """How many seconds the portal asks us to stay away, if it does (RFC 9110 10.2.3)."""
        said = self.headers.get("retry-after", "").strip()
        if said.isdigit():
            return float(said)
        try:
            return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
        except ValueError:
            return None
