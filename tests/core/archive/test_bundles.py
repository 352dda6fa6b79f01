"""What a zip may be before a byte of it is unpacked, and what its files may be before one is read."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from core import archive
from core.archive import bundles, slips
from tests.core.archive import zips


def opened(folder: Path, content: bytes) -> bundles.Bundle:
    path = folder / "brought.zip"
    path.write_bytes(content)
    return bundles.Bundle(path)


def why_not(folder: Path, content: bytes) -> str:
    with pytest.raises(bundles.NotABundle) as caught:
        opened(folder, content).close()
    return caught.value.reason


def why_not_this(folder: Path, content: bytes, at: int = 0) -> str:
    with opened(folder, content) as bundle, pytest.raises(bundles.NotABundle) as caught:
        list(bundle.pieces(bundle.members[at]))
    return caught.value.reason


def test_an_honest_zip_gives_its_files_back(tmp_path: Path) -> None:
    with opened(tmp_path, zips.of([("a.pdf", b"one"), ("b.pdf", b"two" * 50_000)])) as bundle:
        found = {one.orig_filename: b"".join(bundle.pieces(one)) for one in bundle.members}
        assert found == {"a.pdf": b"one", "b.pdf": b"two" * 50_000}
        assert bundle.named("c.pdf") == []


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06", b"%PDF-1.7" * 10, b"PK\x03\x04" + bytes(60)])
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    assert why_not(tmp_path, content) == "not_a_zip"


def test_a_zip_that_was_cut_or_has_more_behind_it_is_none(tmp_path: Path) -> None:
    whole = zips.of([("a.pdf", b"one")])
    assert why_not(tmp_path, whole[:-5]) == "not_a_zip"
    assert why_not(tmp_path, whole + b"more") == "not_a_zip"


def test_too_many_files_are_refused_by_the_directory_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = zips.of([(f"{n}.pdf", b"") for n in range(bundles.MOST + 2)])
    monkeypatch.delattr(zipfile, "ZipFile")
    assert why_not(tmp_path, many) == "too_many"


def test_a_directory_that_lies_about_its_number_is_counted(tmp_path: Path) -> None:
    many = bytearray(zips.of([(f"{n}.pdf", b"") for n in range(bundles.MOST + 2)]))
    many[-14:-10] = (3).to_bytes(2, "little") * 2
    assert why_not(tmp_path, bytes(many)) == "too_many"


def test_a_zip_above_its_bytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "LARGEST", 50)
    assert why_not(tmp_path, zips.of([("a.pdf", b"one")])) == "too_large"


def test_bombs_are_refused_whole(tmp_path: Path) -> None:
    assert why_not(tmp_path, zips.of([("a.pdf", bytes(20 * 1024**2))])) == "bomb"
    assert why_not(tmp_path, zips.overlapping()) == "bomb"


def test_without_the_count_of_all_the_overlapping_files_would_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault put back: each of them alone is modest."""
    monkeypatch.setattr(bundles, "_check_whole", lambda *_: None)
    with opened(tmp_path, zips.overlapping()) as bundle:
        assert len(list(bundle.pieces(bundle.members[0]))) > 1


def test_a_bomb_among_honest_files_is_refused_alone(tmp_path: Path) -> None:
    noise = bytes((n * n >> 3) % 251 for n in range(400_000))
    content = zips.of([("a.pdf", bytes(20 * 1024**2)), ("b.pdf", noise)], method=zipfile.ZIP_DEFLATED)
    padded = zips.of([("a.pdf", bytes(20 * 1024**2)), ("b.pdf", noise)], method=zipfile.ZIP_STORED)
    assert why_not(tmp_path, content) == "bomb"
    with opened(tmp_path, padded) as bundle:
        assert len(b"".join(bundle.pieces(bundle.members[1]))) == len(noise)


@pytest.mark.parametrize(
    "name",
    [
        "../a.pdf",
        "/etc/passwd",
        "folder/a.pdf",
        "..\\a.pdf",
        "C:a.pdf",
        ".hidden",
        "a\u202epdf.exe",
        "a" * 121,
        "a\n.pdf",
    ],
)
def test_a_name_that_is_more_than_a_name_is_refused(tmp_path: Path, name: str) -> None:
    assert why_not_this(tmp_path, zips.of([(name, b"one")])) == "name"


def test_a_name_with_an_end_in_its_middle_is_refused(tmp_path: Path) -> None:
    content = zips.of([("a.pdfX.exe", b"one")]).replace(b"a.pdfX.exe", b"a.pdf\x00.exe")
    assert why_not_this(tmp_path, content) == "name"


def test_a_file_that_is_locked_damaged_or_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = zips.of([("a.pdf", b"one two three")], method=zipfile.ZIP_STORED)
    assert why_not_this(tmp_path, honest.replace(b"one two", b"one tow")) == "damaged"
    at = honest.index(b"PK\x01\x02")
    locked = bytearray(honest)
    locked[at + 8] |= 1
    assert why_not_this(tmp_path, bytes(locked)) == "encrypted"
    odd = bytearray(honest)
    odd[at + 10] = 12
    assert why_not_this(tmp_path, bytes(odd)) == "method"
    monkeypatch.setattr(archive, "CAP", 5)
    assert why_not_this(tmp_path, honest) == "too_large"


def test_a_file_larger_than_its_directory_says_is_not_read_to_its_end(tmp_path: Path) -> None:
    content = bytearray(zips.of([("a.pdf", bytes(500_000))]))
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = (10).to_bytes(4, "little")
    assert why_not_this(tmp_path, bytes(content)) == "damaged"


def test_a_slip_says_what_each_file_is_for() -> None:
    said = b'{"documents": [{"fileName": "a.pdf", "entryIds": ["7", "7", "8"], "documentNumber": "F-1", "more": 1}]}'
    assert slips.read(said) == [slips.Line("a.pdf", ("7", "8"), None, "F-1")]


@pytest.mark.parametrize(
    "said", [b"", b"[]", b"{}", b'{"documents": []}', b'{"documents": 7}', b"\xff\xfe", b"[" * 100_000]
)
def test_a_slip_that_says_nothing_is_unreadable(said: bytes) -> None:
    with pytest.raises(slips.Unreadable):
        slips.read(said)


@pytest.mark.parametrize(
    "one",
    [
        b"7",
        b'{"fileName": 7, "entryIds": []}',
        b'{"fileName": "a.pdf"}',
        b'{"fileName": "a.pdf", "entryIds": [7]}',
        b'{"fileName": "a.pdf", "entryIds": "7"}',
        b'{"fileName": "a.pdf", "entryIds": ["7"], "sha256": "abc"}',
        b'{"fileName": "a.pdf", "entryIds": ["7\\ud800"]}',
        b'{"fileName": "a\\u0000.pdf", "entryIds": ["7"]}',
    ],
)
def test_a_wrong_line_spoils_itself_only(one: bytes) -> None:
    wrong, fine = slips.read(b'{"documents": [' + one + b', {"fileName": "b.pdf", "entryIds": ["7"]}]}')
    assert (wrong.sound, fine) == (False, slips.Line("b.pdf", ("7",)))
