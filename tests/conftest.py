"""What takes longest begins first: a file stays with one worker, and one that begins last is what all wait for."""

from __future__ import annotations

import pytest

#: Folders and files by the beginning of their path, those with the longest files first.
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
