"""What a portal sends under the name of a PDF is recognised before any parser sees it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from core import errors
from core.extraction import gate, roots
from tests.core.extraction import hostile
from tests.core.extraction.einvoice import written

PDF = hostile.plain()
LOGIN = b"<!DOCTYPE html>\n<html><title>Connexion</title><p>Facture 49,99 EUR</p></html>"


def reason(tmp_path: Path, content: bytes) -> str | None:
    file = tmp_path / "f.pdf"
    file.write_bytes(content)
    try:
        gate.check(file)
    except errors.NotAnInvoice as refused:
        return refused.reason if refused.said else None
    return None


@pytest.mark.parametrize("content", [PDF, b"x" * 900 + PDF, b"\n\n" + PDF, PDF + b"\x00" * 2000])
def test_a_whole_pdf_passes(tmp_path: Path, content: bytes) -> None:
    assert reason(tmp_path, content) is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\n", "truncated"),
        (b"\x07garbage" * 99, "not_pdf"),
        (b"x" * 1200 + PDF, "not_pdf"),
        (PDF.replace(b"%%EOF", b""), "truncated"),
        (LOGIN, "html"),
        (b"\xef\xbb\xbf\r\n  " + LOGIN, "html"),
        (LOGIN.decode().encode("utf-16"), "html"),
        (b"<h1>Internal Server Error</h1>", "html"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'></html>", "html"),
        (b"<?xml version='1.0'?><Invoice/>", "xml"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "xml"),
        (b"<soap:Envelope xmlns:soap='http://schemas.xmlsoap.org/soap/envelope/'/>", "xml"),
        (written.order(), "xml"),
        (written.ubl()[:-20], "truncated"),
        (b'{"error": "session expired"}', "json"),
        (b'\n[{"id": 1}]', "json"),
        (b"PK\x03\x04" + PDF, "zip"),
        (gzip.compress(PDF), "zip"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "image"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 50, "image"),
    ],
)
def test_anything_else_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    assert reason(tmp_path, content) == said


@pytest.mark.parametrize(
    "content", [written.cii(), written.ferd(), written.ubl(), written.ubl() + b"\n<!-- -->\n"]
)
def test_a_whole_e_invoice_passes_as_xml(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "f.pdf"
    file.write_bytes(content)
    assert gate.check(file) == "application/xml"
    file.write_bytes(PDF)
    assert gate.check(file) == "application/pdf"


def test_an_e_invoice_larger_than_any_is_too_large(tmp_path: Path) -> None:
    padded = written.ubl().replace(b"<cbc:ID>", b"<!--%s--><cbc:ID>" % (b"x" * roots.CAP), 1)
    assert reason(tmp_path, padded) == "too_large"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.95])
def test_a_pdf_cut_short_is_truncated(tmp_path: Path, share: float) -> None:
    long = hostile.page(hostile.stream(hostile.TEXT + b" " * 20_000))
    assert reason(tmp_path, long[: int(len(long) * share)]) == "truncated"


def test_a_file_above_the_cap_is_too_large(tmp_path: Path) -> None:
    file = tmp_path / "f.pdf"
    file.write_bytes(PDF)
    gate.check(file, cap=len(PDF))
    with pytest.raises(errors.NotAnInvoice) as refused:
        gate.check(file, cap=len(PDF) - 1)
    assert refused.value.reason == "too_large"
