"""Every replica of this folder, by the supplier that it stands for."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path

from tests.portals.replica import Replica


@cache
def replicas() -> dict[str, type[Replica]]:
    """A module of this folder may hold several; those of tests and of helpers hold none."""
    here = Path(__file__).parent
    for path in sorted(here.glob("*.py")):
        if not path.stem.startswith(("test_", "__")):
            importlib.import_module(f"tests.portals.{path.stem}")
    kinds = [kind for kind in _kinds(Replica) if kind.__module__.startswith(f"{__package__}.")]
    return {kind.supplier: kind for kind in kinds if hasattr(kind, "supplier")}


def _kinds(base: type[Replica]) -> list[type[Replica]]:
    found = base.__subclasses__()
    return [*found, *(each for kind in found for each in _kinds(kind))]
