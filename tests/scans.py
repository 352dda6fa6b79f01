"""A pile of paper that went through a scanner as one PDF: on each sheet the picture of another invoice, in a list that all sheets share."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw


def picture(number: str) -> bytes:
    """A sheet as JPEG, byte by byte as it stands in the pile."""
    sheet = Image.effect_noise((420, 594), 40)
    ImageDraw.Draw(sheet).text((40, 40), f"FACTURE {number}", fill=0, font_size=30)
    saved = io.BytesIO()
    sheet.save(saved, "JPEG", quality=60)
    return saved.getvalue()


def pile(pictures: Sequence[bytes]) -> bytes:
    """One PDF; as many scanners do, it names every picture on every page, shown there or not."""
    count = len(pictures)
    sheets, shown, first = range(3, 3 + count), range(3 + count, 3 + 2 * count), 3 + 2 * count
    names = b" ".join(b"/Im%d %d 0 R" % (n, first + n) for n in range(count))
    kids = b" ".join(b"%d 0 R" % n for n in sheets)
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]/MediaBox[0 0 595 842]/Resources<</XObject<<%s>>>>>>" % (count, kids, names),
        *(b"<</Type/Page/Parent 2 0 R/Contents %d 0 R>>" % n for n in shown),
        *(_stream(b"", b"q 595 0 0 842 0 0 cm /Im%d Do Q" % n) for n in range(count)),
        *(_stream(_IMAGE, one) for one in pictures),
    ]  # fmt: skip
    return _written(bodies)


_IMAGE = b"/Type/XObject/Subtype/Image/Width 420/Height 594/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode"


def _stream(told: bytes, content: bytes) -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (told, len(content), content)


def _written(bodies: Sequence[bytes]) -> bytes:
    out, places = io.BytesIO(b"%PDF-1.4\n"), []
    out.seek(0, io.SEEK_END)
    for number, body in enumerate(bodies, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1))
    out.writelines(b"%010d 00000 n \n" % at for at in places)
    out.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, table))
    return out.getvalue()
