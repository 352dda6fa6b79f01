"""What is kept is durable, whole and once; what fails leaves nothing."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core import archive, errors, nouns

BILL = b"%PDF-1.7 a bill %%EOF"
NAME = hashlib.sha256(BILL).hexdigest()


@pytest.fixture
def kept(tmp_path: Path) -> archive.Archive:
    return archive.Archive(tmp_path / "archive")


def fetched(kept: archive.Archive, content: bytes = BILL, run_id: int = 7) -> nouns.File:
    return kept.keep([content[:5], content[5:]], name="../f.pdf", media_type="application/pdf", run_id=run_id)


def test_a_file_is_hashed_while_it_is_written(kept: archive.Archive) -> None:
    file = fetched(kept)
    assert (file.sha256, file.size, file.path.read_bytes()) == (NAME, len(BILL), BILL)
    assert file.path == kept.inbox_file(7, 1)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_two_files_of_one_run_do_not_share_a_place(kept: archive.Archive) -> None:
    assert [fetched(kept).path.name, fetched(kept).path.name] == ["7-1.part", "7-2.part"]


def test_the_portals_name_for_a_file_is_never_a_path(kept: archive.Archive) -> None:
    kept.put(fetched(kept))
    assert sorted(path.name for path in kept.root.rglob("*") if path.is_file()) == sorted([".lock", NAME])


def test_a_kept_file_finds_its_place_by_its_hash(kept: archive.Archive) -> None:
    file = fetched(kept)
    blob = kept.put(file)
    assert blob == kept.path(NAME) == kept.blobs / NAME[:2] / NAME
    assert kept.read(NAME) == BILL
    assert not file.path.exists()


def test_the_archive_is_for_its_owner_and_group_only(kept: archive.Archive) -> None:
    blob = kept.put(fetched(kept))
    assert stat.S_IMODE(blob.stat().st_mode) == 0o640 & ~kept.mask
    assert stat.S_IMODE(blob.parent.stat().st_mode) == 0o770 & ~kept.mask


def test_the_same_bytes_again_are_success_and_one_blob(kept: archive.Archive) -> None:
    first = kept.put(fetched(kept))
    inode = first.stat().st_ino
    again = fetched(kept, run_id=8)
    assert kept.put(again) == first
    assert first.stat().st_ino == inode
    assert not again.path.exists()


def test_a_spoilt_blob_is_replaced_when_its_bytes_come_again(kept: archive.Archive) -> None:
    kept.put(fetched(kept)).write_bytes(b"X" * len(BILL))
    kept.put(fetched(kept))
    assert kept.read(NAME) == BILL


def test_many_threads_bringing_the_same_bytes_leave_one_blob(kept: archive.Archive) -> None:
    with ThreadPoolExecutor(8) as pool:
        blobs = list(pool.map(lambda run_id: kept.put(fetched(kept, run_id=run_id)), range(40)))
    assert set(blobs) == {kept.path(NAME)}
    assert kept.read(NAME) == BILL
    assert list(kept.inbox.iterdir()) == []


def test_a_file_above_the_cap_is_refused_and_leaves_nothing(kept: archive.Archive) -> None:
    with pytest.raises(errors.NotAnInvoice) as refused:
        kept.keep([b"a" * 60, b"b" * 60], name="x", media_type="", run_id=1, cap=100)
    assert refused.value.reason == "too_large"
    assert list(kept.inbox.iterdir()) == []


def test_a_file_too_large_is_not_read_to_its_end(kept: archive.Archive) -> None:
    given: list[int] = []

    def endless() -> Iterator[bytes]:
        while True:
            given.append(1)
            yield b"x" * 50

    with pytest.raises(errors.NotAnInvoice):
        kept.keep(endless(), name="x", media_type="", run_id=1, cap=100)
    assert len(given) == 3


def test_a_download_that_breaks_off_leaves_nothing(kept: archive.Archive) -> None:
    def cut() -> Iterator[bytes]:
        yield b"%PDF"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        kept.keep(cut(), name="x", media_type="", run_id=1)
    assert list(kept.inbox.iterdir()) == []


def test_a_full_disk_while_writing_is_named_and_leaves_nothing(
    kept: archive.Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(archive, "sync_file", full)
    with pytest.raises(errors.DiskFull):
        fetched(kept)
    assert list(kept.inbox.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_the_kernels_own_no_space_is_recognised() -> None:
    with pytest.raises(errors.DiskFull), archive.room_needed(), open("/dev/full", "wb", buffering=0) as full:  # noqa: PTH123
        full.write(b"x")


def test_another_disk_fault_is_not_called_a_full_disk(
    kept: archive.Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(archive, "sync_file", broken)
    with pytest.raises(OSError, match="input/output"):
        fetched(kept)
    assert list(kept.inbox.iterdir()) == []


def test_bytes_are_synced_before_the_rename_and_the_folder_after(
    kept: archive.Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []

    def watched(name: str, real: Callable[..., None]) -> Callable[..., None]:
        def step(*given: object) -> None:
            steps.append(name)
            real(*given)

        return step

    for name in ("sync_file", "place", "sync_folder"):
        monkeypatch.setattr(archive, name, watched(name, getattr(archive, name)))
    kept.put(fetched(kept))
    assert steps == ["sync_file", "place", "sync_folder", "sync_folder"]


def test_a_picture_is_kept_beside_and_can_be_made_again(kept: archive.Archive) -> None:
    kept.put_preview(NAME, b"old")
    assert kept.put_preview(NAME, b"\x89PNG new") == kept.preview_path(NAME)
    assert kept.preview_path(NAME).read_bytes() == b"\x89PNG new"
    assert [path.name for path in kept.preview_path(NAME).parent.iterdir()] == [f"{NAME}.png"]


def test_a_discarded_file_is_gone(kept: archive.Archive) -> None:
    file = fetched(kept)
    kept.discard(file)
    kept.discard(file)
    assert list(kept.inbox.iterdir()) == []


@pytest.mark.parametrize(
    ("total", "free", "room"),
    [
        (10**12, 2 * archive.GIB, True),
        (10**12, archive.GIB // 2, False),
        (8 * archive.GIB, archive.GIB // 2, True),
        (8 * archive.GIB, archive.GIB // 4, False),
    ],
)
def test_there_is_room_above_a_gibibyte_or_five_percent(
    kept: archive.Archive, monkeypatch: pytest.MonkeyPatch, total: int, free: int, room: bool
) -> None:
    usage = type("Usage", (), {"total": total, "free": free})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert kept.room() is room


def test_an_archive_opened_again_is_the_same(kept: archive.Archive) -> None:
    kept.put(fetched(kept))
    again = archive.Archive(kept.root)
    with again.open(NAME) as blob:
        assert os.fstat(blob.fileno()).st_size == len(BILL)
    assert again.holds(NAME)
    assert not again.holds("0" * 64)
