"""`./run bench [cold|warm|mixed|paced|memory|vault|ingest|status …] [--long] [--n N] [--dry]`: all of them when none is named."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.bench import page, rows, stand

#: Contexts after which memory should have stopped growing.
LONG = 1010


def main() -> None:
    asked = argparse.ArgumentParser(prog="./run bench")
    asked.add_argument("row", nargs="*", help=f"{', '.join(rows.ROWS)}; all when none is named")
    asked.add_argument("--n", type=int, help="how many visits or documents each row takes")
    asked.add_argument("--long", action="store_true", help="memory over a thousand contexts")
    asked.add_argument("--dry", action="store_true", help="tell, and leave docs/numbers.md as it is")
    asked.add_argument(
        "--folder",
        type=Path,
        help="a folder of invoices that reading takes too, with or without its expected.json; one of sets whose truth is known, for unseen",
    )
    told = asked.parse_args()
    named = [name for name in told.row if name != "all"] or list(rows.ROWS)
    if unknown := set(named) - set(rows.ROWS):
        asked.error(f"no such row: {', '.join(sorted(unknown))}")
    found = measured(named, told.n, long=told.long, papers=told.folder)
    if not told.dry:
        command = as_typed(sys.argv[1:], told.folder)
        for name in named:
            page.write(f"bench {name}", rows.ROWS[name].title, _section(command, found[name]))
    sys.exit(any(row.fine is False for each in found.values() for row in each))


def measured(
    named: list[str], n: int | None = None, *, long: bool = False, papers: Path | None = None
) -> dict[str, list[page.Row]]:
    """Each row's lines, told as they come."""
    found: dict[str, list[page.Row]] = {}
    with stand.put_up() as here:
        here.papers = papers
        for name in named:
            measure = rows.ROWS[name]
            count = n or (LONG if long and name == "memory" else measure.usual)
            for row in measure.rows(here, count):
                found.setdefault(name, []).append(row)
                sys.stdout.write(f"{page.MARKS[row.fine] or ' '} {row.what}: {row.measured}  {row.target}\n")
                sys.stdout.flush()
    return found


def as_typed(words: list[str], folder: Path | None) -> str:
    """The command as anybody may type it: where a folder lies is nobody's business."""
    return " ".join(
        ["./run bench", *("FOLDER" if folder and word == str(folder) else word for word in words)]
    )


def _section(command: str, found: list[page.Row]) -> str:
    return f"`{command}`, {page.machine(stand.browser())}\n\n{page.table(found)}"


if __name__ == "__main__":
    main()
