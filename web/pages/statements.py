"""Payments in: a bank file is brought, looked at with its columns, tried, and taken in or left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import errors, payments
from core.db import models
from core.ledger import bank_accounts, batches
from core.ledger.weighing import Fate
from core.payments import columns, figures, grid, letters
from vault import audit
from web import farm, guard, statements
from web.statements import Choices, Looked

pages = Blueprint("statements", __name__, url_prefix="/payments/import")

#: Beside the file there are only a few words in a request.
MOST = payments.CAP + 64 * 1024


@pages.url_value_preprocessor
def _roomy(endpoint: str | None, _: dict[str, Any] | None) -> None:
    """Pages take little; files need room."""
    if endpoint == "statements.bring":
        request.max_content_length = MOST


@pages.get("")
@guard.finance
def form() -> str:
    return _form()


@pages.post("")
@guard.finance
def bring() -> Response | tuple[str, int]:
    file = request.files.get("file")
    if file is None or not file.filename:
        return _form("payments.no_file"), 422
    try:
        address = statements.keep(file)
        payments.read(statements.content(address))
    except errors.NotAStatement as err:
        return _form(f"payments.wrong.{err.reason}"), 422
    except errors.DiskFull:
        return _form("arrivals.no_room"), 503
    return redirect(f"{url_for('statements.look', address=address)}?{Choices(name=file.filename).query()}")


def _form(problem: str = "") -> str:
    return render_template("statement.html", problem=problem, cap=payments.CAP)


@pages.get("/<address>")
@guard.finance
def look(address: str) -> str | tuple[str, int]:
    """The dry run with what is chosen so far; looking changes nothing."""
    choices, before = statements.chosen(request.args), request.args.get("before", "")
    return _shown(address, statements.other_separator(statements.content(address), choices, before=before))


@pages.post("/<address>")
@guard.finance
def take(address: str) -> Response | str | tuple[str, int]:
    here, choices, file = farm.here(), statements.chosen(request.form), statements.content(address)
    try:
        with here.database.read() as session:
            looked = statements.looked(session, file, choices)
    except errors.NotAStatement as err:
        return _form(f"payments.wrong.{err.reason}"), 422
    if problem := _problem(looked, choices) or _undecided(looked):
        return _shown(address, choices, problem)
    with here.database.write() as session:
        taken = _take_in(session, looked, choices)
    statements.forget(address)
    if len(taken) == 1:
        return redirect(url_for("payments.batch", batch_id=taken[0]))
    return redirect(url_for("payments.batches_page"))


def _take_in(session: Session, looked: Looked, choices: Choices) -> list[int]:
    """One batch for each account of the file that has anything new."""
    now, by, real, taken = farm.here().now(), g.visitor.person_id, _real(looked), []
    for n, (known, one) in enumerate(looked.pairs):
        account = (
            session.get_one(models.BankAccount, known.id) if known else _new_account(session, one, choices)
        )
        bank_accounts.learn(session, account, one.number)
        if looked.brought.columns:
            account.columns = looked.brought.columns.told()
        source = batches.Source("file", looked.brought.format, choices.name, looked.sha256)
        batch = batches.take_in(session, account, one, source, another=real.get(n, ()), by=by, now=now)
        if batch:
            taken.append(batch.id)
            record(session, "payments.brought", f"batch:{batch.id}")
    return taken


def _new_account(session: Session, one: payments.Statement, choices: Choices) -> models.BankAccount:
    return bank_accounts.add(
        session,
        g.visitor.workspace_id,
        choices.new_name or bank_accounts.shown(one.number),
        kind=one.kind if one.number else choices.kind,
        currency=one.currency or choices.currency,
        number=one.number,
        by=g.visitor.person_id,
        now=farm.here().now(),
    )


def _problem(looked: Looked, choices: Choices) -> str:
    """Why this cannot be taken in yet, as a key of the words; nothing when it can."""
    guessed = looked.brought.columns
    if guessed and not guessed.complete:
        return "payments.columns_wanted"
    if any(mine is None and one.number is None and not choices.new_name for mine, one in looked.pairs):
        return "payments.account_wanted"
    if any(mine and not bank_accounts.is_of(mine, one.number) for mine, one in looked.pairs):
        return "payments.other_account"
    counts = looked.counts
    some = counts["new"] or counts["twin"] or counts["unreadable"] or request.form.getlist("real")
    return "" if some else "payments.nothing_new"


def _undecided(looked: Looked) -> str:
    """Look-alikes are taken or left by a person's word, never by themselves."""
    decided = request.form.get("twins") in ("keep", "leave", "choose")
    return "" if decided or not looked.of(Fate.TWIN) else "payments.twins_wanted"


def _real(looked: Looked) -> dict[int, set[int]]:
    """The look-alikes that are payments of their own, by their account's place: all twins, or `real=<place>.<line>` each."""
    chosen: dict[int, set[int]] = {}
    if request.form.get("twins") == "keep":
        for place, one in looked.of(Fate.TWIN):
            chosen.setdefault(place, set()).add(one.line.at)
    for told in request.form.getlist("real"):
        n, _, line = told.partition(".")
        if n.isdecimal() and line.isdecimal():
            chosen.setdefault(int(n), set()).add(int(line))
    return chosen


def _shown(address: str, choices: Choices, problem: str = "") -> str | tuple[str, int]:
    here, file = farm.here(), statements.content(address)
    try:
        with here.database.read() as session:
            looked = statements.looked(session, file, choices)
            accounts = bank_accounts.all_of(session, g.visitor.workspace_id)
    except errors.NotAStatement as err:
        return _form(f"payments.wrong.{err.reason}"), 422
    page = render_template(
        "looked.html",
        place=url_for("statements.look", address=address),
        problem=problem or _problem(looked, choices),
        wrong=bool(problem),
        choices=choices,
        looked=looked,
        accounts=accounts,
        number=bank_accounts.shown,
        samples=statements.SAMPLES,
        at_once=statements.ASKED,
        twins=looked.of(Fate.TWIN),
        known=[one for one in looked.of(Fate.KNOWN) if not one[1].line.bank_ref][: statements.ASKED],
        grid=_grid(file, looked.brought.columns),
        roles=("day", "value_day", "label", "more", "amount", "debit", "credit", "way", "currency", "counterparty", "reference",
               "bank_ref", "original", "original_currency", "balance"),
        encodings=letters.ENCODINGS,
        separators=columns.SEPARATORS,
        orders=figures.ORDERS,
    )  # fmt: skip
    return (page, 422) if problem else page


def _grid(file: bytes, chosen: columns.Columns | None) -> list[Sequence[str]]:
    """The first rows of a CSV file, cell by cell, so that a person sees which column is which."""
    if chosen is None:
        return []
    found, _ = grid.body(letters.decoded(file, chosen.encoding), chosen.separator)
    rows = [row.cells for row in found if row.at >= chosen.skip][:5]
    width = min(max((len(row) for row in rows), default=0), 30)
    return [[*row, *[""] * (width - len(row))][:width] for row in rows]


def record(session: Session, action: str, about: str) -> None:
    audit.append(
        session,
        at=farm.here().now(),
        actor=f"person:{g.visitor.person_id}",
        action=action,
        object=about,
        workspace_id=g.visitor.workspace_id,
    )
