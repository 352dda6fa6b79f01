"""What is coming at the suppliers: sessions about to end, collectors off their usual way, portals that changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Literal
from zoneinfo import ZoneInfo

from babel import dates
from flask import Flask
from sqlalchemy.orm import Session

from collectors.kit import portrait, trail
from collectors.kit.collector import Collector
from core import ledger, nouns
from core.ledger import changes, drift, past, weather
from web import farm, speech, steps


@dataclass(frozen=True)
class Outlook:
    """`forecasts` and `drifts` by account, `changed` by supplier."""

    forecasts: Mapping[int, weather.Forecast]
    drifts: Mapping[int, Sequence[drift.Drift]]
    changed: Mapping[str, changes.Change]

    def change_of(self, view: ledger.AccountView) -> changes.Change | None:
        """The change that this account has met, and that is still open."""
        change = self.changed.get(view.account.supplier)
        return change if change and view.account.id in change.accounts else None


def of(session: Session, workspace_id: int, views: Sequence[ledger.AccountView]) -> Outlook:
    """Nothing is asked of the database about suppliers of which there is nothing to tell."""
    suspect = {v.account.supplier for v in views if v.state == nouns.AccountState.PORTAL_CHANGED}
    return Outlook(
        forecasts=weather.forecasts(session, workspace_id),
        drifts=_drifts(views),
        changed=changes.open_changes(session, workspace_id, suspect),
    )


def _drifts(views: Sequence[ledger.AccountView]) -> Mapping[int, Sequence[drift.Drift]]:
    pasts: dict[str, dict[int, Sequence[past.Past]]] = defaultdict(dict)
    for view in views:
        pasts[view.account.supplier][view.account.id] = view.last_runs
    found: dict[int, list[drift.Drift]] = defaultdict(list)
    for supplier, runs in pasts.items():
        for each in drift.of_supplier(runs):
            if _is_forked(supplier, each.step):
                found[each.account_id].append(each)
    return found


def _is_forked(supplier: str, step: str) -> bool:
    """Whether the collector still has several ways there; what a class knows of its own ways only it can tell."""
    collector = farm.here().catalogue.collectors.get(supplier)
    return collector is not None and (
        type(collector) is not Collector or step in trail.forks(collector.manifest)
    )


def weather_in_words(forecast: weather.Forecast, supplier: str) -> str:
    """`SFR will ask you about Thursday`: the day of the week within six days, else the date, in the viewer's zone."""
    here = farm.here()
    zone = ZoneInfo(here.settings.time_zone)
    days = (forecast.ends_at.astimezone(zone).date() - here.now().astimezone(zone).date()).days
    if days <= 0:
        return speech.say("weather.now", supplier=supplier)
    form, key = ("EEEE", "weather.day") if days <= 6 else ("d MMMM", "weather.date")
    day = dates.format_datetime(forecast.ends_at, form, tzinfo=zone, locale=speech.locale())
    return speech.say(key, supplier=supplier, day=day)


def length(life: weather.Life) -> str:
    """How long sessions live, in days or, below two of them, in hours."""
    unit: Literal["day", "hour"] = "day" if life.length >= timedelta(days=2) else "hour"
    # A threshold that nothing reaches keeps Babel from turning thirty days into a month.
    return str(dates.format_timedelta(life.length, granularity=unit, threshold=1e9, locale=speech.locale()))


def drift_in_words(each: drift.Drift) -> str:
    """Ways are counted from one, as people count."""
    return speech.say("drift.step", step=steps.named(each.step), usual=each.usual + 1, now=each.now + 1)


def second_in_words(second: portrait.Second) -> str:
    """A second factor, with the way by which it comes where that is known."""
    by = f"second.{second.kind}_{second.medium}"
    return speech.say(by if speech.knows(by) else f"second.{second.kind}")


def put_on(app: Flask) -> None:
    """What the templates of suppliers and accounts speak with."""
    app.jinja_env.globals.update(
        weather=weather_in_words,
        drift=drift_in_words,
        life_length=length,
        now=lambda: farm.here().now(),
    )
    told = {name: partial(_word, name) for name in ("sign_in", "brings", "meets")}
    app.jinja_env.filters.update(second=second_in_words, **told)


def _word(family: str, name: str) -> str:
    return speech.say(f"{family}.{name}")
