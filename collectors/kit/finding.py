"""Which browser the farm drives on this machine."""

from __future__ import annotations

import os
import shutil
import sys
from importlib import resources
from pathlib import Path
from typing import Literal

from core import errors

Kind = Literal["shell", "full"]

_SHELLS = ("chromium-headless-shell", "chrome-headless-shell", "headless_shell")
_FULLS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")


def find(setting: str = "", kind: Kind = "shell") -> str:
    """The path of the browser to drive: the setting, else Playwright's own, else the system's. Raises NoBrowser."""
    if setting:
        return _as_told(setting)
    for path in (*_playwrights_own(kind), *_systems(kind)):
        if os.access(path, os.X_OK):
            return str(path)
    what = "Chromium or Chrome" if kind == "shell" else "complete Chromium or Chrome"
    package = "chromium-headless-shell" if kind == "shell" else "chromium"
    raise errors.NoBrowser(
        f"no {what} was found: type `apt-get install {package}` (Debian, Ubuntu) or "
        f"`python -m playwright install {package}`, or set MOISSON_BROWSER to the path of one"
    )


def _as_told(setting: str) -> str:
    path = shutil.which(setting)
    if path is None:
        raise errors.NoBrowser(
            f"MOISSON_BROWSER says {setting}, and there is no program there that can be run"
        )
    return path


def _playwrights_own(kind: Kind) -> list[Path]:
    caches = Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    home = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or caches / "ms-playwright")
    if home == Path("0"):
        home = Path(str(resources.files("playwright"))) / "driver" / "package" / ".local-browsers"
    shells = sorted(home.glob("chromium_headless_shell-*/*/*headless[-_]shell"), reverse=True)
    fulls = sorted(home.glob("chromium-*/chrome-linux*/chrome"), reverse=True)
    return [*shells, *fulls] if kind == "shell" else fulls


def _systems(kind: Kind) -> list[Path]:
    names = (*_SHELLS, *_FULLS) if kind == "shell" else _FULLS
    return [Path(path) for path in map(shutil.which, names) if path]
