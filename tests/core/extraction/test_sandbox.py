"""Reader children: borrowed, bounded, replaced, and never a danger to who asks them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from core import errors, nouns
from core.extraction import sandbox, seat, wire
from tests.core.extraction import hostile, papers

NUMBER = "2026-0042"


@pytest.fixture(scope="module")
def readers() -> Iterator[sandbox.Readers]:
    with sandbox.Readers(1) as some:
        yield some


@pytest.fixture
def bill(tmp_path: Path) -> Path:
    return saved(tmp_path, hostile.plain())


def saved(tmp_path: Path, content: bytes) -> Path:
    file = tmp_path / "f.pdf"
    file.write_bytes(content)
    return file


def child_of(readers: sandbox.Readers) -> subprocess.Popen[bytes]:
    process = readers.seats[0].process
    assert process
    return process


def test_a_document_is_read_in_another_process(readers: sandbox.Readers, bill: Path) -> None:
    reading = readers.read(bill)
    assert reading.fields["number"].value == NUMBER
    assert isinstance(reading.fields["number"].box, nouns.Box)
    assert child_of(readers).pid != os.getpid()


def test_reading_and_picture_come_in_one_turn(readers: sandbox.Readers, bill: Path) -> None:
    reading, png = readers.read_and_preview(bill)
    assert reading.fields["number"].value == NUMBER
    assert png.startswith(b"\x89PNG")
    assert readers.preview(bill) == png


def test_a_child_serves_many_documents(readers: sandbox.Readers, bill: Path) -> None:
    readers.read(bill)
    pid = child_of(readers).pid
    readers.read(bill)
    assert child_of(readers).pid == pid


def test_what_cannot_be_opened_is_no_invoice_and_the_child_stays(
    readers: sandbox.Readers, bill: Path, tmp_path: Path
) -> None:
    readers.read(bill)
    pid = child_of(readers).pid
    for ask in (readers.read, readers.read_and_preview):
        with pytest.raises(errors.NotAnInvoice) as refused:
            ask(saved(tmp_path, b"%PDF-1.7 nothing %%EOF"))
        assert refused.value.reason == "unreadable"
    assert readers.preview(saved(tmp_path, b"%PDF-1.7 nothing %%EOF")) == b""
    assert child_of(readers).pid == pid


def test_a_child_is_replaced_after_so_many_documents(bill: Path) -> None:
    with sandbox.Readers(1, recycled_after=2) as readers:
        readers.read(bill)
        first = child_of(readers)
        readers.read(bill)
        readers.read(bill)
        assert first.returncode == -signal.SIGKILL
        assert child_of(readers).pid != first.pid


def test_a_document_past_the_wall_clock_ends_its_child(
    readers: sandbox.Readers, bill: Path, tmp_path: Path
) -> None:
    readers.read(bill)
    child = child_of(readers)
    readers.wall = 0.0
    with pytest.raises(errors.ReaderFailed, match="longer"):
        readers.read(saved(tmp_path, hostile.many_words()))
    readers.wall = sandbox.WALL_SECONDS
    assert child.returncode == -signal.SIGKILL
    assert readers.read(saved(tmp_path, hostile.plain())).pages == 1


def test_a_document_past_its_cpu_time_ends_its_child(tmp_path: Path) -> None:
    with sandbox.Readers(1, cpu=0) as readers, pytest.raises(errors.ReaderFailed, match="SIGXCPU"):
        readers.read(saved(tmp_path, hostile.flate_bomb(megabytes=200)))


def test_a_child_that_dies_between_two_documents_is_replaced_unseen(
    readers: sandbox.Readers, bill: Path
) -> None:
    readers.read(bill)
    child = child_of(readers)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    assert readers.read(bill).pages == 1


def test_a_child_killed_while_it_reads_is_a_failed_reading(
    readers: sandbox.Readers, bill: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers.read(bill)
    pid, asked, ask = child_of(readers).pid, threading.Event(), wire.ask

    def told(line: socket.socket, request: dict[str, Any], document: int) -> None:
        ask(line, request, document)
        asked.set()

    monkeypatch.setattr(wire, "ask", told)
    os.kill(pid, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(readers.read, bill)
        assert asked.wait(120)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(errors.ReaderFailed):
            reading.result()
    assert readers.read(bill).pages == 1


def test_many_threads_share_two_children(tmp_path: Path) -> None:
    files = []
    for number in range(24):
        files.append(tmp_path / f"{number}.pdf")
        files[-1].write_bytes(papers.drawn([f"Facture n° F-{number:04d}"]))
    before = _children()
    with sandbox.Readers(2) as readers, ThreadPoolExecutor(8) as pool:
        read = list(pool.map(readers.read, files))
        assert [one.fields["number"].value for one in read] == [f"F-{number:04d}" for number in range(24)]
        assert 1 <= len(_children() - before) <= 2


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def test_closing_ends_every_child_and_what_is_being_read(bill: Path) -> None:
    readers = sandbox.Readers(1)
    readers.read(bill)
    child = child_of(readers)
    os.kill(child.pid, signal.SIGSTOP)
    with ThreadPoolExecutor(2) as pool:
        reading = pool.submit(readers.read, bill)
        readers.close()
        with pytest.raises(errors.ReaderFailed):
            reading.result()
    assert child.returncode is not None
    with pytest.raises(errors.ReaderFailed, match="closed"):
        readers.read(bill)
    assert not psutil.pid_exists(child.pid)


def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path, bill: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from core.extraction import Readers; r = Readers(1);"
        f"r.read(Path({str(bill)!r})); print(r.seats[0].process.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], cwd=seat.ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.communicate()
    psutil.wait_procs([child], timeout=120)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_a_child_is_given_no_environment(monkeypatch: pytest.MonkeyPatch, bill: Path) -> None:
    monkeypatch.setenv("MOISSON_KEY", "canary")
    with sandbox.Readers(1) as readers:
        readers.read(bill)
        assert "canary" not in _environment(child_of(readers).pid)
    script = "print('up', flush=True); input()"
    control = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert control.stdout
    assert control.stdout.readline() == b"up\n"
    seen = _environment(control.pid)
    control.communicate(b"\n")
    assert "canary" in seen


def _environment(pid: int) -> str:
    """Of a child that made itself non-dumpable only root may read it, and then it must be empty."""
    try:
        return Path(f"/proc/{pid}/environ").read_text()
    except PermissionError:
        return ""


def test_a_child_knows_nothing_of_the_database_the_vault_or_the_portals() -> None:
    script = "import sys; from core.extraction import child, generic, pages; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=seat.ROOT, capture_output=True, text=True, check=True
    )
    roots = {name.partition(".")[0] for name in loaded.stdout.split()}
    assert "pdfplumber" in roots
    assert not roots & {
        "sqlalchemy",
        "vault",
        "playwright",
        "scrapy",
        "flask",
        "scheduler",
        "web",
    }


@pytest.mark.parametrize(
    "lie",
    [
        b"not json",
        b"[]",
        b'{"reading": null}',
        b'{"reading": {"fields": {"total": {"value": 1}}, "kind": "invoice", "pages": 1, "text": "", "doubts": []}}',
        b'{"reading": {"fields": {}, "kind": "treasure", "pages": 1, "text": "", "doubts": []}}',
        b'{"reading": {"fields": [], "kind": "invoice", "pages": 1, "text": "", "doubts": []}}',
    ],
)
def test_a_child_that_talks_nonsense_is_not_believed(
    bill: Path, lie: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sandbox.Readers(1) as readers:
        readers.read(bill)
        monkeypatch.setattr(wire, "receive", lambda *_: lie)
        with pytest.raises(errors.ReaderFailed, match="no sense"):
            readers.read(bill)


def test_a_child_that_says_too_much_is_cut_off() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(wire.LENGTH.pack(wire.LARGEST + 1))
        with pytest.raises(OverflowError):
            wire.receive(ours)


def test_a_reading_survives_the_wire() -> None:
    reading = papers.read(["Facture n° F-2026-0042", "Total TTC : 49,99 €", "Total TTC : 59,99 €"])
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sender = threading.Thread(
            target=wire.send, args=(theirs, wire.encoded({"reading": wire.packed(reading)}))
        )
        sender.start()
        assert sandbox.believed(json.loads(wire.receive(ours)), "reading", wire.unpacked) == reading
        sender.join()


def test_a_page_is_told_word_by_word_in_the_points_of_its_picture(
    readers: sandbox.Readers, bill: Path
) -> None:
    page = readers.leaf(bill, 1)
    assert page.of == 1
    assert [word for word in page.words if word.text == NUMBER] != []
    assert all(page.seen.x0 <= word.x0 < word.x1 <= page.seen.x1 for word in page.words)
    assert readers.words(bill, 1) == list(page.words)


def test_a_page_that_is_not_there_has_no_words_and_no_picture(readers: sandbox.Readers, bill: Path) -> None:
    with pytest.raises(errors.ReaderFailed):
        readers.words(bill, 2)
    assert readers.picture(bill, 2) == b""


def test_a_picture_is_as_wide_as_asked(readers: sandbox.Readers, bill: Path) -> None:
    png = readers.picture(bill, 1, width=500)
    assert int.from_bytes(png[16:20], "big") in (500, 501)
