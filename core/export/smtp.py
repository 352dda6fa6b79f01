"""The line to a mail server that takes mail for others (RFC 6409), through the door; what it says, in our words."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from core import errors, passage
from core.export import places
from core.export.delivering import Refused

#: Seconds to connect, and between two answers.
TIMEOUT = 60.0
_PORTS = {"smtps": 465, "smtp": 587}


class _Client(smtplib.SMTP):
    def __init__(self, door: tuple[str, int], place: str) -> None:
        parts = urlsplit(place)
        self._door, self._tls, self._context = door, parts.scheme == "smtps", ssl.create_default_context()
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        # What it calls itself says nothing of this machine.
        super().__init__(host, port, local_hostname="moisson.invalid", timeout=TIMEOUT)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        way = passage.connect(self._door, host, port, timeout)
        return self._context.wrap_socket(way, server_hostname=host) if self._tls else way

    def secure(self, place: str) -> None:
        """No password in clear, except within this machine. Raises PartnerRefused."""
        self.ehlo()
        if self.has_extn("starttls"):
            self.starttls(context=self._context)
            self.ehlo()
        elif not self._tls and not places.is_here(place):
            raise errors.PartnerRefused("no STARTTLS", step="connecting")


class Line:
    def __init__(self, client: smtplib.SMTP) -> None:
        self._client = client

    def address(self, sender: str, receivers: Sequence[str]) -> None:
        """From whom, and to whom; nothing is sent yet. Raises PartnerRefused, or PartnerBusy for not now."""
        with _named("addressing"):
            self._client.rset()
            _expect(self._client.mail(sender))
            for receiver in receivers:
                _expect(self._client.rcpt(receiver))

    def say(self, message: bytes) -> None:
        """Raises PartnerSilent when no answer came: it may be on its way. Refused when it is not taken."""
        try:
            code, said = self._client.data(message)
        except smtplib.SMTPDataError as err:
            code, said = err.smtp_code, _bytes(err.smtp_error)
        except (OSError, smtplib.SMTPException) as err:
            raise errors.PartnerSilent(type(err).__name__, step="sending") from None
        if code >= 500:
            raise Refused(_text(code, said))
        if code != 250:
            raise errors.PartnerBusy(_text(code, said), step="sending")


@contextmanager
def opened(door: tuple[str, int], place: str, login: str, password: Callable[[], str]) -> Iterator[Line]:
    """Signed in. Raises PartnerDown, PartnerRefused."""
    with _named("connecting"):
        client = _Client(door, place)
    try:
        with _named("signing in"):
            client.secure(place)
            if login:
                client.login(login, password())
        yield Line(client)
    finally:
        client.close()


@contextmanager
def _named(step: str) -> Iterator[None]:
    """Of what is said before a message is: nothing was sent."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as err:
        kind = errors.PartnerBusy if err.smtp_code < 500 else errors.PartnerRefused
        raise kind(f"{err.smtp_code}", step=step) from None
    except smtplib.SMTPNotSupportedError:
        raise errors.PartnerRefused("no AUTH that is known here", step=step) from None
    except (OSError, smtplib.SMTPException) as err:
        raise errors.PartnerDown(type(err).__name__, step=step) from None


def _expect(answer: tuple[int, bytes]) -> None:
    code, said = answer
    if code >= 500:
        raise errors.PartnerRefused(_text(code, said), step="addressing")
    if code not in (250, 251):
        raise errors.PartnerBusy(_text(code, said), step="addressing")


def _text(code: int, said: bytes) -> str:
    return f"{code} {' '.join(said.decode(errors='replace').split())}"[:300]


def _bytes(said: Any) -> bytes:
    return said if isinstance(said, bytes) else str(said).encode()
