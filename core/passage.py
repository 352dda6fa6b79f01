"""Through the door with what is no HTTP: SSH, SMTP."""

from __future__ import annotations

import socket

from core import errors

_LONGEST = 8192
#: What the door says of an address that is not on the public internet (RFC 9209).
PROHIBITED = "destination_ip_prohibited"


def connect(door: tuple[str, int], host: str, port: int, timeout: float) -> socket.socket:
    """A socket to the server by HTTP CONNECT (RFC 9110 9.3.6); `timeout` is in seconds, `door` is `Means.door`.

    Raises PrivateAddress when it is not on the public internet, ConnectionError when the door does not let us through.
    """
    name = f"[{host}]" if ":" in host else host
    way = socket.create_connection(door, timeout)
    try:
        way.sendall(f"CONNECT {name}:{port} HTTP/1.1\r\nHost: {name}:{port}\r\n\r\n".encode("ascii"))
        _expect_open(way, host)
    except BaseException:
        way.close()
        raise
    return way


def _expect_open(way: socket.socket, host: str) -> None:
    answer = b""
    # Byte by byte: the server greets first, and what it says is not the door's.
    while not answer.endswith(b"\r\n\r\n"):
        byte = way.recv(1)
        if not byte or len(answer) > _LONGEST:
            raise ConnectionError("the door hung up")
        answer += byte
    if PROHIBITED.encode() in answer:
        raise errors.PrivateAddress(host, step="connecting")
    if answer.split(None, 2)[1:2] != [b"200"]:
        raise ConnectionError("the door does not let us through")
