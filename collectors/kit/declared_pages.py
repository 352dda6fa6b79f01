"""How pages and answers are recognised and what they mean, as frozen values of a manifest."""

from __future__ import annotations

from dataclasses import dataclass, replace

from collectors.kit import question


@dataclass(frozen=True, slots=True)
class Sign:
    """Something to be recognised: all that is declared must hold; of several texts in one key, any.

    In a page of the browser `see` are Playwright selectors and `frame` leads to the iframe; in an HTTP answer `see` are CSS selectors.
    """

    see: tuple[str, ...] = ()
    url: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    cookie: str = ""
    frame: tuple[str, ...] = ()
    status: tuple[int, ...] = ()
    type: str = ""
    at: str = ""
    equals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """That it is the error of this name. `said` is where the portal's own words stand."""

    error: str
    said: str = ""
    wants: str = "action"


@dataclass(frozen=True, slots=True)
class Act:
    """One gesture: `fill`, `ask`, `click`, `check`, `press`, `goto` or `reload`. `where` is a selector, a key or a URL.

    `field` is what is filled; with `ask`, what answers without a person if the account has it. `kind` is what is asked for.
    """

    verb: str
    where: str
    field: str = ""
    kind: question.Kind | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """How a page asks a person: by which `medium`, in which words, which words refuse, and the button that sends again (after seconds)."""

    medium: str = ""
    said: str = ""
    refused: tuple[str, ...] = ()
    resend: str = ""
    resend_after: float = 30.0
    tries: int = 3


@dataclass(frozen=True, slots=True)
class PageState:
    """A page of the login: see this, then do that, or it is that outcome."""

    name: str
    sign: Sign
    acts: tuple[Act, ...] = ()
    outcome: Outcome | None = None
    asking: Asking = Asking()
    times: int = 5

    @property
    def asks(self) -> bool:
        """Whether a person, or a key of theirs, has to answer here."""
        return any(act.verb == "ask" for act in self.acts)

    @property
    def refusal(self) -> Sign | None:
        """How one sees that an answer was refused, where the page says so; a link leads to a page elsewhere, which says it."""
        refused = self.asking.refused
        left = any(act.kind == "link" for act in self.acts)
        return (
            replace(self.sign, see=refused, text=(), url=() if left else self.sign.url) if refused else None
        )


@dataclass(frozen=True, slots=True)
class Login:
    """`starts` are where it begins: the first whose fields the account has filled in."""

    starts: tuple[str, ...]
    done: Sign
    states: tuple[PageState, ...]

    @property
    def start(self) -> str:
        """Where it begins for an account with no more than it needs."""
        return self.starts[-1]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an HTTP answer means. `where` is `any`, `session`, `contracts`, `list` or `document`."""

    sign: Sign
    outcome: Outcome
    where: str = "any"
