"""What all tests have in common: which files begin first, what a run says last, and where the tables of their databases come from."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import hypothesis
import pytest

from tests import tables

# How long an example takes says nothing on a machine that may give a process no processor for seconds.
hypothesis.settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("unhurried")

#: Beginnings of paths, those of the longest files first: a file stays with one worker, and all wait for one that begins last.
LONG = (
    "tests/conformance/",
    "tests/web/test_in_a_browser.py",
    "tests/prove/",
    "tests/journeys/",
    "tests/scheduler/",
    "tests/collectors/",
    "tests/demo/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    return next((n for n, long in enumerate(LONG) if item.nodeid.startswith(long)), len(LONG))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None]:
    """What failed is named once more at the end: a compared text may be longer than what a log keeps."""
    yield
    for how in ("failed", "error"):
        for report in terminalreporter.stats.get(how, []):
            terminalreporter.write_line(f"{how}: {report.nodeid}")


@pytest.fixture(scope="session", autouse=True)
def _tables_are_made_once() -> Iterator[None]:
    with tables.made_once():
        yield
