"""How often somebody may try a password on our own door, or an address that was never given. The counts live in this process."""

from __future__ import annotations

import hashlib

from flask import Response, request
from flask_limiter import Limiter, RequestLimit

#: Wrong tries from one machine for one name.
TRIES = "5 per minute; 40 per hour"
#: One-time addresses that lead nowhere, tried from one machine. A token cannot be guessed; this spares the database.
GUESSES = "20 per minute; 200 per hour"
#: Files posted from one machine.
PUSHES = "120 per minute; 3000 per day"
#: Calls with one token; what has none counts for its machine.
CALLS = "300 per minute; 20000 per day"


def _who() -> str:
    return f"{request.remote_addr}|{request.form.get('email', '').strip().lower()}"


def _wrong(response: Response) -> bool:
    """Only a try that was refused counts."""
    return response.status_code == 401


def _machine() -> str:
    return f"link|{request.remote_addr}"


def _led_nowhere(response: Response) -> bool:
    return response.status_code == 410


def _pusher() -> str:
    return f"push|{request.remote_addr}"


def _program() -> str:
    told = request.headers.get("Authorization", "")
    return f"api|{hashlib.sha256(told.encode()).hexdigest() if told else request.remote_addr}"


def _too_many(_: RequestLimit) -> Response:
    return Response(
        '{"error": "too many at once; send it again in a minute"}\n', 429, mimetype="application/json"
    )


limiter = Limiter(key_func=_who, storage_uri="memory://", headers_enabled=False)
wrong_tries = limiter.limit(TRIES, methods=["POST"], deduct_when=_wrong)
guesses = limiter.limit(GUESSES, key_func=_machine, deduct_when=_led_nowhere)
pushes = limiter.limit(PUSHES, key_func=_pusher, on_breach=_too_many)
programs = limiter.limit(CALLS, key_func=_program, on_breach=_too_many)
