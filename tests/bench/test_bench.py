from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench import __main__ as command
from tests.bench import page, reading, rows, stand, unseen
from tests.bench.page import Row
from tests.scheduler import postal


@pytest.fixture(scope="module")
def here() -> Iterator[stand.Stand]:
    with stand.put_up() as put_up:
        yield put_up


def test_a_cold_visit_signs_in_once_and_brings_one_invoice_and_a_warm_one_does_neither(
    here: stand.Stand,
) -> None:
    told = here.farm("visits", cold=1, warm=1, weigh=True)
    assert (told["done"], told["errors"]) == (2, [])
    assert (told["new"], told["read"], told["logins"], told["portal_logins"]) == (1, 1, 1, 1)
    assert told["browser_starts"] == 1
    assert told["cpu"] > 0
    assert told["own"] > 0
    assert (told["children"], told["folders"]) == ([], [])


def test_the_naive_script_does_the_same_work(here: stand.Stand) -> None:
    before = here.signed_in()
    assert here.naive(first=1, count=2, at_once=2, browser=stand.browser())["visits"] == 2
    assert here.signed_in() - before == 2


def test_what_is_sealed_opens_and_what_is_taken_in_is_read(here: stand.Stand) -> None:
    found = [*rows.vault(here, 30), *rows.ingest(here, 2)]
    assert [row.measured.endswith("/s") for row in found] == [True] * 3


def test_a_section_is_rewritten_and_the_others_stay(tmp_path: Path) -> None:
    numbers = tmp_path / "numbers.md"
    for name, row in (("one", "old"), ("two", "other"), ("one", "new")):
        page.write(name, name.title(), page.table([Row(row, "1/s", "≥ 1/s", True)]), numbers)
    text = numbers.read_text(encoding="utf-8")
    assert "old" not in text
    assert text.index("| new | 1/s | ≥ 1/s | ✓ |") < text.index("## Two") < text.index("| other |")


def test_papers_are_read_right_and_what_is_beside_is_told(tmp_path: Path) -> None:
    found = {row.what: row for row in reading.rows(tmp_path, 4)}
    assert [row.measured for what, row in found.items() if what.startswith("… number")] == [
        "100 %, 100 %, 100 %, 100 %"
    ] * len([what for what in found if what.startswith("… number")])
    assert any("invoice2data" in what for what in found)
    assert not any(row.fine is False for what, row in found.items() if "without a person" in what)


def test_a_command_does_not_tell_where_a_folder_lies() -> None:
    words = ["unseen", "--folder", "/home/somebody/sets"]
    assert command.as_typed(words, Path(words[2])) == "./run bench unseen --folder FOLDER"


def test_a_figure_below_its_target_is_seen() -> None:
    good = unseen.Figures(0.99, 0.97, 0.98, 1.0, 0.75, 0.0, 0.02, 0.0, 0.01)
    assert good.reach(unseen.SMALL_TARGETS)
    for worse in ({"sure": 0.99}, {"hidden": 0.006}, {"noise": 0.001}, {"off": 0.04}):
        assert not replace(good, **worse).reach(unseen.SMALL_TARGETS)


@pytest.mark.parametrize("idle", [True, False])
def test_a_mailed_code_is_typed_by_the_visit_that_waits_and_a_look_alikes_never(
    here: stand.Stand, idle: bool
) -> None:
    postal.require()
    told = here.alone("tests.bench.coding", count=1, idle=idle)
    assert (told["done"], told["refused"], told["answered"]) == (1, 0, ["mailbox"])
    assert len(told["seconds"]) == 1
    assert told["seconds"][0] > 0
