"""Clearnox as far as we use it: the entries that lack a document, page by page, and one zip for many of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

from core import errors, partners
from core.export.clearnox_names import Entry, Names
from core.export.delivering import Refused
from core.partners import Means

if TYPE_CHECKING:
    import httpx

#: Pages after which the list is no longer believed to end.
PAGES = 500
#: Looks after the first, until the list stands still.
LOOKS = 4
_ZIP = "application/zip"
#: What is wrong with one zip, and not with all; 409 says that it is there already.
_WRONG, _THERE = (400, 413, 415, 422), 409


@dataclass(frozen=True, slots=True)
class Listing:
    """Entries by their ids, as they came. Unless it is `whole`, one that is not in it may be there all the same."""

    entries: Mapping[str, Entry]
    whole: bool
    pages: int = 1


class Api:
    """Raises the errors of `core.partners`, BadSettings, and Refused for what is wrong with one zip."""

    def __init__(self, means: Means, base: str, names: Names) -> None:
        self._means = means
        self._base = base.rstrip("/")
        self._names = names
        self._signed = _signing(names, means.secrets()["secret"].reveal())

    def standing(self) -> Listing:
        """The list as two looks in a row have seen it; one that moves on and on proves no absence.

        Where pages are counted, an entry that leaves while they are turned moves another to a page that was read already.
        """
        seen = self.listed()
        for _ in range(LOOKS):
            if seen.pages == 1 or self._names.next_path:
                return seen
            before, seen = seen, self.listed()
            if seen.entries.keys() == before.entries.keys():
                return seen
        return replace(seen, whole=False)

    def listed(self) -> Listing:
        """Read until it is seen to end: an empty page, one that says it is the last, or none after the first.

        A short page is not the end, for a server may give fewer than it is asked for. A page with nothing new ends a list that
        has moved on before; when it is the second already, nobody knows whether pages are understood there as we call them.
        """
        names, found, page = self._names, dict[str, Entry](), self._names.first_page
        for n in range(PAGES):
            body = self._page(page, first=n == 0)
            entries = [names.entry(row) for row in names.rows(body)] if body is not None else []
            fresh = [one for one in entries if one.id not in found]
            if entries and not fresh:
                return Listing(found, n > 1, n)
            found.update((one.id, one) for one in fresh)
            page = names.after(page, body)
            if not entries or names.is_last(body) or not names.page_param or not page:
                return Listing(found, True, n + 1)
        return Listing(found, False, PAGES)

    def upload(self, made: BinaryIO, size: int) -> None:
        """Send one zip; `size` is in bytes."""
        names, headers = self._names, dict(self._signed.headers)
        sent: dict[str, Any] = {"files": {names.upload_field: (names.upload_filename, made, _ZIP)}}
        if names.upload_content == "zip":
            headers |= {"Content-Type": _ZIP, "Content-Length": str(size)}
            sent = {"content": iter(lambda: made.read(1 << 16), b"")}
        answer = self._ask(names.upload_method, names.upload_path, headers=headers, **sent)
        if answer.status_code in _WRONG:
            raise Refused(_said(answer))
        partners.expect(answer, _THERE, step="upload_path")

    def _page(self, page: str, *, first: bool) -> Any:
        """None where there is none after the first."""
        names = self._names
        asked = {names.page_param: page} if names.page_param else {}
        asked |= {names.size_param: str(names.whole("size"))} if names.size_param else {}
        how: dict[str, Any] = {"json" if names.list_method == "POST" else "params": asked}
        answer = self._ask(names.list_method, names.list_path, headers=self._signed.headers, **how)
        if answer.status_code == 404 and not first:
            return None
        try:
            return partners.expect(answer, step="list_path").json(parse_float=Decimal)
        except ValueError as err:
            raise errors.PartnerChanged("the list of entries is no JSON", step="list_path") from err

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        url = f"{self._base}/{path.lstrip('/')}"
        answer = self._means.http.request(method, url, auth=self._signed.basic, **more)
        if answer.status_code == 401:
            raise errors.PartnerRefused("HTTP 401", step=path)
        return answer


@dataclass(frozen=True)
class _Signed:
    headers: Mapping[str, str]
    basic: tuple[str, str] | None = None

    def __repr__(self) -> str:
        return "_Signed()"


def _signing(names: Names, secret: str) -> _Signed:
    accepts = {"Accept": "application/json"}
    if names.auth == "basic":
        return _Signed(accepts, (names.user, secret))
    if names.auth == "bearer":
        return _Signed(accepts | {"Authorization": f"Bearer {secret}"})
    return _Signed(accepts | {names.header: secret})


def _said(answer: httpx.Response) -> str:
    """Its own words, if it has any."""
    try:
        told = answer.json()
    except ValueError:
        return f"HTTP {answer.status_code}"
    words = [str(told[name]) for name in ("message", "error", "detail") if told.get(name)] if isinstance(told, dict) else []  # fmt: skip
    return " ".join(words)[:300] or f"HTTP {answer.status_code}"
