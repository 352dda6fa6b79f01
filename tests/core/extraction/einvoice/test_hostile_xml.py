"""XML that was made to harm, or that is merely damaged: answered by a reader child, alone and inside a PDF, and nothing is fetched or grown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core import errors, nouns
from core.extraction import doubts, gate, sandbox, verdict
from tests.core.extraction import hostile
from tests.core.extraction.einvoice import written

PLAIN = written.cii()
DECLARED = b'<?xml version="1.0" encoding="UTF-8"?>'
DELIVERY = b"<ram:ApplicableHeaderTradeDelivery/>"
NUMBER = b"<ram:ID>TR-2026-0117</ram:ID>"


def with_type(body: bytes, number: bytes = NUMBER) -> bytes:
    """The bill behind a document type of its own."""
    return PLAIN.replace(DECLARED, DECLARED + b"<!DOCTYPE x [" + body + b"]>").replace(NUMBER, number)


def laughs() -> bytes:
    each = [b'<!ENTITY a0 "ha">']
    each += [b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)]
    return with_type(b"".join(each), b"<ram:ID>&a9;</ram:ID>")


def blow_up() -> bytes:
    return with_type(b'<!ENTITY a "%s">' % (b"a" * 50_000), b"<ram:ID>%s</ram:ID>" % (b"&a;" * 50_000))


def outside() -> bytes:
    return with_type(b'<!ENTITY a SYSTEM "file:///etc/passwd">', b"<ram:ID>&a;</ram:ID>")


def parameter() -> bytes:
    return with_type(b'<!ENTITY % a SYSTEM "http://127.0.0.1:9/x.dtd"> %a;')


def deep() -> bytes:
    return PLAIN.replace(NUMBER, b"<a>" * 100_000 + NUMBER + b"</a>" * 100_000)


REFUSED: dict[str, Callable[[], bytes]] = {
    "an entity that laughs a billion times": laughs,
    "one long entity, often": blow_up,
    "an entity that reads a file": outside,
    "an entity that asks the network": parameter,
    "100 000 levels": deep,
    "a tag that never ends well": lambda: PLAIN.replace(b"</ram:BuyerTradeParty>", b""),
    "half a million empty elements": lambda: PLAIN.replace(DELIVERY, b"<ram:A/>" * 500_000),
    "a NUL within": lambda: PLAIN.replace(b"TR-2026", b"TR\x00-2026"),
}
READ: dict[str, Callable[[], bytes]] = {
    "a byte order mark": lambda: b"\xef\xbb\xbf" + PLAIN,
    "UTF-16": lambda: PLAIN.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "Latin-1 that says it is UTF-8": lambda: PLAIN.decode().encode("latin-1"),
    "UTF-8 that says it is UTF-16": lambda: PLAIN.replace(b"UTF-8", b"UTF-16"),
    "UTF-8 that says it is nothing known": lambda: PLAIN.replace(b"UTF-8", b"X-OURS-7"),
    "no declaration": lambda: PLAIN.replace(DECLARED, b""),
    "a comment of 10 kB before the root": lambda: PLAIN.replace(
        DECLARED, DECLARED + b"<!-- %s -->" % (b"<html> licence " * 700)
    ),
    "a comment within a value": lambda: PLAIN.replace(b"TR-2026-0117", b"TR-2026<!-- x -->-0117"),
    "a processing instruction": lambda: PLAIN.replace(
        DECLARED, DECLARED + b'<?xml-stylesheet href="http://x/"?>'
    ),
    "90 000 empty elements": lambda: PLAIN.replace(DELIVERY, b"<ram:A/>" * 90_000),
}


@pytest.fixture(scope="module")
def readers() -> Iterator[sandbox.Readers]:
    with sandbox.Readers(1, wall=hostile.WALL) as some:
        yield some


@pytest.fixture
def asked(readers: sandbox.Readers, tmp_path: Path) -> Callable[[bytes], nouns.Reading | errors.MoissonError]:
    def ask(content: bytes) -> nouns.Reading | errors.MoissonError:
        file = tmp_path / "some.file"
        file.write_bytes(content)
        try:
            gate.check(file)
            return readers.read_and_preview(file)[0]
        except (errors.NotAnInvoice, errors.ReaderFailed) as answer:
            return answer

    return ask


Ask = Callable[[bytes], nouns.Reading | errors.MoissonError]


@pytest.mark.parametrize("name", REFUSED)
def test_alone_it_is_unreadable(asked: Ask, name: str) -> None:
    answer = asked(REFUSED[name]())
    assert isinstance(answer, errors.NotAnInvoice)
    assert answer.reason == "unreadable"


@pytest.mark.parametrize("name", REFUSED)
def test_inside_a_pdf_the_page_is_read_and_doubted(asked: Ask, name: str) -> None:
    answer = asked(written.carried(REFUSED[name]()))
    assert isinstance(answer, nouns.Reading)
    assert answer.fields["number"].source == "generic"
    assert doubts.UNREADABLE_DATA in answer.doubts
    assert verdict.action(answer) == "review"


@pytest.mark.parametrize("name", READ)
def test_a_strange_but_honest_one_is_read(asked: Ask, name: str) -> None:
    for content in (READ[name](), written.carried(READ[name]())):
        answer = asked(content)
        assert isinstance(answer, nouns.Reading), answer
        assert (answer.fields["number"].value, verdict.action(answer)) == ("TR-2026-0117", "accept")


@pytest.mark.parametrize("share", [0.2, 0.5, 0.95])
def test_one_cut_short_is_truncated_alone_and_doubted_inside(asked: Ask, share: float) -> None:
    part = PLAIN[: int(len(PLAIN) * share)]
    alone, inside = asked(part), asked(written.carried(part))
    assert isinstance(alone, errors.NotAnInvoice)
    assert alone.reason == "truncated"
    assert isinstance(inside, nouns.Reading)
    assert doubts.UNREADABLE_DATA in inside.doubts


def test_more_than_any_invoice_has_is_not_parsed(asked: Ask) -> None:
    large = PLAIN.replace(NUMBER, NUMBER + b"<ram:Name>%s</ram:Name>" % (b"x" * 5 * 1024**2))
    alone, inside = asked(large), asked(written.carried(large))
    assert isinstance(alone, errors.NotAnInvoice)
    assert alone.reason == "too_large"
    assert isinstance(inside, nouns.Reading)
    assert doubts.UNREADABLE_DATA in inside.doubts


def test_an_attachment_that_inflates_without_end_is_left_in(asked: Ask) -> None:
    bomb = hostile.attached(hostile.squeezed(PLAIN + b" " * 80 * 1024**2))
    assert len(bomb) < 1024**2
    answer = asked(bomb)
    assert isinstance(answer, nouns.Reading)
    assert (answer.fields["number"].value, answer.fields["number"].source) == ("2026-0042", "generic")


def test_only_the_first_twenty_attachments_are_looked_at(asked: Ask) -> None:
    for count, source in ((19, "xml:BT-1+page"), (20, "generic")):
        files = [b"nothing"] * count + [PLAIN]
        answer = asked(written.carried(*files, names=[f"{n:03}.bin" for n in range(len(files))]))
        assert isinstance(answer, nouns.Reading)
        assert answer.fields["number"].source == source


def test_names_that_reach_out_of_the_folder_mean_nothing(asked: Ask) -> None:
    for name in ("../../factur-x.xml", "/etc/passwd", "a\x00b.xml", "\u202elmx.exe"):
        answer = asked(written.carried(PLAIN, names=[name]))
        assert isinstance(answer, nouns.Reading)
        assert answer.fields["number"].source == "xml:BT-1+page"
