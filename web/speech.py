"""How the pages speak: French or English words from `i18n/*.toml`, plurals, times, days and money by Babel."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from flask import g, request, session
from markupsafe import Markup, escape

from core import nouns
from web import farm

LANGUAGES = ("fr", "en")
_LOCALES = {"fr": Locale("fr", "FR"), "en": Locale("en", "GB")}
#: A table with nothing but these holds the plural forms of one sentence (CLDR, and `zero` for none at all).
_FORMS = {"zero", "one", "other"}
_FOLDER = Path(__file__).parent / "i18n"


@cache
def words(language: str) -> Mapping[str, str | dict[str, str]]:
    """Every sentence of a language by its dotted key; a table of plural forms is one sentence."""
    text = (_FOLDER / f"{language}.toml").read_text(encoding="utf-8")
    return dict(_flatten(tomllib.loads(_bound(text) if language == "fr" else text), ""))


def _bound(french: str) -> str:
    """With no line that begins with a colon or a closing quote: their spaces break none, and are typed as any other in the file."""
    return re.sub(r"(?<=«) | (?=[:;?!»])", "\N{NO-BREAK SPACE}", french)


def _flatten(table: Mapping[str, Any], prefix: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in table.items():
        if isinstance(value, dict) and not set(value) <= _FORMS:
            found += _flatten(value, f"{prefix}{name}.")
        else:
            found.append((f"{prefix}{name}", value))
    return found


def language() -> str:
    """The language of whoever looks: as the person chose, else as the browser asks, else French."""
    if getattr(g, "visitor", None):
        return str(g.visitor.language)
    chosen = session.get("language")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(LANGUAGES, "fr")


def locale() -> Locale:
    return _LOCALES[language()]


def knows(key: str) -> bool:
    return key in words(language())


def say(key: str, **values: Any) -> str:
    """The sentence of `key`; `count` chooses among its plural forms. A number is written as the language writes it."""
    sentence = words(language())[key]
    if not isinstance(sentence, str):
        form = locale().plural_form(values["count"])
        sentence = sentence.get("zero", "") if values["count"] == 0 and "zero" in sentence else sentence[form]
    return sentence.format_map({name: _written(value) for name, value in values.items()})


def phrase(family: str, english: str) -> str:
    """A phrase that the farm keeps in English, in the viewer's language where `family` has it, else as it came."""
    key = f"{family}.{'_'.join(re.findall('[a-z]+', english.lower()))}"
    return say(key) if knows(key) else english


def _written(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return str(value)
    return str(numbers.format_decimal(value, locale=locale()))


def _zone() -> ZoneInfo:
    return ZoneInfo(farm.here().settings.time_zone)


def moment(at: datetime) -> str:
    """An instant in full, in the viewer's zone."""
    return _in_full(at, _zone(), language())


@lru_cache(maxsize=4096)
def _in_full(at: datetime, zone: ZoneInfo, language: str) -> str:
    return dates.format_datetime(at, "d MMM y, HH:mm", tzinfo=zone, locale=_LOCALES[language])


def soon_or_past(at: datetime) -> str:
    """An instant near today, as one says it: `aujourd'hui 06:12`, `demain 06:12`, else the day and the hour."""
    days = (at.astimezone(_zone()).date() - farm.here().now().astimezone(_zone()).date()).days
    near = {-1: "time.yesterday", 0: "time.today", 1: "time.tomorrow"}
    if days in near:
        return say(near[days], hour=dates.format_time(at, "HH:mm", tzinfo=_zone(), locale=locale()))
    return dates.format_datetime(at, "d MMM, HH:mm", tzinfo=_zone(), locale=locale())


def clock(at: datetime) -> str:
    """The hour with its seconds, for the steps of a run."""
    return dates.format_time(at, "HH:mm:ss", tzinfo=_zone(), locale=locale())


def ago(at: datetime) -> str:
    """How long ago, in short: `il y a 2 h`."""
    since = at - farm.here().now()
    if abs(since) < timedelta(minutes=1):
        return say("time.now")
    return dates.format_timedelta(
        since, add_direction=True, format="short", threshold=1.2, granularity="minute", locale=locale()
    )


def time_tag(at: datetime | None, how: str = "soon_or_past") -> Markup:
    """An instant as HTML: `<time>` for machines, the chosen words for people, the full instant on hover."""
    if at is None:
        return Markup('<span class="muted">{}</span>').format(say("time.never"))
    shown = {"ago": ago, "soon_or_past": soon_or_past, "clock": clock, "moment": moment}[how](at)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(at.isoformat(), moment(at), shown)


def day(on: date | None, precision: str = "day") -> str:
    """A day, or only its month where the portal printed no more."""
    if on is None:
        return "—"
    return str(dates.format_date(on, "d MMM y" if precision == "day" else "MMMM y", locale=locale()))


def money(minor: int | None, currency: str | None) -> str:
    """Minor units of an ISO 4217 currency, as the language writes money."""
    if minor is None or currency is None:
        return "—"
    return amount(Decimal(minor).scaleb(-numbers.get_currency_precision(currency)), currency)


def amount(value: Decimal, currency: str | None) -> str:
    """An amount in its major unit; without a currency, the number alone."""
    if not currency:
        return str(numbers.format_decimal(value, "#,##0.00", locale=locale()))
    return str(numbers.format_currency(value, currency, locale=locale()))


def worth(money: nouns.Money) -> str:
    """An exact amount with its currency."""
    return amount(money.amount, money.currency)


def size(count: int) -> str:
    """Bytes as people say them."""
    for unit, step in (("giga", 1_000_000_000), ("mega", 1_000_000), ("kilo", 1_000)):
        if count >= step:
            return say(f"size.{unit}", n=round(count / step, 1))
    return say("size.bytes", n=count)


def labels(names: Mapping[str, str] | str) -> str:
    """A manifest's word in the viewer's language, else in whatever language it has."""
    if isinstance(names, str):
        return names
    return names.get(language()) or next(iter(names.values()), "")


def join(*parts: object) -> Markup:
    """The parts that say something, with a middle dot between."""
    return Markup(" · ").join(escape(part) for part in parts if part)
