"""How much memory a tree of processes holds for itself, read from /proc (Linux; elsewhere nothing is known)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def private_bytes(mark: str) -> int:
    """Bytes held by the processes whose command line has `mark` in it, and by their descendants; shared pages are not counted."""
    parents = dict(_parents())
    found = {pid for pid in parents if mark in _read(pid, "cmdline")}
    grown = True
    while grown:
        children = {pid for pid, parent in parents.items() if parent in found} - found
        found |= children
        grown = bool(children)
    return sum(map(_private, found))


def _parents() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").glob("[0-9]*"):
        # The name in brackets may hold blanks and brackets of its own; the parent is the second word after it.
        after_name = _read(int(entry.name), "stat").rpartition(")")[2].split()
        if after_name:
            yield int(entry.name), int(after_name[1])


def _private(pid: int) -> int:
    pages = _read(pid, "statm").split()
    return (int(pages[1]) - int(pages[2])) * os.sysconf("SC_PAGE_SIZE") if pages else 0


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    except OSError:
        return ""  # it has ended since
