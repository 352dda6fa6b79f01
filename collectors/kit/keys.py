"""Suppliers that are asked with keys: nobody signs in, requests carry the keys or a signature made with them, and only to the origins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote_plus, urlsplit

from collectors.kit import ask
from collectors.kit.declared import Manifest
from collectors.kit.reply import Reply
from core import errors

#: What every visitor says. Any other header may be a key, or have been made with one.
_PLAIN = {"accept", "accept-language", "user-agent"}
_PORTS = {"http": 80, "https": 443}
#: What a text calls the keys of the account: `{key.api_key}`.
NAMED = "key."


@dataclass(frozen=True, slots=True)
class Guard:
    """Looks at every request of a visit with keys, and at every hop of a redirect, before it leaves."""

    origins: frozenset[str]
    secrets: tuple[str, ...] = field(repr=False)

    def __call__(self, asked: ask.Ask) -> None:
        """Outside the origins a request goes bare: no header but the plain ones, no body, no key in its address. Raises ForeignOrigin."""
        if is_home(self.origins, asked.url):
            return
        more = {name.lower() for name in asked.headers} - _PLAIN
        if more or asked.body or any(secret in unquote_plus(asked.url) for secret in self.secrets):
            raise errors.ForeignOrigin(
                f"{asked.host} is not where this supplier's keys may be sent", step="the keys"
            )


def guard(manifest: Manifest, secrets: Iterable[str]) -> Guard:
    return Guard(frozenset(manifest.origins), tuple(secret for secret in secrets if secret))


def is_home(origins: Iterable[str], url: str) -> bool:
    """Whether this address is at one of the origins, however they are written."""
    return _origin(url) in set(map(_origin, origins))


def judge(manifest: Manifest, reply: Reply, step: str) -> None:
    """What a refusal means where there is no session to be over: 401 the key, 403 a right that it was not given, or a wall."""
    if not is_home(manifest.origins, reply.url):
        return  # a store of files that refuses its own link has seen no key
    if reply.status == 401:
        raise errors.BadCredentials(step=step)
    if reply.status == 403 and "html" in reply.media_type:
        raise errors.Blocked(step=step)
    if reply.status == 403:
        raise errors.ActionNeeded(step=step, wants="no_permission")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or _PORTS.get(parts.scheme, 0)}"
