"""Pages cut out of a file are those pages and nothing else of it, byte for byte the same each time."""

from __future__ import annotations

import io
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from pypdf.annotations import Link

from core import errors
from core.extraction import excerpt, sandbox, wire
from tests import scans
from tests.core.extraction import hostile

SHEETS = [scans.picture(f"F-{n}") for n in range(3)]
PILE = scans.pile(SHEETS)


def _cut(whole: bytes, first: int, last: int) -> bytes:
    return excerpt.of(io.BytesIO(whole), first, last).read()


def _drawn(pdf: bytes) -> list[bytes]:
    with pypdfium2.PdfDocument(pdf) as opened:
        return [page.render().to_pil().tobytes() for page in opened]


@pytest.mark.parametrize(("first", "last"), [(1, 1), (2, 2), (1, 2), (2, 3), (2, 9)])
def test_what_others_show_is_not_in_it_though_all_pages_share_one_list_of_pictures(
    first: int, last: int
) -> None:
    own = _cut(PILE, first, last)
    assert [sheet in own for sheet in SHEETS] == [first <= n <= last for n in (1, 2, 3)]
    assert _drawn(own) == _drawn(PILE)[first - 1 : last]


def test_whatever_is_attached_to_the_file_or_leads_to_other_pages_stays_behind() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(PILE))
    writer.add_attachment("secret.xml", b"<of-another/>" * 9)
    writer.add_outline_item(title="OF-ANOTHER", page_number=2)
    writer.add_annotation(0, Link(rect=(0, 0, 90, 90), target_page_index=2))
    writer.add_metadata({"/Title": "OF-ANOTHER"})
    writer.write(saved := io.BytesIO())
    own = _cut(saved.getvalue(), 1, 1)
    read = pypdf.PdfReader(io.BytesIO(own))
    assert (len(read.pages), dict(read.attachments), read.outline) == (1, {}, [])
    assert b"OF-ANOTHER" not in own
    assert SHEETS[2] not in own


def test_the_same_pages_are_the_same_bytes_in_every_process_and_second(tmp_path: Path) -> None:
    (file := tmp_path / "pile.pdf").write_bytes(PILE)
    with sandbox.Readers(1) as readers, sandbox.Readers(1) as others:
        one, other = readers.excerpt(file, 2, 3), others.excerpt(file, 2, 3)
    assert one == other == _cut(PILE, 2, 3)
    assert one != _cut(PILE, 1, 2)


def test_what_is_larger_than_a_frame_comes_whole(tmp_path: Path) -> None:
    sheets = [sheet + b"\xff" * wire.LARGEST for sheet in SHEETS]
    (file := tmp_path / "pile.pdf").write_bytes(scans.pile(sheets))
    with sandbox.Readers(1) as readers:
        own = readers.excerpt(file, 1, 2)
        assert [sheet in own for sheet in sheets] == [True, True, False]
        assert readers.excerpt(file, 3, 3).count(b"\xff" * 1000)


@pytest.mark.parametrize(("whole", "first"), [(PILE, 4), (b"%PDF-1.4 no end", 1)])
def test_pages_that_are_not_there_are_no_file(tmp_path: Path, whole: bytes, first: int) -> None:
    (file := tmp_path / "pile.pdf").write_bytes(whole)
    with sandbox.Readers(1) as readers, pytest.raises(errors.NotAnInvoice) as err:
        readers.excerpt(file, first, first)
    assert err.value.reason == "unreadable"


def test_the_words_of_a_bill_are_found_again_in_its_excerpt(tmp_path: Path) -> None:
    (whole := tmp_path / "bill.pdf").write_bytes(hostile.plain())
    (part := tmp_path / "part.pdf").write_bytes(_cut(hostile.plain(), 1, 1))
    with sandbox.Readers(1) as readers:
        assert readers.read(part).fields["number"] == readers.read(whole).fields["number"]
