"""The IMAP server of the stage: mail comes to it whole while it is looked into, and a port that is taken is given up."""

from __future__ import annotations

import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from demo import dovecot
from tests.scheduler import postal

USER = "compta@atelier.example"
LETTER = b"Subject: one of many\r\n\r\n" + b"words\r\n" * 20_000


@pytest.fixture
def home() -> Iterator[Path]:
    postal.require()
    made = Path(tempfile.mkdtemp(prefix="dc-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_mail_that_comes_while_the_server_looks_is_whole(home: Path) -> None:
    """Whatever stands in `new` is taken at once, as a server at work does."""
    box, over, sizes = home / "mail" / USER, threading.Event(), list[int]()
    for part in ("new", "cur"):
        (box / part).mkdir(parents=True)

    def take() -> None:
        while not over.is_set():
            for one in (box / "new").iterdir():
                sizes.append(one.stat().st_size)
                one.rename(box / "cur" / one.name)

    server, taking = dovecot.Dovecot(home, "secret"), threading.Thread(target=take)
    taking.start()
    try:
        for at in range(200):
            server.deliver(USER, [(LETTER, datetime.now(UTC))], prefix=f"m{at}-")
    finally:
        over.set()
        taking.join()
    assert set(sizes) <= {len(LETTER)}
    assert len([*box.glob("new/*"), *box.glob("cur/*")]) == 200


def test_a_port_that_another_program_takes_is_given_up(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as another:
        taken: int = another.getsockname()[1]
        server = dovecot.Dovecot(home, "secret", port=taken)
        server.start()
        server.stop()
    assert server.port > taken
