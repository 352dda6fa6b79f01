"""docs/numbers.md: each command keeps its own section, between markers, and leaves the others as they are."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "numbers.md"
HEAD = "# Numbers\n\nMeasured, with the command that did it; run it again on your own machine.\n"
#: What one can read of a row at a glance.
MARKS = {True: "✓", False: "✗", None: ""}


@dataclass(frozen=True)
class Row:
    """`fine` None is a row without a target."""

    what: str
    measured: str
    target: str = ""
    fine: bool | None = None


def write(name: str, title: str, body: str, page: Path = PAGE) -> None:
    """Put `body` in the place of what this section said, or at the end."""
    section = f"<!-- {name}: begin -->\n## {title}\n\n{body.strip()}\n<!-- {name}: end -->\n"
    text = page.read_text(encoding="utf-8") if page.exists() else HEAD
    old = re.compile(rf"<!-- {name}: begin -->.*?<!-- {name}: end -->\n", re.DOTALL)
    fresh = old.sub(lambda _: section, text) if old.search(text) else f"{text.rstrip()}\n\n{section}"
    page.write_text(fresh, encoding="utf-8")


def table(rows: Iterable[Row]) -> str:
    lines = [f"| {row.what} | {row.measured} | {row.target} | {MARKS[row.fine]} |" for row in rows]
    return "\n".join(["| what | measured | target | |", "| --- | --- | --- | --- |", *lines])


def machine(browser: str) -> str:
    """When, and on what."""
    version = subprocess.run(
        [browser, "--version"], capture_output=True, text=True, check=False
    ).stdout.strip()
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({_processor()}), {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, {version or Path(browser).name}. "
        "The portals are a process of their own on the same machine, answer over TLS after 50 to 150 ms, and their pages wear four pictures, "
        "two fonts and a tracker's script, as such pages do."
    )


def _processor() -> str:
    """As Linux names it; elsewhere the architecture."""
    about = Path("/proc/cpuinfo")
    named = re.search(r"model name\s*: (.+)", about.read_text()) if about.exists() else None
    return named[1] if named else platform.machine()
