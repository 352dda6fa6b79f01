from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from core import errors, nouns
from scheduler import policy
from tests.core.ledger import NOW

SLOT = NOW + timedelta(hours=20)


def _after(error: errors.MoissonError | None, failures: int = 0) -> policy.Verdict:
    return policy.verdict(error, failures=failures, slot=SLOT, now=NOW, dice=Random(1))


def test_a_refused_password_is_never_tried_again_by_itself() -> None:
    ruling = _after(errors.BadCredentials())
    assert (ruling.state, ruling.next_run_at, ruling.freeze_secret) == (nouns.RunState.REFUSED, None, True)
    assert ruling.tell_owner


@pytest.mark.parametrize(
    "error", [errors.Locked(), errors.ActionNeeded(wants="terms"), errors.CodeNeeded(), errors.Captcha()]
)
def test_what_only_a_person_can_do_opens_a_question(error: errors.MoissonError) -> None:
    ruling = _after(error)
    assert ruling.opens_challenge
    assert ruling.tell_owner


@pytest.mark.parametrize("failures", range(8))
def test_a_portal_that_is_down_is_tried_later_with_jitter_and_never_beyond_the_cap(failures: int) -> None:
    at = _after(errors.PortalDown(), failures).next_run_at
    assert at is not None
    assert NOW + timedelta(seconds=30) <= at <= max(SLOT, NOW + policy.CAP)
    if failures >= policy.TRIES_PER_SLOT:
        assert at == SLOT


def test_what_the_portal_asks_for_in_retry_after_is_obeyed() -> None:
    at = _after(errors.TooFast(retry_after=7_200)).next_run_at
    assert at is not None
    assert at >= NOW + timedelta(hours=2)


def test_a_changed_portal_waits_for_its_next_slot_and_counts_for_the_breaker() -> None:
    ruling = _after(errors.PortalChanged(step="the password page", expected="a field", seen="nothing"))
    assert (ruling.state, ruling.next_run_at, ruling.breaks) == (nouns.RunState.NEEDS_PERSON, SLOT, True)


def test_a_password_that_was_typed_and_never_answered_is_typed_by_itself_once_more_and_then_asked_about() -> (
    None
):
    changed = errors.PortalChanged(step="the sign-in", expected="to be in", seen="the sign-in page")
    rulings = [
        policy.verdict(changed, failures=failures, slot=SLOT, now=NOW, dice=Random(1), unanswered=True)
        for failures in (0, 1)
    ]
    assert [ruling.next_run_at for ruling in rulings] == [SLOT, None]
    assert rulings[1].tell_owner


def test_a_portal_that_blocks_us_rests_as_a_whole() -> None:
    assert _after(errors.Blocked()).blocks_supplier


def test_an_unclassified_error_is_visible_and_tried_within_a_day() -> None:
    ruling = policy.verdict(None, failures=0, slot=NOW + timedelta(days=7), now=NOW, dice=Random(1))
    assert ruling.state == nouns.RunState.NEEDS_PERSON
    assert ruling.next_run_at == NOW + timedelta(days=1)


def _kinds(root: type[errors.MoissonError]) -> list[type[errors.MoissonError]]:
    return [kind for child in root.__subclasses__() for kind in (child, *_kinds(child))]


@pytest.mark.parametrize("kind", _kinds(errors.MoissonError), ids=lambda kind: kind.__name__)
def test_every_error_has_a_verdict_a_sentence_and_a_code_of_its_own(kind: type[errors.MoissonError]) -> None:
    assert isinstance(_after(kind()), policy.Verdict)
    assert kind.sentence().endswith(".")


def test_no_two_named_errors_share_a_code() -> None:
    codes = [kind.code for kind in _kinds(errors.MoissonError) if "code" in vars(kind)]
    assert len(codes) == len(set(codes))
