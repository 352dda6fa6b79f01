"""The port that the web part takes, and what it says of it."""

from __future__ import annotations

import socket

import pytest

from web import server


def test_a_busy_port_is_left_for_the_next_free_one_and_that_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        busy = other.getsockname()[1]
        with server._listen("127.0.0.1", busy) as door:
            taken = door.getsockname()[1]
    assert busy < taken <= busy + 20
    assert f"port {busy} is busy, taking {taken}" in capsys.readouterr().err


def test_a_free_port_is_taken_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    with server._listen("127.0.0.1", 0) as door:
        assert door.getsockname()[1] > 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("host", "address"),
    [("0.0.0.0", "http://127.0.0.1:1"), ("::1", "http://[::1]:1"), ("farm.local", "http://farm.local:1")],
)
def test_the_address_said_is_one_that_can_be_opened(host: str, address: str) -> None:
    assert server._address(host, 1) == address
