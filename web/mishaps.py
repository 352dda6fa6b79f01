"""What a page says when it cannot be shown: what happened, whose side, what to do."""

from __future__ import annotations

from flask import Flask, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from web import speech

_TOLD = {400, 403, 404, 405, 413, 429, 500}


def catch(app: Flask) -> None:
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _page)


def _stale_form(_error: CSRFError) -> tuple[str, int]:
    return _shown("form", 400)


def _page(error: HTTPException) -> tuple[str, int]:
    code = error.code or 500
    return _shown(str(code if code in _TOLD else 500), code)


def _shown(name: str, code: int) -> tuple[str, int]:
    what = {part: speech.say(f"mishap.{name}.{part}") for part in ("title", "what", "next")}
    return render_template("mishap.html", code=code, **what), code
