"""What the tests of exports share about servers that are not ours: a way to one that can be cut, and waiting until it answers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

#: Seconds in which a server answers, or is not coming.
PATIENCE = 120.0
#: Bound for as long as this process lives, and never listening.
_HELD: list[socket.socket] = []


def free_port() -> int:
    """It is given to nobody else on this machine; a server that sets SO_REUSEADDR may listen there all the same."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    _HELD.append(held)
    port: int = held.getsockname()[1]
    return port


def expect_answer(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < until, "it does not answer"
            time.sleep(0.02)


class Wire:
    """A way to a server of this machine; `cut` is asked before each piece of an answer, and a yes ends the line there."""

    def __init__(self) -> None:
        self.cut: Callable[[], bool] = lambda: False
        self._server = socket.create_server(("127.0.0.1", 0))
        self.at: tuple[str, int] = ("127.0.0.1", self._server.getsockname()[1])
        threading.Thread(target=self._welcome, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def far(self, near: socket.socket) -> socket.socket:
        raise NotImplementedError

    def _welcome(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with suppress(OSError), near, self.far(near) as far:
            threading.Thread(target=_pump, args=(near, far, lambda: False), daemon=True).start()
            _pump(far, near, lambda: self.cut())


class Gate(Wire):
    """Lets CONNECT through, as the door does."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        super().__init__()

    def far(self, near: socket.socket) -> socket.socket:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += near.recv(1)
        target = head.split()[1].decode()
        self.asked.append(target)
        host, _, port = target.rpartition(":")
        far = socket.create_connection((host, int(port)))
        near.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        return far


class Wired(Wire):
    """To one port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port
        super().__init__()

    def far(self, near: socket.socket) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._port))


@contextmanager
def wired(port: int) -> Iterator[Wired]:
    wire = Wired(port)
    try:
        yield wire
    finally:
        wire.close()


def _pump(source: socket.socket, sink: socket.socket, cut: Callable[[], bool]) -> None:
    with suppress(OSError):
        while (piece := source.recv(65536)) and not cut():
            sink.sendall(piece)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
