"""Teach once: a person points at values on one Document, and its Supplier's other documents of that layout are read likewise.

Proposed, tried on what the archive holds, shown as a difference, and live only when a person says so. Every call here reads in
children, so none may stand inside a transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core import archive, db, errors, extraction, intake, nouns
from core.db import models
from core.extraction import anchors, layouts, pointing, sorts
from core.extraction import templates as known
from core.extraction.lines import Word
from core.ledger import templates

#: The pages of a document whose words a reader looks at, at either end.
FIRST, LAST = 5, 2


@dataclass(frozen=True, slots=True)
class Proposal:
    """A version that reads nothing yet: what it makes of the Document that it was taught on, and what could not be taught."""

    template_id: int
    version: int
    fields: Mapping[str, nouns.FieldRead]
    untaught: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A field of a Document: what the readers say now, and what they would say; None is nothing."""

    field: str
    was: str | None
    would_be: str | None


@dataclass(frozen=True, slots=True)
class Trial:
    """What a version makes of one Document. It `fits` when its layout is the one taught; `failed` says why nothing was read."""

    document_id: int
    invoice_id: int
    name: str
    fits: bool
    changes: tuple[Change, ...] = ()
    failed: str = ""


def propose(
    database: db.Database,
    stored: archive.Archive,
    readers: extraction.Readers,
    document_id: int,
    boxes: Mapping[str, nouns.Box],
    *,
    by: int | None,
    now: datetime,
) -> Proposal:
    """A new version from what was pointed at, beside what the live one of this layout knows. Raises as `Readers.read`."""
    with database.read() as session:
        document, supplier = _of(session, document_id)
        live = [known.unpacked(one) for one in templates.in_use(session, document.workspace_id, supplier)]
    words = _words(stored, readers, document)
    taught = {field: pointing.proposals(words, field, box) for field, box in _with_currency(words, _own(document, boxes)).items()}  # fmt: skip
    before = known.fitting(live, words)
    drawn = _drawn(supplier, before, taught, words)
    fields = known.apply(drawn, words)
    with database.write() as session:
        row = templates.propose(
            session,
            document.workspace_id,
            supplier,
            layout=drawn.layout,
            anchors=[anchors.packed(one) for one in drawn.anchors],
            by=by,
            now=now,
        )
        templates.keep_sample(session, row, document_id, _texts(fields))
    return Proposal(row.id, row.version, fields, tuple(name for name in boxes if not taught[name]))


def tried(
    database: db.Database,
    stored: archive.Archive,
    readers: extraction.Readers,
    template_id: int,
    *,
    limit: int | None = None,
) -> Iterator[Trial]:
    """What it would change, Document by Document, newest first; nothing is changed."""
    with database.read() as session:
        row = session.get_one(models.Template, template_id)
        live = intake.taught(session, row.workspace_id, row.supplier)
        others = templates.documents(session, row.workspace_id, row.supplier, limit=limit)
        mine = templates.values(row)
    with_it = [mine, *(one for one in live if one["layout"] != mine["layout"])]
    for document in others:
        yield _trial(stored, readers, document, live, with_it, known.unpacked(mine))


def go_live(
    database: db.Database,
    stored: archive.Archive,
    readers: extraction.Readers,
    template_id: int,
    *,
    now: datetime,
    although_broken: bool = False,
) -> list[Trial]:
    """From now on it reads, and nothing is returned; unless it reads a sample of a version before otherwise: then those, and it is not live."""
    with database.read() as session:
        row = session.get_one(models.Template, template_id)
        samples = _samples(session, row)
    broken = [] if although_broken else list(_broken(stored, readers, row, samples))
    if not broken:
        with database.write() as session:
            row = session.get_one(models.Template, template_id)
            templates.go_live(session, row, now=now)
            for document, expected in samples:
                templates.keep_sample(session, row, document.id, expected)
    return broken


def _of(session: Any, document_id: int) -> tuple[models.Document, str]:
    document = session.get_one(models.Document, document_id)
    return document, session.get_one(models.Invoice, document.invoice_id).supplier


def _words(stored: archive.Archive, readers: extraction.Readers, document: models.Document) -> list[Word]:
    """The words of the pages that a reader looks at; pages are counted from the Document's first, as a reader does."""
    path, first = stored.path(document.sha256), document.first_page or 1
    opening = readers.leaf(path, first)
    last = min(document.last_page or opening.of, opening.of)
    more = [page for page in range(first + 1, last + 1) if page < first + FIRST or page > last - LAST]
    words = [*opening.words, *(word for page in more for word in readers.words(path, page))]
    return [replace(word, page=word.page - first + 1) for word in words]


def _own(document: models.Document, boxes: Mapping[str, nouns.Box]) -> dict[str, nouns.Box]:
    """Boxes on a file's pages, on the Document's own."""
    before = (document.first_page or 1) - 1
    return {name: replace(box, page=box.page - before) for name, box in boxes.items()}


def _with_currency(words: list[Word], boxes: Mapping[str, nouns.Box]) -> dict[str, nouns.Box]:
    """A total that is printed with its currency teaches both."""
    if (
        "total" not in boxes
        or "currency" in boxes
        or not pointing.proposals(words, "currency", boxes["total"])
    ):
        return dict(boxes)
    return {**boxes, "currency": boxes["total"]}


def _drawn(
    supplier: str,
    before: known.Template | None,
    taught: Mapping[str, list[anchors.Anchor]],
    words: list[Word],
) -> known.Template:
    """The layout keeps its name through its versions, and what was taught before stays, unless it was taught anew."""
    old = [one for one in before.anchors if not taught.get(one.field)] if before else []
    new = [one for found in taught.values() for one in found]
    layout = before.layout if before else layouts.fingerprint(words)
    return known.Template(supplier, 0, layout, (*old, *new))


def _trial(
    stored: archive.Archive,
    readers: extraction.Readers,
    document: models.Document,
    live: list[templates.Values],
    with_it: list[templates.Values],
    template: known.Template,
) -> Trial:
    path = stored.path(document.sha256)
    try:
        was, would_be = (readers.read(path, each, intake.part(document)) for each in (live, with_it))
    except errors.MoissonError as err:
        return Trial(document.id, document.invoice_id, document.name, False, failed=err.code)
    fits = any(_is_from(field, template) for field in would_be.fields.values())
    return Trial(document.id, document.invoice_id, document.name, fits, changed(was, would_be))


def changed(was: nouns.Reading, would_be: nouns.Reading) -> tuple[Change, ...]:
    """The taught fields in which two readings differ, in the order in which people look at them."""
    texts, others = _texts(was.fields), _texts(would_be.fields)
    return tuple(
        Change(name, texts.get(name), others.get(name))
        for name in sorts.OF_FIELD
        if texts.get(name) != others.get(name)
    )


def _is_from(field: nouns.FieldRead, template: known.Template) -> bool:
    return field.source.split("+")[0] == template.source


def _samples(session: Any, row: models.Template) -> list[tuple[models.Document, dict[str, str]]]:
    """What the live versions of this layout must go on reading; what was taught anew on the same Document counts instead."""
    own = {one.document_id for one in templates.samples(session, row)}
    return [
        (session.get_one(models.Document, sample.document_id), sample.expected)
        for live in templates.live(session, row.workspace_id, row.supplier)
        if live.layout == row.layout and live.id != row.id
        for sample in templates.samples(session, live)
        if sample.document_id not in own
    ]


def _broken(
    stored: archive.Archive,
    readers: extraction.Readers,
    row: models.Template,
    samples: list[tuple[models.Document, dict[str, str]]],
) -> Iterator[Trial]:
    template = known.unpacked(templates.values(row))
    for document, expected in samples:
        read = _texts(known.apply(template, _words(stored, readers, document)))
        wrong = tuple(
            Change(name, value, read.get(name)) for name, value in expected.items() if read.get(name) != value
        )
        if wrong:
            yield Trial(document.id, document.invoice_id, document.name, True, wrong)


def _texts(fields: Mapping[str, nouns.FieldRead]) -> dict[str, str]:
    return {name: field.value for name, field in fields.items()}
