"""The rows of the table: what is run, what it gave, and what it should at least give."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.bench import reading as papers
from tests.bench import visiting
from tests.bench.page import Row
from tests.bench.stand import Stand
from tests.core.extraction import press
from tests.core.extraction.press import score

#: Of the papers that are printed to be read.
SEED = 20261120


def vault(stand: Stand, n: int) -> Iterator[Row]:
    told = stand.farm("vault", count=n)
    for name in ("seals", "opens"):
        yield Row(
            f"{n} {name}, one thread",
            f"{told[name]:,.0f}/s",
            "≥ 5,000/s",
            told["whole"] and told[name] >= 5000,
        )


def ingest(stand: Stand, n: int) -> Iterator[Row]:
    told = stand.farm("ingest", count=n)
    yield Row(
        f"{n} PDFs kept, verified, archived, received and read, one after the other",
        f"{n / told['wall']:.1f}/s",
        "",
        told["whole"],
    )


def reading(stand: Stand, n: int) -> Iterator[Row]:
    stand.folder.joinpath("reading").mkdir()
    yield from papers.rows(stand.folder / "reading", n, stand.papers)


def matching(stand: Stand, n: int) -> Iterator[Row]:
    # Imported here: it needs this module's Row.
    from tests.bench import matching as piles

    del stand
    yield from piles.rows(n)


def unseen(stand: Stand, n: int) -> Iterator[Row]:
    from tests.bench import unseen as strangers

    yield from strangers.rows(n, stand.papers)


def status(stand: Stand, n: int) -> Iterator[Row]:
    """Journey i3."""
    told = stand.farm("status", count=n)
    late, size = 1000 * told["p95"], told["size"] / 1000
    yield Row(
        "50 accounts, 10,000 invoices: CPU of an answer, p95", f"{late:.0f} ms", "≤ 100 ms", late <= 100
    )
    yield Row("… size of the page", f"{size:.0f} kB", "≤ 150 kB", size <= 150)


def search(stand: Stand, n: int) -> Iterator[Row]:
    """Every invoice has the word that is asked for, one has the digits."""
    told = stand.farm("search", count=n)
    late, times = 1000 * told["p95"], told["walk"] / told["median"]
    found = "10,000 invoices, a word and the last digits of a number: time of an answer, p95"
    yield Row(found, f"{late:.0f} ms", "≤ 100 ms", late <= 100 and told["right"])
    walk = f"… against a walk through the same text ({1000 * told['walk']:.0f} ms)"
    yield Row(walk, f"{times:.1f} ×")


def paid(stand: Stand, n: int) -> Iterator[Row]:
    """Every page of payments, and what the worker does when one of them changed."""
    told = stand.farm("paid", count=n)
    late, size = 1000 * told["p95"], told["size"] / 1000
    pages = "100,000 payments: CPU of an answer of the match desk and the missing invoices, p95"
    yield Row(pages, f"{late:.0f} ms", "≤ 100 ms", late <= 100)
    yield Row("… the largest page", f"{size:.0f} kB", "≤ 150 kB", size <= 150)
    yield Row("… all of them matched for the first time: CPU", f"{told['first']:.1f} s")
    yield Row("… all of them matched again: CPU", f"{told['again']:.1f} s")
    came = 1000 * told["arrival"]
    yield Row(
        "… one more invoice, from its wish to its match: CPU, p95", f"{came:.0f} ms", "< 50 ms", came < 50
    )


def code(stand: Stand, n: int) -> Iterator[Row]:
    """From the mail's arrival at a real IMAP server until the code stands in the portal's page; each comes some seconds after it was asked for."""
    for idle, how in ((True, "the server says when mail comes (IDLE)"), (False, "it cannot")):
        told = stand.alone("tests.bench.coding", count=n, idle=idle)
        took = sorted(told["seconds"])
        yield Row(
            f"{n} mailed codes, {how}: until typed at the portal, the slowest",
            f"{took[-1]:.1f} s",
            "≤ 20 s",
            took[-1] <= 20 and told["right"],
        )
        yield Row("… the median", f"{took[len(took) // 2]:.1f} s")
        counted = f"{told['done']} done, {told['refused']} codes refused"
        yield Row(
            "… a look-alike's code came before each: visits", counted, f"{n} done, 0 refused", told["right"]
        )


def export(stand: Stand, n: int) -> Iterator[Row]:
    """Journey k6: documents and purchase entries of one month."""
    told = stand.alone("tests.bench.exporting", count=n)
    gone = f"{n:,} invoices of a month as a zip of {told['size'] / 1e6:,.0f} MB: memory of the whole process"
    yield Row(gone, f"{told['peak']:.0f} MiB", "≤ 200 MiB", told["peak"] <= 200)
    yield Row("… until the first byte", f"{told['first']:.1f} s")
    yield Row("… until the last", f"{told['wall']:.1f} s")
    yield Row("… twice", "the same bytes" if told["same"] else "other bytes", "the same bytes", told["same"])


def printed(stand: Stand, n: int) -> Iterator[Row]:
    """What the generic reader makes of suppliers that nobody has; no farm, no portal, nothing but pages."""
    del stand
    scored = score.of(press.bills(n, seed=SEED))
    for name, least in score.AT_LEAST.items():
        share = scored.share(name)
        counts = f"{scored.right[name]} right, {scored.wrong[name]} wrong, {scored.missing[name]} not read"
        yield Row(
            f"{name.replace('_', ' ')}: {counts}",
            f"{100 * share:.1f} %",
            f"≥ {100 * least:.0f} %",
            share >= least,
        )
    share = scored.whole / scored.papers
    yield Row(
        "number, date, total, currency and supplier all right", f"{100 * share:.1f} %", "≥ 90 %", share >= 0.9
    )
    yield Row(
        "accepted without a person, though nothing but the page speaks",
        str(scored.accepted),
        "0",
        not scored.accepted,
    )


@dataclass(frozen=True)
class Measure:
    """`usual` is how many visits, secrets or documents it takes when nothing else is said."""

    title: str
    rows: Callable[[Stand, int], Iterator[Row]]
    usual: int


ROWS = {
    "cold": Measure("Cold visits", visiting.cold, 300),
    "warm": Measure("Warm visits", visiting.warm, 600),
    "mixed": Measure("Mixed visits", visiting.mixed, 1000),
    "paced": Measure("The default pace", visiting.paced, 24),
    "crowd": Measure("One slow supplier among ten", visiting.crowd, 1000),
    "memory": Measure("Memory", visiting.memory, 32),
    "vault": Measure("The vault", vault, 10_000),
    "ingest": Measure("Ingest", ingest, 60),
    "reading": Measure("Reading", reading, 120),
    "matching": Measure("Matching", matching, 1_000_000),
    "unseen": Measure("Matching on companies that it was not fitted to", unseen, 20),
    "status": Measure("The status page", status, 60),
    "search": Measure("Searching", search, 100),
    "paid": Measure("Payments and what is missing", paid, 10),
    "code": Measure("Mailed codes", code, 6),
    "export": Measure("A month as a zip", export, 10_000),
    "press": Measure("Invented suppliers, in words that the reader knows", printed, 1008),
}
