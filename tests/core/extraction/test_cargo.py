"""Scripts, programs and calls to start one are said of a PDF, however they are hidden; a bill that carries none is not accused."""

from __future__ import annotations

import io
import zlib
from functools import partial

import pytest

from core import nouns
from core.extraction import doubts, reader, taught, verdict
from tests.core.extraction import hostile, papers, press

SCRIPT = b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"
LAUNCH = b"/OpenAction << /S /Launch /F (/bin/sh) >>"


def said(content: bytes) -> set[str]:
    reading = reader.read(io.BytesIO(content), partial(taught.read, offered=[]))
    return {doubts.SCRIPT, doubts.PROGRAM} & set(reading.doubts)


def packed(action: bytes) -> bytes:
    """The action in a packed run of objects, as newer writers lay it down."""
    squeezed = zlib.compress(b"9 0 << %s >>" % action.removeprefix(b"/OpenAction << ").removesuffix(b" >>"))
    run = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (
        len(squeezed),
        squeezed,
    )
    return hostile.page(hostile.stream(hostile.TEXT), objects=[run])


@pytest.mark.parametrize(
    ("content", "doubt"),
    [
        (hostile.page(hostile.stream(hostile.TEXT), catalog=SCRIPT), {doubts.SCRIPT}),
        (hostile.page(hostile.stream(hostile.TEXT), catalog=LAUNCH), {doubts.PROGRAM}),
        (hostile.script_and_launch(), {doubts.SCRIPT, doubts.PROGRAM}),
        (
            hostile.script_and_launch().replace(b"/JavaScript", b"/J#61vaScript"),
            {doubts.SCRIPT, doubts.PROGRAM},
        ),
        (packed(SCRIPT), {doubts.SCRIPT}),
        (packed(LAUNCH), {doubts.PROGRAM}),
        (hostile.attachments(1, b"invoice.pdf.exe"), {doubts.PROGRAM}),
        (hostile.attached(hostile.stream(b"MZ" + bytes(60))), {doubts.PROGRAM}),
        (hostile.attached(hostile.stream(b"<x/>")), set()),
        (hostile.plain(), set()),
    ],
)
def test_what_could_act_is_said(content: bytes, doubt: set[str]) -> None:
    assert said(content) == doubt


def test_a_view_to_open_at_and_a_link_are_no_script() -> None:
    view = b"/OpenAction [3 0 R /Fit] /Extra << /S /URI /URI (https://example.org/JavaScript) >>"
    assert said(hostile.page(hostile.stream(hostile.TEXT), catalog=view)) == set()


def test_no_honest_paper_is_accused() -> None:
    assert [bill.says for content, bill in press.bills(24, seed=5) if said(content)] == []


def test_a_program_always_asks_for_a_person_and_a_script_is_told_beside_what_is_sure() -> None:
    sure = nouns.FieldRead("x", "portal:row+page", 0.97)
    fields = dict.fromkeys(verdict.VITAL, sure)

    def asked(doubt: str) -> str:
        return verdict.action(nouns.Reading(fields, nouns.Kind.INVOICE, 1, "x", (doubt,)))

    assert (asked(doubts.SCRIPT), asked(doubts.PROGRAM)) == ("accept", "review")


def test_a_page_too_full_to_be_looked_at_is_for_a_person_and_one_without_a_word_of_an_invoice_is_not() -> (
    None
):
    full = reader.read(io.BytesIO(hostile.many_words(30_000)), partial(taught.read, offered=[]))
    assert doubts.TOO_FULL in full.doubts
    assert verdict.action(full) == "review"
    assert verdict.action(papers.read(["Once upon a time"])) == "reject"
