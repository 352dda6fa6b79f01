"""How often somebody may try a password on our own door, or an address that was never given."""

from __future__ import annotations

from flask import Response, request
from flask_limiter import Limiter, RequestLimit

#: Wrong tries from one address for one name; the counts live in this process, which is the only web process.
TRIES = "5 per minute; 40 per hour"


def _who() -> str:
    return f"{request.remote_addr}|{request.form.get('email', '').strip().lower()}"


#: One-time addresses that lead nowhere, tried from one machine. A token cannot be guessed; this spares the database.
GUESSES = "20 per minute; 200 per hour"


#: Files posted from one machine.
PUSHES = "120 per minute; 3000 per day"


def _pusher() -> str:
    return f"push|{request.remote_addr}"


def _too_many(_: RequestLimit) -> Response:
    return Response(
        '{"error": "too many at once; send it again in a minute"}\n', 429, mimetype="application/json"
    )


def _wrong(response: Response) -> bool:
    """Only a try that was refused counts."""
    return response.status_code == 401


def _machine() -> str:
    return f"link|{request.remote_addr}"


def _led_nowhere(response: Response) -> bool:
    return response.status_code == 410


limiter = Limiter(key_func=_who, storage_uri="memory://", headers_enabled=False)
wrong_tries = limiter.limit(TRIES, methods=["POST"], deduct_when=_wrong)
pushes = limiter.limit(PUSHES, key_func=_pusher, on_breach=_too_many)
guesses = limiter.limit(GUESSES, key_func=_machine, deduct_when=_led_nowhere)
