"""A supplier's file outside the catalogue, and the replica that stands beside it as `SUPPLIER_portal.py`."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path

from collectors.kit import catalogue
from tests.conformance import courses
from tests.conformance import trial as trials
from tests.conformance.trial import Outcome
from tests.portals.replica import Replica


def portal(file: Path) -> type[Replica] | None:
    """The replica that was written for this file, if there is one."""
    path = file.with_name(f"{file.stem.replace('-', '_')}_portal.py")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if not path.exists() or spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    kinds = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Replica)]
    return next((kind for kind in kinds if kind.__module__ == path.stem), None)


async def trial(
    file: Path, folder: Path, rides: Sequence[Sequence[courses.Course]] = courses.RIDES
) -> list[Outcome]:
    """The trial of the collector in `file`; `folder` is for what comes and goes."""
    kind = portal(file)
    assert kind, f"there is no replica beside {file.name}"
    async with trials.ground(folder, also=kind.HOSTS) as ground:
        return await trials.trial(ground, catalogue.of_file(file), kind, rides)
