"""A program of a company's own that is told of invoices by a webhook: it checks the signature and keeps each message once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request

from demo import consent, server


class Listener:
    """`told` by the message's id; `loses` is asked after each message is kept, `says` is what it answers instead of 204."""

    def __init__(self, key: bytes, clock: Callable[[], float]) -> None:
        """`key` signs, `clock` tells seconds since 1970."""
        self.key, self.clock = key, clock
        self.told: dict[str, tuple[dict[str, Any], bytes | None]] = {}
        self.calls = 0
        self.loses: Callable[[], bool] = lambda: False
        self.says: Callable[[dict[str, Any]], int] = lambda message: 204
        app = Flask("listener")
        app.add_url_rule("/hooks/invoices", view_func=self._hear, methods=["POST"])
        consent.losing(app)
        self.server = server.Server(app)
        self.url = f"{self.server.url}/hooks/invoices"

    def _hear(self) -> Response:
        self.calls += 1
        if not self._is_signed(request.get_data()):
            return Response(status=401)
        message, file = self._opened()
        if (code := self.says(message)) != 204:
            return Response(status=code)
        self.told.setdefault(request.headers["webhook-id"], (message, file))
        if self.loses():
            consent.lose(request.environ)
        return Response(status=204)

    def _opened(self) -> tuple[dict[str, Any], bytes | None]:
        if request.is_json:
            return request.get_json(), None
        return json.loads(request.files["invoice"].read()), request.files["file"].read()

    def _is_signed(self, body: bytes) -> bool:
        """Not older than five minutes, and signed by whoever knows the key."""
        id_, at = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "0")
        if abs(self.clock() - int(at)) > 300:
            return False
        digest = hmac.digest(self.key, f"{id_}.{at}.".encode() + body, hashlib.sha256)
        wanted = f"v1,{base64.b64encode(digest).decode()}"
        return any(hmac.compare_digest(wanted, one) for one in request.headers["webhook-signature"].split())
