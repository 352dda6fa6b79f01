"""What a process and its children take: CPU by getrusage, memory by /proc."""

from __future__ import annotations

import ctypes
import os
import re
import resource
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

MIB = 1024**2
PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """A browser leaves processes behind that end a moment after it: they become ours, so that their CPU counts."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def wait_for_orphans() -> None:
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def cpu() -> float:
    """CPU seconds, user and system, of this process and of every child that has ended and been waited for."""
    taken = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in taken)


def peak() -> int:
    """The most that this process has held, in bytes. What getrusage tells begins with the peak of the process that started this one."""
    told = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("utf-8"))
    assert told
    return int(told[1]) * 1024


@dataclass(frozen=True)
class Memory:
    """MiB. `resident` counts a page once for each process that has it, `own` (PSS) shares it among them."""

    resident: float
    own: float


def memory() -> Memory:
    """This process and all that descend from it."""
    me = psutil.Process()
    found = [_of(each) for each in (me, *me.children(recursive=True))]
    return Memory(sum(one.resident for one in found), sum(one.own for one in found))


def _of(process: psutil.Process) -> Memory:
    try:
        seen = process.memory_full_info()
    except psutil.Error:
        return Memory(0, 0)  # it has ended since
    return Memory(seen.rss / MIB, seen.pss / MIB)


def children() -> list[str]:
    """The names of all that descend from this process, those included that have ended and that nobody has waited for."""
    found = []
    for each in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it ends this very moment
            found.append(each.name())
    return found
