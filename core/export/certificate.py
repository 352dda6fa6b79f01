"""A month's index and its certificate: the completeness sheet as a text, with the hash of what it speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from core.export import month, phrases, profiles
from core.export.completeness import Line, Sheet, Stand
from core.export.month import Bill, Span


@dataclass(frozen=True, slots=True)
class Head:
    """Where the audit chain stood: the number and the hash of its newest entry."""

    seq: int
    hash: str


def index(bills: Iterable[Bill], files: Mapping[tuple[int, str], str], language: str) -> bytes:
    """`index.csv`: one line an Invoice, so that amounts can be added up; its files stand in one cell."""
    say = phrases.PHRASES[language]
    rows = (_row(bill, files, say) for bill in bills)
    return profiles.table(profiles.PROFILES[language], say["titles"].split(";"), rows)


def _row(
    bill: Bill, files: Mapping[tuple[int, str], str], say: Mapping[str, str]
) -> tuple[profiles.Cell, ...]:
    amounts = [bill.amount(minor) for minor in (bill.net_minor, bill.vat_minor, bill.total_minor)]
    return (
        bill.supplier_name,
        bill.number,
        bill.issued_on,
        bill.due_on,
        bill.received_on,
        say.get(bill.kind, bill.kind),
        *amounts,
        bill.currency,
        say["seen" if bill.seen else "waiting"],
        " | ".join(name for paper in bill.papers if (name := files.get((bill.id, paper.sha256)))),
    )


def text(sheet: Sheet, company: str, span: Span, language: str, *, contents: str, head: Head | None) -> bytes:
    """The certificate. `contents` is the hash of what was exported; without `head` it says nothing of the audit chain."""
    say = phrases.PHRASES[language]
    told = [*_lines(sheet, company, span, language), say["sums"], say["contents"].format(hash=contents)]
    told += [say["chain"].format(seq=head.seq, hash=head.hash)] if head else []
    return ("\ufeff" + "\r\n".join([*told, ""])).encode()


def _lines(sheet: Sheet, company: str, span: Span, language: str) -> Iterator[str]:
    say, profile = phrases.PHRASES[language], profiles.PROFILES[language]
    days = {"first": span.first.strftime(profile.day), "last": span.last.strftime(profile.day)}
    yield say["head"]
    yield say["of"].format(company=month.plain(company), **days)
    yield ""
    yield say["whole" if sheet.whole else "lacking"]
    yield say["expected_count"].format(count=sheet.expected)
    yield say["received_count"].format(count=sheet.received)
    for stand in Stand:
        mine = [line for line in sheet.lines if line.stand is stand]
        if mine:
            yield from ("", f"{say[stand]} ({len(mine)})")
            yield from (f"- {_in_words(line, say, profile)}" for line in mine)
    yield ""


def _in_words(line: Line, say: Mapping[str, str], profile: profiles.Profile) -> str:
    amount = "" if line.amount is None else f"{line.amount:f} {line.currency}".replace(".", profile.decimal)
    day = line.day.strftime(profile.day) if line.day else ""
    parts = (
        month.plain(line.supplier) or say["someone"],
        month.plain(line.said),
        day,
        amount,
        say.get(line.why, ""),
    )
    return ", ".join(part for part in parts if part)
