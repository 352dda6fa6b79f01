"""How a company's mailboxes are set up, to be set up again elsewhere: where they are, what is read, their rules. Nothing that signs in is among it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.db import models
from core.ledger import mailboxes, rules

#: What a file of settings calls itself.
NAME, VERSION = "moisson mailboxes", 1
#: Of a Mailbox's `place`; whatever else may come to stand there stays.
PLACE = ("host", "port", "security", "login", "tenant", "provider")


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of a file: addresses that are new and wait for what signs in, those that were here, and how many rules were added."""

    new: tuple[str, ...]
    known: tuple[str, ...]
    rules: int


def exported(session: Session, workspace_id: int) -> dict[str, Any]:
    boxes = mailboxes.living(session, workspace_id)
    address = {box.id: box.address for box in boxes}
    ruled = [one for one in rules.every(session, workspace_id) if one.mailbox_id in {None, *address}]
    return {
        "file": NAME,
        "version": VERSION,
        "mailboxes": [_box(session, box) for box in boxes if box.kind != "forward" or "host" in box.place],
        "rules": [_rule(session, one, address) for one in ruled],
    }


def take_up(
    session: Session,
    workspace_id: int,
    told: Mapping[str, Any],
    companies: Mapping[int, str],
    *,
    by: int,
    now: datetime,
) -> Brought:
    """Set up what is not here yet, each waiting for what signs in. `told` has the shape of `exported`; `companies` are those that rules may send to."""
    new, known = [], []
    for one in told["mailboxes"]:
        if mailboxes.connected(session, workspace_id, one["address"]):
            known.append(one["address"])
        else:
            _set_up(session, workspace_id, one, by=by, now=now)
            new.append(one["address"])
    return Brought(tuple(new), tuple(known), _add(session, workspace_id, told["rules"], companies, by, now))


def _box(session: Session, box: models.Mailbox) -> dict[str, Any]:
    read = mailboxes.folders(session, box.id)
    return {
        "address": box.address,
        "kind": box.kind,
        "role": box.role,
        "place": {name: box.place[name] for name in PLACE if name in box.place},
        "folders": [{"name": one.name, "shown": one.shown, "read": one.chosen} for one in read],
    }


def _rule(session: Session, rule: models.MailRule, address: Mapping[int, str]) -> dict[str, Any]:
    to = session.get(models.Workspace, rule.to_workspace_id) if rule.to_workspace_id else None
    return {
        "mailbox": address.get(rule.mailbox_id) if rule.mailbox_id else None,
        **{name: getattr(rule, name) for name in (*rules.CONDITIONS, "act", "supplier")},
        "company": to.name if to else None,
        "on": rule.off_at is None,
    }


def _set_up(session: Session, workspace_id: int, told: Mapping[str, Any], *, by: int, now: datetime) -> None:
    kept = {name: told[name] for name in ("kind", "role", "place")}
    box = mailboxes.connect(session, workspace_id, told["address"], by=by, now=now, ready=False, **kept)
    for one in {each["name"]: each for each in told["folders"]}.values():
        folder = models.MailFolder(
            workspace_id=workspace_id, mailbox_id=box.id, name=one["name"], shown=one["shown"]
        )
        folder.chosen = one["read"]
        session.add(folder)
    session.flush()


def _add(
    session: Session,
    workspace_id: int,
    told: Iterable[Mapping[str, Any]],
    companies: Mapping[int, str],
    by: int,
    now: datetime,
) -> int:
    """Those that are not here yet. One whose mailbox or company is not at hand is left out."""
    added, named = 0, {name: id for id, name in companies.items()}
    for one in told:
        box = mailboxes.connected(session, workspace_id, one["mailbox"]) if one["mailbox"] else None
        to = named.get(one["company"]) if one["company"] else None
        if (one["mailbox"] and box is None) or (one["act"] == rules.WORKSPACE and to is None):
            continue
        said = {name: one[name] for name in (*rules.CONDITIONS, "supplier")}
        rule = rules.drawn_up(workspace_id, one["act"], mailbox_id=box.id if box else None, **said)
        rule.to_workspace_id, rule.made_by, rule.made_at = to, by, now
        rule.off_at = None if one["on"] else now
        if not any(rules.says_the_same(rule, each) for each in rules.every(session, workspace_id)):
            rules.add(session, rule)
            added += 1
    return added
