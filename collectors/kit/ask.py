"""One request as we mean it, and what a redirect makes of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urljoin, urlsplit

from collectors.kit import reply
from core import errors

#: The language that portals are asked in, unless an account says another.
LOCALE = "fr-FR"
_REDIRECTS = {301, 302, 303, 307, 308}
_SAME_AGAIN = {307, 308}
_MAY_TRAVEL = {"accept", "accept-language", "user-agent"}


def merged(*layers: Mapping[str, str]) -> dict[str, str]:
    """Headers of which the later win, whatever their case; cookies are the jar's business."""
    named = {name.lower(): (name, value) for layer in layers for name, value in layer.items()}
    named.pop("cookie", None)
    return dict(named.values())


def languages(locale: str) -> str:
    """What a browser set to this locale says that it reads, with the tongues that most portals have as a last resort."""
    own = locale.partition("-")[0]
    rest = [tongue for tongue in ("en", "fr") if tongue != own]
    wished = dict.fromkeys([locale, own, rest[0]])
    return ",".join(f"{each};q={1 - place / 10:.1f}" if place else each for place, each in enumerate(wished))


@dataclass(frozen=True, slots=True)
class Ask:
    """A method, an address, headers without cookies, a body."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    def onward(self, answer: reply.Reply) -> Ask | None:
        """What a browser would ask next, None if this answer is the end. Raises DoorClosed rather than leave TLS.

        To another origin go no header that may hold a token, and no body that was not asked for there (307, 308).
        """
        place = answer.headers.get("location")
        if answer.status not in _REDIRECTS or not place:
            return None
        url = urldefrag(urljoin(self.url, place)).url
        if self.url.startswith("https:") and not url.startswith("https:"):
            raise errors.DoorClosed(f"{self.host} sends us away from TLS")
        same_again = answer.status in _SAME_AGAIN or self.method in ("GET", "HEAD")
        return Ask(
            method=self.method if same_again else "GET",
            url=url,
            headers=self._headers_for(url, same_again),
            body=self.body if same_again else None,
        )

    def _headers_for(self, url: str, same_again: bool) -> dict[str, str]:
        dropped = set() if same_again else {"content-type"}
        at_home = urlsplit(url)[:2] == urlsplit(self.url)[:2]
        return {
            name: value
            for name, value in self.headers.items()
            if name.lower() not in dropped and (at_home or name.lower() in {*_MAY_TRAVEL, "content-type"})
        }
