"""What a person asked for, as one download: the files of a month with their index, sums and certificate."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.archive import Archive
from core.db import models
from core.export import certificate, names, phrases, zipped
from core.export.completeness import Sheet
from core.export.month import Bill, Span

SUMS = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of it, with the SHA-256 of its bytes."""

    name: str
    sha256: str
    content: bytes | Path

    @classmethod
    def of(cls, name: str, content: bytes) -> Piece:
        return cls(name, hashlib.sha256(content).hexdigest(), content)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A month ready to go. `contents` is the hash of all of it but the certificate's last lines."""

    workspace_id: int
    company: str
    span: Span
    language: str
    pieces: tuple[Piece, ...]
    sheet: Sheet
    head: certificate.Head | None = None
    #: Whether it goes as a zip; a single file that is no document goes as it is.
    zipped: bool = True

    @property
    def name(self) -> str:
        """As it is saved."""
        stem = "factures" if self.language == "fr" else "invoices"
        return f"{stem}-{self.span.name}.zip" if self.zipped else self.pieces[0].name

    @property
    def contents(self) -> str:
        sheet = certificate.text(self.sheet, self.company, self.span, self.language, contents="", head=None)
        told = [[piece.name, piece.sha256] for piece in (*self.pieces, Piece.of("", sheet))]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def stream(self) -> Iterator[bytes]:
        """Its bytes, piece by piece: the same parcel gives the same bytes."""
        return self._zip() if self.zipped else self._alone()

    def _alone(self) -> Iterator[bytes]:
        content = self.pieces[0].content
        yield content if isinstance(content, bytes) else content.read_bytes()

    def _zip(self) -> Iterator[bytes]:
        say = phrases.PHRASES[self.language]
        told = certificate.text(
            self.sheet, self.company, self.span, self.language, contents=self.contents, head=self.head
        )
        every = (Piece.of(say["certificate"], told), *self.pieces)
        sums = "".join(f"{piece.sha256}  {piece.name}\n" for piece in every)
        members = (
            zipped.Member(piece.name, piece.content) for piece in (*every, Piece.of(SUMS, sums.encode()))
        )
        return zipped.stream(members)


def documents(bills: Sequence[Bill], stored: Archive, folder: str) -> Iterator[tuple[tuple[int, str], Piece]]:
    """The files that the archive has, by Invoice and SHA-256; what it has not is on the sheet."""
    called = names.named(bills, folder)
    for bill in bills:
        for paper in bill.papers:
            if stored.holds(paper.sha256):
                key = (bill.id, paper.sha256)
                yield key, Piece(called[key], paper.sha256, stored.path(paper.sha256))


def note(
    session: Session,
    parcel: Parcel,
    kind: str,
    choices: Mapping[str, Any],
    *,
    head: certificate.Head,
    by: int | None,
    now: datetime,
) -> tuple[Parcel, int]:
    """Write the export down and give it the head of the audit chain; contents that were exported before keep the head of then."""
    export = models.Export
    told = {
        "workspace_id": parcel.workspace_id,
        "kind": kind,
        "first_on": parcel.span.first,
        "last_on": parcel.span.last,
        "sha256": parcel.contents,
    }
    same = session.scalars(select(export).filter_by(**told).order_by(export.id).limit(1)).first()
    if same is None:
        kept = {**choices, "head": [head.seq, head.hash]}
        same = export(**told, choices=kept, made_by=by, made_at=now)
        session.add(same)
        session.flush()
    return replace(parcel, head=certificate.Head(*same.choices["head"])), same.id
