"""`python -m tests.conformance [SUPPLIER …]`: the trial of these suppliers, or of all that have a replica, course by course."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from collectors.kit import catalogue
from tests.conformance import trial
from tests.portals import museum


async def main(suppliers: list[str]) -> bool:
    """Whether all is passed; what is not is told."""
    passed = True
    with TemporaryDirectory(prefix="moisson-") as folder:
        async with trial.ground(Path(folder)) as ground:
            for supplier in suppliers:
                collector = catalogue.load().collector(supplier)
                outcomes = await trial.trial(ground, collector, museum.replicas()[supplier])
                for outcome in outcomes:
                    mark = "✓" if outcome.passed else "✗"
                    sys.stdout.write(
                        f"{mark} {supplier}: {outcome.course} ({outcome.seconds:.1f} s) {outcome.words}\n"
                    )
                passed = passed and all(outcome.passed for outcome in outcomes)
    return passed


if __name__ == "__main__":
    sys.exit(not asyncio.run(main(sys.argv[1:] or sorted(museum.replicas()))))
