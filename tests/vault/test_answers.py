"""What a person answers a portal: sealed for one question of one account, opened once, by the visit that waits with it."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from core import errors, ledger
from core.db import models
from tests.vault.conftest import FENCE, NOW, ORIGINS, Farm
from vault import sealing


@pytest.fixture
def challenge(farm: Farm) -> models.Challenge:
    return ask(farm)


def ask(farm: Farm) -> models.Challenge:
    with farm.database.write() as session:
        asked = models.Challenge(
            workspace_id=1,
            account_id=farm.account.id,
            run_id=farm.run_id,
            kind="CodeNeeded",
            wants="code",
            opened_at=NOW,
        )
        session.add(asked)
    return asked


def answer(farm: Farm, challenge: models.Challenge, text: str = "482 913") -> int:
    with farm.database.write() as session:
        sealed = sealing.seal_answer(session, farm.keyring.trusted, challenge, text)
        return ledger.answer(session, challenge, sealed, by=None, now=NOW).id


def opened(farm: Farm, wish: int, fence: int = FENCE) -> str:
    return farm.opener.answer_for_run(farm.run_id, fence, wish, origins=ORIGINS, now=NOW).reveal()


def test_an_answer_opens_once_and_nothing_sealed_is_left_of_it(
    farm: Farm, challenge: models.Challenge
) -> None:
    wish = answer(farm, challenge)
    assert opened(farm, wish) == "482 913"
    assert farm.trail()[-1] == "answer.opened"
    with farm.database.read() as session:
        left = session.get_one(models.Wish, wish)
        assert (left.sealed, left.outcome) == (None, "taken")
    with pytest.raises(errors.VaultError):
        opened(farm, wish)


def test_an_answer_to_another_question_does_not_open(farm: Farm, challenge: models.Challenge) -> None:
    wish = answer(farm, challenge)
    with farm.database.write() as session:
        session.execute(update(models.Challenge).values(closed_at=NOW))
    later = ask(farm)
    with farm.database.write() as session:
        session.execute(update(models.Wish).values(challenge_id=later.id))
    with pytest.raises(errors.VaultError):
        opened(farm, wish)


@pytest.mark.parametrize("change", [{"closed_at": NOW}, {"run_id": 0}])
def test_an_answer_that_this_visit_does_not_wait_for_stays_shut(
    farm: Farm, challenge: models.Challenge, change: dict[str, object]
) -> None:
    wish = answer(farm, challenge)
    with farm.database.write() as session:
        session.execute(update(models.Challenge).values(**change))
    with pytest.raises(errors.VaultError):
        opened(farm, wish)


def test_a_stale_fence_opens_no_answer(farm: Farm, challenge: models.Challenge) -> None:
    wish = answer(farm, challenge)
    with pytest.raises(errors.LeaseLost):
        opened(farm, wish, FENCE - 1)
    assert opened(farm, wish) == "482 913"
