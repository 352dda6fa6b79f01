"""The cookies of one run: they start as the session's storage state and go back into it, changed only where HTTP changed them.

The jar keeps Playwright's own records (which are RFC 6265's), so what no answer touched returns exactly as it came.
It keeps and sends what Chromium would, because the browser has to recognise the session afterwards.
"""

from __future__ import annotations

import copy
import re
import time
from collections.abc import Iterable, Mapping
from email.utils import mktime_tz, parsedate_tz
from typing import Any
from urllib.parse import SplitResult, urlsplit

from collectors.kit import hosts

_LONGEST = 400 * 86_400  # Chromium keeps no cookie longer
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class Jar:
    def __init__(self, state: Mapping[str, Any] | None = None) -> None:
        self.replace(state)

    def __repr__(self) -> str:
        return f"<Jar of {len(self._cookies)} cookies>"

    def replace(self, state: Mapping[str, Any] | None) -> None:
        """Start again from this storage state, as a browser left it."""
        self._state = copy.deepcopy(dict(state or {}))
        self._cookies: list[dict[str, Any]] = self._state.setdefault("cookies", [])
        self._state.setdefault("origins", [])

    def state(self) -> dict[str, Any]:
        return copy.deepcopy(self._state)

    def lasting(self) -> dict[str, Any]:
        """Without the cookies that end with the browser."""
        state = self.state()
        state["cookies"] = [cookie for cookie in state["cookies"] if cookie.get("expires", -1) != -1]
        return state

    def get(self, name: str, domain: str | None = None) -> str | None:
        """The live value of a cookie, of the host or domain given or of any."""
        for cookie in self._cookies:
            if cookie["name"] == name and _alive(cookie) and domain in (None, cookie["domain"].lstrip(".")):
                return str(cookie["value"])
        return None

    def header_for(self, url: str) -> str | None:
        """The `Cookie` header that a browser would send there; longer paths first (RFC 6265 5.4)."""
        where = urlsplit(url)
        fitting = [cookie for cookie in self._cookies if _alive(cookie) and _goes_to(cookie, where)]
        fitting.sort(key=lambda cookie: -len(cookie["path"]))
        return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in fitting) or None

    def take(self, url: str, set_cookie: Iterable[str]) -> None:
        """Keep, change or drop cookies as these `Set-Cookie` headers of an answer from `url` say."""
        where = urlsplit(url)
        for header in set_cookie:
            cookie = _read(header, where)
            if cookie is not None:
                self._put(cookie, where)

    def _put(self, cookie: dict[str, Any], where: SplitResult) -> None:
        place = self._place_of(cookie)
        if place is not None and self._cookies[place]["secure"] and not _is_safe(where):
            return
        if place is None and _alive(cookie):
            self._cookies.append(cookie)
        elif place is not None and _alive(cookie):
            self._cookies[place] = {**self._cookies[place], **cookie}
        elif place is not None:
            del self._cookies[place]

    def _place_of(self, cookie: Mapping[str, Any]) -> int | None:
        for place, known in enumerate(self._cookies):
            if all(known[key] == cookie[key] for key in ("name", "domain", "path")):
                return place
        return None


def _alive(cookie: Mapping[str, Any]) -> bool:
    expires = cookie.get("expires", -1)
    return bool(expires == -1 or expires > time.time())


def _goes_to(cookie: Mapping[str, Any], where: SplitResult) -> bool:
    if cookie["secure"] and not _is_safe(where):
        return False
    return _in_domain(_host(where), cookie["domain"]) and _under_path(where.path or "/", cookie["path"])


def _in_domain(host: str, domain: str) -> bool:
    """`login.x.fr` is that host alone; `.x.fr` is x.fr and everything under it (Playwright's spelling)."""
    return host == domain or (domain.startswith(".") and f".{host}".endswith(domain))


def _under_path(path: str, root: str) -> bool:
    return path == root or path.startswith(root if root.endswith("/") else root + "/")


def _is_safe(where: SplitResult) -> bool:
    """Chromium takes plain HTTP to this very machine for as safe as TLS."""
    return where.scheme == "https" or hosts.is_loopback(where.hostname or "")


def _host(where: SplitResult) -> str:
    host = where.hostname or ""
    return f"[{host}]" if ":" in host else host


def _read(header: str, where: SplitResult) -> dict[str, Any] | None:
    """One `Set-Cookie` as a Playwright cookie, or None when a browser would refuse it (RFC 6265bis 5.7)."""
    first, *rest = header.split(";")
    name, equals, value = (part.strip() for part in first.partition("="))
    said = {key.strip().lower(): text.strip() for key, _, text in (part.partition("=") for part in rest)}
    domain = _domain(said.get("domain", ""), _host(where))
    if not (name and equals and domain) or _CONTROL.search(header) or len(name) + len(value) > 4096:
        return None
    cookie = {
        "name": name,
        "value": value,
        "domain": domain,
        "path": said["path"] if said.get("path", "").startswith("/") else _default_path(where.path),
        "expires": _expires(said),
        "httpOnly": "httponly" in said,
        "secure": "secure" in said,
        "sameSite": {"none": "None", "strict": "Strict"}.get(said.get("samesite", "").lower(), "Lax"),
    }
    return cookie if _keeps_its_word(cookie, where, "domain" in said) else None


def _keeps_its_word(cookie: Mapping[str, Any], where: SplitResult, named_domain: bool) -> bool:
    """`Secure`, `SameSite=None`, `__Secure-` and `__Host-` each promise something that the answer must live up to."""
    prefix = cookie["name"].lower()
    if cookie["secure"] and not _is_safe(where):
        return False
    if not cookie["secure"] and (cookie["sameSite"] == "None" or prefix.startswith(("__secure-", "__host-"))):
        return False
    return not prefix.startswith("__host-") or (cookie["path"] == "/" and not named_domain)


def _domain(said: str, host: str) -> str | None:
    """The domain in Playwright's spelling; None when the answer may not speak for it."""
    named = said.lower().removeprefix(".")
    if not named or (named == host and ("." not in named or hosts.is_address(named))):
        return host
    if "." not in named or hosts.is_address(host) or not _in_domain(host, f".{named}"):
        return None
    return f".{named}"


def _default_path(path: str) -> str:
    return path.rpartition("/")[0] or "/"


def _expires(said: Mapping[str, str]) -> float:
    """In Unix seconds, -1 until the browser closes; `Max-Age` wins over `Expires`; 0 is long ago."""
    now = time.time()
    if re.fullmatch(r"-?\d+", said.get("max-age", "")):
        age = min(int(said["max-age"]), _LONGEST)
        return now + age if age > 0 else 0
    until = parsedate_tz(said.get("expires", ""))
    if until is None or until[0] > 9999:
        return -1
    return float(min(max(mktime_tz(until), 0), now + _LONGEST))
