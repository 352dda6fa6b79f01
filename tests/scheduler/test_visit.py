"""The path of an invoice through the whole farm, and every way a visit may fail, against the demo's portals."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from core import nouns
from core.db import models
from demo.stage import Lever
from scheduler.worker import Worker
from tests.scheduler.world import World
from vault.redact import Secret


async def test_the_census_leaves_everything_and_a_new_invoice_comes_home_once(world: World) -> None:
    one = world.add("mandarine")
    census = await world.collect(one)
    assert census["error"] is None
    assert (census["receipt"]["baseline"], census["receipt"]["new"], census["receipt"]["whole"]) == (
        14,
        0,
        True,
    )
    assert world.rows(models.Document) == []

    world.portal("mandarine").publish(login="user-7")
    brought = await world.collect(one)
    assert brought["receipt"]["new"] == 1
    again = await world.collect(one)
    assert (again["receipt"]["new"], again["receipt"]["logins"]) == (0, 0)

    (document,) = world.rows(models.Document)
    assert world.farm.archive.read(document.sha256).startswith(b"%PDF-")
    assert world.farm.archive.preview_path(document.sha256).exists()
    (delivery,) = world.rows(models.Delivery)
    assert (world.farm.settings.exports / delivery.proof).read_bytes() == world.farm.archive.read(
        document.sha256
    )
    assert world.portal("mandarine").counters.logins_ok == 1


async def test_an_invoice_with_an_old_date_is_new_all_the_same(world: World) -> None:
    one = world.add("nimbus")
    await world.collect(one)
    world.pull("nimbus", Lever.PUBLISH_LATE, login="user-7@atelier.example")
    assert (await world.collect(one))["receipt"]["new"] == 1


async def test_an_invoice_that_arrives_between_two_pages_comes_home_once(world: World) -> None:
    one = world.add("mandarine")
    await world.collect(one)
    world.pull("mandarine", Lever.BETWEEN_PAGES)
    brought = [(await world.collect(one))["receipt"]["new"] for _ in range(2)]
    assert sum(brought) == 1


async def test_a_scheduled_visit_with_a_live_session_opens_no_browser(world: World) -> None:
    one = world.add("mandarine")
    await world.collect(one)
    warm = await world.scheduled(one)
    assert warm["error"] is None
    assert (warm["receipt"]["logins"], warm["receipt"]["browser"]) == (0, False)
    assert warm["receipt"]["requests"] <= 2


async def test_a_refused_password_is_tried_once_and_frozen(world: World) -> None:
    one = world.add("mandarine", password="not-the-password")
    refused = await world.collect(one)
    assert refused["error"]["name"] == "BadCredentials"
    assert refused["state"] == nouns.RunState.REFUSED
    assert world.portal("mandarine").counters.passwords == 1
    (account,) = world.rows(models.Account)
    assert account.refused_version == account.secret_version
    assert account.next_run_at is None
    assert [notice.about for notice in world.rows(models.Notice)] == ["BadCredentials:1"]


async def test_a_password_that_is_corrected_while_the_old_one_is_refused_is_not_frozen(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, portal = world.add("mandarine", password="not-the-password"), world.portal("mandarine")
    opens = world.farm.opener.credentials_for_run

    def corrected_meanwhile(*args: Any, **more: Any) -> dict[str, Secret]:
        secrets = opens(*args, **more)
        world.correct(one, portal.house.password)
        return secrets

    with monkeypatch.context() as patch:
        patch.setattr(world.farm.opener, "credentials_for_run", corrected_meanwhile)
        assert (await world.collect(one))["error"]["name"] == "BadCredentials"
    (account,) = world.rows(models.Account)
    assert (account.refused_version, account.secret_version) == (1, 2)
    assert [notice.about for notice in world.rows(models.Notice)] == ["BadCredentials:1"]
    assert (await world.collect(one))["error"] is None
    assert portal.counters.passwords == 2


@pytest.mark.parametrize(
    ("lever", "error", "state"),
    [
        (Lever.LOCKED, "Locked", nouns.RunState.WAITING),
        (Lever.TERMS, "ActionNeeded", nouns.RunState.WAITING),
        (Lever.CAPTCHA, "Captcha", nouns.RunState.WAITING),
        (Lever.DOWN, "PortalDown", nouns.RunState.RETRY_AT),
        (Lever.BLOCKED, "Blocked", nouns.RunState.RETRY_AT),
    ],
)
async def test_what_a_portal_can_do_at_the_door_has_its_name(
    world: World, lever: Lever, error: str, state: str
) -> None:
    one = world.add("mandarine")
    world.pull("mandarine", lever)
    ended = await world.collect(one)
    assert ended["error"]["name"] == error, ended["error"]
    assert ended["state"] == state
    assert world.portal("mandarine").counters.passwords <= 1
    asked = world.rows(models.Challenge)
    assert [row.kind for row in asked] == ([error] if state == nouns.RunState.WAITING else [])


async def test_an_open_question_freezes_the_account_and_nobody_signs_in(world: World) -> None:
    one = world.add("mandarine")
    world.pull("mandarine", Lever.CAPTCHA)
    await world.collect(one)
    before = world.portal("mandarine").counters.requests
    with world.farm.database.write() as session:
        session.execute(update(models.Account).values(next_run_at=world.farm.now()))
    taken, _ = await world.farm.writer(Worker(world.farm, facts={})._look)
    assert taken == []
    assert world.portal("mandarine").counters.requests == before


@pytest.mark.parametrize(
    ("lever", "reason"),
    [
        (Lever.HTML_FILE, "html"),
        (Lever.HALF_FILE, "truncated"),
        (Lever.EMPTY_FILE, "empty"),
        (Lever.HUGE_FILE, "too_large"),
        (Lever.OTHER_CUSTOMER, "other_customer"),
    ],
)
async def test_what_is_not_the_invoice_is_held_with_evidence_and_comes_home_when_mended(
    world: World, lever: Lever, reason: str
) -> None:
    one = world.add("mandarine")
    await world.collect(one)
    world.portal("mandarine").publish(login="user-7")
    world.pull("mandarine", lever)
    held = await world.collect(one)
    assert (held["error"]["name"], held["error"]["reason"]) == ("NotAnInvoice", reason)
    assert held["error"]["step"]
    assert (held["receipt"]["held"], held["receipt"]["new"]) == (1, 0)
    assert world.rows(models.Document) == []
    assert list(world.farm.settings.data.glob("inbox/*")) == []
    assert world.rows(models.Evidence) != []

    world.portal("mandarine").stage.reset()
    mended = await world.collect(one)
    assert (mended["error"], mended["receipt"]["new"]) == (None, 1)


async def test_one_bad_document_does_not_hold_up_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, portal = world.add("mandarine"), world.portal("mandarine")
    await world.collect(one)
    for _ in range(3):
        portal.publish(login="user-7")
    world.pull("mandarine", Lever.HALF_FILE)
    collector = world.farm.catalogue.collectors["mandarine"]
    download = collector.download

    async def mended_after_the_first(*which: Any) -> Any:
        try:
            return await download(*which)
        finally:
            portal.stage.reset()

    monkeypatch.setattr(collector, "download", mended_after_the_first)
    told = await world.collect(one)
    assert (told["receipt"]["held"], told["receipt"]["new"]) == (1, 2)


async def test_an_empty_list_that_does_not_say_so_is_a_changed_portal_never_nothing_new(world: World) -> None:
    one = world.add("mandarine")
    await world.collect(one)
    world.pull("mandarine", Lever.SILENT_EMPTY)
    assert (await world.collect(one))["error"]["name"] == "PortalChanged"


async def test_an_empty_list_that_says_so_is_believed(world: World) -> None:
    one = world.add("mandarine")
    world.pull("mandarine", Lever.EMPTY)
    seen = await world.collect(one)
    assert (seen["error"], seen["receipt"]["listed"], seen["receipt"]["whole"]) == (None, 0, True)


async def test_a_session_that_dies_in_mid_list_costs_one_sign_in_and_loses_nothing(world: World) -> None:
    one = world.add("mandarine")
    await world.collect(one)
    world.portal("mandarine").publish(login="user-7")
    world.pull("mandarine", Lever.DROP_MID_LIST)
    seen = await world.collect(one)
    assert (seen["error"], seen["receipt"]["new"], seen["receipt"]["logins"]) == (None, 1, 1)


async def test_a_portal_that_changed_leaves_masked_evidence_and_names_the_step(
    world: World, impatient: pytest.MonkeyPatch
) -> None:
    one = world.add("mandarine")
    world.pull("mandarine", Lever.MOVE_BUTTONS)
    seen = await world.collect(one)
    assert (seen["error"]["name"], seen["state"]) == ("PortalChanged", nouns.RunState.NEEDS_PERSON)
    assert world.portal("mandarine").counters.passwords <= 1
    assert world.rows(models.Challenge) == []
    assert seen["error"]["step"]
    assert seen["error"]["expected"]
    kinds = {row.kind for row in world.rows(models.Evidence)}
    assert {"screenshot", "page", "steps"} <= kinds
    for path in world.farm.settings.data.glob("evidence/**/*"):
        if path.is_file():
            assert b"mandarine-demo" not in path.read_bytes()


async def test_sign_ins_that_typed_no_secret_do_not_use_up_the_day(world: World) -> None:
    one = world.add("mandarine")
    world.pull("mandarine", Lever.DOWN)
    for _ in range(4):
        assert (await world.collect(one))["error"]["name"] == "PortalDown"
    assert world.rows(models.LoginAttempt) == []
    world.portal("mandarine").stage.reset()
    assert (await world.collect(one))["error"] is None
    assert len(world.rows(models.LoginAttempt)) == 1


async def test_the_second_account_that_meets_the_change_puts_the_supplier_to_rest(
    world: World, impatient: pytest.MonkeyPatch
) -> None:
    first = world.add("mandarine")
    second = world.add("mandarine", username="user-8")
    world.pull("mandarine", Lever.MOVE_BUTTONS)
    await world.collect(first)
    assert world.rows(models.Breaker) == []
    await world.collect(second)
    assert [row.supplier for row in world.rows(models.Breaker)] == ["mandarine"]
    world.portal("mandarine").stage.reset()
    impatient.undo()
    await world.collect(first)
    assert world.rows(models.Breaker) == []
