"""`python -m tests.prove.loud [--tell] web|worker`: the command, at the most talkative level of every library, with the instants of `points`.

`--tell` puts the fault in that the campaign must find: what the hand types is logged, and no mask is on.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import moisson
from vault import redact


def main() -> None:
    tells, (part,) = "--tell" in sys.argv, [word for word in sys.argv[1:] if not word.startswith("--")]
    redact.start_logging = partial(redact.start_logging, level=logging.DEBUG)
    if part == "worker":
        from tests.prove import points

        points.install(Path("armed"))
    if tells and part == "worker":
        _tell()
    sys.argv = ["moisson", part]
    moisson.main()


def _tell() -> None:
    from collectors.kit.hand import Hand

    typed = Hand.type

    async def telling(hand: Hand, text: Callable[[], str], *args: Any, **options: Any) -> None:
        logging.getLogger("moisson").warning("typing %s", text())
        await typed(hand, text, *args, **options)

    Hand.type = telling  # type: ignore[method-assign, assignment]
    redact.Redactor.mask = lambda self, text: text  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
