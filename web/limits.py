"""How often somebody may try a password on our own door."""

from __future__ import annotations

from flask import Response, request
from flask_limiter import Limiter

#: Wrong tries from one address for one name; the counts live in this process, which is the only web process.
TRIES = "5 per minute; 40 per hour"


def _who() -> str:
    return f"{request.remote_addr}|{request.form.get('email', '').strip().lower()}"


def _wrong(response: Response) -> bool:
    """Only a try that was refused counts."""
    return response.status_code == 401


limiter = Limiter(key_func=_who, storage_uri="memory://", headers_enabled=False)
wrong_tries = limiter.limit(TRIES, methods=["POST"], deduct_when=_wrong)
