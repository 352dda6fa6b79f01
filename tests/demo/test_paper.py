"""The invoices on paper are always the same, and spoiled ones are spoiled as named."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pypdfium2
import pytest

from demo import paper


def test_half_a_pdf_cannot_be_opened_and_a_huge_one_can() -> None:
    whole = paper.invoice("MT-2026-0001", date(2026, 1, 3), Decimal("45.90"))
    assert len(pypdfium2.PdfDocument(io.BytesIO(b"".join(paper.huge(whole, 3_000_001))))) == 1
    assert len(b"".join(paper.huge(whole, 3_000_001))) == 3_000_001
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(paper.half(whole))


def test_the_same_words_make_the_same_bytes() -> None:
    paper.invoice.cache_clear()
    one = paper.invoice("MT-2026-0001", date(2026, 1, 3), Decimal("45.90"))
    paper.invoice.cache_clear()
    assert paper.invoice("MT-2026-0001", date(2026, 1, 3), Decimal("45.90")) == one
