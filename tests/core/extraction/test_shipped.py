"""The templates that come with the farm read what their suppliers print, and stand behind what people taught."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest

from collectors.kit import catalogue
from core.extraction import doubts, shipped, taught, templates
from demo import bleu, mandarine, nimbus, paper
from demo.house import Brand

BRANDS = {one.id: one for module in (mandarine, nimbus, bleu) for one in vars(module).values() if isinstance(one, Brand)}  # fmt: skip
SHIPPED = sorted(file.stem for file in shipped.HERE.glob("*.toml"))


def printed(brand: Brand, *, contract: str = "CL-000042", line: str = "") -> bytes:
    return paper.invoice(
        "ZZ-2026-0917",
        date(2026, 9, 17),
        Decimal("98765.40"),
        currency=brand.currency,
        supplier=brand.supplier,
        contract=contract,
        language=brand.language,
        line=line,
        embedded=brand.electronic,
    )


def test_they_are_of_suppliers_of_the_catalogue() -> None:
    assert set(SHIPPED) <= set(catalogue.load(allow_loopback=True).collectors)


@pytest.mark.parametrize("supplier", SHIPPED)
def test_a_shipped_template_reads_what_its_supplier_prints(supplier: str) -> None:
    offered = [templates.unpacked(one) for one in shipped.of(supplier)]
    reading = taught.read(io.BytesIO(printed(BRANDS[supplier])), offered)
    read = {name: reading.fields[name].value for name in ("number", "date", "total", "net", "vat")}
    assert read == {"number": "ZZ-2026-0917", "date": "2026-09-17", "total": "98765.40", "net": "82304.50", "vat": "16460.90"}  # fmt: skip
    assert reading.fields["number"].source == f"template:{supplier}/0"
    assert reading.fields["number"].confidence < 0.95


def test_a_paper_that_no_shipped_template_knows_is_read_as_ever() -> None:
    offered = [templates.unpacked(one) for one in shipped.of("mandarine")]
    reading = taught.read(io.BytesIO(printed(BRANDS["nimbus"])), offered)
    assert doubts.NEW_LAYOUT not in reading.doubts
    assert reading.fields["number"].source == "generic"


@pytest.mark.parametrize("name", ["fern", "../shipped/mandarine", ""])
def test_most_suppliers_have_none(name: str) -> None:
    assert shipped.of(name) == ()
