"""Waiting on an open line until the server says that something came (IDLE, RFC 2177). A folder is listened to, not looked into."""

from __future__ import annotations

from collections.abc import Callable

from core.db import models
from core.mailbox import line
from core.mailbox.line import Box
from core.mailbox.open_folder import OpenFolder

#: Seconds after which waiting is begun anew, long before anything between forgets the line (29 minutes at most, RFC 2177 3); and
#: seconds of the wait before it, for news that come along with the server's consent are seen when it is over.
QUIET, SHORT = 540, 1


def can(box: Box) -> bool:
    """Some servers say what they can do only to those who have signed in."""
    with line.named("waiting"):
        _, told = box.client.capability()
        return b"IDLE" in b" ".join(one for one in told if one).upper().split()


def listen(box: Box, folder: models.MailFolder, call: Callable[[], None]) -> None:
    """Calls for what came since the folder was last read, and for all that comes. Ends when the line does, by PartnerDown."""
    with line.named("waiting"):
        opened = OpenFolder(box, folder)
        if opened.validity != folder.uid_validity or opened.top > (folder.last_uid or 0):
            call()
        while True:
            for seconds in (SHORT, QUIET):
                if _came(box, seconds):
                    call()


def _came(box: Box, seconds: int) -> bool:
    box.idle.start()  # type: ignore[no-untyped-call]
    told: list[bytes] = box.idle.poll(seconds)
    _, more = box.idle.stop()  # type: ignore[no-untyped-call]
    return any(b" EXISTS" in one for one in (*told, *more) if one)
