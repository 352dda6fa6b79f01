"""Questions of portals: who can still answer, and the one-time addresses that lead to them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from core import ledger, nouns
from core.db import Database, models
from tests.core.ledger import NOW, account, leased


def _asked(session: Session) -> models.Challenge:
    one = account(session)
    run_id, _ = leased(session, one, cause="person")
    challenge = models.Challenge(
        workspace_id=1,
        account_id=one.id,
        run_id=run_id,
        kind="CodeNeeded",
        wants="code",
        tries=0,
        tries_left=3,
        opened_at=NOW,
        expires_at=NOW + timedelta(minutes=5),
    )
    session.add(challenge)
    session.flush()
    return challenge


def test_a_question_is_answerable_while_its_visit_waits_and_its_time_runs(database: Database) -> None:
    with database.write() as session:
        asked = _asked(session)
        assert ledger.is_answerable(session, asked, now=NOW)
        assert not ledger.is_answerable(session, asked, now=NOW + timedelta(minutes=5))
        session.get_one(models.Run, asked.run_id).state = nouns.RunState.LOST
        assert not ledger.is_answerable(session, asked, now=NOW)


def test_an_answer_is_being_checked_until_the_portal_has_judged_it(database: Database) -> None:
    with database.write() as session:
        asked = _asked(session)
        assert not ledger.is_being_checked(session, asked)
        ledger.answer(session, asked, b"sealed", by=None, now=NOW)
        assert ledger.is_being_checked(session, asked)
        asked.tries += 1
        session.flush()
        assert not ledger.is_being_checked(session, asked), "the portal refused it: another may be given"


def test_a_one_time_address_leads_to_its_question_and_only_its_hash_is_kept(database: Database) -> None:
    with database.write() as session:
        asked = _asked(session)
        token = ledger.new_link(session, asked, now=NOW)
        kept = session.query(models.ChallengeLink).one()
        assert ledger.by_link(session, ledger.link_hash(token), now=NOW) is asked
        assert ledger.by_link(session, ledger.link_hash(token + "x"), now=NOW) is None
        assert len(token) >= 43
        assert token not in kept.token_hash


def test_an_address_dies_with_its_ten_minutes_its_third_refusal_and_its_question(database: Database) -> None:
    with database.write() as session:
        asked = _asked(session)
        known = ledger.link_hash(ledger.new_link(session, asked, now=NOW))
        session.flush()
        assert ledger.by_link(session, known, now=NOW + timedelta(minutes=10)) is None
        for _ in range(2):
            ledger.count_refused(session, asked)
        session.expire_all()
        assert ledger.by_link(session, known, now=NOW)
        ledger.count_refused(session, asked)
        session.expire_all()
        assert ledger.by_link(session, known, now=NOW) is None
        session.get_one(models.ChallengeLink, known).wrong_tries = 0
        asked.closed_at = NOW
        assert ledger.by_link(session, known, now=NOW) is None


def test_who_answered_by_an_address_is_thanked_and_nobody_else(database: Database) -> None:
    with database.write() as session:
        asked = _asked(session)
        used, idle = (ledger.link_hash(ledger.new_link(session, asked, now=NOW)) for _ in range(2))
        session.get_one(models.ChallengeLink, used).used_at = NOW
        assert not ledger.served(session, used, now=NOW), "not before the portal has taken it"
        asked.closed_at, asked.outcome = NOW, "answered"
        assert ledger.served(session, used, now=NOW)
        assert not ledger.served(session, idle, now=NOW)


def test_another_code_is_asked_for_only_after_the_portals_delay(database: Database) -> None:
    with database.write() as session:
        asked = _asked(session)
        assert ledger.send_again(session, asked, by=None, now=NOW) is None
        asked.resend_at = NOW + timedelta(seconds=30)
        assert ledger.send_again(session, asked, by=None, now=NOW) is None
        assert ledger.send_again(session, asked, by=None, now=NOW + timedelta(seconds=30))
        session.flush()
        assert ledger.send_again(session, asked, by=None, now=NOW + timedelta(seconds=31)) is None, "twice"
