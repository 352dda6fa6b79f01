"""From the tables of a TOML file to the values of a Manifest: who the supplier is, what it is asked with, what answers mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from collectors.kit import list_sections, login_sections, signs
from collectors.kit.clauses import Clause
from collectors.kit.declared import GROUPS, Fact, FieldSpec, Manifest, Pace, Token, Verified
from collectors.kit.declared_pages import Answer, Outcome

SOURCES = ("css", "json", "pattern", "cookie", "local_storage", "header")
#: How one is let in: a sign-in page, keys that every request carries, or not at all.
SIGN_INS = ("page", "keys", "none")
PLACES = ("any", "session", "contracts", "list", "document")


def manifest(raw: dict[str, Any], problems: list[str], by_class: bool) -> Manifest:
    """Everything in the file; what is wrong goes to `problems`, and then the result is not to be used."""
    top = Clause(raw, "", problems)
    sign_in = top.choice("sign_in", SIGN_INS, "page")
    visited = sign_in != "none"
    told = visited and not by_class
    session = top.clause("session")
    found = Manifest(
        id=top.text("id"),
        names=top.words("name"),
        note=top.words("note", ""),
        country=top.text("country", ""),
        category=top.text("category", ""),
        website=top.text("website", None if visited else ""),
        origins=top.texts("origins", None if visited else ()),
        hosts=top.texts("hosts", None if visited else ()),
        bank_labels=top.texts("bank_labels", ()),
        mail_from=top.texts("mail_from", ()),
        source=top.text("source", ""),
        age=top.day("age"),
        facts=dict(_facts(top)),
        verified=_verified(top),
        sign_in=sign_in,
        lock_limit=top.whole("lock_limit", 5, least=3),
        browser=top.choice("browser", ("shell", "full"), "shell"),
        cadence=top.choice("cadence", ("daily", "weekly"), "daily"),
        code_valid=top.whole("code_valid", 600, least=30),
        pace=_pace(top.clause("pace")),
        fields=tuple(_field(each) for each in top.clauses("fields")),
        check=session.text("check", ""),
        headers=top.mapping("headers"),
        tokens=tuple(_token(name, table, problems) for name, table in top.named("tokens")),
        answers=(*_signed_out(session), *(_answer(each) for each in top.clauses("answers"))),
        login=login_sections.login(top.clause("login"))
        if top.has("login") or (sign_in == "page" and not by_class)
        else None,
        contracts=list_sections.contracts(top.clause("contracts")) if top.has("contracts") else None,
        list=list_sections.lines(top.clause("list")) if top.has("list") or told else None,
        document=list_sections.document(top.clause("document")) if top.has("document") or told else None,
    )
    session.close()
    top.close("contracts", "list", "login", "document")
    return found


def _facts(top: Clause) -> Iterator[tuple[str, Fact]]:
    """A group that says only one of the two takes the other from the top of the file."""
    table = top.clause("facts")
    for group in filter(table.has, GROUPS):
        told = table.clause(group)
        age = told.day("age") if told.has("age") else top.day("age")
        yield group, Fact(told.text("source", top.text("source", "")), age)
        told.close("age")
    table.close(*GROUPS)


def _verified(top: Clause) -> Verified:
    told = top.choice("verified", list(Verified), "never")
    return Verified(told) if told in list(Verified) else Verified.NEVER


def _pace(clause: Clause) -> Pace:
    usual = Pace()
    pace = Pace(
        at_once=clause.whole("at_once", usual.at_once, least=1),
        gap=clause.number("gap", usual.gap),
        logins_at_once=clause.whole("logins_at_once", usual.logins_at_once, least=1),
    )
    clause.close()
    return pace


def _field(clause: Clause) -> FieldSpec:
    spec = FieldSpec(
        name=clause.text("name"),
        label=clause.words("label"),
        kind=clause.choice("kind", ("text", "password", "totp")),
        optional=clause.flag("optional"),
        help=clause.words("help", ""),
    )
    clause.close()
    return spec


def _token(name: str, table: Any, problems: list[str]) -> Token:
    clause = Clause(table, f"tokens.{name}", problems)
    found = [source for source in SOURCES if clause.has(source)]
    if len(found) != 1:
        clause.problem("", f"expected exactly one of {', '.join(SOURCES)}; found {len(found)}")
    source = found[0] if found else "css"
    token = Token(name, source, clause.text(source, ""), clause.text("page", ""), clause.flag("login"))
    if source in ("css", "json", "pattern") and not (token.page or token.login):
        clause.problem("page", "is missing; expected the address of the page that holds the token")
    clause.close(*SOURCES)
    return token


def _signed_out(session: Clause) -> Iterator[Answer]:
    for clause in session.clauses("signed_out"):
        sign = signs.of_answer(clause)
        clause.close()
        yield Answer(sign, Outcome("SessionExpired"))


def _answer(clause: Clause) -> Answer:
    answer = Answer(
        signs.of_answer(clause), login_sections.outcome(clause), clause.choice("where", PLACES, "any")
    )
    clause.close()
    return answer
