"""Letters that are bombs: they cost a child, and the next letter is opened as ever."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator

import psutil
import pytest

from core import errors
from core.mailbox import letters, parcel, reasons
from core.mailbox.openers import LetterOpeners
from tests.core.mailbox.mails import bill, mail
from tests.core.mailbox.test_letters import packed

PLAIN = mail(
    "TR: Facture",
    "chef@atelier.example",
    "De : Garage <contact@garage.example>",
    files=(("f.pdf", bill()),),
    page="<a href='https://pay.stripe.com/x/pdf'>Facture</a> 12,00 €",
)


@pytest.fixture(scope="module")
def openers() -> Iterator[LetterOpeners]:
    with LetterOpeners(1) as opened:
        yield opened


@pytest.fixture
def hasty() -> Iterator[LetterOpeners]:
    """They may work for a second, however long they wait for their turn."""
    with LetterOpeners(1, cpu=1, wall=120) as opened:
        yield opened


@pytest.mark.parametrize(
    "raw",
    [
        PLAIN.as_bytes(),
        mail("Votre code", text="Votre code est 481516.").as_bytes(),
        mail("Lot", files=(("lot.zip", packed(("a.pdf", bill()), ("b.exe", b"MZ"))),)).as_bytes(),
        mail("Grand", files=(("g.pdf", b"%PDF-" + os.urandom(9 * 1024**2)),)).as_bytes(),
        b"",
        b"\xff\x00" * 500,
        b"Subject: =?utf-8?q?=ED=A0=80?=\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n+2D3e-",
    ],
)
def test_a_letter_that_a_child_opened_says_the_same(openers: LetterOpeners, raw: bytes) -> None:
    assert openers.read(raw) == letters.read(raw)


def horrors() -> dict[str, bytes]:
    """Parsers take the square of their length, or more memory than there is."""
    kind = b"Content-Type: text/html\r\n\r\n"
    top = b"From: a@b.example\r\nSubject: Facture\r\n"
    return {
        "semicolons": top + b"Content-Type: text/plain; charset=" + b";" * 2_000_000 + b"\r\n\r\nx",
        "words": top + b"Content-Type: application/pdf; name=" + b"=?a?q?b?=" * 400_000 + b"\r\n\r\nx",
        "comments": top + kind + b"<!--" * 100_000,
        "styles": top + kind + b"<style>" * 57_000,
        "declarations": top + kind + b"<![CDATA[" * 44_000,
        "tags": top + kind + b"<a " * 130_000,
        "digits": top + kind + b"1" * 400_000,
        "spaces": top + kind + b"facture" + b" " * 390_000,
        "parts": top + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\n" * 300_000,
    }


@pytest.mark.parametrize("horror", horrors())
def test_whatever_is_in_a_letter_it_ends_within_the_limits_and_the_next_is_opened(
    hasty: LetterOpeners, horror: str
) -> None:
    letter = hasty.read(horrors()[horror])
    assert (letter.head.subject, letter.head.sender) == ("Facture", "a@b.example")
    assert hasty.read(PLAIN.as_bytes()).sound


def test_a_letter_that_takes_too_long_is_broken_and_its_child_is_gone(hasty: LetterOpeners) -> None:
    letter = hasty.read(horrors()["semicolons"])
    assert letter.broken
    assert hasty.seats[0].process is None


def test_a_letter_of_fifty_mebibytes_is_opened_within_the_memory_of_a_child(openers: LetterOpeners) -> None:
    lines = os.urandom(38).hex().encode() + b"\r\n"
    raw = b"From: a@b.example\r\nSubject: Facture\r\n\r\n" + lines * (50 * 1024**2 // len(lines))
    before = psutil.Process().memory_info().rss
    assert not openers.read(raw).broken
    assert psutil.Process().memory_info().rss - before < 120 * 1024**2


def test_zeros_without_end_cost_the_worker_nothing(openers: LetterOpeners) -> None:
    bomb = packed(*((f"{at}.pdf", b"%PDF-" + b"\0" * (24 << 20)) for at in range(2)), method=zipfile.ZIP_LZMA)
    before = psutil.Process().memory_info().rss
    letter = openers.read(mail("Facture", files=(("lot.zip", bomb),)).as_bytes())
    assert [file.refused for file in letter.files] == [reasons.BOMB]
    assert psutil.Process().memory_info().rss - before < 50 * 1024**2


def test_a_child_is_not_believed_when_it_says_more_than_a_letter_holds() -> None:
    told = parcel.said(letters.read(PLAIN.as_bytes()))
    assert parcel.lengths(told) == [len(bill())]
    told["files"][0]["length"] = letters.TOTAL + 1
    with pytest.raises(ValueError, match="more than a letter"):
        parcel.lengths(told)
    told["files"][0] |= {"length": 4, "name": "../../etc/passwd"}
    assert parcel.letter(told, [b"%PDF"]).files[0].name == "passwd"


def test_openers_that_are_closed_say_so() -> None:
    openers = LetterOpeners(1)
    openers.close()
    with pytest.raises(errors.ReaderFailed) as failed:
        openers.read(b"")
    assert failed.value.way == "gone"
