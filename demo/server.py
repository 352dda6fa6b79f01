"""A small threaded WSGI server on loopback, plain or TLS: one thread a connection, kept alive, silent, quick to stop."""

from __future__ import annotations

import contextlib
import errno
import io
import socket
import ssl
import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Any, cast
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication, WSGIEnvironment

HOST = "127.0.0.1"
#: A handshake is done before any connection is counted, so a silent client may not hold its thread for ever.
IDLE_SECONDS = 60


class Server(ThreadingMixIn, TCPServer):
    """Serve `app` from its own threads between `start()` and `stop()`."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 512

    def __init__(self, app: WSGIApplication, *, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        """`port` 0 lets the system choose; raises OSError when the port is taken."""
        self.app = app
        self.tls = tls
        self._open: set[socket.socket] = set()
        super().__init__((HOST, port), Conversation)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{HOST}:{self.port}"

    def start(self) -> Server:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self) -> None:
        """Close the door and every open connection, as a portal that goes away does."""
        self.shutdown()
        self.server_close()
        for connection in tuple(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(IDLE_SECONDS)
        connection = self.tls.wrap_socket(request, server_side=True) if self.tls else request
        self._open.add(connection)
        try:
            Conversation(connection, client_address, self)
        finally:
            self._open.discard(connection)
            connection.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves, or refuses our certificate, is no news."""


class Conversation(BaseHTTPRequestHandler):
    """The requests of one connection, in turn."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536
    server: Server

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            said.append((status, headers))

        chunks = self.server.app(self._environ(body), cast("Any", start_response))
        self._send(*said[-1], chunks)

    do_HEAD = do_POST = do_PUT = do_PATCH = do_OPTIONS = do_GET

    def _send(self, status: str, headers: list[tuple[str, str]], chunks: Iterable[bytes]) -> None:
        code, _, reason = status.partition(" ")
        self.send_response_only(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        if not {"content-length"} & {name.lower() for name, _ in headers} and code not in ("204", "304"):
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.writelines(chunks)
        self.wfile.flush()

    def _environ(self, body: bytes) -> WSGIEnvironment:
        path, _, query = self.path.partition("?")
        environ = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": _unquoted(path),
            "RAW_URI": self.path,
            "QUERY_STRING": query,
            "SERVER_NAME": HOST,
            "SERVER_PORT": str(self.server.port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https" if self.server.tls else "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        return environ | {
            f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers.items()
        }

    def log_message(self, format: str, *args: Any) -> None:
        """The counters are the log."""


def _unquoted(path: str) -> str:
    return unquote_to_bytes(path).decode("latin-1")  # PEP 3333: text that stands for bytes


def next_free(app: WSGIApplication, port: int, *, tls: ssl.SSLContext | None = None) -> Server:
    """A Server on `port`, or on the first free one of the fifty after it."""
    for candidate in range(port, port + 50):
        try:
            return Server(app, port=candidate, tls=tls)
        except OSError as err:
            if err.errno != errno.EADDRINUSE:
                raise
    raise OSError(errno.EADDRINUSE, f"no free port from {port} on")
