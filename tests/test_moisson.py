from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import moisson
from collectors.kit import manifest
from core import errors, extraction, settings, teaching
from core.db import Database, migrate, models
from core.ledger import requests
from demo import paper
from tests.core import home
from tests.core.extraction import workshops

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def farm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[settings.Settings]:
    """Two accounts at fern, one at holm."""
    monkeypatch.chdir(tmp_path)
    made = settings.load()
    made.data.mkdir(exist_ok=True)
    database = Database.of(made)
    migrate.upgrade(database, made.data)
    with database.write() as session:
        if session.get(models.Workspace, 1) is None:
            session.add(models.Workspace(id=1, name="Atelier Brun", created_at=NOW))
        session.flush()
        for supplier, label in (("fern", "shop"), ("fern", "home"), ("holm", "")):
            session.add(_account(supplier, label))
    yield made
    database.close()


def _account(supplier: str, label: str) -> models.Account:
    return models.Account(
        workspace_id=1,
        supplier=supplier,
        label=label,
        masked_login="a•••",
        login_hash=label,
        origins="",
        terms_version="1",
        terms_accepted_at=NOW,
        created_at=NOW,
    )


@pytest.mark.parametrize(("told", "number"), [("2", 2), ("holm", 3), ("home", 2)])
def test_an_account_is_called_by_number_supplier_or_label(
    farm: settings.Settings, told: str, number: int
) -> None:
    assert moisson._number(farm, told) == number


def test_a_label_is_shown_as_it_was_typed(farm: settings.Settings) -> None:
    with Database.of(farm).write() as session:
        session.get_one(models.Account, 3).label = "[/bold] :bee:\x1b[2J"
    told = CliRunner(env={"COLUMNS": "200"}).invoke(moisson.cli, ["account", "list"], standalone_mode=False)
    assert told.exception is None
    assert "[/bold] :bee: [2J" in told.stdout


@pytest.mark.parametrize("given", ["hunter2", '["hunter2"]', '{"password": 5, "username": "hunter2"}'])
def test_secrets_that_cannot_be_used_are_not_repeated(farm: settings.Settings, given: str) -> None:
    words = ["account", "add", "mandarine", "--secrets", "-"]
    done = CliRunner().invoke(moisson.cli, words, input=given, standalone_mode=False)
    assert isinstance(done.exception, click.UsageError)
    assert "hunter2" not in done.exception.format_message() + done.output


@pytest.mark.parametrize(("told", "said"), [("fern", "several: 1, 2"), ("elm", "none; see")])
def test_a_name_that_is_not_one_account_is_asked_about(farm: settings.Settings, told: str, said: str) -> None:
    with pytest.raises(click.UsageError, match=said):
        moisson._number(farm, told)


def test_a_visit_that_is_not_begun_is_told_to_programs_too(
    farm: settings.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def frozen(*_: object, **__: object) -> None:
        raise errors.Frozen("the portal refused this password")

    monkeypatch.setattr("scheduler.ask.collect", frozen)
    done = CliRunner().invoke(moisson.cli, ["collect", "holm", "--json"], standalone_mode=False)

    assert isinstance(done.exception, errors.Frozen)
    told = json.loads(done.stdout)
    assert (told["account"], told["state"], told["run"]) == (3, "not_begun", None)
    assert (told["error"]["name"], told["error"]["code"]) == ("Frozen", errors.Frozen.code)


def test_the_list_of_collectors_tells_programs_source_and_age_of_each_part(farm: settings.Settings) -> None:
    done = CliRunner().invoke(moisson.cli, ["collector", "list", "--json"], standalone_mode=False)
    rows = {row["supplier"]: row for row in map(json.loads, done.stdout.splitlines())}
    orange = rows["orange"]
    assert orange["facts"]["login"] == {"source": orange["source"], "age": orange["age"]}
    assert set(orange["verbs"]) == {"signed_in", "sign_in", "listed", "download"}
    assert "password" in orange["signs_in_with"]
    assert rows["edf-entreprises"]["collector"] is False
    assert rows["edf-entreprises"]["why"]


def test_a_new_collector_takes_along_what_was_asked_for_and_says_that_it_is_being_built(
    farm: settings.Settings,
) -> None:
    database = Database.of(farm)
    with database.write() as session:
        one = models.Person(email="anna@firm.fr", password_hash="", language="fr", created_at=NOW)
        session.add(one)
        session.flush()
        facts: dict[str, str | int | None] = {"website": "https://zorglub.example"}
        requests.ask(session, 1, "Zorglub Eau", by=one.id, now=NOW, facts=facts)
    told = ["collector", "new", "--from-request", "zorglub-eau", "--folder", "new"]
    done = CliRunner().invoke(moisson.cli, told, standalone_mode=False)
    assert done.exception is None
    text = Path("new/zorglub-eau.toml").read_text()
    assert "# Supplier wanted: Zorglub Eau\n" in text
    assert "# Site: https://zorglub.example\n" in text
    assert manifest.parse(text, "zorglub-eau.toml").names["en"] == "Zorglub Eau"
    with database.read() as session:
        (row,) = requests.all_of(session, 1)
    assert row.state == "being_built"
    database.close()


def test_what_nobody_asked_for_is_not_begun(farm: settings.Settings) -> None:
    done = CliRunner().invoke(
        moisson.cli, ["collector", "new", "--from-request", "elm"], standalone_mode=False
    )
    assert isinstance(done.exception, click.UsageError)
    assert list(Path().glob("*.toml")) == []


def test_the_archive_is_read_again_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First what would change, then the change, then nothing more."""
    monkeypatch.chdir(tmp_path)
    folder = settings.load().data
    folder.mkdir()
    with extraction.Readers(1) as readers, home.opened(folder, readers) as here:
        first, second = (workshops.finnish(month) for month in workshops.months(2, "command"))
        one, two = here.bring(first.content), here.bring(second.content)
        proposed = teaching.propose(
            here.database, here.stored, readers, one, dict(first.places), by=None, now=NOW
        )
        teaching.go_live(here.database, here.stored, readers, proposed.template_id, now=NOW)
        due = f"due_date - → {second.says['due_date']}"
        shown = CliRunner().invoke(moisson.cli, ["reread"])
        assert (shown.exit_code, due in shown.output, "add --apply" in shown.output) == (0, True, True)
        assert here.invoice(two).due_on is None
        told = CliRunner().invoke(moisson.cli, ["reread", "--apply", "--json", "--supplier", "workshop"])
        assert {json.loads(line)["document_id"] for line in told.output.splitlines()} == {one, two}
        assert here.invoice(two).due_on is not None
        assert CliRunner().invoke(moisson.cli, ["reread"]).output.startswith("0 read again")


def test_a_document_is_explained_field_by_field(tmp_path: Path) -> None:
    file = tmp_path / "f.pdf"
    file.write_bytes(paper.invoice("F-2026-0042", date(2026, 11, 3), Decimal("1234.50")))
    told = CliRunner(env={"COLUMNS": "200"}).invoke(moisson.cli, ["read", "--explain", str(file)]).output
    (number,) = [line for line in told.splitlines() if line.split()[:1] == ["number"]]
    assert {"F-2026-0042", "generic", "p."} <= set(number.split())
    assert "Mandarine Télécom SAS" in told.split("12 rue des Démonstrations")[0]


def test_what_a_document_says_cannot_steer_the_terminal() -> None:
    assert moisson._printable("\x1b[2Jtotal\n12\u202e") == " [2Jtotal\n12 "
