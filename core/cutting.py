"""Pages of a larger file as a file of their own: cut out by a reader child, and laid in the archive beside the file that they came in.

They are cut once: what was sent, named by its hash and said to be of a size stays so, whatever cuts PDFs tomorrow.
"""

from __future__ import annotations

from core import archive, errors, extraction, nouns

PDF = "application/pdf"


def cut(
    stored: archive.Archive, readers: extraction.Readers, sha256: str, pages: tuple[int, int]
) -> nouns.File:
    """The file, which lies in the archive from now on. `pages` count from 1, both in it. Raises NotAnInvoice, ReaderFailed and DiskFull."""
    own = readers.excerpt(stored.path(sha256), *pages)
    file = stored.welcome([own], name=f"{sha256}.pdf", media_type=PDF, cap=len(own))
    try:
        if extraction.check(file.path, cap=len(own)) != PDF:
            raise errors.NotAnInvoice("not a PDF", reason="not_pdf")
    except BaseException:
        stored.discard(file)
        raise
    stored.put(file)
    return file
