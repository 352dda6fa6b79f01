"""What must be true of a farm whatever was done to it; each breach is one sentence. The portals' counters and bytes are the witness."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import archive, ledger, nouns
from core.db import models
from demo import desk, mandarine, nimbus, shelf
from tests.prove.world import Client, World, now

HOUSES = {"mandarine": mandarine.house(), "nimbus": nimbus.house()}


def rows_without_file(world: World) -> Iterator[str]:
    """Looked at the very instant after a kill: what a row names lies in the archive, whole."""
    kept = archive.Archive(world.settings.data)
    with world.database.read() as session:
        for document in session.scalars(select(models.Document)):
            if (
                not kept.holds(document.sha256)
                or archive.digest(kept.path(document.sha256)) != document.sha256
            ):
                yield f"row without file: document {document.id}"


def at_rest(world: World) -> bool:
    """Nothing is under way, and nothing waits."""
    waiting = (
        select(models.Run.id).where(models.Run.state.in_(nouns.ACTIVE_STATES)),
        select(models.Wish.id).where(models.Wish.done_at.is_(None)),
        select(models.Account.id).where(models.Account.next_run_at <= now()),
        select(models.Document.id).where(models.Document.read_at.is_(None)),
        select(models.Delivery.id).where(models.Delivery.sent_at.is_(None)),
    )
    with world.database.read() as session:
        return not any(session.scalar(each.limit(1)) for each in waiting)


def visited(world: World, clients: list[Client]) -> bool:
    """Each of these has had a visit to its good end since it was called."""
    with world.database.read() as session:
        last = {
            client.account: session.scalar(
                select(func.max(models.Run.ended_at)).where(
                    models.Run.account_id == client.account, models.Run.state == nouns.RunState.DONE
                )
            )
            for client in clients
        }
    return all(at and at > world.called[account] for account, at in last.items())


def breaches(world: World) -> list[str]:
    """Everything, once the farm is at rest."""
    found = list(rows_without_file(world))
    typed = typed_passwords(world)
    with world.database.read() as session:
        for client in world.clients:
            found += _bills(session, world, client)
            found += _logins(session, client, typed[client.supplier].get(client.login, 0))
        found += _under_way(session)
        found += _exports(session, world)
    return found


def _bills(session: Session, world: World, client: Client) -> Iterator[str]:
    """Each bill published after the census once, with the portal's bytes; those from before never."""
    rows = session.execute(
        select(models.ListedRow.number, models.Document.sha256)
        .join(models.ListedRow, models.ListedRow.id == models.Document.listed_id)
        .where(models.Document.account_id == client.account)
    ).all()
    owed = {bill.number: _print(client, bill) for bill in world.owed[client.account]}
    times = Counter(number for number, _ in rows)
    yield from (f"lost: {number} of {client.login}" for number in owed if not times[number])
    yield from (f"doubled: {number} of {client.login}" for number in times if times[number] > 1)
    yield from (f"not new, yet fetched: {number} of {client.login}" for number in times if number not in owed)
    yield from (
        f"other bytes: {number}" for number, sha256 in rows if owed.get(number or "", sha256) != sha256
    )
    invoices = _count(session, models.Invoice, client)
    if invoices != len(rows):
        yield f"{invoices} invoices for {len(rows)} documents of {client.login}"
    account = session.get_one(models.Account, client.account)
    left = len(ledger.baseline(session, account.workspace_id, account.id))
    if account.baseline_at and left != world.left[client.account]:
        yield f"the census of {client.login} left {left} bills, the portal had {world.left[client.account]}"


def _print(client: Client, bill: shelf.Bill) -> str:
    return hashlib.sha256(desk.printed(HOUSES[client.supplier], client.login, bill)).hexdigest()


def _logins(session: Session, client: Client, typed: int) -> Iterator[str]:
    """The portal saw no more passwords than were counted, and no more were counted than the budget gives."""
    counted = _count(session, models.LoginAttempt, client)
    if typed > counted or counted > ledger.budget.AT_MOST:
        yield f"logins of {client.login}: {typed} typed, {counted} counted, {ledger.budget.AT_MOST} allowed"


def typed_passwords(world: World) -> dict[str, dict[str, int]]:
    """By supplier and login, as the portals counted them."""
    return {supplier: remote.counters()["signins"] for supplier, remote in world.remotes.items()}


def _count(session: Session, kind: Any, client: Client) -> int:
    return session.scalar(select(func.count(kind.id)).where(kind.account_id == client.account)) or 0


def _under_way(session: Session) -> Iterator[str]:
    for run in session.scalars(select(models.Run).where(models.Run.state.in_(nouns.ACTIVE_STATES))):
        yield f"run {run.id} is left in state {run.state}"


def _exports(session: Session, world: World) -> Iterator[str]:
    """In the accountant's folder every document lies once, with its own bytes."""
    there = Counter(archive.digest(file) for file in world.settings.exports.rglob("*.pdf"))
    due = Counter(session.scalars(select(models.Document.sha256)))
    yield from (f"not delivered: {sha256[:12]}" for sha256 in due - there)
    yield from (f"delivered twice, or for nothing: {sha256[:12]}" for sha256 in there - due)
    sent = session.scalar(select(func.count(models.Delivery.id)).where(models.Delivery.sent_at.is_not(None)))
    if sent != due.total():
        yield f"{sent} deliveries for {due.total()} documents"


def rows(world: World, kind: Any) -> int:
    with world.database.read() as session:
        return session.scalar(select(func.count(kind.id))) or 0


def ended(world: World) -> dict[int, tuple[Any, ...]]:
    """Every run that is over, as it stands: nobody may write to it again."""
    with world.database.read() as session:
        runs = session.scalars(select(models.Run).where(models.Run.state.not_in(nouns.ACTIVE_STATES)))
        return {run.id: (run.state, run.ended_at, str(run.receipt), run.error) for run in runs}
