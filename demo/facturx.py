"""An invoice that carries itself as data: a PDF/A-3 with the file `factur-x.xml` in it, profile EN 16931."""

from __future__ import annotations

import io
from datetime import UTC, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import jinja2
import pypdf
from PIL import ImageCms
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)

from demo import paper
from demo.shelf import Bill

NAME = "factur-x.xml"
CENT = Decimal("0.01")
#: What the XMP of a Factur-X file declares of itself (Factur-X 1.0, section 6.2.2).
PROPERTIES = {
    "DocumentFileName": "name of the embedded XML invoice file",
    "DocumentType": "INVOICE",
    "Version": "version of the Factur-X XML schema",
    "ConformanceLevel": "conformance level of the embedded data",
}
TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates" / "facturx"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
)
#: A profile of colours says when it was made; ours has to be the same bytes each time.
MADE = slice(24, 36)


def xml(
    bill: Bill,
    *,
    seller: paper.Party,
    buyer: paper.Party,
    line: str,
    currency: str = "EUR",
    vat_rate: Decimal = Decimal(20),
) -> bytes:
    """The bill as a Cross Industry Invoice; a credit note's amounts are positive there (type 381)."""
    total = abs(bill.total).quantize(CENT)
    net = (total * 100 / (100 + vat_rate)).quantize(CENT, ROUND_HALF_UP)
    told = {"net": net, "vat": total - net, "total": total, "rate": vat_rate, "currency": currency}
    due = bill.issued + timedelta(days=paper.DUE_DAYS)
    page = TEMPLATES.get_template("invoice.xml")
    return page.render(bill=bill, seller=seller, buyer=buyer, line=line, due=due, **told).encode()


def wrap(pdf: bytes, data: bytes, bill: Bill) -> bytes:
    """The PDF with `data` in it, as PDF/A-3b; its fonts must be embedded already."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    writer.pdf_header = "%PDF-1.7"
    root = writer.root_object
    _attach(writer, data, bill)
    root[NameObject("/OutputIntents")] = ArrayObject([_colours(writer)])
    about = TEMPLATES.get_template("about.xmp").render(title=bill.number, properties=PROPERTIES).encode()
    root[NameObject("/Metadata")] = _stream(
        writer, about, Type=NameObject("/Metadata"), Subtype=NameObject("/XML")
    )
    writer.metadata = None
    kept = io.BytesIO()
    writer.write(kept)
    return kept.getvalue()


def _attach(writer: pypdf.PdfWriter, data: bytes, bill: Bill) -> None:
    file = writer.add_attachment(NAME, data)
    file.subtype = NameObject("/text/xml")
    file.associated_file_relationship = NameObject("/Data")
    file.alternative_name = TextStringObject(NAME)
    file.description = TextStringObject("Factur-X")
    file.size = NumberObject(len(data))
    file.modification_date = datetime.combine(bill.issued, time(), UTC)
    writer.root_object[NameObject("/AF")] = ArrayObject([file.pdf_object.indirect_reference])


def _colours(writer: pypdf.PdfWriter) -> DictionaryObject:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[MADE] = bytes(12)
    intent = DictionaryObject()
    intent[NameObject("/Type")] = NameObject("/OutputIntent")
    intent[NameObject("/S")] = NameObject("/GTS_PDFA1")
    intent[NameObject("/OutputConditionIdentifier")] = TextStringObject("sRGB")
    intent[NameObject("/DestOutputProfile")] = _stream(writer, bytes(profile), N=NumberObject(3))
    return intent


def _stream(writer: pypdf.PdfWriter, content: bytes, **told: PdfObject) -> IndirectObject:
    stream = DecodedStreamObject()
    stream.set_data(content)
    stream.update({NameObject(f"/{name}"): value for name, value in told.items()})
    return writer._add_object(stream)
