"""One place where a reader child sits: started when needed, asked, and ended with its whole process group."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from core import errors
from core.extraction import wire

START_SECONDS = 60.0
ROOT = Path(__file__).parents[2]


class Seat:
    """Used by one thread at a time; only `kill` may come from another. `child` is the module that it runs."""

    def __init__(self, recycled_after: int, child: str = "core.extraction.child") -> None:
        self.recycled_after, self.child = recycled_after, child
        self.served = 0
        self.closed = False
        self.process: subprocess.Popen[bytes] | None = None
        self.line: socket.socket | None = None
        self.isolation: dict[str, bool] = {}

    def start(self) -> None:
        """Have a child ready; raises ReaderFailed when none can be."""
        if self.closed:
            raise errors.ReaderFailed("the readers are closed", way="gone")
        if self.process and self.process.poll() is not None:
            self.end()
        if self.process is None:
            self._spawn()
            self.isolation = self._hear(time.monotonic() + START_SECONDS)

    def hand_over(self, request: dict[str, Any], document: int) -> None:
        """Give the child an open document and what is wanted of it."""
        assert self.line  # noqa: S101 - `start` came first
        self.served += 1
        try:
            wire.ask(self.line, request, document)
        except OSError as err:
            self.end()
            raise errors.ReaderFailed("the reader was gone", way="gone") from err

    def answer(self, until: float) -> dict[str, Any]:
        """What the child says; `until` is on the monotonic clock. Raises NotAnInvoice and ReaderFailed."""
        answer = self._hear(until)
        if "failed" in answer:
            self.end()
            way = "memory" if answer.get("way") == "memory" else "crashed"
            raise errors.ReaderFailed(str(answer["failed"]), way=way)
        return answer

    def picture(self, until: float) -> bytes:
        """The picture that follows an answer; empty when it could not be drawn."""
        assert self.line  # noqa: S101 - `ask` came first
        try:
            return wire.receive(self.line, until)
        except (EOFError, OSError, OverflowError):
            self.end()
            return b""

    def file(self, size: int, until: float) -> bytes:
        """The file of that size that follows an answer. Raises ReaderFailed."""
        assert self.line  # noqa: S101 - `answer` came first
        try:
            return wire.receive_file(self.line, size, until)
        except (EOFError, OSError, OverflowError) as err:
            why, way = self._post_mortem(err)
            self.end()
            raise errors.ReaderFailed(why, way=way) from err

    def recycle(self) -> None:
        """A parser that has read many files has grown; the next document gets a fresh child."""
        if self.served >= self.recycled_after:
            self.end()

    def kill(self) -> None:
        self.closed = True
        if self.process:
            _kill_group(self.process)

    def end(self) -> None:
        if self.line:
            self.line.close()
        if self.process:
            _kill_group(self.process)
            self.process.wait()
        self.process, self.line, self.served = None, None, 0

    def _spawn(self) -> None:
        """An empty environment and one socket are all that a child is given."""
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-s", "-B", "-m", self.child, str(theirs.fileno())]
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command,
                cwd=ROOT,
                env={},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self.line = ours

    def _hear(self, until: float) -> dict[str, Any]:
        assert self.line  # noqa: S101 - `_spawn` came first
        try:
            answer = json.loads(wire.receive(self.line, until))
        except (EOFError, OSError, OverflowError, ValueError) as err:
            why, way = self._post_mortem(err)
            self.end()
            raise errors.ReaderFailed(why, way=way) from err
        if not isinstance(answer, dict):
            self.end()
            raise errors.ReaderFailed("the reader made no sense", way="confused")
        return answer

    def _post_mortem(self, err: Exception) -> tuple[str, str]:
        if isinstance(err, TimeoutError):
            return "it took longer to read than a document may", "time"
        if not isinstance(err, EOFError | ConnectionError):
            return "the reader made no sense", "confused"
        ended = self._exit()
        way = "gone" if self.closed else "time" if ended == "SIGXCPU" else "crashed"
        return f"the reader was ended while reading it ({ended})", way

    def _exit(self) -> str:
        assert self.process  # noqa: S101 - it was there a moment ago
        with suppress(subprocess.TimeoutExpired):
            code = self.process.wait(1)
            return signal.Signals(-code).name if code < 0 else f"exit {code}"
        return "still ending"


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """A child leads its own group, so nothing that it started outlives it."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
