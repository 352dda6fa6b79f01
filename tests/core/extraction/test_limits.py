"""The walls around a child, tried from the inside, each against the same deed without walls."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.extraction import sandbox, seat

DEEDS = """
import json, mmap, os, socket, sys
from core.extraction import limits

def tried(deed):
    try:
        deed()
        return True
    except (OSError, MemoryError, RuntimeError):
        return False

def spawn():
    if os.fork() == 0:
        os._exit(0)
    os.wait()

walls = {}
if sys.argv[1] == "walled":
    limits.bound()
    walls = limits.wall_in()
print(json.dumps({
    "walls": walls,
    "connect": tried(lambda: socket.create_connection(("127.0.0.1", int(sys.argv[2])), 5)),
    "read": tried(lambda: open(sys.argv[3]).read()),
    "write": tried(lambda: open(sys.argv[3] + ".new", "w").write("x")),
    "memory": tried(lambda: mmap.mmap(-1, 2 * 1024**3)),
    "spawn": tried(spawn),
    "own code": tried(lambda: open(limits.__file__).read()),
}))
"""


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "vault.key"
    file.write_text("secret")
    return file


def deeds(how: str, port: int, key: Path) -> dict[str, object]:
    command = [sys.executable, "-c", DEEDS, how, str(port), str(key)]
    said = subprocess.run(command, cwd=seat.ROOT, capture_output=True, text=True, check=True).stdout
    done: dict[str, object] = json.loads(said)
    return done


def test_without_walls_everything_can_be_done(port: int, key: Path) -> None:
    done = deeds("open", port, key)
    assert [name for name, could in done.items() if not could] == ["walls"]


def test_within_walls_only_its_own_code_can_be_read(port: int, key: Path) -> None:
    done = deeds("walled", port, key)
    walls = done.pop("walls")
    assert isinstance(walls, dict)
    # A host may allow no name space or know no Landlock, and says so; Linux never counts root's processes.
    expected = {
        "connect": not (walls["network"] or walls["calls"]),
        "read": not walls["files"],
        "write": False,
        "memory": False,
        "spawn": os.getuid() == 0 and not walls["calls"],
        "own code": True,
    }
    assert done == expected


def test_more_cpu_time_than_allowed_ends_the_process() -> None:
    script = "from core.extraction import limits; limits.allow_cpu(0)\nwhile True: pass"
    ended = subprocess.run([sys.executable, "-c", script], cwd=seat.ROOT, check=False)
    assert ended.returncode == -signal.SIGXCPU


def test_a_child_says_which_walls_it_has() -> None:
    with sandbox.Readers(1) as readers:
        assert set(readers.isolation()) == {"network", "files", "calls"}
