"""What core is given to speak with a partner: a mail provider, an accounting service. The worker opens, reaches and refreshes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Protocol

from core import errors

if TYPE_CHECKING:
    import httpx


class Opened(Protocol):
    """A secret that shows itself only when asked, and never in a log."""

    def reveal(self) -> str: ...


class Token(Protocol):
    """A live access token; with `but` another one than that, which a partner would not take. Raises ConsentEnded."""

    def __call__(self, *, but: str = "") -> Opened: ...


@dataclass(frozen=True)
class Means:
    """Of one round. Everything here may be called from any thread, and stops working when the round ends."""

    #: What a person typed for it, by field; each call is an opening on record.
    secrets: Callable[[], Mapping[str, Opened]]
    #: For what is no HTTP.
    token: Token
    #: Reaches the declared origins only, through the door, and follows no redirect.
    http: httpx.Client
    #: What came with the consent beside the tokens (`Provider.brings`): QuickBooks' `realmId`.
    brought: Callable[[], Mapping[str, str]]
    #: `http.get(url, auth=means.bearer)`: the access token as a header, refreshed in time; a 401 is tried once more with a new one.
    bearer: httpx.Auth
    #: Host and port of the door for what is no HTTP: `CONNECT host:port`, as any HTTP proxy takes it.
    door: tuple[str, int]
    now: Callable[[], datetime]
    #: Raises LeaseLost when this round is another worker's: ask before anything that cannot be taken back.
    hold: Callable[[], None]
    #: Whether to leave off, since the round has lasted long enough or the worker stops: what is left is the next round's.
    enough: Callable[[], bool]


def expect(answer: httpx.Response, *statuses: int, step: str = "") -> httpx.Response:
    """The answer, if it is a success or one of `statuses`; else raises what it means.

    429 is PartnerBusy and 503 PartnerDown, with the time that Retry-After asks for: neither was done. Any other 5xx is
    PartnerSilent, for it may have been. 401 is ConsentEnded, 403 PartnerRefused, the rest PartnerChanged.
    """
    code = answer.status_code
    if answer.is_success or code in statuses:
        return answer
    said = f"HTTP {code}"
    if code == 429:
        raise errors.PartnerBusy(said, step=step, retry_after=retry_after(answer))
    if code >= 500:
        kind = errors.PartnerDown if code == 503 else errors.PartnerSilent
        raise kind(said, step=step, retry_after=retry_after(answer))
    if code == 401:
        raise errors.ConsentEnded(said, step=step)
    if code == 403:
        raise errors.PartnerRefused(said, step=step)
    raise errors.PartnerChanged(said, step=step)


def told(answer: httpx.Response) -> dict[str, Any]:
    """What a JSON answer says; nothing where it is no JSON object, whatever it calls itself."""
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def retry_after(answer: httpx.Response) -> float | None:
    """Seconds that the answer asks us to wait (RFC 9110 10.2.3: a number, or a date, which is told from the answer's own)."""
    told = answer.headers.get("Retry-After", "").strip()
    if told.isdecimal():
        return float(told)
    try:
        said_at, until = (parsedate_to_datetime(date) for date in (answer.headers.get("Date", ""), told))
        return max(0.0, (until - said_at).total_seconds())
    except (ValueError, TypeError):  # a zone of `-0000` is none, and such days have no distance to others
        return None
