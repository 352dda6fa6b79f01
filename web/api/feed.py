"""A feed of payments: lines of one bank account, as many calls as one likes, each line taken in once."""

from __future__ import annotations

import hashlib
from typing import Any

import structlog
from flask import g, request
from flask_smorest import Blueprint, abort
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import bank_accounts, batches
from web import farm
from web.api import keys, shapes

calls = Blueprint("feed", __name__, url_prefix="/api/v1", description="Payments in")
log = structlog.get_logger(__name__)
#: Bytes of one call.
MOST = 8 * 1024**2


@calls.url_value_preprocessor
def _roomy(*_: Any) -> None:
    request.max_content_length = MOST


@calls.route("/payments", methods=["POST"])
@calls.doc(security=[{"token": []}])
@keys.opens("payments:write")
@calls.arguments(shapes.Feed)
@calls.response(200, shapes.Taken)
def payments(told: dict[str, Any]) -> dict[str, Any]:
    """Take in lines of a bank account. A wrong line spoils no other; a call sent again changes nothing."""
    here, sent = farm.here(), request.get_json()["lines"]
    with here.database.write() as session:
        account = _account(session, told["bank_account"])
        statement = shapes.statement(told, sent, account.currency)
        real = {
            at
            for at, one in enumerate(told["lines"], 1)
            if not isinstance(one, ValidationError) and one["real"]
        }
        trial = batches.trial(session, account, statement, format="json", another=real)
        source = batches.Source("feed", "json", g.token.name, hashlib.sha256(request.get_data()).hexdigest())
        batch = batches.take_in(session, account, statement, source, another=real, by=None, now=here.now())
        batch_id, account_id = batch.id if batch else None, account.id
    counts = trial.counts
    log.info("payments.fed", account=account_id, new=counts["new"], known=counts["known"])
    return {
        **counts,
        "batch": batch_id,
        "bank_account": account_id,
        "outcomes": _outcomes(trial, told["lines"]),
    }


def _account(session: Session, told: dict[str, Any]) -> models.BankAccount:
    company, number, name = g.token.workspace_id, told.get("number"), told.get("name", "")
    if not number and not name.strip():
        abort(422, message="bank_account needs a number or a name")
    known = bank_accounts.recognised(session, company, number) or bank_accounts.named(session, company, name)
    if known and bank_accounts.is_of(known, number):
        bank_accounts.learn(session, known, number)
        return known
    return bank_accounts.add(
        session,
        company,
        name or bank_accounts.shown(number),
        kind=told["kind"],
        currency=told["currency"],
        number=number,
        by=None,
        now=farm.here().now(),
    )


def _outcomes(trial: batches.Trial, lines: list[Any]) -> list[dict[str, Any]]:
    told: dict[int, dict[str, Any]] = {one.line.at: {"outcome": one.fate.value} for one in trial.weighed}
    told |= {
        one.at: {"outcome": "unreadable", "why": shapes.wrong(lines[one.at - 1])} for one in trial.unread
    }
    return [{"line": at, **told[at]} for at in sorted(told)]
