"""What a reader child may use: set by the child itself, before it sees a document, and never given back."""

from __future__ import annotations

import ctypes
import math
import os
import resource
import sys
from pathlib import Path

from core.extraction import calls

MEMORY = 1024**3
OPEN_FILES = 64
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 4, 38
#: The same numbers on every architecture since Linux 5.13; what they may be given grew with the ABI.
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
READ_FILE, READ_FOLDER = 1 << 2, 1 << 3
RIGHTS_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15}
CODE = Path(__file__).parents[1]


def bound() -> None:
    """At most 1 GiB of memory, nothing written, no core dump."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))


def allow_cpu(seconds: int) -> None:
    """Let this process use `seconds` of CPU more than it has used; beyond that the kernel ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def wall_in() -> dict[str, bool]:
    """No network, no file but the program's own, no further process; says which of these the host allowed."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    network = bool(libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0)
    files = _only_own_files(libc)
    # Counted per user, so it can only say "no more"; Linux never counts root's processes.
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    return {"network": network, "files": files, "calls": calls.close(libc)}


def _only_own_files(libc: ctypes.CDLL) -> bool:
    """Landlock: read the interpreter, its libraries, the system's fonts and `core`; nothing else, and write nothing."""
    abi = libc.syscall(LANDLOCK_CREATE, None, 0, 1)
    if abi < 1:
        return False
    handled = ctypes.c_uint64((1 << RIGHTS_BY_ABI.get(abi, 16)) - 1)
    rules = libc.syscall(LANDLOCK_CREATE, ctypes.byref(handled), ctypes.sizeof(handled), 0)
    for folder in {sys.prefix, sys.base_prefix, "/usr", str(CODE)}:
        if os.access(folder, os.R_OK):
            _let_read(libc, rules, folder)
    closed = bool(libc.syscall(LANDLOCK_RESTRICT, rules, 0) == 0)
    os.close(rules)
    return closed


def _let_read(libc: ctypes.CDLL, rules: int, folder: str) -> None:
    handle = os.open(folder, os.O_PATH)
    beneath = (READ_FILE | READ_FOLDER).to_bytes(8, sys.byteorder) + handle.to_bytes(4, sys.byteorder)
    libc.syscall(LANDLOCK_ADD, rules, 1, beneath, 0)
    os.close(handle)
