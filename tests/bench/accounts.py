"""Accounts as a farm has them after their census: sealed credentials, every bill noted; some with a session, some with a bill to fetch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from urllib.parse import urlsplit

from sqlalchemy import update
from sqlalchemy.orm import Session

from core import ledger, nouns
from core.db import models
from scheduler.farm import Farm
from tests.bench import portals
from vault import audit, sealing

WORKSPACE = 1


@dataclass(frozen=True)
class Wanted:
    """`cold` accounts must sign in and have one bill to fetch; `warm` ones have a live session and nothing new."""

    cold: int = 0
    warm: int = 0
    suppliers: tuple[str, ...] = portals.SUPPLIERS


def settle(farm: Farm, wanted: Wanted) -> None:
    """None of them is due yet. Cold and warm ones are mixed as evenly as they can be, over all suppliers."""
    now, total = farm.now(), wanted.cold + wanted.warm
    with farm.database.write() as session:
        for number in range(1, total + 1):
            cold = number * wanted.cold // total > (number - 1) * wanted.cold // total
            _account(session, farm, wanted.suppliers[number % len(wanted.suppliers)], number, cold, now)


def call_all(session: Session, now: datetime) -> None:
    """Every account is due."""
    session.execute(update(models.Account).values(next_run_at=now))


def _account(session: Session, farm: Farm, supplier: str, number: int, cold: bool, now: datetime) -> None:
    manifest = farm.catalogue.collector(supplier).manifest
    login = portals.login(supplier, number)
    account = ledger.add_account(
        session,
        workspace_id=WORKSPACE,
        supplier=supplier,
        label=login,
        owner_id=None,
        masked_login=sealing.mask_login(login),
        login_hash=f"{supplier}:{number}",
        origins=manifest.origins,
        terms_version="1",
        now=now,
    )
    account.trial, account.baseline_at, account.whole_at = False, now, now
    for field, secret in (("username", login), ("password", portals.password(supplier))):
        sealing.seal_credential(session, farm.keyring.trusted, account, field, secret, by=None, at=now)
    _note(session, account, _bills(supplier, number)[1 if cold else 0 :], now)
    if not cold:
        _sign_in(session, farm, account, number, manifest.website, now)


def _note(session: Session, account: models.Account, bills: list[str], now: datetime) -> None:
    """The census, as `ledger.note_baseline` leaves it. No bill's file was ever replaced: each has its first mark."""
    owner = {"workspace_id": account.workspace_id, "account_id": account.id}
    contract = models.ContractRow(**owner, portal_id="account", label="")
    census = models.Run(**owner, state=nouns.RunState.DONE, cause="trial", census=True, queued_at=now)
    session.add_all([contract, census])
    session.flush()
    session.add_all(
        models.ListedRow(
            **owner,
            contract_id=contract.id,
            identity=f"invoice:{bill}",
            baseline=True,
            seen_at=now,
            held_times=0,
            number=bill,
            precision="day",
            kind="invoice",
            mark="1",
            run_id=census.id,
        )
        for bill in bills
    )


def _sign_in(
    session: Session, farm: Farm, account: models.Account, number: int, website: str, now: datetime
) -> None:
    """The session of a customer whom the portal has let in, sealed as `Opener.seal_session` does."""
    host = urlsplit(website).hostname or ""
    state = json.dumps(
        portals.session(account.supplier, number, host), ensure_ascii=False, separators=(",", ":")
    )
    key = sealing.active_key(session, account.workspace_id)
    binding = sealing.Binding.of(account, "portal session", 1)
    record = sealing.seal(key, farm.keyring.trusted, binding, state)
    owner = {"account_id": account.id, "workspace_id": account.workspace_id}
    session.add(models.PortalSession(**owner, version=1, record=record, saved_at=now, signed_in_at=now))
    audit.append(
        session,
        at=now,
        actor="bench",
        action="session.sealed",
        object=f"account:{account.id}",
        workspace_id=account.workspace_id,
        detail=sealing.trace(binding.field, 1, record),
    )


def _bills(supplier: str, number: int) -> list[str]:
    return [f"{bill}-{number}" for bill in _common(supplier)]


@cache
def _common(supplier: str) -> list[str]:
    return [bill.removesuffix("-1") for bill in portals.bills(supplier, 1)]
