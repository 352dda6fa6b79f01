"""A sluice before an IMAP server: it lets so many letters through, and holds the next one until it is opened."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LETTER = re.compile(rb"BODY\.PEEK\[\]", re.I)


class Sluice:
    """`port` is where it is reached; `holding` is set while somebody waits before it."""

    def __init__(self, server: int, letters: int) -> None:
        self._server, self._left = server, letters
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.holding, self._open = threading.Event(), threading.Event()
        self._lock = threading.Lock()

    def open(self) -> None:
        """From now on everything passes."""
        self._open.set()

    def serve(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._server))
            for pair in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pour, args=pair, daemon=True).start()

    def stop(self) -> None:
        self.open()
        # Closed alone, it would still be waited at.
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _pour(self, source: socket.socket, sink: socket.socket, asked: bool) -> None:
        try:
            while said := source.recv(65536):
                if asked and _LETTER.search(said):
                    self._pass()
                sink.sendall(said)
        except OSError:
            pass
        finally:
            for end in (source, sink):
                end.close()

    def _pass(self) -> None:
        with self._lock:
            self._left -= 1
            held = self._left < 0
        if held and not self._open.is_set():
            self.holding.set()
            self._open.wait()
            self.holding.clear()


@contextmanager
def before(server: int, *, letters: int) -> Iterator[Sluice]:
    sluice = Sluice(server, letters)
    threading.Thread(target=sluice.serve, daemon=True).start()
    try:
        yield sluice
    finally:
        sluice.stop()
