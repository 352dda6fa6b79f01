"""What `moisson doctor` says of the browsers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.settings import Settings
from scheduler import doctor


@pytest.mark.parametrize(
    ("programs", "fine", "words"),
    [
        (["chromium-headless-shell"], [True, False], "Google Workspace cannot be visited"),
        (["chromium-headless-shell", "chromium"], [True, True], "/chromium"),
    ],
)
def test_a_supplier_that_insists_on_a_complete_browser_is_named_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, programs: list[str], fine: list[bool], words: str
) -> None:
    for name in programs:
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    settings = Settings(data=tmp_path / "data", key_file=tmp_path / "keys" / "vault.key")

    found = [
        each for each in doctor.examine(settings, datetime.now(UTC)) if each.name in ("browser", "chromium")
    ]

    assert [each.fine for each in found] == fine
    assert words in found[1].words
    assert not found[1].grave
