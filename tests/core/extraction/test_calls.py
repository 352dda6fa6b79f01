"""The filter by itself, without any other wall: what it refuses, and that a reader's own threads go on."""

from __future__ import annotations

import json
import platform
import subprocess
import sys

import pytest

from core.extraction import calls, seat

DEEDS = """
import ctypes, json, os, socket, subprocess, sys, threading
from core.extraction import calls

def tried(deed):
    try:
        deed()
        return True
    except OSError:
        return False

def fork():
    if os.fork() == 0:
        os._exit(0)
    os.wait()

def thread():
    one = threading.Thread(target=int)
    one.start()
    one.join()

ours, theirs = socket.socketpair()
closed = False
if sys.argv[1] == "closed":
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(38, 1, 0, 0, 0)
    closed = calls.close(libc)
print(json.dumps({
    "closed": closed,
    "socket": tried(lambda: socket.socket().close()),
    "fork": tried(fork),
    "program": tried(lambda: os.posix_spawn("/bin/true", ["true"], {})),
    "thread": tried(thread),
    "talk": tried(lambda: (ours.send(b"x"), theirs.recv(1))),
}))
"""


def deeds(how: str) -> dict[str, bool]:
    said = subprocess.run(
        [sys.executable, "-c", DEEDS, how], cwd=seat.ROOT, capture_output=True, text=True, check=True
    ).stdout
    done: dict[str, bool] = json.loads(said)
    return done


def test_without_the_filter_everything_can_be_done() -> None:
    assert [name for name, could in deeds("open").items() if not could] == ["closed"]


@pytest.mark.skipif(
    platform.machine() not in calls.MACHINES, reason="the filter does not know this architecture"
)
def test_behind_it_no_socket_no_process_and_no_program() -> None:
    done = deeds("closed")
    if not done.pop("closed"):
        pytest.skip("this kernel knows no filter of calls")
    assert done == {"socket": False, "fork": False, "program": False, "thread": True, "talk": True}
