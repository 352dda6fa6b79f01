"""What the form of a rule of the mail says, and what a try of one tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import g
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import mailboxes, messages, rules
from core.mailbox import tryout
from web import farm, people

#: Characters of a condition, and of a supplier's name.
LONGEST, NAMED = 200, 80


@dataclass
class Typed:
    """What a person typed of a rule; `problems` are keys of `i18n` by field."""

    conditions: dict[str, str] = field(default_factory=dict)
    act: str = rules.TAKE
    mailbox: int | None = None
    to: int | None = None
    supplier: str = ""
    problems: dict[str, str] = field(default_factory=dict)


def typed(session: Session, form: Mapping[str, str]) -> Typed:
    """As the visitor may say it: their company's mailboxes, and companies in which they may say so."""
    said = Typed(
        {name: form.get(name, "").strip()[:LONGEST] for name in rules.CONDITIONS},
        form.get("act", rules.TAKE),
        _number(form, "mailbox"),
        _number(form, "to"),
        _supplier(form.get("supplier", "").strip()[:NAMED]),
    )
    if said.act not in rules.ACTS:
        said.problems["act"] = "rules.no_act"
    if said.mailbox and mailboxes.one(session, g.visitor.workspace_id, said.mailbox) is None:
        said.problems["mailbox"] = "rules.no_mailbox"
    if said.act == rules.WORKSPACE and said.to not in others(session):
        said.problems["to"] = "rules.no_company"
    if said.act == rules.SUPPLIER and not said.supplier:
        said.problems["supplier"] = "rules.no_supplier"
    if not (said.mailbox or any(said.conditions.values())):
        said.problems["sender"] = "rules.no_condition"
    return said


def of(rule: models.MailRule) -> Typed:
    """The form as that rule fills it in."""
    conditions = {name: getattr(rule, name) for name in rules.CONDITIONS}
    return Typed(conditions, rule.act, rule.mailbox_id, rule.to_workspace_id, rule.supplier)


def values(said: Typed) -> dict[str, Any]:
    """What a row holds of it beside its act; what that does not use is left out."""
    to = said.to if said.act == rules.WORKSPACE else None
    supplier = "" if said.act == rules.SKIP else said.supplier
    more = {"mailbox_id": said.mailbox, "to_workspace_id": to, "supplier": supplier}
    return {**said.conditions, **more}


def others(session: Session) -> dict[int, str]:
    """Companies to which the visitor may send mail, by their ids."""
    mine = people.companies(session, g.visitor.person_id)
    return {id: name for id, name in mine.items() if id != g.visitor.workspace_id}


def outcome(rule: models.MailRule, tried: tryout.Tried) -> str:
    """What the rule would have changed, as a word of `i18n` (`rules.would.…`)."""
    taken = tried.message.verdict == messages.TAKEN
    if tried.before is not None:
        return "before"
    if rule.act == rules.SKIP:
        return "left" if taken else "same"
    if rule.act == rules.TAKE and not taken:
        return "opened"
    if rule.act == rules.TAKE and not rule.supplier:
        return "same"
    return "sent" if taken else "if_taken"


def _number(form: Mapping[str, str], name: str) -> int | None:
    said = form.get(name, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


def _supplier(said: str) -> str:
    """A name of the catalogue is its supplier; any other stays as it was typed."""
    known = farm.here().catalogue.collectors
    named = {one.manifest.name.casefold(): id for id, one in known.items()}
    return named.get(said.casefold(), said)


def called(supplier: str) -> str:
    """Its name in the catalogue, else as it was typed."""
    manifest = farm.here().manifest(supplier)
    return manifest.name if manifest else supplier
