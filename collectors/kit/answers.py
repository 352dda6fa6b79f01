"""What an HTTP answer means: what the manifest says of it first, then what is so everywhere."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from collectors.kit import keys, paths, signs
from collectors.kit.declared import Manifest
from collectors.kit.declared_pages import Outcome
from collectors.kit.reply import Reply
from core import errors

#: 419 and 440 are what several frameworks answer instead of 401 when a session is over.
SIGNED_OUT = (401, 419, 440)
#: What people call the part of a visit in which an answer came.
STEPS = {
    "any": "the portal",
    "session": "the session",
    "contracts": "the contracts",
    "list": "the list",
    "document": "the document",
}


def judge(manifest: Manifest, reply: Reply, where: str = "any", accept: Collection[int] = ()) -> None:
    """Raises what `reply` means when it is not what was asked for; the statuses in `accept` are."""
    step = STEPS.get(where, where)
    for answer in manifest.answers:
        if answer.where in ("any", where) and signs.holds(answer.sign, reply):
            raise outcome(answer.outcome, said(reply, answer.outcome.said), step)
    if reply.status in accept:
        return
    if manifest.sign_in == "keys":
        keys.judge(manifest, reply, step)
    elif reply.status in SIGNED_OUT or sent_to_sign_in(manifest, reply):
        raise errors.SessionExpired(step=step)
    if reply.status == 429:
        raise errors.TooFast(step=step, retry_after=reply.retry_after)
    if reply.status >= 500:
        raise errors.PortalDown(
            f"the portal answers {reply.status}", step=step, retry_after=reply.retry_after
        )
    if (
        reply.status == 403 and manifest.sign_in == "page"
    ):  # an API says so of a stale cookie or token, a wall of HTML says so of our address
        raise errors.Blocked(step=step) if "html" in reply.media_type else errors.SessionExpired(step=step)
    if reply.status >= 400:
        raise errors.PortalChanged(step=step, expected="an answer", seen=f"{reply.status} {reply.media_type}")


def sent_to_sign_in(manifest: Manifest, reply: Reply) -> bool:
    """Whether we were sent on to where one signs in, or the page of a sign-in came instead of the one asked for."""
    login = urlsplit(manifest.login_page).path.rstrip("/")
    after = urlsplit(reply.url)
    if reply.hops and ((login and after.path.rstrip("/") == login) or _another_origin(manifest, reply)):
        return True
    told = any(answer.outcome.error == "SessionExpired" for answer in manifest.answers)
    return not told and "html" in reply.media_type and bool(reply.css("input[type=password]"))


def outcome(meant: Outcome, words: str, step: str) -> errors.PortalError:
    """The error of this name, with the portal's own words."""
    kind: type[errors.PortalError] = getattr(errors, meant.error)
    if meant.error == "ActionNeeded":
        return errors.ActionNeeded(words, step=step, wants=meant.wants)
    return kind(words, step=step)


def said(reply: Reply, where: str) -> str:
    """The portal's own words at `where`: a CSS selector of a page or a path of a JSON answer."""
    if not where:
        return ""
    if "html" in reply.media_type:
        return " ".join(" ".join(reply.css(where).xpath("string()").getall()).split())[:200]
    try:
        return signs.as_text(paths.one_at(reply.json(), where))[:200]
    except (errors.PortalChanged, paths.Absent):
        return ""


def _another_origin(manifest: Manifest, reply: Reply) -> bool:
    """A sign-in on another host: a declared origin, and not the host that was asked."""
    asked, came = urlsplit(reply.hops[0]).netloc, urlsplit(reply.url).netloc
    return asked != came and any(urlsplit(origin).netloc == came for origin in manifest.origins)
