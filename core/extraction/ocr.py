"""The words of a page that is a picture, made out by Tesseract: an extra, off unless asked for, and believed less than a page's own text.

Tesseract runs within the reader child, behind the same walls: it is a library there, and no program has to be started for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

from core import nouns
from core.extraction import doubts, generic, lines, pages

#: Where Linux distributions keep what Tesseract knows of each language, within what a reader child may read.
KNOWN_IN = ("/usr/share/tesseract-ocr/*/tessdata", "/usr/share/tessdata", "/usr/local/share/tessdata")
#: Of what a page's own text would be worth.
TRUST = 0.6
#: In percent; what Tesseract itself believes less is a stain or a stamp.
BELIEVED = 30


def missing(languages: str) -> str:
    """Why scans cannot be read in these languages (`fra+eng`), with the next step; empty when they can."""
    if find_spec("tesserocr") is None:
        return "the package is missing: pip install 'moisson[ocr]'"
    wanted = [f"tesseract-ocr-{one}" for one in languages.split("+") if _folder(one) is None]
    return f"language data is missing: apt install {' '.join(wanted)}" if wanted else ""


def read(document: BinaryIO, languages: str) -> nouns.Reading:
    """A scan as the generic reader sees it; every field says `ocr`. Raises NotAnInvoice(reason="unreadable") as `pages.paper`."""
    reading = generic.of(paper(document, languages))
    fields = {
        name: replace(field, source="ocr", confidence=round(TRUST * field.confidence, 2))
        for name, field in reading.fields.items()
    }
    if doubts.NO_TEXT in reading.doubts:
        return replace(reading, fields=fields)
    return replace(reading, fields=fields, doubts=(doubts.READ_AS_PICTURE, *reading.doubts))


def paper(document: BinaryIO, languages: str) -> pages.Paper:
    os.environ["OMP_THREAD_LIMIT"] = "1"  # read once by OpenMP; a child may start no further thread
    import tesserocr

    folder = _folder(languages.split("+")[0])
    with tesserocr.PyTessBaseAPI(path=f"{folder}/", lang=languages) as api:
        of, words = 0, []
        for scan in pages.scans(document):
            of = scan.of
            words += list(_words(api, tesserocr, scan))
    found = lines.gathered(words)
    return pages.Paper(of, lines.clean("\n".join(line.text for line in found)), tuple(found), picture=True)


def _words(api: Any, tesserocr: Any, scan: pages.Scan) -> Iterator[lines.Word]:
    """Each as high as its line, so that a comma stands beside the figure before it."""
    api.SetImage(scan.picture)
    api.SetSourceResolution(round(72 * scan.scale))
    api.Recognize()
    word, line = tesserocr.RIL.WORD, tesserocr.RIL.TEXTLINE
    for seen in tesserocr.iterate_level(api.GetIterator(), word):
        if seen is None or seen.Empty(word) or seen.Confidence(word) < BELIEVED:
            continue
        text = lines.clean(seen.GetUTF8Text(word)).strip()
        (x0, _, x1, _), (_, top, _, bottom) = seen.BoundingBox(word), seen.BoundingBox(line)
        if text:
            yield lines.Word(
                text, scan.number, *(round(edge / scan.scale, 1) for edge in (x0, top, x1, bottom))
            )


def _folder(language: str) -> Path | None:
    every = (folder for place in KNOWN_IN for folder in sorted(Path("/").glob(place[1:]), reverse=True))
    return next((folder for folder in every if (folder / f"{language}.traineddata").is_file()), None)
