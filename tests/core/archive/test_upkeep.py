"""Sweeping takes what nobody owns any more, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core import archive, nouns
from core.archive import upkeep

NOW = datetime.now(UTC)
#: A day after the last of these tests, however long they all take.
LATER = NOW + timedelta(hours=47)


@pytest.fixture
def kept(tmp_path: Path) -> archive.Archive:
    return archive.Archive(tmp_path / "archive")


def fetched(kept: archive.Archive, content: bytes = b"bill", run_id: int = 7) -> nouns.File:
    return kept.keep([content], name="f.pdf", media_type="application/pdf", run_id=run_id)


def swept(
    kept: archive.Archive, now: datetime, *, alive: Collection[int] = (), known: Collection[str] = ()
) -> upkeep.Swept:
    return upkeep.sweep(kept, now, alive=alive.__contains__, known=known.__contains__)


def test_the_part_of_a_dead_run_goes_and_that_of_a_living_one_stays(kept: archive.Archive) -> None:
    dead, living = fetched(kept, run_id=1), fetched(kept, run_id=2)
    assert swept(kept, NOW, alive={2}).parts == 1
    assert not dead.path.exists()
    assert living.path.exists()


def test_a_blob_without_a_row_goes_after_a_day(kept: archive.Archive) -> None:
    blob = kept.put(fetched(kept))
    assert swept(kept, NOW).blobs == 0
    assert swept(kept, LATER).blobs == 1
    assert not blob.exists()


def test_a_blob_with_a_row_stays_for_ever(kept: archive.Archive) -> None:
    blob = kept.put(fetched(kept))
    assert swept(kept, LATER + timedelta(days=4000), known={blob.name}).blobs == 0
    assert blob.exists()


def test_an_old_orphan_that_comes_again_counts_as_new(kept: archive.Archive) -> None:
    blob = kept.put(fetched(kept))
    long_ago = (NOW - timedelta(days=3)).timestamp()
    os.utime(blob, (long_ago, long_ago))
    kept.put(fetched(kept))
    assert swept(kept, NOW).blobs == 0
    assert blob.exists()


def test_an_orphan_placed_again_while_the_sweep_looks_at_it_stays(kept: archive.Archive) -> None:
    blob = kept.put(fetched(kept))
    long_ago = (NOW - timedelta(days=3)).timestamp()
    os.utime(blob, (long_ago, long_ago))

    def not_known_but_on_its_way(_: str) -> bool:
        kept.put(fetched(kept))
        return False

    assert upkeep.sweep(kept, NOW, alive=lambda _: False, known=not_known_but_on_its_way).blobs == 0
    assert blob.exists()


def test_the_picture_of_a_blob_that_went_goes_too(kept: archive.Archive) -> None:
    blob = kept.put(fetched(kept))
    picture = kept.put_preview(blob.name, b"png")
    half_written = picture.with_suffix(".77.part")
    half_written.write_bytes(b"p")
    assert swept(kept, LATER, known={blob.name}).previews == 1
    assert picture.exists()
    assert not half_written.exists()
    assert swept(kept, LATER).previews == 1
    assert not picture.exists()


def test_a_sound_archive_verifies_and_a_flipped_bit_is_found(kept: archive.Archive) -> None:
    sound, spoilt = kept.put(fetched(kept, b"one")), kept.put(fetched(kept, b"two"))
    assert list(upkeep.verify(kept)) == []
    spoilt.write_bytes(b"twp")
    assert list(upkeep.verify(kept)) == [spoilt.name]
    assert sound.exists()
