"""Every hostile file is answered within the limits, and the next honest one is read as if nothing had been."""

from __future__ import annotations

import gzip
import io
import resource
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import cast

import pypdf
import pypdfium2
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from core import errors, nouns
from core.extraction import doubts, gate, sandbox, verdict
from tests.core.extraction import hostile

READ: dict[str, Callable[[], bytes]] = {
    "deep arrays": hostile.deep_arrays,
    "a page tree in a circle": hostile.page_tree_in_a_circle,
    "20 000 pages": hostile.many_pages,
    "a page of 1 440 000 points": hostile.huge_page,
    "a script and a launch": hostile.script_and_launch,
    "1000 attachments": hostile.attachments,
    "an attachment named with NUL and a right-to-left mark": lambda: hostile.attachments(
        3, b"a\\000\xfe\xff\x20\x2e.exe"
    ),
    "text off the page": hostile.off_the_page,
    "white on white": hostile.white_on_white,
    "a page on its side": lambda: hostile.turned(90),
    "a page upside down": lambda: hostile.turned(180),
    "900 bytes before it": lambda: b"x" * 900 + hostile.plain(),
    "a broken cross-reference": lambda: hostile.plain().replace(b"xref", b"xfer"),
}
#: How each may end: `quarantine` by the way that it broke the reader's limits, `reject` by what was sent instead.
ANSWERED: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "2^23 drawings": (
        hostile.nested_forms,
        {"quarantine: crashed", "quarantine: time", "quarantine: memory"},
    ),
    "a form that draws itself": (hostile.form_in_itself, {"ocr"}),
    "400 000 words": (hostile.many_words, {"review"}),
    "a bomb of 80 MB": (hostile.flate_bomb, {"ocr"}),
    "a double bomb of 80 MB": (lambda: hostile.flate_bomb(2), {"ocr"}),
    "a double bomb of 1.2 GB": (
        lambda: hostile.flate_bomb(2, megabytes=1200),
        {"quarantine: crashed", "quarantine: time", "quarantine: memory"},
    ),
    "no pages": (hostile.no_pages, {"reject: unreadable"}),
    "an image of 400 megapixels": (hostile.huge_image, {"ocr"}),
    "a font that tells no letters": (hostile.untold_letters, {"ocr"}),
    "garbage in a PDF's clothes": (
        lambda: b"%PDF-1.7" + bytes(range(256)) * 40 + b"%%EOF",
        {"reject: unreadable"},
    ),
    "zero bytes": (bytes, {"reject: empty"}),
    "nine bytes": (lambda: b"%PDF-1.7\n", {"reject: truncated"}),
    "garbage": (lambda: bytes(range(256)) * 9, {"reject: not_pdf"}),
    "a fifth": (lambda: cut(0.2), {"reject: truncated"}),
    "a half": (lambda: cut(0.5), {"reject: truncated"}),
    "all but the end": (lambda: cut(0.95), {"reject: truncated"}),
    "no %%EOF": (lambda: hostile.plain().replace(b"%%EOF", b""), {"reject: truncated"}),
    "1200 bytes before it": (lambda: b"x" * 1200 + hostile.plain(), {"reject: not_pdf"}),
    "a sign-in page that shows an invoice": (hostile.login_page, {"reject: html"}),
    "a page of an error": (lambda: b"<html><h1>500</h1></html>", {"reject: html"}),
    "a JSON error": (lambda: b'{"error": "session"}', {"reject: json"}),
    "a ZIP": (lambda: b"PK\x03\x04" + bytes(99), {"reject: zip"}),
    "a gzip": (lambda: gzip.compress(hostile.plain()), {"reject: zip"}),
    "a PNG": (lambda: b"\x89PNG\r\n" + bytes(99), {"reject: image"}),
}


def cut(share: float) -> bytes:
    whole = hostile.plain()
    return whole[: int(share * len(whole))]


@pytest.fixture(scope="module")
def readers() -> Iterator[sandbox.Readers]:
    with sandbox.Readers(1, wall=hostile.WALL) as some:
        yield some


def asked(readers: sandbox.Readers, tmp_path: Path, content: bytes) -> nouns.Reading | errors.MoissonError:
    file = tmp_path / "f.pdf"
    file.write_bytes(content)
    try:
        gate.check(file)
        return readers.read_and_preview(file)[0]
    except (errors.NotAnInvoice, errors.ReaderFailed) as answer:
        return answer


def number_of(answer: nouns.Reading | errors.MoissonError) -> str:
    assert isinstance(answer, nouns.Reading)
    return answer.fields["number"].value


def outcome(answer: nouns.Reading | errors.MoissonError) -> str:
    if isinstance(answer, errors.ReaderFailed):
        return f"quarantine: {answer.way}"
    return (
        f"reject: {answer.reason}"
        if isinstance(answer, errors.NotAnInvoice)
        else verdict.action(cast("nouns.Reading", answer))
    )


@pytest.mark.parametrize("name", READ)
def test_a_strange_but_honest_file_is_read(readers: sandbox.Readers, tmp_path: Path, name: str) -> None:
    assert number_of(asked(readers, tmp_path, READ[name]())) == "2026-0042"


@pytest.mark.parametrize("name", ANSWERED)
def test_a_hostile_file_is_answered_and_harms_nobody(
    readers: sandbox.Readers, tmp_path: Path, name: str
) -> None:
    make, outcomes = ANSWERED[name]
    content = make()
    assert outcome(asked(readers, tmp_path, content)) in outcomes
    assert (tmp_path / "f.pdf").read_bytes() == content
    assert number_of(asked(readers, tmp_path, hostile.plain())) == "2026-0042"


def test_no_child_grows_beyond_its_bound(tmp_path: Path) -> None:
    """RLIMIT_AS bounds each at 1 GiB. In a process of its own: the largest child is counted among all that a process has ever started."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        largest = apart.submit(largest_child, tmp_path).result()

    assert 100 * 1024 < largest < 1.1 * 1024**2


def largest_child(folder: Path) -> int:
    """KiB that the largest reader child held over the hungriest files."""
    with sandbox.Readers(1, wall=hostile.WALL) as some:
        for name in ("2^23 drawings", "400 000 words", "a double bomb of 1.2 GB"):
            asked(some, folder, ANSWERED[name][0]())
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


def test_a_file_that_wants_a_password_is_unreadable_and_says_so(
    readers: sandbox.Readers, tmp_path: Path
) -> None:
    answer = asked(readers, tmp_path, _locked(StandardEncryption("secret", "owner", strength=128)))
    assert isinstance(answer, errors.NotAnInvoice)
    assert (answer.reason, answer.said) == ("unreadable", "it wants a password")


def test_an_owners_password_keeps_nobody_from_reading(readers: sandbox.Readers, tmp_path: Path) -> None:
    assert (
        number_of(asked(readers, tmp_path, _locked(StandardEncryption("", "owner", strength=128))))
        == "2026-0042"
    )


def test_a_picture_of_an_invoice_waits_for_ocr(readers: sandbox.Readers, tmp_path: Path) -> None:
    scan = hostile.huge_image(800)
    stamped = scan.replace(b"/X Do", b"/X Do BT /F1 40 Tf 90 400 Td (COPIE) Tj ET")
    for content in (scan, _sound(stamped)):
        answer = asked(readers, tmp_path, content)
        assert isinstance(answer, nouns.Reading)
        assert answer.doubts == (doubts.NO_TEXT,)


def test_a_font_that_tells_no_letters_waits_for_ocr(readers: sandbox.Readers, tmp_path: Path) -> None:
    unknown = hostile.page(hostile.stream(b"BT /F1 12 Tf 72 700 Td <01020304> Tj ET"))
    answer = asked(readers, tmp_path, unknown)
    assert isinstance(answer, nouns.Reading)
    assert answer.fields == {}


@pytest.mark.parametrize(("user", "ends"), [("secret", "reject: unreadable"), ("", "review")])
def test_the_newest_encryption_is_known_too(
    readers: sandbox.Readers, tmp_path: Path, user: str, ends: str
) -> None:
    writer, kept = pypdf.PdfWriter(clone_from=io.BytesIO(hostile.plain())), io.BytesIO()
    writer.encrypt(user, "owner", algorithm="AES-256")
    writer.write(kept)
    assert outcome(asked(readers, tmp_path, kept.getvalue())) == ends


def _sound(spoilt: bytes) -> bytes:
    """The same file with its lengths and places put right."""
    kept = io.BytesIO()
    pdf = pypdfium2.PdfDocument(spoilt)
    pdf.save(kept)
    pdf.close()
    return kept.getvalue()


def _locked(how: StandardEncryption) -> bytes:
    kept = io.BytesIO()
    page = Canvas(kept, encrypt=how)
    page.drawString(72, 700, "Facture 2026-0042")
    page.save()
    return kept.getvalue()
