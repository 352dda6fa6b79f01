"""What a feed of payments sends, and what it is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from core import nouns, payments
from core.payments import figures
from core.payments.statement import RAW, TEXT, or_none, text

_CURRENCY = validate.Regexp(r"[A-Z]{3}\Z", error="ISO 4217, three capitals")
_DAY = validate.Range(date(figures.YEARS[0], 1, 1), date(figures.YEARS[1], 12, 31))
_AMOUNT = validate.Range(-figures.BEYOND, figures.BEYOND, min_inclusive=False, max_inclusive=False)


def _words(meaning: str, **more: Any) -> fields.String:
    return fields.String(validate=validate.Length(max=TEXT), metadata={"description": meaning}, **more)


def _amount(meaning: str, **more: Any) -> fields.Decimal:
    return fields.Decimal(
        as_string=True, allow_nan=False, validate=_AMOUNT, metadata={"description": meaning}, **more
    )


class BankAccount(Schema):
    """Which account the lines are of: known again by its number, else by its name; made when it is neither."""

    number = fields.String(
        validate=validate.Length(max=64), metadata={"description": "IBAN or national number"}
    )
    name = fields.String(validate=validate.Length(max=80))
    kind = fields.String(load_default="bank", validate=validate.OneOf(["bank", "card"]))
    currency = fields.String(load_default="EUR", validate=_CURRENCY)


class FeedLine(Schema):
    """One bank or card line. A debit is negative."""

    class Meta:
        unknown = EXCLUDE

    id = _words("the bank's own reference of this line and no other")
    booked_on = fields.Date(required=True, validate=_DAY, metadata={"description": "the bank's day"})
    value_on = fields.Date(validate=_DAY)
    amount = _amount("major units, as a string: -45.90", required=True)
    currency = fields.String(validate=_CURRENCY, metadata={"description": "when it is not the account's"})
    label = _words("as the bank writes it", required=True)
    counterparty = _words("who was paid, or who paid")
    counterparty_id = _words("SEPA creditor identifier, or IBAN")
    reference = _words("end-to-end reference, mandate, remittance text")
    original_amount = _amount("before exchange, signed as the amount")
    original_currency = fields.String(validate=_CURRENCY)
    real = fields.Boolean(
        load_default=False, metadata={"description": "a payment of its own, whatever it looks like"}
    )


class Lenient(fields.Nested):
    """A line that is wrong spoils itself only: it becomes what is wrong with it."""

    def _load(self, value: Any, partial: Any = None) -> Any:
        try:
            return super()._load(value, partial)
        except ValidationError as err:
            return err


class Feed(Schema):
    """A call of the feed. The same lines sent twice are taken in once."""

    bank_account = fields.Nested(BankAccount, required=True)
    lines = fields.List(Lenient(FeedLine), required=True, validate=validate.Length(min=1, max=5_000))


class Outcome(Schema):
    """What became of one line."""

    line = fields.Integer(metadata={"description": "its place in the call, from 1"})
    outcome = fields.String(validate=validate.OneOf(["new", "known", "twin", "unreadable"]))
    why = fields.String(metadata={"description": "what is wrong with it, if it is unreadable"})


class Taken(Schema):
    """What became of a call. `twin` looks like another payment and was left; send it again with `real` if it is one."""

    batch = fields.Integer(allow_none=True)
    bank_account = fields.Integer()
    new = fields.Integer()
    known = fields.Integer()
    twin = fields.Integer()
    unreadable = fields.Integer()
    outcomes = fields.List(fields.Nested(Outcome))


def statement(told: Mapping[str, Any], sent: list[Any], currency: str) -> payments.Statement:
    """The call as a Statement; `sent` are its lines as they came, which are kept."""
    found = [_line(at, one, sent[at - 1], currency) for at, one in enumerate(told["lines"], 1)]
    return payments.Statement(
        number=told["bank_account"].get("number"),
        currency=currency,
        kind=told["bank_account"]["kind"],
        lines=tuple(one for one in found if isinstance(one, payments.Line)),
        unread=tuple(one for one in found if isinstance(one, payments.Unread)),
    )


def wrong(one: ValidationError) -> str:
    """What is wrong with a line, in one sentence."""
    said = one.messages if isinstance(one.messages, dict) else {"": one.messages}
    return "; ".join(f"{name}: {' '.join(map(str, why))}" for name, why in said.items())[:300]


def _line(at: int, one: Any, sent: Any, currency: str) -> payments.Line | payments.Unread:
    raw = json.dumps(sent, ensure_ascii=False).encode("utf-8", "replace").decode()[:RAW]
    if isinstance(one, ValidationError):
        return payments.Unread(at, raw, payments.Why.DAMAGED)
    paid, amount = (
        one.get("original_amount"),
        nouns.Money(Decimal(one["amount"]), one.get("currency", currency)),
    )
    named = one.get("original_currency")
    return payments.Line(
        at=at,
        raw=raw,
        booked_on=one["booked_on"],
        amount=amount,
        label=text(one["label"]) or "—",
        value_on=one.get("value_on"),
        original=nouns.Money(paid, named) if paid and named else None,
        counterparty=or_none(one.get("counterparty")),
        counterparty_id=or_none(one.get("counterparty_id")),
        reference=or_none(one.get("reference")),
        bank_ref=or_none(one.get("id")),
    )
