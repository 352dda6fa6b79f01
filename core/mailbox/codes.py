"""One-time codes that a portal mails: found in what came within ten minutes, from the senders that its supplier declares and nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

from core.mailbox import sift

#: How old a code may be, and how far the mail server's clock may be from ours.
WINDOW, SKEW = timedelta(minutes=10), timedelta(seconds=30)
#: Characters of a letter in which its code is looked for, and how many words and numbers of them count.
LOOKED_AT, MOST = 20_000, 200
_SPOKEN = re.compile(r"\b(?:code|otp|passcode|pin|mot de passe|einmal\w*|codice|codigo|kennwort)\b")
_CODE = re.compile(
    r"(?<![\w.,/:€$£#&=+-])(\d{3}[ \u00a0-]\d{3,4}|\d{4,8})(?![\w€$£%]|[.,/:-]\d| ?(?:€|eur\b))"
)
_YEAR = re.compile(r"(?:19|20)\d\d")


def is_in_time(received_at: datetime, asked_at: datetime, now: datetime) -> bool:
    """The portal sends it after the question was put, and an old one opens nothing."""
    return max(asked_at - SKEW, now - WINDOW) <= received_at <= now + SKEW


def is_expected(sender: str, senders: Iterable[str]) -> bool:
    """`senders` are domains, or whole addresses; a look-alike, or a name that only shows the right one, is neither."""
    address = sender.strip().casefold()
    domains = [one for one in senders if "@" not in one]
    return address in senders or sift.is_of(address.rpartition("@")[2], domains)


def of(subject: str, words: str) -> str | None:
    """The code in a letter that speaks of one: nearest to the word, and only if no other is as near."""
    said = sift.plain(f"{subject}\n{words}"[:LOOKED_AT])
    spoken = [word.span() for word in islice(_SPOKEN.finditer(said), MOST)]
    found = [(code.span(1), re.sub(r"\D", "", code[1])) for code in islice(_CODE.finditer(said), MOST)]
    ranked = sorted((_far(span, spoken), code) for span, code in found if not _YEAR.fullmatch(code))
    if not spoken or not ranked or ranked[0][0] > 200:
        return None
    nearest = {code for far, code in ranked if far == ranked[0][0]}
    return nearest.pop() if len(nearest) == 1 else None


def _far(span: tuple[int, int], words: Iterable[tuple[int, int]]) -> int:
    """Characters between a number and the nearest such word; what follows the word counts as nearer."""
    return min(
        (span[0] - end if span[0] >= end else 2 * (begin - span[1]) for begin, end in words), default=10_000
    )
