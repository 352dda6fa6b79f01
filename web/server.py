"""The web part as a process: a port, the address said aloud, and waitress."""

from __future__ import annotations

import gc
import socket
import sys

import waitress

from core import db
from core import settings as farm_settings
from core.db import migrate
from web import app as application
from web import brought, farm, people

#: How many ports are tried after a busy one.
_TRIES = 20


def serve(settings: farm_settings.Settings) -> None:
    """Serve until stopped. A busy port is not an error: the next free one is taken and said aloud."""
    database = db.Database.of(settings)
    migrate.upgrade(database, settings.data)
    app = application.create_app(settings, database=database)
    door = _listen(settings.host, settings.port)
    address = _address(settings.host, door.getsockname()[1])
    with app.app_context():
        token = "" if people.exist() else farm.here().setup_token
    _say(f"Moisson: {address}/" if not token else f"Moisson: {address}/setup?token={token}")
    settle()
    waitress.serve(
        app,
        sockets=[door],
        threads=8,
        max_request_body_size=brought.MOST,
        ident="",
        clear_untrusted_proxy_headers=True,
        _quiet=True,
    )


def settle() -> None:
    """What is here from the start stays: the collector need not walk through it in the midst of a long page."""
    gc.collect()
    gc.freeze()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, port + _TRIES) if port else [0]:
        door = socket.socket(family, socket.SOCK_STREAM)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, candidate))
            door.listen(128)
        except OSError:
            door.close()
            continue
        if candidate != port:
            _say(f"Moisson: port {port} is busy, taking {candidate}")
        return door
    raise OSError(f"no free port from {port} to {port + _TRIES - 1} on {host}")


def _address(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - compared, not bound
    return f"http://{shown}:{port}"


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)  # noqa: T201 - the one line a person waits for
