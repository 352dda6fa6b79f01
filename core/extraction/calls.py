"""What a reader child may never ask of the kernel again: a socket, a program, another process, another's memory (seccomp).

A name space is refused in many containers; this filter is not, and root is bound by it too.
"""

from __future__ import annotations

import ctypes
import errno
import platform
from dataclasses import dataclass

PR_SET_SECCOMP, FILTER = 22, 2
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
LOAD, IF_EQUAL, IF_AT_LEAST, IF_BITS, GIVE = 0x20, 0x15, 0x35, 0x45, 0x06
#: Of `struct seccomp_data`: the call's number, the architecture, the lower half of its first argument (little endian).
NUMBER, ARCHITECTURE, FIRST = 0, 4, 16
CLONE_THREAD = 0x10000
#: From here on x86-64 has its 32-bit names for the same calls.
X32 = 0x40000000
#: What clone3 is told does not lie where a filter can look; glibc then falls back to clone.
CLONE3 = 435


@dataclass(frozen=True, slots=True)
class Machine:
    """An architecture's sign (linux/audit.h), its clone, and the numbers of what is refused."""

    sign: int
    clone: int
    refused: tuple[int, ...]


MACHINES = {
    # socket, connect, bind, fork, vfork, execve, ptrace, process_vm_readv, process_vm_writev, execveat, io_uring_setup
    "x86_64": Machine(0xC000003E, 56, (41, 42, 49, 57, 58, 59, 101, 310, 311, 322, 425)),
    # the same, as far as there are; AArch64 knows no fork
    "aarch64": Machine(0xC00000B7, 220, (198, 203, 200, 221, 117, 270, 271, 281, 425)),
}


class _Step(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("yes", ctypes.c_uint8),
        ("no", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.POINTER(_Step)))


def close(libc: ctypes.CDLL) -> bool:
    """From now on, for this process and its threads; says whether the host knows how. Wants PR_SET_NO_NEW_PRIVS first."""
    machine = MACHINES.get(platform.machine())
    if machine is None:
        return False
    steps = _steps(machine)
    program = _Program(len(steps), (_Step * len(steps))(*(_Step(*step) for step in steps)))
    return bool(libc.prctl(PR_SET_SECCOMP, FILTER, ctypes.byref(program), 0, 0) == 0)


def _steps(machine: Machine) -> list[tuple[int, int, int, int]]:
    """Jumps count the steps that are left out."""
    count = len(machine.refused)
    refuse = REFUSE | errno.EPERM
    return [
        (LOAD, 0, 0, ARCHITECTURE),
        (IF_EQUAL, 1, 0, machine.sign),
        (GIVE, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        (IF_EQUAL, 0, 1, CLONE3),
        (GIVE, 0, 0, REFUSE | errno.ENOSYS),
        (IF_AT_LEAST, count + 2, 0, X32),
        *((IF_EQUAL, count + 1 - at, 0, number) for at, number in enumerate(machine.refused)),
        (IF_EQUAL, 2, 0, machine.clone),
        (GIVE, 0, 0, ALLOW),
        (GIVE, 0, 0, refuse),
        (LOAD, 0, 0, FIRST),
        (IF_BITS, 0, 1, CLONE_THREAD),
        (GIVE, 0, 0, ALLOW),
        (GIVE, 0, 0, refuse),
    ]
