"""The `moisson` command, and the only file that knows every package. Each command loads what it needs, and no more:
the web part never loads a browser, a crawler or the key that opens the vault."""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from core import errors
from core import settings as farm_settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.db import Database, models
    from core.export.asked import NotBookable

T = TypeVar("T")

#: Exit codes: 0 done, 1 failed, 2 wrong use, 3 vault closed.
FAILED, WRONG_USE, VAULT_CLOSED = 1, 2, 3

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
of_workspace = click.option("--workspace", type=int, default=1, show_default=True, help="Which company's.")
with_secrets = click.option(
    "--secrets",
    type=click.File("r"),
    required=True,
    callback=lambda _context, _option, file: _secrets_in(file.read()),
    help="JSON of the fields the supplier asks for; - reads it from standard input.",
)


def main() -> NoReturn:
    """Run a command; an error of ours is told in one paragraph, never as a traceback."""
    try:
        sys.exit(cli.main(prog_name="moisson", standalone_mode=False) or 0)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as err:
        err.show()
        sys.exit(WRONG_USE)
    except errors.VaultClosed as err:
        _fail(err, VAULT_CLOSED)
    except (errors.BadSettings, errors.BadManifest) as err:
        _fail(err, WRONG_USE)
    except errors.MoissonError as err:
        _fail(err, FAILED)


def _fail(err: errors.MoissonError, code: int) -> NoReturn:
    click.echo(f"{type(err).__name__} [{err.code}]: {err}", err=True)
    sys.exit(code)


@click.group()
@click.version_option(package_name="moisson")
def cli() -> None:
    """Moisson brings your suppliers' invoices home."""


def with_settings(command: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(command)
    def run(*args: Any, **options: Any) -> Any:
        return command(farm_settings.load(), *args, **options)

    return run


# --- the farm -------------------------------------------------------------------------------------------------------


@cli.command()
@with_settings
def start(settings: farm_settings.Settings) -> None:
    """The whole farm: the web part and the working part, until you stop it."""
    from scheduler import supervise
    from vault import redact

    redact.start_logging()
    sys.exit(asyncio.run(supervise.start()))


@cli.command()
@with_settings
def web(settings: farm_settings.Settings) -> None:
    """The web part only: pages, and secrets on their way in."""
    import web as pages
    from vault import redact

    redact.start_logging()
    pages.serve(settings)


@cli.command()
@with_settings
def worker(settings: farm_settings.Settings) -> None:
    """The working part only: it visits the portals, and alone holds the key."""
    from scheduler import farm, process
    from vault import redact

    redactor = redact.start_logging()
    try:
        asyncio.run(process.work(settings, redactor))
    except errors.VaultClosed as err:
        farm.say_closed(settings, str(err))
        raise


@cli.command()
def demo() -> None:
    """The farm with fictional suppliers and a stage panel, in a data folder of its own."""
    import demo as theatre

    sys.exit(theatre.play())


@cli.command()
@click.option("--health", is_flag=True, help="Only: does the web answer, and does the worker live?")
@as_json
@with_settings
def doctor(settings: farm_settings.Settings, health: bool, as_json: bool) -> None:
    """What is set, missing, or out of reach, each with the next step."""
    from scheduler import doctor as surgery

    if health:
        sys.exit(0 if surgery.is_healthy(settings) else FAILED)
    findings = surgery.examine(settings, _now())
    for found in findings:
        told = {"name": found.name, "fine": found.fine, "words": found.words}
        mark = "✓" if found.fine else "✗" if found.grave else "!"
        _say(told, f"{mark} {found.name:<11} {found.words}", as_json)
    sys.exit(FAILED if any(found.grave and not found.fine for found in findings) else 0)


# --- accounts -------------------------------------------------------------------------------------------------------


@cli.group()
def account() -> None:
    """Supplier accounts: add, list, pause, resume, remove."""


@account.command("add")
@click.argument("supplier")
@with_secrets
@click.option("--label", default="", help="How you call this account.")
@of_workspace
@as_json
@with_settings
def account_add(
    settings: farm_settings.Settings,
    supplier: str,
    secrets: dict[str, str],
    label: str,
    workspace: int,
    as_json: bool,
) -> None:
    """Register a sign-in. The secrets are sealed at once and cannot be read back; the first visit is a census."""
    from scheduler import farm
    from web import register

    database, _ = farm.unlocked(settings)
    added = register.from_command(
        settings, database, supplier, secrets, label=label, workspace_id=workspace, now=_now()
    )
    _say(added, str(added["account"]), as_json)


@account.command("list")
@as_json
@with_settings
def account_list(settings: farm_settings.Settings, as_json: bool) -> None:
    """Every account with its state, its last success and its next run."""
    from core import ledger
    from core.db import models
    from scheduler import report

    with _database(settings).read() as session:
        rows = [
            report.of_account(view)
            for one in session.query(models.Workspace)
            for view in ledger.accounts_with_state(session, one.id, _now())
        ]
    _show(rows, as_json, "No account yet: `moisson account add SUPPLIER --secrets -`, or the web form.")


@account.command("pause")
@click.argument("account")
@with_settings
def account_pause(settings: farm_settings.Settings, account: str) -> None:
    """No visits until it is resumed."""
    from core import ledger

    _change(settings, account, "account.paused", lambda _, one: ledger.mark_paused(one, now=_now()))


@account.command("resume")
@click.argument("account")
@with_settings
def account_resume(settings: farm_settings.Settings, account: str) -> None:
    """Visits go on."""
    from core import ledger

    _change(settings, account, "account.resumed", lambda _, one: ledger.resume_account(one, now=_now()))


@account.command("remove")
@click.argument("account")
@click.confirmation_option(prompt="This destroys its password and session. Invoices stay. Go on?")
@with_settings
def account_remove(settings: farm_settings.Settings, account: str) -> None:
    """Destroy its secrets and its schedule; its invoices stay."""
    from core import ledger

    _change(
        settings,
        account,
        "account.removed",
        lambda session, one: ledger.remove_account(session, one, now=_now()),
    )


@cli.command()
@click.argument("account", required=False)
@click.option("--due", is_flag=True, help="Every account that is due now.")
@as_json
@with_settings
def collect(settings: farm_settings.Settings, account: str | None, due: bool, as_json: bool) -> None:
    """Visit an account now and tell what came of it. Exit code 1 when the visit failed or held a document back.

    ACCOUNT is its number, or its supplier or label where only one has it.
    """
    from scheduler import ask, report
    from vault import redact

    if (account is None) == (not due):
        raise click.UsageError("give an ACCOUNT, or --due")
    redactor = redact.start_logging(json=as_json, level="WARNING")
    number = _number(settings, account) if account else None
    try:
        reports = ask.collect(settings, redactor, number, prompt=None if as_json else _prompt())
    except errors.MoissonError as err:
        if as_json:
            click.echo(json.dumps(report.of_refusal(number, err)))
        raise
    for told in reports:
        _say(told, report.in_words(told), as_json)
    sys.exit(0 if all(report.succeeded(told) for told in reports) else FAILED)


# --- collectors and documents ---------------------------------------------------------------------------------------


@cli.group()
def collector() -> None:
    """The catalogue, and what one needs to write for it."""


@collector.command("list")
@as_json
@with_settings
def collector_list(settings: farm_settings.Settings, as_json: bool) -> None:
    """Every supplier in the catalogue, then those that are only asked for; files that could not be used are named at the end."""
    from collectors.kit import asked, catalogue, portrait

    found = catalogue.load(settings.collectors, allow_loopback=settings.allow_loopback)
    wanted = asked.without(found.collectors)
    shape = portrait.as_json if as_json else portrait.as_row
    rows = [shape(one) for one in found.collectors.values()]
    if as_json:
        rows += [{"supplier": each.id, "collector": False, "why": each.why["en"]} for each in wanted]
    _show(rows, as_json, "The catalogue is empty.")
    if not as_json and wanted:
        click.echo(f"Asked for, without a collector: {', '.join(each.id for each in wanted)}")
    for problem in found.problems:
        click.echo(str(problem), err=True)


@collector.command("check")
@click.argument("what", required=False, metavar="[FILE|SUPPLIER]")
@click.option("--all", "every", is_flag=True, help="Every supplier of this folder.")
@click.option("--write", is_flag=True, help="With --all: write docs/suppliers.md.")
@as_json
@with_settings
def collector_check(
    settings: farm_settings.Settings, what: str | None, every: bool, write: bool, as_json: bool
) -> None:
    """What is wrong with a supplier's file, what it may reach and type; then its trial, where it has a replica.

    The trials and the replicas come with the source, not with the installed package.
    """
    if every == bool(what):
        raise click.UsageError("name a file or a supplier, or say --all")
    fine = _check_all(write) if every else _check_one(settings, what or "", as_json)
    sys.exit(0 if fine else FAILED)


def _check_one(settings: farm_settings.Settings, what: str, as_json: bool) -> bool:
    from collectors.kit import catalogue, check

    path = Path(what)
    if path.is_file():
        findings = check.check(path, allow_loopback=settings.allow_loopback)
    else:
        found = catalogue.load(settings.collectors, allow_loopback=settings.allow_loopback)
        findings = check.of(found.collector(what).manifest, allow_loopback=settings.allow_loopback)
        path = catalogue.BUILT_IN / found.file_of(what)
    for finding in findings:
        _say(finding.as_json(), str(finding), as_json)
    if any(finding.grave for finding in findings):
        return False
    return _tried(path, as_json)


def _tried(file: Path, as_json: bool) -> bool:
    """Its trial, told as findings are; nothing where the source is not at hand."""
    if importlib.util.find_spec("tests.conformance") is None:
        return True
    from tests.conformance import checks

    outcomes = asyncio.run(checks.one(file))
    for outcome in outcomes or ():
        told = {"kind": "course", "words": outcome.course, "wrong": outcome.words}
        mark = "✓" if outcome.passed else "✗"
        _say(told, f"{mark} {outcome.course} {outcome.words}".rstrip(), as_json)
    return checks.passed(outcomes)


def _check_all(write: bool) -> bool:
    if importlib.util.find_spec("tests.conformance") is None:
        raise click.UsageError("--all needs the source: the replicas are not part of the installed package")
    from tests.conformance import checks

    found = asyncio.run(checks.every(click.echo))
    if write:
        checks.write(found)
    return all(checks.passed(line.outcomes) for line in found)


@collector.command("new")
@click.argument("supplier", required=False)
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option("--name", default="", help="As people call it.")
@click.option("--from-request", "asked", default="", help="The id of a supplier that was asked for.")
@of_workspace
@with_settings
def collector_new(
    settings: farm_settings.Settings,
    supplier: str | None,
    folder: Path,
    name: str,
    asked: str,
    workspace: int,
) -> None:
    """A new supplier: its commented TOML file, a replica of its portal and a test, which pass together.

    From a request, its name and what is known of it are taken along, and the request says that it is being built.
    """
    from collectors.kit import skeleton

    if bool(supplier) == bool(asked):
        raise click.UsageError("name a supplier, or say --from-request ID")
    if supplier:
        paths = skeleton.write(folder, supplier, name)
    else:
        paths = _of_request(settings, workspace, asked, folder, name)
    for path in paths:
        click.echo(path)


def _of_request(
    settings: farm_settings.Settings, workspace: int, slug: str, folder: Path, name: str
) -> list[Path]:
    from collectors.kit import skeleton
    from core.ledger import requests
    from web import issue

    with _database(settings).write() as session:
        row = requests.request(session, workspace, slug)
        if row is None:
            raise click.UsageError(f"nobody has asked for {slug!r}")
        told = issue.text(row, requests.votes(session, workspace)[slug])
        paths = skeleton.write(folder, slug, name or row.name, notes=told)
        requests.progress(row, "being_built")
    return paths


@collector.command("run")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_secrets
@click.option("--watch", is_flag=True, help="Show the browser.")
@with_settings
def collector_run(settings: farm_settings.Settings, file: Path, secrets: dict[str, str], watch: bool) -> None:
    """One visit with a file you are writing: signs in, lists, downloads one document, keeps nothing."""
    from scheduler import rehearsal
    from vault import redact

    redactor = redact.start_logging(level="WARNING")
    rehearsal.run(settings, redactor, file, secrets, click.echo, watch=watch, prompt=_prompt())


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--explain",
    is_flag=True,
    help="Every field with its source, its place, what was set aside and why, and the text.",
)
@as_json
@with_settings
def read(settings: farm_settings.Settings, files: Sequence[Path], explain: bool, as_json: bool) -> None:
    """Read invoices: number, dates, amounts, each with its confidence and what should happen next."""
    from core import extraction
    from core.extraction import explained

    with extraction.Readers(1, scans=settings.scans) as readers:
        for file in files:
            outcome = _read_or_say_why(readers, file)
            told = extraction.line(file, outcome)
            if explain and not as_json:
                _explain(told, getattr(outcome, "text", ""))
            else:
                _say(told, explained.in_words(told), as_json)


@cli.command()
@click.argument(
    "folder",
    metavar="[SETDIR]",
    required=False,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
)
@click.option("--warm", is_flag=True, help="With what a person confirmed before, in the set's history.jsonl.")
@of_workspace
@as_json
def match(folder: Path | None, warm: bool, workspace: int, as_json: bool) -> None:
    """Match a company's payments and invoices anew, and say what changed.

    With SETDIR, those of a folder (payments.jsonl, invoices.jsonl, fx.json): one JSON object a link, and nothing is kept.
    """
    if folder is not None:
        _match_set(folder, warm)
        return
    from scheduler import matching

    settings = farm_settings.load()
    for told in matching.at_once(settings, _database(settings), workspace, _now()):
        _say(told, matching.in_words(told), as_json)


def _match_set(folder: Path, warm: bool) -> None:
    import gc

    from core import matching
    from core.matching import sets

    try:
        told = sets.load(folder)
    except (OSError, ValueError, KeyError) as err:
        raise click.UsageError(f"{folder} is not a whole set: {err!r}") from err
    gc.freeze()  # a million lines that all stay need no looking through again
    memory = matching.from_pairs(told.history if warm else (), told.payments, told.invoices)
    solution = matching.solve(told.payments, told.invoices, told.rates, memory)
    for line in sets.lines(solution):
        click.echo(line)


@cli.command()
@of_workspace
@click.option("--supplier", default=None, help="Only the documents of this supplier.")
@click.option("--apply", is_flag=True, help="Change the invoices, instead of showing what would change.")
@as_json
@with_settings
def reread(
    settings: farm_settings.Settings, workspace: int, supplier: str | None, apply: bool, as_json: bool
) -> None:
    """Read the archive again after a template or a reader has changed; without --apply nothing is changed.

    What a person has confirmed stays as it is. Interrupted, it goes on where it stood. Exit code 1 when a document could not be read.
    """
    from core import archive, extraction, rereading

    database = _database(settings)
    with database.read() as session:
        waiting = rereading.waiting(session, workspace, supplier, scans=settings.ocr)
    with extraction.Readers(os.cpu_count() or 1, scans=settings.scans) as readers:
        stored = archive.Archive(settings.data)
        every = rereading.again(database, stored, readers, waiting, apply=apply, now=_now)
        changed = failed = 0
        for one in _with_progress(every, len(waiting)):
            changed, failed = changed + bool(one.changes), failed + bool(one.failed)
            if as_json or one.changes or one.failed:
                _say(asdict(one), rereading.in_words(one), as_json)
    if not as_json:
        click.echo(f"{len(waiting)} read again, {changed} {'changed' if apply else 'would change'}.")
        if changed and not apply:
            click.echo("Nothing was changed yet: add --apply to change them.")
    sys.exit(FAILED if failed else 0)


# --- payments -------------------------------------------------------------------------------------------------------


@cli.group("import")
def import_group() -> None:
    """Bring in what lies in files: payments of a bank, reference rates."""


@import_group.command("payments")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--account", default="", help="The bank account, by its name; made when there is none.")
@click.option("--dry-run", is_flag=True, help="Only say what would be taken in.")
@click.option("--twins", type=click.Choice(["keep", "leave"]), help="What to do with lines that look alike.")
@of_workspace
@as_json
@with_settings
def import_payments(
    settings: farm_settings.Settings,
    file: Path,
    account: str,
    dry_run: bool,
    twins: str | None,
    workspace: int,
    as_json: bool,
) -> None:
    """Payments from a bank's FILE: CSV, OFX, CAMT, MT940, QIF or CFONB 120. The same file twice brings nothing.

    Lines that look like another payment wait for --twins; until then nothing of the file is taken in, and the exit code is 1.
    """
    from core import payments
    from core.db import models
    from core.ledger import batches, bringing

    content = file.read_bytes()
    brought, database = payments.read(content), _database(settings)
    if brought.columns and not brought.columns.complete:
        raise errors.NotAStatement(
            "its columns cannot be guessed: import it once on the page, and choose them there"
        )
    source = batches.Source("file", brought.format, file.name, hashlib.sha256(content).hexdigest())
    try:
        with database.read() as session:
            if session.get(models.Workspace, workspace) is None:
                raise click.UsageError(f"there is no company {workspace} yet: start the farm once")
            told = bringing.look(session, workspace, brought, account)
        waits = [line for one in told for line in one.undecided] if twins is None else []
        if not dry_run and not waits:
            with database.write() as session:
                told = bringing.take_in(
                    session, workspace, brought, source, account, keep=twins == "keep", now=_now()
                )
    except bringing.WhichAccount as err:
        raise click.UsageError(f"{err}; name it with --account") from None
    for one in told:
        _say(one.as_json(), one.in_words(), as_json)
    if waits and not dry_run:
        click.echo(f"Nothing was taken in: say --twins keep or leave for lines {_several(waits)}.", err=True)
        sys.exit(FAILED)


def _several(lines: Sequence[int]) -> str:
    """The first of them."""
    return ", ".join(map(str, lines[:10])) + (f" and {len(lines) - 10} more" if len(lines) > 10 else "")


@import_group.command("rates")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
@with_settings
def import_rates(settings: farm_settings.Settings, file: Path, as_json: bool) -> None:
    """Daily reference rates from a FILE in the European Central Bank's shape (eurofxref, CSV or XML)."""
    from core.ledger import rates
    from core.payments import eurofxref

    found = eurofxref.read(file.read_bytes())
    with _database(settings).write() as session:
        kept = rates.keep(session, found)
    last = max(rate.day for rate in found)
    told = {"rates": len(found), "new": kept, "last_day": last.isoformat()}
    _say(told, f"{len(found)} rates, {kept} new or changed; the last day is {last}.", as_json)


@cli.command()
@click.argument("month", metavar="[YYYY-MM]", required=False)
@click.option(
    "--part",
    "parts",
    multiple=True,
    type=click.Choice(["zip", "csv", "books", "payments"]),
    default=["zip"],
    show_default=True,
    help="What is exported; may be said several times.",
)
@click.option(
    "--layout",
    type=click.Choice(["fec", "csv", "quadra"]),
    default="fec",
    show_default=True,
    help="How purchase entries are written; fec is for import, and is no FEC.",
)
@click.option(
    "--lines",
    type=click.Choice(["csv", "ofx"]),
    default="csv",
    show_default=True,
    help="How payments are written.",
)
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@click.option("--leave", is_flag=True, help="Leave out of the entries what cannot be booked.")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=".",
    help="The folder that the file is put into.",
)
@of_workspace
@as_json
@with_settings
def export(
    settings: farm_settings.Settings,
    month: str | None,
    parts: Sequence[str],
    layout: str,
    lines: str,
    language: str,
    leave: bool,
    folder: Path,
    workspace: int,
    as_json: bool,
) -> None:
    """A month's invoices, their list, purchase entries and payments as one file; the last whole month unless told otherwise.

    The same month gives the same bytes. Exit code 1 when invoices cannot be booked; they are named, and nothing is written.
    """
    from core.export import asked
    from web import exporting

    try:
        wanted = asked.Asked(
            exporting.span(settings, month, _now()),
            frozenset(map(asked.Part, parts)),
            language,
            asked.Layout(layout),
            asked.Lines(lines),
            leave,
        )
    except ValueError:
        raise click.UsageError(f"{month} is no month: say it as 2026-10") from None
    try:
        told = exporting.from_command(settings, _database(settings), wanted, workspace, folder, now=_now())
    except asked.NotBookable as blocked:
        _not_booked(blocked)
    _say(
        told,
        f"{told['file']}: {told['received']} invoices"
        + ("" if told["whole"] else "; the month is not complete"),
        as_json,
    )


def _not_booked(blocked: NotBookable) -> NoReturn:
    for one in blocked.problems:
        name = f"{one.bill.supplier_name} {one.bill.number or one.bill.id}"
        click.echo(f"{name}: {one.why.value} {one.said}".rstrip(), err=True)
    click.echo(f"{blocked}: mend them, or add --leave. Nothing was written.", err=True)
    sys.exit(FAILED)


# --- proofs ---------------------------------------------------------------------------------------------------------


@cli.group()
def vault() -> None:
    """The sealed secrets."""


@vault.command("verify")
@click.option("--open", "opens", is_flag=True, help="Open every record as well; each opening is audited.")
@with_settings
def vault_verify(settings: farm_settings.Settings, opens: bool) -> None:
    """Every key unwraps, every signature is right, every record belongs to a key."""
    from scheduler import farm
    from vault import field_opening, opening

    database, keyring = farm.unlocked(settings)
    problems = list(keyring.verify())
    if opens:
        problems += opening.Opener(database, keyring).verify(now=_now())
        problems += field_opening.FieldOpener(database, keyring).verify()
    _verdict(problems, "The vault is sound.")


@cli.group("audit")
def audit_group() -> None:
    """Who did what."""


@audit_group.command("verify")
@with_settings
def audit_verify(settings: farm_settings.Settings) -> None:
    """The chain has no changed, missing or added entry since its signed heads."""
    from vault import audit, sealing

    trusted = sealing.TrustedKey.read(settings.data / "vault.pub")
    with _database(settings).read() as session:
        problems = audit.verify(session, trusted)
    _verdict(problems, "The audit chain is whole.")


def _verdict(problems: Sequence[str], fine: str) -> None:
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        sys.exit(FAILED)
    click.echo(fine)


def _now() -> datetime:
    return datetime.now(UTC)


def _prompt() -> Callable[[str], str] | None:
    """How the person at the terminal is asked for a code, if there is one."""
    from getpass import getpass

    return getpass if sys.stdin.isatty() else None


def _secrets_in(text: str) -> dict[str, str]:
    """The fields as JSON. An error never repeats what was given."""
    try:
        values = json.loads(text)
    except ValueError:
        raise click.UsageError('--secrets is not JSON; expected {"username": "…", "password": "…"}') from None
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise click.UsageError("--secrets must be one JSON object of texts")
    return values


def _database(settings: farm_settings.Settings) -> Database:
    from core.db import Database, migrate

    database = Database.of(settings)
    migrate.upgrade(database, settings.data)
    return database


def _number(settings: farm_settings.Settings, told: str) -> int:
    """The account of this number, or the only one of this supplier or label."""
    from core.ledger import views

    if told.isdigit():
        return int(told)
    with _database(settings).read() as session:
        found = views.called(session, told)
    if len(found) == 1:
        return found[0]
    why = f"several: {', '.join(map(str, found))}" if found else "none; see `moisson account list`"
    raise click.UsageError(f"which account is {told!r}? There are {why}")


def _change(
    settings: farm_settings.Settings,
    account: str,
    action: str,
    act: Callable[[Session, models.Account], None],
) -> None:
    from core.db import models
    from vault import audit

    number = _number(settings, account)
    with _database(settings).write() as session:
        one = session.get(models.Account, number)
        if one is None or one.deleted_at is not None:
            raise click.UsageError(f"there is no account {number}; see `moisson account list`")
        act(session, one)
        audit.append(
            session,
            at=_now(),
            actor="command",
            action=action,
            object=f"account:{number}",
            workspace_id=one.workspace_id,
        )


def _say(told: Any, words: str, as_json: bool) -> None:
    """One line of it: an object for programs, or words for people."""
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else words)


def _show(rows: Sequence[Mapping[str, Any]], as_json: bool, empty: str) -> None:
    if as_json:
        for row in rows:
            _say(row, "", as_json)
    elif rows:
        Console().print(_table(rows))
    else:
        click.echo(empty)


def _table(rows: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(*rows[0], box=None, header_style="bold")
    for row in rows:
        table.add_row(*(Text("" if value is None else _printable(str(value))) for value in row.values()))
    return table


def _read_or_say_why(readers: Any, file: Path) -> Any:
    from core import extraction

    try:
        extraction.check(file)
        return readers.read(file)
    except errors.MoissonError as err:
        return err


def _with_progress(every: Iterable[T], count: int) -> Iterator[T]:
    """A bar on the terminal, where there is one."""
    from rich import progress

    bar = Console(stderr=True)
    yield from progress.track(
        every, "Reading", count, console=bar, transient=True, disable=not bar.is_terminal
    )


def _explain(told: dict[str, Any], text: str) -> None:
    """What a document was read to say and why; its own words may hold anything, and are shown as words only."""
    from core.extraction import explained

    screen = Console()
    screen.print(Text(_printable(explained.in_words(told)), style="bold"))
    if rows := explained.rows(told):
        screen.print(_table(rows))
    for why in explained.doubts(told):
        screen.print(Text(f"? {_printable(why)}", style="yellow"))
    screen.print(Text(_printable(text), style="dim"))


def _printable(text: str) -> str:
    """Without what could steer a terminal."""
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)


if __name__ == "__main__":
    main()
