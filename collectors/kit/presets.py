"""What many suppliers share, told once: the tables of a preset, under those of a supplier's own file."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from collectors.kit.clauses import meant, shown

FOLDER = Path(__file__).parent / "presets"
#: Lists that a file adds to, its own first; every other value of a preset gives way to the file's own.
ADDED = ("hosts", "when")


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def under(raw: dict[str, Any], problems: list[str]) -> dict[str, Any]:
    """The file as if the preset that it names were written in it. A preset that is none goes to `problems`."""
    if "preset" not in raw:
        return raw
    own = {key: value for key, value in raw.items() if key != "preset"}
    name = raw["preset"]
    if name not in names():
        problems.append(
            f"preset: expected one of {', '.join(names())}; found {shown(name)}{meant(str(name), names())}"
        )
        return own
    return _over(_tables(name), own)


@cache
def _tables(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _over(preset: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    return {**preset, **{key: _laid(key, preset.get(key), value) for key, value in own.items()}}


def _laid(key: str, below: Any, above: Any) -> Any:
    if isinstance(below, dict) and isinstance(above, dict):
        return _over(below, above)
    if key in ADDED and isinstance(below, list) and isinstance(above, list):
        return [*above, *below]
    return above
