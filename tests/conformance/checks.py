"""`moisson collector check`: the static look at a file, then its trial where there is a replica; all of them for the page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from collectors.kit import catalogue
from tests.conformance import beside, report, trial
from tests.conformance.trial import Outcome
from tests.portals import museum

Say = Callable[[str], None]


async def one(file: Path) -> list[Outcome] | None:
    """The trial of the supplier in `file`; None when it has no replica, in the museum or beside it, or is an installed package's."""
    if not file.is_file():
        return None
    collector = catalogue.of_file(file)
    kind = beside.portal(file) or museum.replicas().get(collector.manifest.id)
    if kind is None:
        return None
    with TemporaryDirectory(prefix="moisson-") as folder:
        async with trial.ground(Path(folder), also=kind.HOSTS) as ground:
            return await trial.trial(ground, collector, kind)


async def every(say: Say) -> list[report.Line]:
    """Each built-in supplier's line of the page, told as it comes."""
    here, files = catalogue.load(), report.files()
    with TemporaryDirectory(prefix="moisson-") as folder:
        async with trial.ground(Path(folder)) as ground:

            async def tried(supplier: str) -> report.Line:
                collector, kind = here.collector(supplier), museum.replicas().get(supplier)
                outcomes = await trial.trial(ground, collector, kind) if kind else None
                say(in_words(supplier, outcomes))
                return report.Line(collector, files[supplier], outcomes)

            return list(await asyncio.gather(*map(tried, files)))


def write(found: Sequence[report.Line]) -> None:
    report.PAGE.write_text(report.HEAD + report.table(found), encoding="utf-8")


def in_words(supplier: str, outcomes: Sequence[Outcome] | None) -> str:
    if outcomes is None:
        return f"· {supplier}: no replica, so nothing but its file was looked at"
    failed = [f"\n    ✗ {one.course}: {one.words}" for one in outcomes if not one.passed]
    mark = "✗" if failed else "✓"
    return f"{mark} {supplier}: {len(outcomes) - len(failed)} of {len(outcomes)} courses{''.join(failed)}"


def passed(outcomes: Sequence[Outcome] | None) -> bool:
    return all(one.passed for one in outcomes or ())
