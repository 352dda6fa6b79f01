"""The courses: what a collector does when its portal is well, and the named error when it is not. Each raises AssertionError."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from collectors.kit import question
from core import errors, nouns
from demo.stage import Lever
from tests.conformance.ride import Ride


class Course(NamedTuple):
    """`lever` is what the replica must have for it; `run` does it."""

    name: str
    lever: Lever | None
    run: Callable[[Ride], Awaitable[None]]


async def _census(ride: Ride) -> None:
    seen = await ride.fine()
    listable = ride.replica.listable
    assert len(seen.lines) == listable, f"{listable} lines were there, {len(seen.lines)} were noted"
    assert all(seen.ends.values()), "a list was not read to its proved end"
    assert not seen.files, "the census brought documents"
    _expect_as_published(ride, seen.lines)


def _expect_as_published(ride: Ride, lines: Sequence[nouns.Listed]) -> None:
    """Where the portal shows the number that its house gave, the day and the amount are those of the house too."""
    bills = {bill.number: bill for bill in ride.replica.house.shelf.of(ride.replica.house.brand.login)}
    for line in lines:
        bill = bills.get(line.number or line.identity)
        if bill and line.total:
            assert abs(line.total.amount) == abs(bill.total), (
                f"{line.number} is {bill.total}, it reads {line.total.amount}"
            )
        if bill and line.date:
            days = line.precision is nouns.Precision.DAY
            right = line.date == bill.issued if days else line.date == bill.issued.replace(day=1)
            assert right, f"{line.number} is of {bill.issued}, it reads {line.date}"


async def _quiet(ride: Ride) -> None:
    seen = await ride.fine(whole=False)
    assert (len(seen.new), seen.logins) == (0, 0), "nothing was new, and the session lived"
    if not seen.browser:
        most = max(2, len(seen.ends))
        assert seen.requests <= most, f"a quiet visit took {seen.requests} requests"


async def _publish(ride: Ride, lever: Lever, count: int = 1) -> None:
    ride.replica.pull(lever)
    seen = await ride.fine()
    assert len(seen.files) == count, f"{count} were published, {len(seen.files)} came home"
    if lever is Lever.CREDIT_NOTE:
        line = seen.new[0]
        negative = line.total is not None and line.total.amount < 0
        assert negative or line.kind is nouns.Kind.CREDIT_NOTE, "it does not read as a credit note"
    assert not (await ride.fine()).new, "it came home twice"


async def _between_pages(ride: Ride) -> None:
    ride.replica.pull(Lever.BETWEEN_PAGES)
    first, second = await ride.fine(), await ride.fine()
    ride.replica.pull(Lever.BETWEEN_PAGES, on=False)
    assert len(first.files + second.files) == 1, "the bill that came between two pages did not come home once"


async def _replaced(ride: Ride) -> None:
    """The last bill is made again with another total: where the list tells that or a mark, its document comes home once more."""
    last = ride.replica.house.shelf.everything()[0][-1]
    ride.replica.pull(Lever.REPLACED, cents=last.cents + (100 if last.cents > 0 else -100))
    seen = await ride.fine()
    if any(line.total or line.mark for line in seen.lines):
        assert len(seen.files) == 1, f"one document was replaced, {len(seen.files)} came home"
    assert not (await ride.fine()).new, "it came home twice"


async def _spoiled(ride: Ride, lever: Lever) -> None:
    """What is not the invoice is refused by name, and fetched when the portal is well again."""
    ride.replica.pull(lever)
    ride.replica.publish()
    seen = await ride.visit()
    ride.replica.pull(lever, on=False)
    assert isinstance(seen.error, errors.NotAnInvoice | errors.PortalDown), (
        f"NotAnInvoice was to come, {seen.error!r} came"
    )
    assert len((await ride.fine()).files) == 1, "it did not come home when the portal was well again"


async def _session_lost(ride: Ride, lever: Lever) -> None:
    ride.replica.pull(lever)
    seen = await ride.fine()
    assert seen.logins <= 1, f"{seen.logins} sign-ins for one lost session"
    assert not seen.new, "what was known came again"


async def _warm(ride: Ride, lever: Lever, error: type[errors.MoissonError]) -> None:
    """The fault comes while a session lives."""
    ride.replica.pull(lever)
    try:
        await ride.expect(error)
    finally:
        ride.replica.pull(lever, on=False)


async def _slow(ride: Ride) -> None:
    ride.replica.pull(Lever.SLOW)
    await ride.fine(whole=False)
    ride.replica.pull(Lever.SLOW, on=False)


async def _refused(ride: Ride, lever: Lever, error: type[errors.MoissonError], wants: str = "") -> None:
    """The fault comes at the first sign-in: named, with one password at most, and nothing taken home."""
    ride.replica.pull(lever)
    await ride.expect(error, of=lambda err: not wants or getattr(err, "wants", "") == wants)
    assert ride.replica.counters.passwords <= 1, "the password was typed more than once"
    assert not ride.replica.counters.downloads


async def _nobody(ride: Ride) -> None:
    ride.replica.pull(Lever.CODE)
    ride.customer.answers = None
    await ride.expect(errors.CodeNeeded)


async def _code(ride: Ride) -> None:
    ride.replica.pull(Lever.CODE)
    seen = await ride.fine()
    assert seen.asked, "nobody was asked for the code"
    assert ride.replica.counters.codes_sent <= 1, "more than one code was sent"


async def _wrong_code(ride: Ride) -> None:
    """Asked again in the same session, then given up; no new code is sent by itself."""
    ride.replica.pull(Lever.CODE)
    ride.replica.pull(Lever.WRONG_CODE)
    seen = await ride.expect(errors.CodeNeeded)
    assert 2 <= len(seen.asked) <= 3, f"asked {len(seen.asked)} times"
    assert ride.replica.counters.passwords <= 1
    assert ride.replica.counters.codes_sent <= 1, "a wrong code made the portal send another"


async def _approval(ride: Ride) -> None:
    ride.replica.pull(Lever.APPROVAL)

    def approve(_: question.Question) -> str:
        ride.replica.house.approve()
        return ""

    ride.customer.answers = approve
    assert (await ride.fine()).settled, "the approval was not noticed"


async def _empty(ride: Ride) -> None:
    ride.replica.pull(Lever.EMPTY)
    seen = await ride.fine()
    assert not seen.lines


def _course(name: str, lever: Lever, act: Callable[..., Awaitable[None]], **about: Any) -> Course:
    """An act that is given the lever it is about."""
    return Course(name, lever, partial(act, lever=lever, **about))


#: One account's life, in this order, behind one sign-in.
LIFE = (
    Course("the census leaves all", None, _census),
    Course("a quiet visit", None, _quiet),
    _course("a new one", Lever.PUBLISH, _publish),
    _course("an old-dated one", Lever.PUBLISH_LATE, _publish),
    _course("two of one month", Lever.SAME_MONTH, _publish, count=2),
    _course("a credit note", Lever.CREDIT_NOTE, _publish),
    Course("one between two pages", Lever.BETWEEN_PAGES, _between_pages),
    Course("a replaced PDF", Lever.REPLACED, _replaced),
    *(
        _course(f"a document that is not: {lever}", lever, _spoiled)
        for lever in (
            *(Lever.HTML_FILE, Lever.HALF_FILE, Lever.EMPTY_FILE, Lever.HUGE_FILE, Lever.OTHER_CUSTOMER),
            *(Lever.NOT_READY, Lever.FORBIDDEN_INSIDE),
        )
    ),
    _course("the session is lost", Lever.DROP_SESSIONS, _session_lost),
    _course("the session is lost in mid-list", Lever.DROP_MID_LIST, _session_lost),
    Course("a slow portal", Lever.SLOW, _slow),
    _course("a portal that is down", Lever.DOWN, _warm, error=errors.PortalDown),
    _course("an address that is blocked", Lever.BLOCKED, _warm, error=errors.Blocked),
    _course("a list that moved", Lever.MOVE_BUTTONS, _warm, error=errors.PortalChanged),
)

#: Each with an account and a replica of its own.
FIRST_VISITS = (
    _course("a refused password", Lever.CHANGE_PASSWORD, _refused, error=errors.BadCredentials),
    _course("a locked account", Lever.LOCKED, _refused, error=errors.Locked),
    _course("new terms", Lever.TERMS, _refused, error=errors.ActionNeeded, wants="terms"),
    _course("a new password", Lever.NEW_PASSWORD, _refused, error=errors.ActionNeeded, wants="new_password"),
    _course("a captcha", Lever.CAPTCHA, _refused, error=errors.Captcha),
    _course("a sign-in that moved", Lever.MOVE_BUTTONS, _refused, error=errors.PortalChanged),
    _course("down at the sign-in", Lever.DOWN, _refused, error=errors.PortalDown),
    _course("blocked at the sign-in", Lever.BLOCKED, _refused, error=errors.Blocked),
    _course("a list empty without a word", Lever.SILENT_EMPTY, _refused, error=errors.PortalChanged),
    Course("a list that says it is empty", Lever.EMPTY, _empty),
    Course("a code, and nobody to ask", Lever.CODE, _nobody),
    Course("a code", Lever.CODE, _code),
    Course("a wrong code", Lever.WRONG_CODE, _wrong_code),
    Course("an approval", Lever.APPROVAL, _approval),
)

#: All of them: what shares a ride is done one after the other, by one account at one replica.
RIDES: tuple[tuple[Course, ...], ...] = (LIFE, *((course,) for course in FIRST_VISITS))
#: What is enough for a supplier that differs from another in its name and its addresses only.
FIRST_LOOK = (LIFE[:2],)
