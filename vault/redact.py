"""What may be shown of a secret: nothing. `Secret` carries one, `Redactor` keeps those in use out of every log line."""

from __future__ import annotations

import hmac
import logging
import re
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, NoReturn

import structlog

from vault import disguises

MASK = "•••••"

#: Shorter live values would mask half of every line.
SHORTEST = 4

_NAMED = r"[\w-]*(?:passw(?:or)?d|mot_de_passe|secret|token|cookie|authorization|totp)s?"
_KEY = re.compile(_NAMED, re.IGNORECASE)
_COOKIE_LINE = re.compile(r"((?:set-)?cookie\s*:\s*)[^\r\n\"']+", re.IGNORECASE)
_KEY_AND_VALUE = re.compile(
    rf"({_NAMED}[\"']?\s*[:=]\s*\[?(?:(?:bearer|basic|digest)\s+)?)"
    r"(?:b?\"[^\"]*\"|b?'[^']*'|[^\s\"'&,;)}\]]+)",
    re.IGNORECASE,
)
#: ISO 13616: two letters, two digits, then 11 to 30 letters and digits, often printed in groups of four.
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")


class Secret:
    """A value that is neither printed, formatted, copied, pickled nor turned into JSON; `reveal()` is the only way in."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __getstate__(self) -> NoReturn:
        raise TypeError("a secret is neither copied nor stored")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        self.__getstate__()


class Redactor(logging.Filter):
    """Masks the values in use, whatever their disguise, and what is named like a secret, in any log record."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._live: Counter[str] = Counter()
        #: The forms of each live value, and all of them, the longest first.
        self._disguises: dict[str, set[str]] = {}
        self._forms: tuple[str, ...] = ()

    @contextmanager
    def live(self, *values: str | Secret) -> Iterator[None]:
        """For as long as the values are in use."""
        self.learn(*values)
        try:
            yield
        finally:
            self.forget(*values)

    def learn(self, *values: str | Secret) -> None:
        with self._lock:
            self._live.update(_long_enough(values))
            self._keep_up()

    def forget(self, *values: str | Secret) -> None:
        """A value that two visits have learnt stays masked until both forget it."""
        with self._lock:
            self._live -= Counter(_long_enough(values))
            self._keep_up()

    def _keep_up(self) -> None:
        """Not one pattern of them all: to compile it costs more than a visit's log lines."""
        self._disguises = {value: self._disguises.get(value) or disguises.of(value) for value in self._live}
        self._forms = tuple(sorted(set().union(*self._disguises.values()), key=len, reverse=True))

    def mask(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, MASK)
        text = _COOKIE_LINE.sub(rf"\1{MASK}", text)
        text = _KEY_AND_VALUE.sub(rf"\1{MASK}", text)
        return _IBAN.sub(MASK, text)

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = self._clean(record.msg) if isinstance(record.msg, dict) else self.mask(_message(record))
        record.args = ()
        if record.exc_info:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
            record.exc_info = None
        record.exc_text = record.exc_text and self.mask(record.exc_text)
        record.stack_info = record.stack_info and self.mask(record.stack_info)
        return True

    def _clean(self, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, Mapping):
            return {
                key: MASK if _KEY.fullmatch(str(key)) else self._clean(part) for key, part in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset):
            return [self._clean(part) for part in value]
        return self.mask(str(value))


def _long_enough(values: tuple[str | Secret, ...]) -> list[str]:
    plain = (value.reveal() if isinstance(value, Secret) else value for value in values)
    return [value for value in plain if len(value) >= SHORTEST]


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):  # the arguments do not fit the message
        return f"{record.msg} {record.args}"


def start_logging(*, json: bool = False, level: int | str = logging.INFO) -> Redactor:
    """Every record of this process, ours and the libraries', leaves through one redactor on stderr, stamped in UTC."""
    redactor, handler = Redactor(), logging.StreamHandler(sys.stderr)
    handler.addFilter(redactor)
    handler.setFormatter(_formatter(json=json))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.captureWarnings(True)
    for name in ("alembic", "httpcore", "httpx", "scrapy", "twisted", "urllib3", "waitress"):
        talkative = logging.getLogger(name)
        talkative.setLevel(max(talkative.level, logging.WARNING))  # whoever is quieter already has a reason
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *_FACTS,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda died: _log_uncaught(died.exc_type, died.exc_value, died.exc_traceback)
    return redactor


_FACTS: list[structlog.typing.Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def _formatter(*, json: bool) -> structlog.stdlib.ProcessorFormatter:
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_FACTS, _keep_traceback],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False) if json else plain,
        ],
    )


def _keep_traceback(
    _logger: Any, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """The redactor has turned the exception of a library's record into masked text; structlog would drop it."""
    if text := event["_record"].exc_text:
        event["exception"] = text
    return event


def _log_uncaught(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    logging.getLogger("moisson").critical("uncaught %s", kind.__name__, exc_info=error)
