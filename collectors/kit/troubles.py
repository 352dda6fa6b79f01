"""What a browser's failure means, in the farm's words. Only its kind is taken over, never its text, which may hold what was typed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from collectors.kit import browsers, reply
from core import errors

_NET = re.compile(r"net::(ERR_\w+)")
_MOVED = re.compile(
    r"context was destroyed|interrupted by another navigation|frame (was|got|has been) detached"
    r"|node is detached|handle is disposed|from a different document",
    re.IGNORECASE,
)
_UNREADABLE = re.compile(
    r"parsing (css )?selector|not a valid (selector|XPath)|Unknown (engine|role)|Malformed", re.IGNORECASE
)
_GONE = re.compile(r"has been closed", re.IGNORECASE)
_CRASHED = re.compile(r"crashed", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Trouble:
    """`slow`: it took too long; `gone`: page or browser has gone; `crashed`: the page's process died; `moved`: the page went on to another; `net`: Chromium's word for a failed request;
    `framed`: places in several frames cannot be looked for as one; `unreadable`: a selector is not one.
    """

    slow: bool
    gone: bool
    crashed: bool
    moved: bool
    net: str
    framed: bool = False
    unreadable: bool = False

    @property
    def words(self) -> str:
        if self.gone or self.crashed:
            return "the page had gone"
        return self.net or ("it took too long" if self.slow else "it could not be done")


def of(err: browsers.Error) -> Trouble:
    said = _NET.search(err.message)
    return Trouble(
        slow=isinstance(err, browsers.TooSlow),
        gone=bool(_GONE.search(err.message)),
        crashed=bool(_CRASHED.search(err.message)),
        moved=bool(_MOVED.search(err.message)),
        net=said.group(1) if said else "",
        framed="Frame locators are not allowed" in err.message
        or "must belong to the same frame" in err.message,
        unreadable=bool(_UNREADABLE.search(err.message)),
    )


def of_network(said: str, refused: Sequence[str], step: str) -> errors.MoissonError:
    """A page that could not be fetched."""
    if re.search(r"ERR_(CERT|SSL|BAD_SSL)", said):
        return errors.Untrusted(said, step=step)
    if "TIMED_OUT" in said:
        return errors.Timeout(said, step=step)
    if "TUNNEL" in said and refused:
        return errors.DoorClosed(f"the visit tried to reach {refused[-1]}", step=step)
    return errors.PortalDown(said, step=step)


def of_answer(answer: reply.Reply, refused: Sequence[str]) -> errors.MoissonError | None:
    """What a page's status says, if it is bad enough to be the reason why nothing is found on it."""
    where = urlsplit(answer.url)
    if answer.status == 403 and f"{where.hostname}:{where.port or 80}" in refused:
        return errors.DoorClosed(f"the visit tried to reach {where.hostname}:{where.port or 80}")
    if answer.status == 403:
        return errors.Blocked("403")
    if answer.status == 429:
        return errors.TooFast("429", retry_after=answer.retry_after)
    if answer.status >= 500:
        return errors.PortalDown(str(answer.status), retry_after=answer.retry_after)
    return None
