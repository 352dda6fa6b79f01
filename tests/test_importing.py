"""`moisson import`: payments and rates from files, at the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import moisson
from core import errors, settings
from core.db import Database, migrate, models
from tests.core.payments import written
from tests.core.payments.written import LINES, Paid

METRO = Paid(LINES[0].day, -215, "METRO")


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.chdir(tmp_path)
    made = settings.load()
    made.data.mkdir(exist_ok=True)
    opened = Database.of(made)
    migrate.upgrade(opened, made.data)
    with opened.write() as session:
        if session.get(models.Workspace, 1) is None:
            session.add(
                models.Workspace(id=1, name="Atelier Brun", created_at=datetime(2026, 11, 20, tzinfo=UTC))
            )
    yield opened
    opened.close()


def run(*words: str) -> Result:
    return CliRunner().invoke(moisson.cli, ["import", *words])


def file(content: bytes, name: str = "octobre.txt") -> str:
    Path(name).write_bytes(content)
    return name


def labels(database: Database) -> Sequence[str]:
    with database.read() as session:
        return [one.label for one in session.query(models.Payment).order_by(models.Payment.id)]


def test_a_file_is_told_then_taken_in_then_known(database: Database) -> None:
    name = file(written.camt(LINES))
    told = run("payments", name, "--dry-run")
    assert told.output == "FR76 … 0189: 3 lines: 3 new, 0 known, 0 unreadable\n"
    assert labels(database) == []
    assert run("payments", name).exit_code == 0
    assert labels(database) == [line.label for line in LINES]
    again = json.loads(run("payments", name, "--json").output)
    assert (again["new"], again["known"], again["batch"], again["balanced"]) == (0, 3, None, True)
    assert len(labels(database)) == 3


def test_a_file_that_names_no_account_needs_one(database: Database) -> None:
    name = file(written.qif(LINES))
    refused = run("payments", name)
    assert refused.exit_code == moisson.WRONG_USE
    assert "--account" in refused.output
    assert run("payments", name, "--account", "Courant").exit_code == 0
    assert run("payments", name, "--account", " courant").output.endswith("0 new, 3 known, 0 unreadable\n")


def test_a_file_of_another_account_is_refused(database: Database) -> None:
    run("payments", file(written.camt(LINES)), "--account", "Courant")
    other = file(written.camt(LINES).replace(written.IBAN.encode(), b"DE02120300000000202051"))
    refused = run("payments", other, "--account", "Courant")
    assert refused.exit_code == moisson.WRONG_USE
    assert "another account" in refused.output
    assert len(labels(database)) == 3


def test_lines_that_look_alike_wait_for_a_word(database: Database) -> None:
    name = file(written.qif([METRO, METRO]))
    waits = run("payments", name, "--account", "Courant")
    assert waits.exit_code == moisson.FAILED
    assert "--twins keep or leave for lines 6" in waits.output
    assert labels(database) == []
    assert run("payments", name, "--account", "Courant", "--twins", "keep").exit_code == 0
    assert labels(database) == ["METRO", "METRO"]


def test_a_twin_that_is_left_stays_out(database: Database) -> None:
    assert (
        run(
            "payments", file(written.qif([METRO, METRO])), "--account", "Courant", "--twins", "leave"
        ).exit_code
        == 0
    )
    assert labels(database) == ["METRO"]


def test_what_is_no_statement_is_told_by_name(database: Database) -> None:
    for content in (b"%PDF-1.7", b"some words\nand some more\n"):
        found = run("payments", file(content), "--account", "Courant")
        assert isinstance(found.exception, errors.NotAStatement)


def test_a_farm_that_was_never_started_has_no_company_to_bring_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings.load().data.mkdir(exist_ok=True)
    found = run("payments", file(written.camt(LINES)), "--workspace", "7")
    assert found.exit_code == moisson.WRONG_USE
    assert isinstance(found.exception, SystemExit | click.UsageError)


def test_rates_are_read_once(database: Database) -> None:
    name = file(b"Date, USD, JPY, \n20 November 2026, 1.0898, 160.2, \n", "eurofxref.csv")
    assert run("rates", name).output == "2 rates, 2 new or changed; the last day is 2026-11-20.\n"
    assert json.loads(run("rates", name, "--json").output) == {"rates": 2, "new": 0, "last_day": "2026-11-20"}
