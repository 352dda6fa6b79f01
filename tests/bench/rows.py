"""The rows of the table: what is run, what it gave, and what it should at least give."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from collectors.kit import browsers
from core import errors
from tests.bench.stand import Stand, browser
from tests.core.extraction import press
from tests.core.extraction.press import score

#: What a supplier that says nothing of its pace is given.
DEFAULT_PACE = "pace = {}"
#: Of the papers that are printed to be read.
SEED = 20261120
#: Quick, and still with a bound on browsers.
POLITE = "pace = { at_once = 16, gap = 0, logins_at_once = 2 }"


@dataclass(frozen=True)
class Row:
    """`fine` None is a row without a target."""

    what: str
    measured: str
    target: str = ""
    fine: bool | None = None


def cold(stand: Stand, n: int) -> Iterator[Row]:
    """Sign in, list, fetch one PDF: the whole farm between two runs of a naive script, one at a time and several at once."""
    few, several, (fresh, name) = max(2, n // 10), 2 * (os.cpu_count() or 1), _naive_browser()
    alone = stand.naive(first=1, count=few, at_once=1, browser=fresh)
    told = stand.farm("visits", cold=n)
    beside = stand.naive(first=1, count=2 * few, at_once=several, browser=fresh)
    rate, each = _a_minute(told["done"], told), told["cpu"] / n
    yield Row(f"{n} cold visits, whole farm", f"{rate:.0f}/min", "≥ 120/min", rate >= 120)
    yield Row("… CPU of worker, readers and browser", f"{each:.2f} s each", "≤ 0.9 s", each <= 0.9)
    counts = [told[count] for count in ("done", "new", "read", "logins", "portal_logins")]
    what = "… done, new, read, logins, logins that the portals counted"
    yield Row(what, ", ".join(map(str, counts)), f"{n} each", counts == [n] * len(counts))
    yield _beside(rate, alone, f"{name}, one at a time", 6.0)
    yield _beside(rate, beside, f"{name}, {several} at once", 3.5)
    if fresh != browser():
        shell = stand.naive(first=1, count=few, at_once=1, browser=browser())
        yield _beside(rate, shell, "a fresh headless shell each, one at a time", None)


def _naive_browser() -> tuple[str, str]:
    """What one takes who has no farm; where only the farm's own is installed, that."""
    try:
        return browsers.find(os.environ.get("MOISSON_BROWSER", ""), "full"), "a fresh Chromium each"
    except errors.NoBrowser:
        return browser(), "a fresh headless shell each (no full Chromium here)"


def _beside(rate: float, naive: dict[str, Any], how: str, times: float | None) -> Row:
    """`times` is how much faster the farm should be, None when that is only told."""
    theirs = _a_minute(naive["visits"], naive)
    each = naive["cpu"] / naive["visits"]
    what = f"… against a naive script, {how} ({theirs:.0f}/min, {each:.2f} CPU-s each)"
    if times is None:
        return Row(what, f"{rate / theirs:.1f} ×")
    return Row(what, f"{rate / theirs:.1f} ×", f"≥ {times:g} ×", rate / theirs >= times)


def warm(stand: Stand, n: int) -> Iterator[Row]:
    """The session lives and nothing is new."""
    told = stand.farm("visits", warm=n)
    rate, each = _a_minute(told["done"], told), 1000 * told["cpu"] / n
    yield Row(f"{n} warm visits, nothing new", f"{rate:.0f}/min", "≥ 1,500/min", rate >= 1500)
    yield Row("… CPU", f"{each:.0f} ms each", "≤ 30 ms", each <= 30)
    yield Row("… most requests of one visit", str(told["most_requests"]), "≤ 2", told["most_requests"] <= 2)
    quiet = (told["done"], told["logins"], told["portal_logins"], told["browser_starts"]) == (n, 0, 0, 0)
    yield Row("… logins, browser starts", f"{told['portal_logins']}, {told['browser_starts']}", "0, 0", quiet)


def mixed(stand: Stand, n: int) -> Iterator[Row]:
    told = stand.farm("visits", cold=n // 20, warm=n - n // 20)
    whole = told["done"] == n and told["new"] == n // 20
    yield Row(
        f"{n} mixed visits, 95 % warm",
        f"{told['wall']:.0f} s",
        f"≤ {90 * n / 1000:g} s",
        whole and told["wall"] <= 90 * n / 1000,
    )
    starts = told["browser_starts"]
    yield Row("… browser starts", str(starts), "≤ 1", starts <= 1)


def crowd(stand: Stand, n: int) -> Iterator[Row]:
    """Ten suppliers, one of which takes ten seconds an answer: what that costs the other nine. Two sign-ins at once each."""
    asked: dict[str, Any] = {
        "cold": n // 20,
        "warm": n - n // 20,
        "suppliers": 10,
        "apart": "nimbus",
        "pace": POLITE,
    }
    before = stand.farm("visits", **asked)
    with stand.slow("nimbus"):
        during = stand.farm("visits", **asked)
    lost = 1 - before["wall"] / during["wall"]
    yield Row(f"{n} mixed visits to 10 suppliers: nine of them, all well", f"{before['wall']:.1f} s")
    yield Row("… while the tenth takes 10 s an answer", f"{during['wall']:.1f} s")
    yield Row("… throughput lost", f"{100 * lost:.0f} %", "≤ 10 %", lost <= 0.1)


def memory(stand: Stand, n: int) -> Iterator[Row]:
    """Resident pages of worker, readers and browser, each shared page counted once (PSS)."""
    told = stand.farm("visits", cold=n, weigh=True)
    most = 300 + 60 * told["at_once"]
    yield Row(
        f"memory, at the most {told['at_once']} cold visits at once (RSS, which counts shared pages again: {told['resident']:.0f} MiB)",
        f"{told['own']:.0f} MiB",
        f"≤ {most} MiB",
        told["own"] <= most,
    )
    if told["growth"] is not None:
        yield Row(
            "… growth from the 100th to the 1,000th context",
            f"{told['growth']:.0f} MiB",
            "≤ 100 MiB",
            told["growth"] <= 100,
        )
    left = len(told["children"]), len(told["folders"])
    yield Row(
        "… processes (zombies too) and temporary folders left",
        f"{left[0]}, {left[1]}",
        "0, 0",
        left == (0, 0),
    )


def paced(stand: Stand, n: int) -> Iterator[Row]:
    """At the pace of a supplier that declares none: two requests at once, half a second apart, one sign-in at a time."""
    for kind, count in (("cold", n // 2), ("warm", n)):
        told = stand.farm("visits", pace=DEFAULT_PACE, **{kind: count})
        rate = _a_minute(told["done"], told)
        yield Row(f"{count} {kind} visits to two suppliers", f"{rate:.0f}/min", "", told["done"] == count)


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
        told["whole"] or False,
    )


def reading(stand: Stand, n: int) -> Iterator[Row]:
    # Imported here: it needs this module's Row.
    from tests.bench import reading as papers

    stand.folder.joinpath("reading").mkdir()
    yield from papers.rows(stand.folder / "reading", n, stand.papers)


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


def _a_minute(visits: int, told: dict[str, Any]) -> float:
    return 60 * visits / float(told["wall"])


@dataclass(frozen=True)
class Measure:
    """`usual` is how many visits, secrets or documents it takes when nothing else is said."""

    title: str
    rows: Callable[[Stand, int], Iterator[Row]]
    usual: int


ROWS = {
    "cold": Measure("Cold visits", cold, 100),
    "warm": Measure("Warm visits", warm, 600),
    "mixed": Measure("Mixed visits", mixed, 1000),
    "paced": Measure("The default pace", paced, 24),
    "crowd": Measure("One slow supplier among ten", crowd, 1000),
    "memory": Measure("Memory", memory, 32),
    "vault": Measure("The vault", vault, 10_000),
    "ingest": Measure("Ingest", ingest, 60),
    "reading": Measure("Reading", reading, 120),
    "status": Measure("The status page", status, 60),
    "search": Measure("Searching", search, 100),
    "press": Measure("Invented suppliers, in words that the reader knows", printed, 1008),
}
