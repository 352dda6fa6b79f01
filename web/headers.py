"""What every answer tells the browser to forbid (CSP level 3; OWASP secure headers)."""

from __future__ import annotations

from flask import Flask, Response, request

#: `data:` images are the small arrows and ticks inside Pico's style sheet.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: For bytes that came from a portal: no script, no style, no origin of ours.
SEALED_OFF = "default-src 'none'; sandbox; frame-ancestors 'none'"


def put_on(app: Flask) -> None:
    app.after_request(_forbid)


def _forbid(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    response.headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response
