"""Hostile mail: whatever is in a message, it is read as far as it goes, and each file has its reason."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from core.mailbox import heads, letters, reasons, sift, structure
from tests.core.mailbox.mails import bill, mail


def packed(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return kept.getvalue()


def opened(message: EmailMessage | bytes) -> letters.Letter:
    return letters.read(message if isinstance(message, bytes) else message.as_bytes())


def test_files_come_out_of_archives_and_of_mails_within_the_mail() -> None:
    inner = mail("Facture", files=(("a.pdf", bill("F-1")),))
    outer = mail("Fwd: Facture", files=(("lot.zip", packed(("b.pdf", bill("F-2")), ("c.xml", b"<x/>"))),))
    outer.add_attachment(inner)
    assert sorted(file.name for file in opened(outer).sound) == ["a.pdf", "b.pdf", "c.xml"]


def test_a_bomb_is_not_unpacked() -> None:
    bomb = packed(("facture.pdf", b"%PDF-" + b"\0" * (60 << 20)))
    (file,) = opened(mail("Facture", files=(("lot.zip", bomb),))).files
    assert (file.refused, file.content) == (reasons.BOMB, b"")


def test_archives_within_archives_end_somewhere() -> None:
    content = packed(("a.pdf", bill()))
    for _ in range(10):
        content = packed(("lot.zip", content))
    assert [file.refused for file in opened(mail("x", files=(("lot.zip", content),))).files] == [
        reasons.TOO_DEEP
    ]


@pytest.mark.parametrize(
    "name", ["../../etc/cron.d/x.pdf", "..\\..\\x.pdf", "/etc/x.pdf", "C:\\x.pdf", "a\x01b/x.pdf"]
)
def test_a_name_is_never_a_path(name: str) -> None:
    letter = opened(mail("Facture", files=(("lot.zip", packed((name, bill()))),)))
    assert [file.name for file in letter.files] == ["x.pdf"]


@pytest.mark.parametrize("depth", [50, 5000])
def test_parts_within_parts_are_no_danger(depth: int) -> None:
    top = b"From: a@b.example\r\nSubject: Facture\r\n"
    body = b"Content-Type: application/pdf; name=f.pdf\r\n\r\n" + bill()
    for at in range(depth):
        mark = b"m%d" % at
        body = b"Content-Type: multipart/mixed; boundary=%s\r\n\r\n--%s\r\n%s\r\n--%s--\r\n" % (
            mark,
            mark,
            body,
            mark,
        )
    letter = opened(top + body)
    assert letter.broken or letter.files


@pytest.mark.parametrize(
    "header",
    [
        b"=?x-unknown?b?w6k=?=",
        b"=?utf-8?b?/////w?=",
        b"=?utf-8?q?=ZZ?=",
        b"\xff\xfe\xfa",
        b"=?utf-7?q?+2D3e-?=",
        b"=?" * 999,
    ],
)
def test_charsets_that_nobody_knows_lose_no_message(header: bytes) -> None:
    raw = (
        b"From: %s <a@b.example>\r\nSubject: Facture %s\r\nContent-Type: text/plain; charset=%s\r\n\r\n\xe9"
        % (
            header,
            header,
            header,
        )
    )
    letter = opened(raw)
    assert letter.head.subject.startswith("Facture")
    assert letter.head.subject.encode()


def test_five_thousand_spoiled_messages_are_each_read() -> None:
    for raw in spoiled_ones(5000):
        letter = letters.read(raw)
        assert sift.first(letter.head) in sift.Look
        letter.head.subject.encode()
        structure.parts(raw[:2000])


def test_the_spoiled_messages_find_the_fault_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """What old code raises at heads that no standard allows, and nobody minds."""
    monkeypatch.setattr(heads, "BROKEN", ())
    with pytest.raises((ValueError, LookupError, TypeError, AttributeError)):
        [letters.read(raw) for raw in spoiled_ones(1000)]


def spoiled_ones(count: int) -> Iterator[bytes]:
    dice = random.Random(6)
    seeds = [
        mail("Votre facture", files=(("f.pdf", bill()),)).as_bytes(),
        mail("Fwd", files=(("lot.zip", packed(("a.pdf", b"%PDF-1.4 %%EOF"))),)).as_bytes(),
        mail("Réf. n°12", page="<a href='https://x.example/f.pdf'>Télécharger la facture</a>").as_bytes(),
    ]
    for _ in range(count):
        yield spoiled(dice.choice(seeds), dice)


def spoiled(raw: bytes, dice: random.Random) -> bytes:
    content = bytearray(raw)
    for _ in range(dice.randrange(1, 30)):
        at = dice.randrange(len(content))
        kind = dice.randrange(4)
        if kind == 0:
            content[at] = dice.randrange(256)
        elif kind == 1:
            del content[at : at + dice.randrange(200)]
        elif kind == 2:
            content[at:at] = bytes(dice.randrange(256) for _ in range(dice.randrange(20)))
        else:
            other = dice.randrange(len(content))
            content[at:at] = content[other : other + 300]
        content = content or bytearray(b"x")
    return bytes(content)


def test_the_structure_names_the_files_of_a_message_that_stays_closed() -> None:
    told = (
        b'1 (BODYSTRUCTURE (("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 10 1 NIL NIL NIL NIL)'
        b'("application" "pdf" ("name*" "utf-8\'\'Re%C3%A7u.pdf") NIL NIL "base64" 999 NIL ("attachment" ("filename" "x.pdf")) NIL NIL)'
        b'("application" "octet-stream" NIL NIL NIL "base64" 9 NIL ("attachment" ("filename" "=?utf-8?q?f=C3=A9.xml?=")) NIL NIL) "mixed"))'
    )
    assert structure.parts(told) == [
        heads.Part("Reçu.pdf", "application/pdf"),
        heads.Part("fé.xml", "application/octet-stream"),
    ]


def test_who_wrote_a_forwarded_letter_first_is_told_from_its_text() -> None:
    text = "Pour info\n\n---- Message transféré ----\nDe : Garage des Lilas <Contact@garage-lilas.example>\nObjet : Facture"
    assert opened(mail("TR: Facture", "chef@atelier.example", text)).author == "garage-lilas.example"
    assert opened(mail("Facture", "chef@atelier.example", text)).author == "atelier.example"
