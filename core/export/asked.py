"""What a person asked for: which files of a month, in which layouts; and those files, ready to go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from core.archive import Archive
from core.db import models
from core.export import (
    booking,
    certificate,
    completeness,
    entries,
    fec,
    ledger_csv,
    month,
    paid_lines,
    parcel,
    phrases,
    quadra,
)
from core.export.chart import Chart
from core.export.completeness import Sheet
from core.export.entries import Entry, Problem
from core.export.month import Bill, Span
from core.export.parcel import Parcel, Piece


class Part(StrEnum):
    """What can be ticked."""

    ZIP = "zip"
    CSV = "csv"
    BOOKS = "books"
    PAYMENTS = "payments"


class Layout(StrEnum):
    """How purchase entries are written."""

    FEC = "fec"
    CSV = "csv"
    QUADRA = "quadra"


class Lines(StrEnum):
    """How payments are written."""

    CSV = "csv"
    OFX = "ofx"


@dataclass(frozen=True, slots=True)
class Asked:
    """`leave` says that what cannot be booked is left out of the books, knowingly; `language` is that of the files."""

    span: Span
    parts: frozenset[Part] = frozenset({Part.ZIP})
    language: str = "fr"
    layout: Layout = Layout.FEC
    lines: Lines = Lines.CSV
    leave: bool = False

    def as_json(self) -> dict[str, Any]:
        """As it stands in `exports.choices`."""
        return {
            "parts": sorted(self.parts),
            "language": self.language,
            "layout": self.layout.value,
            "lines": self.lines.value,
            "leave": self.leave,
        }


class NotBookable(Exception):
    """Some Invoices cannot be booked as they are, and nobody has said to leave them out."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} invoices cannot be booked")
        self.problems = problems


@dataclass(frozen=True)
class Catalogue:
    """What is known of a Supplier: how it is called, and its category."""

    named: Callable[[str], str]
    category: Callable[[str], str]


def sheet(session: Session, stored: Archive, workspace_id: int, span: Span, known: Catalogue) -> Sheet:
    """What the month lacks, before anything is exported."""
    bills = month.bills(session, workspace_id, span, known.named)
    return completeness.sheet(session, workspace_id, span, bills, holds=stored.holds, named=known.named)


def packed(session: Session, stored: Archive, workspace_id: int, asked: Asked, known: Catalogue) -> Parcel:
    """The files, ready to go. Raises NotBookable."""
    bills = month.bills(session, workspace_id, asked.span, known.named)
    pieces = list(_pieces(session, stored, workspace_id, asked, known, bills))
    return Parcel(
        workspace_id,
        session.get_one(models.Workspace, workspace_id).name,
        asked.span,
        asked.language,
        tuple(pieces),
        completeness.sheet(session, workspace_id, asked.span, bills, holds=stored.holds, named=known.named),
        zipped=Part.ZIP in asked.parts or len(pieces) != 1,
    )


def kind(made: Parcel, asked: Asked) -> str:
    """As `exports.kind` has it."""
    if made.zipped:
        return "zip"
    return asked.layout.value if Part.BOOKS in asked.parts else next(iter(asked.parts)).value


def _pieces(
    session: Session,
    stored: Archive,
    workspace_id: int,
    asked: Asked,
    known: Catalogue,
    bills: Sequence[Bill],
) -> Iterator[Piece]:
    files: Mapping[tuple[int, str], str] = {}
    if Part.ZIP in asked.parts:
        kept = dict(parcel.documents(bills, stored, asked.span.name))
        files = {key: piece.name for key, piece in kept.items()}
        yield from kept.values()
    if asked.parts & {Part.ZIP, Part.CSV}:
        index = certificate.index(bills, files, asked.language)
        yield Piece.of(phrases.PHRASES[asked.language]["index"], index)
    if Part.BOOKS in asked.parts:
        yield from _books(session, stored, workspace_id, asked, known, bills)
    if Part.PAYMENTS in asked.parts:
        yield _payments(session, workspace_id, asked)


def _books(
    session: Session,
    stored: Archive,
    workspace_id: int,
    asked: Asked,
    known: Catalogue,
    bills: Sequence[Bill],
) -> Iterator[Piece]:
    chart = Chart.of(session, workspace_id)
    made, problems = booked(session, workspace_id, bills, asked, chart, known)
    if problems and not asked.leave:
        raise NotBookable(problems)
    if asked.layout is Layout.FEC:
        yield Piece.of(fec.named(asked.span, chart), fec.written(made, chart))
    elif asked.layout is Layout.CSV:
        name = ledger_csv.named(asked.span.name, asked.language)
        yield Piece.of(name, ledger_csv.written(made, chart, asked.language))
    else:
        yield from _quadra(stored, made, chart)


def booked(
    session: Session, workspace_id: int, bills: Sequence[Bill], asked: Asked, chart: Chart, known: Catalogue
) -> tuple[list[Entry], list[Problem]]:
    """What can be booked in this layout, numbered without a gap, and what a person has to mend first."""
    told = booking.means(session, workspace_id, bills, chart, known.category)
    made, problems = entries.booked(bills, told)
    problems = [one for one in problems if one.why not in entries.LEFT_OUT]
    if asked.layout is not Layout.CSV:
        encoding = chart.encoding if asked.layout is Layout.FEC else quadra.ENCODING
        problems += fec.unwritable(made, encoding)
    wrong = {one.bill.id for one in problems}
    fine = [one for one in made if one.bill.id not in wrong]
    start = made[0].number if made else 0
    return [replace(one, number=start + n) for n, one in enumerate(fine)], problems


def _quadra(stored: Archive, made: Sequence[Entry], chart: Chart) -> Iterator[Piece]:
    """Its files lie beside it, in one folder."""
    held = [one for one in made if (pdf := quadra.pdf(one)) and stored.holds(pdf.sha256)]
    attached = quadra.files(held)
    yield Piece.of(f"quadra/{quadra.NAME}", quadra.written(made, chart, attached))
    for entry in held:
        paper = quadra.pdf(entry)
        if paper:
            yield Piece(f"quadra/{attached[entry.bill.id]}", paper.sha256, stored.path(paper.sha256))


def _payments(session: Session, workspace_id: int, asked: Asked) -> Piece:
    accounts = paid_lines.of(session, workspace_id, asked.span)
    stem = "paiements" if asked.language == "fr" else "payments"
    if asked.lines is Lines.OFX:
        return Piece.of(f"{stem}-{asked.span.name}.ofx", paid_lines.as_ofx(accounts, asked.span))
    return Piece.of(f"{stem}-{asked.span.name}.csv", paid_lines.as_csv(accounts, asked.language))
