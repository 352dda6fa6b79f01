"""Thousands of damaged and twisted papers, each given to the readers as anything from a portal would be: the farm must not feel it.

`campaign` mutates invented invoices, e-invoices and the hostile files by seed; a child may die of one, its parent may not.
"""

from __future__ import annotations

import faulthandler
import io
import os
import random
import resource
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

from core import errors, extraction, nouns
from core.extraction import pages
from tests.core.extraction import hostile, press
from tests.core.extraction.einvoice import written

#: What the farm promises of any file: seconds of wall clock, and MiB of a child.
LONGEST, LARGEST = 30.0, 1.1 * 1024
#: How long the parent waits for its own turn on a crowded machine before that counts as the reader's time.
GRACE = 5.0
MARKS = (
    b"obj",
    b"endobj",
    b"stream",
    b"xref",
    b"/Length",
    b"/Kids",
    b"/Count",
    b"/Filter",
    b"<<",
    b"</",
    b"&",
    b"<!",
)
EDGES = (b"-1", b"0", b"2147483647", b"4294967296", b"99999999999999999999", b"null", b"[" * 500, b"<<" * 500, b"\x00" * 64, b"&x;" * 50)  # fmt: skip


@dataclass
class Tally:
    """How the papers were answered, and what should not have happened."""

    papers: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    breaches: list[str] = field(default_factory=list)
    slowest: float = 0.0
    child_mib: float = 0.0
    seconds: float = 0.0


def campaign(count: int, seed: int, *, readers: int = 2) -> Tally:
    """`count` papers through sandboxed readers; every breach names the paper's number, which with the seed makes it again."""
    tally, began = Tally(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="moisson-fuzz-") as folder, extraction.Readers(readers) as some:
        with ThreadPoolExecutor(readers) as pool:
            for told in pool.map(partial(_asked, some, Path(folder), seed), range(count)):
                _count(tally, *told)
        _end_well(some, Path(folder), tally)
    tally.child_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    if tally.child_mib > LARGEST:
        tally.breaches.append(f"a child grew to {tally.child_mib:.0f} MiB")
    tally.seconds = time.monotonic() - began
    return tally


def control() -> list[str]:
    """The fault put back: the parser runs where the farm runs. The first paper that ends its process is told."""
    for name, content in _deadly():
        pid = os.fork()
        if not pid:
            _read_without_walls(content)
        _, status = os.waitpid(pid, 0)
        if os.WIFSIGNALED(status):
            return [f"{name}: the farm ended with it ({signal.Signals(os.WTERMSIG(status)).name})"]
    return []


def paper(at: int, seed: int) -> bytes:
    """The paper of this number: one of the originals, damaged in one to six places; every tenth is only cut."""
    chance = random.Random(f"{seed}/{at}")
    content = bytearray(chance.choice(_originals()))
    if at % 10 == 9:
        return bytes(content[: chance.randrange(len(content))])
    for _ in range(chance.randint(1, 6)):
        chance.choice(DAMAGES)(content, chance)
    return bytes(content) + (b"" if content.lstrip()[:1] == b"<" else b"\n%%EOF\n")


def _asked(readers: extraction.Readers, folder: Path, seed: int, at: int) -> tuple[int, str, float]:
    file = folder / str(at)
    file.write_bytes(paper(at, seed))
    before = time.monotonic()
    try:
        outcome = _outcome(readers, file)
    except Exception as err:  # noqa: BLE001 - any other end is what this campaign looks for
        outcome = f"breach: {type(err).__name__}"
    file.unlink()
    return at, outcome, time.monotonic() - before


def _outcome(readers: extraction.Readers, file: Path) -> str:
    try:
        extraction.check(file)
        reading, _ = readers.read_and_preview(file)
    except errors.NotAnInvoice as err:
        return f"reject: {err.reason}"
    except errors.ReaderFailed as err:
        return f"quarantine: {err.way}"
    return extraction.action(reading)


def _count(tally: Tally, at: int, outcome: str, took: float) -> None:
    tally.papers += 1
    tally.outcomes[outcome] += 1
    tally.slowest = max(tally.slowest, took)
    if outcome.startswith("breach"):
        tally.breaches.append(f"paper {at}: {outcome}")
    # The picture is drawn within the same wall clock; a second document may be waiting for the child.
    if took > 2 * (LONGEST + GRACE):
        tally.breaches.append(f"paper {at}: {took:.0f} s")


def _end_well(readers: extraction.Readers, folder: Path, tally: Tally) -> None:
    """After all of them an honest bill is read as if nothing had been."""
    honest = folder / "honest.pdf"
    honest.write_bytes(hostile.plain())
    reading: nouns.Reading = readers.read(honest)
    if reading.fields["number"].value != "2026-0042":
        tally.breaches.append("an honest bill was read otherwise afterwards")


def _flip(content: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 8)):
        content[chance.randrange(len(content))] = chance.randrange(256)


def _cut_out(content: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(content))
    if len(content) > 400:
        del content[start : start + chance.randint(1, 200)]


def _double(content: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(content))
    part = content[start : start + chance.randint(1, 2_000)]
    content[start:start] = part * chance.randint(1, 5)


def _swap_mark(content: bytearray, chance: random.Random) -> None:
    one, other = chance.sample(MARKS, 2)
    places = _places(content, one)
    if places:
        at = chance.choice(places)
        content[at : at + len(one)] = other


def _edge(content: bytearray, chance: random.Random) -> None:
    """A number of the file becomes one that nobody expects."""
    places = [at for at, letter in enumerate(content) if 48 <= letter <= 57][:20_000]
    if places:
        at = chance.choice(places)
        content[at : at + 1] = chance.choice(EDGES)


def _places(content: bytearray, mark: bytes) -> list[int]:
    found: list[int] = []
    at = content.find(mark)
    while at >= 0 and len(found) < 500:
        found.append(at)
        at = content.find(mark, at + 1)
    return found


DAMAGES: Sequence[Callable[[bytearray, random.Random], None]] = (_flip, _cut_out, _double, _swap_mark, _edge)


@cache
def _originals() -> Sequence[bytes]:
    bills = [content for content, _ in press.bills(24, 5)]
    bare = [written.cii(), written.ubl()]
    inside = [written.carried(xml) for xml in bare]
    odd = [
        hostile.deep_arrays(2_000),
        hostile.page_tree_in_a_circle(),
        hostile.many_pages(200),
        hostile.form_in_itself(),
        hostile.attachments(30),
        hostile.nested_forms(12),
        hostile.turned(90),
    ]
    return [*bills, *inside * 6, *odd, *bare * 4]


def _deadly() -> Iterator[tuple[str, bytes]]:
    """Small files that the limits stop."""
    yield "a bomb of 1.2 GB", hostile.flate_bomb(2, megabytes=1200)
    yield "2^23 drawings", hostile.nested_forms()


def _read_without_walls(content: bytes) -> None:
    """What a farm does that parses for itself, with the memory and the time of a reader child."""
    resource.setrlimit(resource.RLIMIT_AS, (1024**3, 1024**3))
    resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    faulthandler.disable()
    with suppress(Exception):
        pages.picture(io.BytesIO(content))
        pages.paper(io.BytesIO(content))
    os._exit(0)
