"""Which browser of the machine is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from collectors.kit import finding
from core import errors


def test_what_it_is_told_wins(tmp_path: Path) -> None:
    told = _program(tmp_path / "my-chrome")

    assert finding.find(str(told)) == str(told)


def test_a_wrong_telling_is_said_and_nothing_else_is_taken(tmp_path: Path) -> None:
    with pytest.raises(errors.NoBrowser, match=f"MOISSON_BROWSER says {tmp_path}/nothing"):
        finding.find(f"{tmp_path}/nothing")


def test_playwrights_own_comes_before_the_systems_and_the_newest_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(tmp_path / "bin" / "chromium-headless-shell")
    for revision in ("1200", "1255"):
        folder = tmp_path / "own" / f"chromium_headless_shell-{revision}" / "chrome-headless-shell-linux64"
        newest = _program(folder / "chrome-headless-shell")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "own"))

    assert finding.find() == str(newest)


def test_a_supplier_that_needs_the_full_browser_gets_no_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(tmp_path / "chromium-headless-shell")
    full = _program(tmp_path / "chromium")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))

    assert finding.find(kind="full") == str(full)


def test_without_any_it_says_what_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))

    with pytest.raises(errors.NoBrowser, match="apt-get install chromium-headless-shell`"):
        finding.find()
    with pytest.raises(errors.NoBrowser, match=r"no complete Chromium .* `apt-get install chromium`"):
        finding.find(kind="full")


def _program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path
