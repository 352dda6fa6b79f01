"""Every supplier that can be collected from: those of this folder, of installed packages, and of the owner's own folder.

A file that cannot be used is listed as a problem; it never keeps the others away.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

from collectors.kit import manifest
from collectors.kit.collector import Collector
from core import errors

GROUP = "moisson.collectors"
BUILT_IN = Path(__file__).parent.parent

Make = Callable[[], list[Collector]]


@dataclass
class Catalogue:
    """The collectors by their supplier's id, and why some files are not among them."""

    collectors: dict[str, Collector] = field(default_factory=dict)
    problems: list[errors.BadManifest] = field(default_factory=list)
    _from: dict[str, str] = field(default_factory=dict, repr=False)

    def collector(self, supplier: str) -> Collector:
        """Raises BadManifest for a supplier that is not here."""
        if supplier not in self.collectors:
            raise errors.BadManifest(f"there is no supplier {supplier!r} in the catalogue")
        return self.collectors[supplier]

    def file_of(self, supplier: str) -> str:
        """Where it was found: a file's name beside the kit, a path in the owner's folder, or an entry point."""
        return self._from[supplier]

    def add(self, where: str, make: Make, *, allow_loopback: bool) -> None:
        """Takes in what `make` gives, or notes why not."""
        try:
            for found in make():
                self._add(where, found, allow_loopback)
        except errors.BadManifest as err:
            self.problems.append(err)

    def _add(self, where: str, found: Collector, allow_loopback: bool) -> None:
        supplier = found.manifest.id
        if found.manifest.loopback and not allow_loopback:
            raise errors.BadManifest(
                f"{where}: it speaks plain HTTP to this machine; that is for development, with MOISSON_ALLOW_LOOPBACK=1"
            )
        if supplier in self.collectors:
            raise errors.BadManifest(
                f"{where}: the supplier {supplier!r} is already there, from {self._from[supplier]}; choose another id"
            )
        self.collectors[supplier], self._from[supplier] = found, where


def load(folder: Path | None = None, *, allow_loopback: bool = False) -> Catalogue:
    """`folder` holds the owner's own TOML files; Python in it is not run. `allow_loopback` lets the demo's suppliers in.

    A file of the owner's takes the place of a demo supplier's of the same name, and of no other.
    """
    catalogue = Catalogue()
    own = sorted(folder.glob("*.toml")) if folder and folder.is_dir() else []
    for where, make in (*_built_in({path.name for path in own}, allow_loopback), *_installed()):
        catalogue.add(where, make, allow_loopback=allow_loopback)
    for path in own:
        catalogue.add(str(path), partial(_of_file, path), allow_loopback=allow_loopback)
    catalogue.problems += [_not_run(path) for path in sorted(folder.glob("*.py"))] if folder else []
    return catalogue


def of_file(path: Path) -> Collector:
    """The supplier of a TOML file, or of a class beside the kit. Raises BadManifest, also when the file cannot be read."""
    if path.suffix == ".py":
        return _of_class(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as err:
        raise errors.BadManifest(f"{path}: cannot be read: {err}") from err
    return Collector(manifest.parse(text, str(path)))


def _of_class(path: Path) -> Collector:
    """Python is run where it belongs to this package, and nowhere else."""
    found = _of_python(path.stem) if path.resolve().parent == BUILT_IN.resolve() else []
    if not found:
        raise _not_run(path)
    return found[0]


def of_module(module: ModuleType) -> list[Collector]:
    """Every collector that this module defines with a manifest of its own."""
    kinds = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Collector)]
    return [kind() for kind in kinds if kind.__module__ == module.__name__ and "manifest" in vars(kind)]


def _of_python(name: str) -> list[Collector]:
    return of_module(importlib.import_module(f"collectors.{name}"))


def _of_file(path: Path) -> list[Collector]:
    return [of_file(path)]


def _built_in(own: set[str], allow_loopback: bool) -> Iterator[tuple[str, Make]]:
    """Collectors beside the kit; the demo's stay out where they could not run, or where the owner has them on other ports."""
    for path in sorted(BUILT_IN.glob("*.py")):
        if path.stem != "__init__":
            yield path.name, partial(_of_python, path.stem)
    for path in sorted(BUILT_IN.glob("*.toml")):
        if not _is_demo(path) or (allow_loopback and path.name not in own):
            yield path.name, partial(_of_file, path)


def _is_demo(path: Path) -> bool:
    try:
        return of_file(path).manifest.loopback
    except errors.BadManifest:
        return False  # it is told as a problem, like any other


def _installed() -> Iterator[tuple[str, Make]]:
    """Packages that declare the entry-point group; each entry is a Collector class."""
    for point in entry_points(group=GROUP):
        yield f"{point.name} ({point.value})", partial(_foreign, point)


def _foreign(point: EntryPoint) -> list[Collector]:
    """Code that we host but did not write: whatever it raises is its own problem, told as one."""
    try:
        return [point.load()()]
    except Exception as err:
        raise errors.BadManifest(f"{point.name} ({point.value}): {type(err).__name__}: {err}") from err


def _not_run(path: Path) -> errors.BadManifest:
    return errors.BadManifest(
        f"{path}: Python files outside the catalogue are not run; write TOML, or name the supplier of a package with the entry point {GROUP}"
    )
