"""Reference rates from the European Central Bank's files; tokens of programs, shown once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core import errors
from core.db import Database, models
from core.ledger import rates, tokens
from core.payments import eurofxref
from tests.core.ledger import NOW

DAILY = b"Date, USD, JPY, \n20 November 2026, 1.0898, 160.2, \n"
HISTORY = b"Date,USD,JPY,CYP,\n2026-11-20,1.0900,160.2,N/A,\n2026-11-19,1.0850,160.0,N/A,\n"
XML = (
    b'<?xml version="1.0"?><gesmes:Envelope xmlns:gesmes="http://a.example" xmlns="http://b.example"><Cube>'
    b'<Cube time="2026-11-20"><Cube currency="USD" rate="1.0898"/><Cube currency="JPY" rate="160.2"/></Cube></Cube></gesmes:Envelope>'
)


def test_a_rate_is_what_one_unit_was_worth_in_euro() -> None:
    found = eurofxref.read(DAILY)
    assert found == eurofxref.read(XML)
    assert found[0] == eurofxref.Rate(date(2026, 11, 20), "USD", Decimal("0.91759956"))
    assert len(eurofxref.read(HISTORY)) == 4


@pytest.mark.parametrize(
    "content", [b"", b"Date,USD\nyesterday,1.08\n", b"<html></html>", b"<a", b"Date,USD\n2026-11-20,0\n"]
)
def test_what_has_no_rate_is_refused(content: bytes) -> None:
    with pytest.raises(errors.NotAStatement):
        eurofxref.read(content)


def test_the_same_file_twice_changes_nothing_and_a_corrected_one_corrects(database: Database) -> None:
    with database.write() as session:
        assert rates.last_day(session) is None
        assert [rates.keep(session, eurofxref.read(DAILY)) for _ in range(2)] == [2, 0]
        assert rates.keep(session, eurofxref.read(HISTORY)) == 3
        session.expire_all()
        row = session.get_one(models.ReferenceRate, (date(2026, 11, 20), "USD"))
        assert row.euro == Decimal("0.91743119")
        assert rates.last_day(session) == date(2026, 11, 20)


def test_a_token_opens_until_it_is_revoked_and_only_its_hash_is_kept(database: Database) -> None:
    with database.write() as session:
        row, token = tokens.make(session, 1, " feed  of the bank ", ["payments:write"], by=None, now=NOW)
        assert (row.name, row.scopes) == ("feed of the bank", ["payments:write"])
        assert token not in str(vars(row))
        found = tokens.of(session, token, now=NOW)
        assert found
        assert found.used_at == NOW
        assert tokens.of(session, token[:-1], now=NOW) is None
        assert tokens.revoke(session, 2, row.id, now=NOW) is None
        assert tokens.of(session, token, now=NOW) is row
        assert tokens.revoke(session, 1, row.id, now=NOW)
        assert tokens.of(session, token, now=NOW) is None


@pytest.mark.parametrize("scopes", [[], ["everything"], ["payments:write", "vault:open"]])
def test_a_token_for_nothing_or_for_more_is_not_made(database: Database, scopes: list[str]) -> None:
    with database.write() as session, pytest.raises(ValueError, match="a token is for"):
        tokens.make(session, 1, "x", scopes, by=None, now=NOW)
