"""The stage of a portal that runs in another process: pull its levers, read its counters."""

from __future__ import annotations

import http.client
import json
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from demo.backstage import PREFIX
from demo.stage import Lever


class Remote:
    """A portal by its URL. Raises ValueError for a lever that it does not have."""

    def __init__(self, url: str) -> None:
        self.url = url
        scheme, self._address = urlsplit(url)[:2]
        self._line = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection

    def pull(self, lever: Lever, on: bool = True, **about: str | int) -> list[str]:
        """Act, or switch a lever; returns the numbers of what was published."""
        told = self._ask("POST", f"{lever.value}?{urlencode({'on': int(on)} | about)}")
        return cast("list[str]", told["published"])

    def reset(self) -> None:
        self._ask("POST", "reset")

    def counters(self) -> dict[str, Any]:
        return cast("dict[str, Any]", self._ask("GET", "counters"))

    def sms(self) -> str:
        """The last code that this portal sent, whoever it was for."""
        return cast("str", self._ask("GET", "levers")["sms"])

    def bills(self, login: str) -> list[str]:
        """The numbers of every bill that this login sees, newest first."""
        return cast("list[str]", self._ask("GET", f"bills?{urlencode({'login': login})}"))

    def _ask(self, method: str, what: str) -> Any:
        line = self._line(self._address, timeout=60)
        try:
            line.request(method, f"{PREFIX}/{what}")
            answer = line.getresponse()
            told = json.loads(answer.read())
        finally:
            line.close()
        if answer.status != http.HTTPStatus.OK:
            raise ValueError(told["error"])
        return told
