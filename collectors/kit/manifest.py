"""A supplier's TOML file, read whole and checked whole. Pure: no network, no browser, no clock."""

from __future__ import annotations

import tomllib

from collectors.kit import coverage, presets, sections
from collectors.kit.declared import Manifest
from core import errors

__all__ = ["Manifest", "parse"]


def parse(text: str, where: str, *, by_class: bool = False) -> Manifest:
    """The Manifest in `text`, read from the file `where`. Raises BadManifest that names every problem, one a line.

    `by_class`: a Python class does the rest, so `[login]`, `[list]` and `[document]` may be left out.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as err:
        raise errors.BadManifest(f"{where}: this is not TOML: {err}") from None
    problems: list[str] = []
    found = sections.manifest(presets.under(raw, problems), problems, by_class)
    told = {each.partition(":")[0] for each in problems}
    problems += [each for each in coverage.problems(found) if not _is_told(each, told)]
    if problems:
        raise errors.BadManifest("\n".join([f"{where}:", *(f"  {each}" for each in problems)]))
    return found


def _is_told(problem: str, told: set[str]) -> bool:
    """A key that could not be read has had its say: what follows from that is no news."""
    key = problem.partition(":")[0]
    return any(
        key.startswith(each) or each.startswith(f"{key}.") or each.startswith(f"{key}[") for each in told
    )
