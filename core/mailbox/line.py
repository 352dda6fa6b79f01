"""The line to an IMAP server: through the door, with TLS that is verified, and able to say nothing that changes a mailbox.

EXAMINE alone is no guard: servers answer OK to a STORE in a folder opened read-only. So what is not on the list is never sent.
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from imap_tools.errors import ImapToolsError
from imap_tools.mailbox import BaseMailBox

from core import errors

#: Commands that look, and those that come and go. UID stands before SEARCH or FETCH only.
ALLOWED = {
    "CAPABILITY",
    "NOOP",
    "ID",
    "STARTTLS",
    "LOGIN",
    "AUTHENTICATE",
    "LIST",
    "EXAMINE",
    "STATUS",
    "UID",
    "IDLE",
    "LOGOUT",
}
_UID = {"SEARCH", "FETCH"}
#: FETCH of these marks a message as read (RFC 3501 6.4.5).
_MARKS_READ = re.compile(r"\bBODY\[|\bRFC822(?:\.TEXT)?(?![.\w])", re.I)
#: Bytes of one literal that are taken: a message at its largest and what stands around it.
LARGEST = 64 * 1024**2
TIMEOUT = 60.0
#: What a server's NO and BAD become; `imaplib.IMAP4.abort`, a line that broke, is one of them.
REFUSALS = (imaplib.IMAP4.error, ImapToolsError)


class Forbidden(Exception):
    """A command that could change the mailbox was about to be sent."""


class _Client(imaplib.IMAP4):
    def __init__(self, door: tuple[str, int], host: str, port: int, security: str) -> None:
        self._door, self._security = door, security
        self._context = ssl.create_default_context()
        super().__init__(host, port, TIMEOUT)
        if security == "starttls":
            self.starttls(self._context)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        way = connect(self._door, self.host, self.port, timeout or TIMEOUT)
        if self._security != "tls":
            return way
        return self._context.wrap_socket(way, server_hostname=self.host)

    def read(self, size: int) -> bytes:
        if size > LARGEST:
            raise self.abort(f"a literal of {size} bytes")
        return super().read(size)

    def _command(self, name: str, *args: Any) -> Any:
        expect_harmless(name, *args)
        return super()._command(name, *args)  # type: ignore[misc]


class Box(BaseMailBox):
    """A line that is open; the folders and messages behind it can be looked at and not touched."""

    def __init__(self, door: tuple[str, int], host: str, port: int, security: str) -> None:
        """`security` is `tls`, `starttls` or `plain`. Raises PartnerDown when nobody answers or its certificate does not hold."""
        self._where = (door, host, port, security)
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        try:
            return _Client(*self._where)
        except (OSError, imaplib.IMAP4.error) as err:
            host = self._where[1]
            raise errors.PartnerDown(f"{host}: {type(err).__name__}", step="connecting") from None


@contextmanager
def named(step: str) -> Iterator[None]:
    """What goes wrong on the line, in our words: PartnerDown when it broke, PartnerChanged when the server would not."""
    try:
        yield
    except imaplib.IMAP4.abort as err:
        raise errors.PartnerDown(said(err), step=step) from None
    except REFUSALS as err:
        raise errors.PartnerChanged(said(err), step=step) from None
    except OSError as err:
        raise errors.PartnerDown(type(err).__name__, step=step) from None


def said(err: Exception) -> str:
    """The server's own words, on one line."""
    return " ".join(str(err).split())[:200]


def expect_harmless(name: str, *args: Any) -> None:
    """Raises Forbidden unless this only looks."""
    said = [arg.decode("latin-1") if isinstance(arg, bytes) else str(arg) for arg in args if arg is not None]
    if name.upper() not in ALLOWED:
        raise Forbidden(name)
    if name.upper() == "UID":
        what = said[0].upper() if said else ""
        if what not in _UID or (what == "FETCH" and _MARKS_READ.search(" ".join(said[1:]))):
            raise Forbidden(f"UID {what}")


def connect(door: tuple[str, int], host: str, port: int, timeout: float) -> socket.socket:
    """A socket to the server by HTTP CONNECT (RFC 9110 9.3.6). Raises ConnectionError when the door does not let us through."""
    way = socket.create_connection(door, timeout)
    way.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode("ascii"))
    answer = b""
    # Byte by byte: the server greets first, and what it says is not the door's.
    while not answer.endswith(b"\r\n\r\n"):
        byte = way.recv(1)
        if not byte or len(answer) > 8192:
            way.close()
            raise ConnectionError("the door hung up")
        answer += byte
    if answer.split(None, 2)[1:2] != [b"200"]:
        way.close()
        raise ConnectionError("the door does not let us through")
    return way
