"""What an XML is, told by its first element alone, however much stands before it."""

from __future__ import annotations

import pytest

from core.extraction import roots
from tests.core.extraction.einvoice import written

UBL = b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">'


@pytest.mark.parametrize(
    ("head", "syntax"),
    [
        (UBL, "ubl"),
        (UBL.replace(b"<Invoice xmlns", b"<u:Invoice xmlns:u"), "ubl"),
        (b"<CreditNote xmlns=\n'urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2'\n>", "ubl"),
        (b"<!-- <html> --> <?php x ?>\n" + UBL, "ubl"),
        (b'<!DOCTYPE Invoice [<!ENTITY a "b">]>' + UBL, "ubl"),
        (UBL.decode().encode("utf-16"), "ubl"),
        (UBL.decode().encode("utf-16-le"), "ubl"),
        (b"\xef\xbb\xbf\n" + UBL, "ubl"),
        (b"<x:CrossIndustryDocument>", "cii"),
        (b"<Invoice>", None),
        (b'<Invoice xmlns="urn:example">', None),
        (b'<u:Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">', None),
        (b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2">', None),
        (written.order(), None),
        (b"<html><Invoice>", None),
        (b"<!-- " + UBL, None),
        (b"<!DOCTYPE html><html>", None),
        (b"%PDF-1.7 " + UBL, None),
        (b"", None),
    ],
)
def test_the_first_element_tells(head: bytes, syntax: str | None) -> None:
    first = roots.root(head)
    assert (first.syntax if first else None) == syntax
    assert roots.is_invoice(head) == (syntax is not None)


@pytest.mark.parametrize(
    "piece", [b"<!--", b"<!-- --", b"<?", b"<!DOCTYPE [", b"<a ", b" ", b"<!-- -->", b"<![CDATA["]
)
def test_what_is_made_to_take_long_does_not(piece: bytes) -> None:
    """A pattern that tried every way would never end."""
    assert roots.root(piece * 100_000) is None
