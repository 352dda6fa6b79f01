"""A supplier in few words, for people and programs: how one signs in, what it brings, who reads it, and how old the facts are."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from collectors.kit import catalogue
from collectors.kit.collector import Collector
from collectors.kit.declared import GROUPS, Manifest
from core import nouns

VERBS = ("signed_in", "sign_in", "listed", "download")


@dataclass(frozen=True, slots=True)
class Second:
    """What is asked beside the password: `kind` is `totp`, `code`, `approval` or `link`, `medium` `sms`, `email`, `app` or nothing."""

    kind: str
    medium: str = ""


def signs_in_with(manifest: Manifest) -> list[str]:
    """`keys`, `nothing`, or what a person's sign-in may take: `password`, `totp`, `code`, `approval`, `link`."""
    if manifest.sign_in != "page":
        return ["keys" if manifest.sign_in == "keys" else "nothing"]
    typed = {spec.kind for spec in manifest.fields}
    first = ["password"] if "password" in typed else []
    return first + list(dict.fromkeys(each.kind for each in seconds(manifest)))


def seconds(manifest: Manifest) -> list[Second]:
    """Every second factor that its pages are known to ask, those that need no person first."""
    key = [Second("totp")] if any(spec.kind == "totp" for spec in manifest.fields) else []
    return list(dict.fromkeys([*key, *_asked(manifest)]))


def _asked(manifest: Manifest) -> Iterator[Second]:
    for state in manifest.login.states if manifest.login else ():
        for act in state.acts:
            if act.verb == "ask":
                yield Second(act.kind or "code", state.asking.medium)
        if state.outcome and state.outcome.error == "CodeNeeded":
            yield Second("code", state.asking.medium)


def meets(manifest: Manifest) -> list[str]:
    """What else its sign-in may want of a person: `captcha`, `terms`, `new_password`, …"""
    outcomes = [state.outcome for state in manifest.login.states if state.outcome] if manifest.login else []
    told = ["captcha" for each in outcomes if each.error == "Captcha"]
    told += [each.wants for each in outcomes if each.error == "ActionNeeded" and each.wants != "action"]
    return list(dict.fromkeys(told))


def brings(manifest: Manifest) -> list[str]:
    """What its list is known to tell: `contracts`, `months`, `no_total`, and the kinds of paper that it keeps apart."""
    told = ["contracts"] if manifest.contracts else []
    if manifest.list:
        date, kind = (manifest.list.spots.get(name) for name in ("date", "kind"))
        told += ["months"] if date and date.style == "month" else []
        told += ["no_total"] if "total" not in manifest.list.spots else []
        told += [each for each in (kind.kinds if kind else ()) if each != nouns.Kind.INVOICE]
    return told


def verbs(collector: Collector) -> dict[str, str]:
    """Which of the four verbs the engine does from the manifest, and which a class does its own way."""
    own = type(collector)
    return {verb: "manifest" if getattr(own, verb) is getattr(Collector, verb) else "class" for verb in VERBS}


def facts(manifest: Manifest) -> dict[str, dict[str, str | None]]:
    """Source and age of each part that it has."""
    without = {"contracts"} if not manifest.contracts else set()
    without |= {"login"} if manifest.sign_in != "page" else set()
    told = {group: manifest.fact(group) for group in GROUPS if group not in without}
    return {
        group: {"source": fact.source, "age": fact.age.isoformat() if fact.age else None}
        for group, fact in told.items()
    }


def notes(collector: Collector) -> str:
    """What its author says that a person should know: the docstring of its file, or the comments at the head of it."""
    if type(collector) is not Collector:
        return (sys.modules[type(collector).__module__].__doc__ or "").strip()
    path = catalogue.BUILT_IN / f"{collector.manifest.id}.toml"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    end = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines[:end])


def as_json(collector: Collector) -> Mapping[str, Any]:
    """One line of `moisson collector list --json`."""
    told = collector.manifest
    return {
        "supplier": told.id,
        "name": told.names["en"],
        "country": told.country,
        "category": told.category,
        "collector": True,
        "verified": str(told.verified),
        "age": told.age.isoformat() if told.age else None,
        "source": told.source,
        "signs_in_with": signs_in_with(told),
        "verbs": verbs(collector),
        "facts": facts(told),
        "origins": list(told.origins),
    }


def as_row(collector: Collector) -> Mapping[str, Any]:
    """One line of `moisson collector list`; the age is that of its oldest facts."""
    told = as_json(collector)
    ages = [fact["age"] or "unknown" for fact in told["facts"].values()]
    return {
        "supplier": told["supplier"],
        "name": told["name"],
        "category": told["category"],
        "signs in with": ", ".join(told["signs_in_with"]),
        "own verbs": ", ".join(verb for verb, by in told["verbs"].items() if by == "class"),
        "verified": told["verified"],
        "facts of": min(ages, default="unknown"),
    }
