"""Small files that break readers, made by hand so that each says exactly what it is."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

#: Seconds for a reader in a test: what a file costs is bounded by its CPU time, and a busy machine lets a child wait.
WALL = 240.0
#: A page's content: a line of text in the standard Helvetica.
TEXT = b"BT /F1 12 Tf 72 700 Td (Facture 2026-0042) Tj ET"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def pdf(objects: Sequence[bytes], *, root: int = 1, trailer: bytes = b"") -> bytes:
    """A whole PDF of these objects, numbered from 1, with a right cross-reference table."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root %d 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        root,
        trailer,
        start,
    )
    return bytes(out)


def stream(content: bytes, words: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), words, content)


def squeezed(content: bytes, times: int = 1) -> bytes:
    for _ in range(times):
        content = zlib.compress(content, 9)
    return stream(content, b"/Filter [%s]" % (b"/FlateDecode " * times))


def page(
    content: bytes,
    *,
    box: bytes = b"0 0 595 842",
    more: bytes = b"",
    resources: bytes = b"",
    catalog: bytes = b"",
    objects: Sequence[bytes] = (),
) -> bytes:
    """A PDF of one page; `content` is its stream object; `objects` are numbered from 6."""
    return pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R %s /Resources << /Font << /F1 5 0 R >> %s >> >>"
            % (box, more, resources),
            content,
            FONT,
            *objects,
        ]
    )


def plain(text: bytes = TEXT) -> bytes:
    return page(stream(text))


def nested_forms(depth: int = 23) -> bytes:
    """Each form draws the next one twice: 2^23 drawings from a file of 6 kB."""
    forms = [
        stream(
            b"/X Do /X Do",
            b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X %d 0 R >> >>"
            % (7 + n),
        )
        for n in range(depth)
    ]
    last = stream(
        TEXT, b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /Font << /F1 5 0 R >> >>"
    )
    return page(stream(b"/X Do"), resources=b"/XObject << /X 6 0 R >>", objects=[*forms, last])


def form_in_itself() -> bytes:
    itself = stream(
        b"/X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >>"
    )
    return page(stream(b"/X Do"), resources=b"/XObject << /X 6 0 R >>", objects=[itself])


def many_words(count: int = 400_000) -> bytes:
    return page(squeezed(b"BT /F1 1 Tf " + b"(a) Tj " * count + b"ET"))


def flate_bomb(times: int = 1, megabytes: int = 80) -> bytes:
    return page(squeezed(b" " * megabytes * 1024**2, times))


def deep_arrays(depth: int = 100_000) -> bytes:
    return page(stream(TEXT), more=b"/Nest %s%s" % (b"[" * depth, b"]" * depth))


def page_tree_in_a_circle() -> bytes:
    return pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R 2 0 R] /Count 1000000000 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
            stream(TEXT),
            FONT,
        ]
    )


def many_pages(count: int = 20_000) -> bytes:
    kids = b" ".join(b"%d 0 R" % (5 + n) for n in range(count))
    one = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R /Resources << /Font << /F1 4 0 R >> >> >>"
    tree = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count)
    return pdf([b"<< /Type /Catalog /Pages 2 0 R >>", tree, stream(TEXT), FONT, *[one] * count])


def no_pages() -> bytes:
    return pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"])


def huge_page() -> bytes:
    return page(stream(TEXT), box=b"0 0 1440000 1440000")


def huge_image(side: int = 20_000) -> bytes:
    black = zlib.compress(bytes(side * side // 8), 9)
    image = stream(
        black,
        b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 1 /ColorSpace /DeviceGray /Filter /FlateDecode"
        % (side, side),
    )
    return page(stream(b"500 0 0 700 40 70 cm /X Do"), resources=b"/XObject << /X 6 0 R >>", objects=[image])


def script_and_launch() -> bytes:
    action = b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) /Next << /S /Launch /F (/bin/sh) >> >>"
    return page(stream(TEXT), catalog=action)


def attachments(count: int = 1000, name: bytes = b"../../x.xml") -> bytes:
    names = b" ".join(
        b"(%05d) << /Type /Filespec /F (%s) /EF << /F 6 0 R >> >>" % (n, name) for n in range(count)
    )
    return page(
        stream(TEXT),
        catalog=b"/Names << /EmbeddedFiles << /Names [%s] >> >>" % names,
        objects=[squeezed(b"<x>" + b"a" * 30 * 1024**2)],
    )


def attached(file: bytes) -> bytes:
    """One attachment, whose stream object this is."""
    names = b"/Names << /EmbeddedFiles << /Names [(factur-x.xml) 6 0 R] >> >>"
    named = b"<< /Type /Filespec /F (factur-x.xml) /EF << /F 7 0 R >> >>"
    return page(stream(TEXT), catalog=names, objects=[named, file])


def turned(degrees: int) -> bytes:
    return page(stream(TEXT), more=b"/Rotate %d" % degrees)


def off_the_page() -> bytes:
    """The number stands where no eye sees it: outside, in white, one point high."""
    hidden = b"BT /F1 12 Tf 9000 700 Td (Facture 9999-0001) Tj ET BT /F1 0.5 Tf 72 600 Td (Facture 9999-0002) Tj ET "
    return page(stream(hidden + TEXT))


def white_on_white() -> bytes:
    """A number that no eye sees, before the one that everybody sees."""
    return page(stream(b"1 1 1 rg BT /F1 12 Tf 72 760 Td (Facture 9999-0003) Tj ET 0 0 0 rg " + TEXT))


def untold_letters() -> bytes:
    """A font of glyph numbers without names: what is drawn can be seen and not read."""
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [6 0 R] >>"
    glyphs = b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>"
    text = b"BT /F2 12 Tf 72 700 Td <000c000d000e000f> Tj ET"
    return pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F2 5 0 R >> >> >>",
            stream(text),
            font,
            glyphs,
        ]
    )


def login_page() -> bytes:
    return b"<!DOCTYPE html><html><body><h1>Connexion</h1><form><input type=password></form><p>Facture 49,99 EUR</p></body></html>"
