"""The static files: read and compressed once at start, served under a name that changes with their content."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, request, url_for

from web import guard

_FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

shelf = Blueprint("shelf", __name__)


@dataclass(frozen=True)
class Piece:
    body: bytes
    packed: bytes
    media_type: str
    version: str


@cache
def pieces() -> dict[str, Piece]:
    """Every static file by its path."""
    return {
        path.relative_to(_FOLDER).as_posix(): _piece(path)
        for path in sorted(_FOLDER.rglob("*"))
        if path.suffix in _TYPES
    }


def _piece(path: Path) -> Piece:
    body = path.read_bytes()
    version = hashlib.sha256(body).hexdigest()[:12]
    return Piece(body, gzip.compress(body, 9, mtime=0), _TYPES[path.suffix], version)


def address(name: str) -> str:
    """Where a page finds a static file; the browser may keep it for ever."""
    return url_for("shelf.static", name=name, v=pieces()[name].version)


@shelf.get("/static/<path:name>")
@guard.anyone
def static(name: str) -> Response:
    piece = pieces().get(name) or abort(404)
    packed = request.accept_encodings.quality("gzip") > 0
    response = Response(piece.packed if packed else piece.body, content_type=piece.media_type)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Vary"] = "Accept-Encoding"
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return response
