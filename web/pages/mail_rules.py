"""Rules of the mail: in which company and as what an invoice arrives, in their order; each is tried on what was seen before it is kept."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.db import models
from core.ledger import mailboxes, rules
from core.mailbox import tryout
from web import farm, guard, mail_rules
from web.pages.mailboxes import may
from web.pages.statements import record

pages = Blueprint("mail_rules", __name__, url_prefix="/mailboxes/rules")
ONE = "/<int:rule_id>"
#: Messages of a try that are shown.
SHOWN = 30


@pages.get("")
@guard.members
def room() -> str:
    with farm.here().database.read() as session:
        return render_template(
            "mail_rules.html",
            rules=rules.every(session, g.visitor.workspace_id),
            boxes_by_id=_boxes(session),
            companies=_companies(session),
            called=mail_rules.called,
            may=may(),
        )


@pages.get("/new")
@guard.finance
def form() -> str:
    """What a message says may be filled in already."""
    with farm.here().database.read() as session:
        said = mail_rules.typed(session, request.args)
        said.problems = {}
        return _form(session, said)


@pages.get(ONE)
@guard.finance
def edit(rule_id: int) -> str:
    with farm.here().database.read() as session:
        rule = _found(session, rule_id)
        return _form(session, mail_rules.of(rule), rule)


@pages.post("/try")
@guard.finance
def try_out() -> str | tuple[str, int]:
    """What it would have done; nothing is kept."""
    with farm.here().database.read() as session:
        said = mail_rules.typed(session, request.form)
        kept = request.form.get("rule", type=int)
        rule = _found(session, kept) if kept else None
        if said.problems:
            return _form(session, said, rule), 422
        drawn = rules.drawn_up(
            g.visitor.workspace_id,
            said.act,
            position=rule.position if rule else None,
            **mail_rules.values(said),
        )
        return _form(session, said, rule, drawn)


@pages.post("/new")
@guard.finance
def add() -> Response | tuple[str, int]:
    here = farm.here()
    with here.database.write() as session:
        said = mail_rules.typed(session, request.form)
        if said.problems:
            return _form(session, said), 422
        drawn = rules.drawn_up(g.visitor.workspace_id, said.act, **mail_rules.values(said))
        drawn.made_by, drawn.made_at = g.visitor.person_id, here.now()
        record(session, "mail_rule.made", f"mail_rule:{rules.add(session, drawn).id}")
    return redirect(url_for("mail_rules.room"))


@pages.post(ONE)
@guard.finance
def change(rule_id: int) -> Response | tuple[str, int]:
    with farm.here().database.write() as session:
        rule, said = _found(session, rule_id), mail_rules.typed(session, request.form)
        if said.problems:
            return _form(session, said, rule), 422
        for name, value in {"act": said.act, **mail_rules.values(said)}.items():
            setattr(rule, name, value)
        record(session, "mail_rule.changed", f"mail_rule:{rule_id}")
    return redirect(url_for("mail_rules.room"))


@pages.post(f"{ONE}/move")
@guard.finance
def move(rule_id: int) -> Response:
    by = -1 if request.form.get("by") == "up" else 1
    with farm.here().database.write() as session:
        rules.move(session, _found(session, rule_id), by)
        record(session, "mail_rule.moved", f"mail_rule:{rule_id}")
    return redirect(url_for("mail_rules.room"))


@pages.post(f"{ONE}/switch")
@guard.finance
def switch(rule_id: int) -> Response:
    here, on = farm.here(), request.form.get("to") == "on"
    with here.database.write() as session:
        rules.switch(_found(session, rule_id), on=on, now=here.now())
        record(session, f"mail_rule.{'on' if on else 'off'}", f"mail_rule:{rule_id}")
    return redirect(url_for("mail_rules.room"))


@pages.post(f"{ONE}/remove")
@guard.finance
def remove(rule_id: int) -> Response:
    with farm.here().database.write() as session:
        session.delete(_found(session, rule_id))
        record(session, "mail_rule.removed", f"mail_rule:{rule_id}")
    return redirect(url_for("mail_rules.room"))


def _form(
    session: Session,
    said: mail_rules.Typed,
    rule: models.MailRule | None = None,
    drawn: models.MailRule | None = None,
) -> str:
    """`drawn` is what is tried."""
    tried = tryout.of(session, drawn) if drawn else None
    return render_template(
        "mail_rule.html",
        typed=said,
        rule=rule,
        tried=tried,
        shown=[(one, mail_rules.outcome(drawn, one)) for one in tried.fitting[:SHOWN]]
        if drawn and tried
        else [],
        boxes_by_id=_boxes(session),
        companies=mail_rules.others(session),
        called=mail_rules.called,
        suppliers=sorted(one.manifest.name for one in farm.here().catalogue.collectors.values()),
    )


def _found(session: Session, rule_id: int) -> models.MailRule:
    """A rule of the visitor's company, else 404."""
    return rules.one(session, g.visitor.workspace_id, rule_id) or abort(404)


def _boxes(session: Session) -> dict[int, models.Mailbox]:
    return {one.id: one for one in mailboxes.living(session, g.visitor.workspace_id)}


def _companies(session: Session) -> dict[int, str]:
    """Names for those that rules speak of."""
    told = (rule.to_workspace_id for rule in rules.every(session, g.visitor.workspace_id))
    return {id: session.get_one(models.Workspace, id).name for id in told if id}
