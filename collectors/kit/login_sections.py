"""From the tables of a TOML file to the values of a Manifest: the pages of its sign-in, what is done there and what they mean."""

from __future__ import annotations

from collectors.kit import question, signs
from collectors.kit.clauses import Clause
from collectors.kit.declared_pages import Act, Asking, Login, Outcome, PageState, Sign

#: The errors of `core.errors` that a page or an answer of a portal can mean.
OUTCOMES = (
    "BadCredentials", "Locked", "ActionNeeded", "CodeNeeded", "Captcha", "SessionExpired",
    "PortalDown", "TooFast", "Blocked", "PortalChanged", "NotAnInvoice",
)  # fmt: skip
WANTS = ("action", "terms", "new_password", "enable_mfa", "no_permission")
VERBS = ("fill", "ask", "click", "check", "press", "goto", "reload")


def login(clause: Clause) -> Login:
    """`[login]`."""
    done = clause.clause("done")
    found = Login(
        clause.texts("start") or ("",),
        signs.of_page(done),
        tuple(_state(each) for each in clause.clauses("when")),
    )
    done.close()
    if found.done == Sign():
        done.problem("", "expected see, url, text or cookie: how do we know that we are in?")
    if not found.states:
        clause.problem("when", "is missing; expected one [[login.when]] for each page of the sign-in")
    clause.close()
    return found


def _state(clause: Clause) -> PageState:
    acts = tuple(_act(each) for each in clause.clauses("do"))
    state = PageState(
        name=clause.text("name"),
        sign=signs.of_page(clause),
        acts=acts,
        outcome=outcome(clause) if clause.has("is") else None,
        asking=_asking(clause) if any(act.verb == "ask" for act in acts) else Asking(),
        times=clause.whole("times", 5, least=1),
    )
    if bool(acts) == bool(state.outcome):
        clause.problem("", "expected either do = [...] (what to do there) or is = '...' (which error it is)")
    if state.sign == Sign(frame=state.sign.frame):
        clause.problem("", "expected see, url or text: how do we know this page?")
    clause.close("is", "said", "wants", "medium", "refused", "resend", "resend_after", "tries")
    return state


def outcome(clause: Clause) -> Outcome:
    """What a page or an answer means."""
    return Outcome(
        clause.choice("is", OUTCOMES), clause.text("said", ""), clause.choice("wants", WANTS, "action")
    )


def _asking(clause: Clause) -> Asking:
    usual = Asking()
    return Asking(
        medium=clause.choice("medium", question.MEDIA, ""),
        said=clause.text("said", ""),
        refused=clause.texts("refused", ()),
        resend=clause.text("resend", ""),
        resend_after=clause.number("resend_after", usual.resend_after),
        tries=clause.whole("tries", usual.tries, least=1),
    )


def _act(clause: Clause) -> Act:
    found = [verb for verb in VERBS if clause.has(verb)]
    if len(found) != 1:
        clause.problem("", f"expected exactly one of {', '.join(VERBS)}; found {len(found)}")
        return Act("reload", "")
    act = _gesture(found[0], clause)
    clause.close(*VERBS, "into", "field")
    return act


def _gesture(verb: str, clause: Clause) -> Act:
    if verb == "reload":
        clause.flag("reload")
        return Act("reload", "")
    if verb == "fill":
        return Act("fill", clause.text("into"), clause.text("fill"))
    if verb == "ask":
        return _question(clause)
    return Act(verb, clause.text(verb))


def _question(clause: Clause) -> Act:
    found = clause.choice("ask", question.KINDS)
    kind: question.Kind = next((each for each in question.KINDS if each == found), "code")
    if kind != "code":
        return Act("ask", "", kind=kind)
    return Act("ask", clause.text("into"), clause.text("field", ""), kind)
