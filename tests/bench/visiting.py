"""Rows of visits: how fast the farm goes round its suppliers, what that costs, and what it leaves in memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from collectors.kit import browsers
from core import errors
from tests.bench.page import Row
from tests.bench.stand import Stand, browser

#: What a supplier that says nothing of its pace is given.
DEFAULT_PACE = "pace = {}"
#: Quick, and still with a bound on browsers.
POLITE = "pace = { at_once = 16, gap = 0, logins_at_once = 2 }"


def cold(stand: Stand, n: int) -> Iterator[Row]:
    """Sign in, list, fetch one PDF: the whole farm between runs of a naive script, one at a time and several at once.

    The same script runs before and after the farm: a shared machine is not as quick all the time.
    """
    few, several, (fresh, name) = max(2, n // 10), 2 * (os.cpu_count() or 1), _naive_browser()

    def naive(at_once: int) -> dict[str, Any]:
        return stand.naive(first=1, count=few, at_once=at_once, browser=fresh)

    before = [naive(1), naive(several)]
    told = stand.farm("visits", cold=n)
    alone, beside = map(_both, before, [naive(1), naive(several)])
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


def _both(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {what: one[what] + other[what] for what in ("wall", "cpu", "visits")}


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


def _a_minute(visits: int, told: dict[str, Any]) -> float:
    return 60 * visits / float(told["wall"])
