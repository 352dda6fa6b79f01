"""What is arranged for an account beside what signs in: its name, whom to tell, when somebody can answer, its language, its own way out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from babel import Locale, dates
from sqlalchemy import delete
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from collectors.kit import upstream
from core import errors
from core.db import models
from vault import sealing
from web import account_form, register, speech
from web import desk as desks

#: The languages that a portal can be asked in instead of its own.
LOCALES = ("fr-FR", "en-GB", "en-US", "de-DE", "es-ES", "it-IT", "nl-NL", "pt-PT")
#: What is offered to whoever opens the hours for the first time: the working week.
USUAL = {"days": [0, 1, 2, 3, 4], "from": "08:00", "to": "18:30"}


@dataclass
class Arranged:
    """`problems` are keys of `i18n` by field. `proxy` is what was typed: it goes sealed into the vault and never back to a page."""

    label: str = ""
    owner: int | None = None
    attended: dict[str, Any] | None = None
    locale: str | None = None
    proxy: str = field(default="", repr=False)
    drop_proxy: bool = False
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def chosen(self) -> bool:
        """Something that is not as it comes by itself."""
        return bool(self.attended or self.locale or self.proxy)


def of(account: models.Account) -> Arranged:
    """As it stands now."""
    return Arranged(account.label, account.owner_id, account.attended, account.locale)


def read(form: MultiDict[str, str]) -> Arranged:
    read = Arranged(
        label=account_form.label_in(form),
        owner=account_form.owner_in(form),
        locale=form.get("locale") if form.get("locale") in LOCALES else None,
        proxy=form.get("proxy", "").strip(),
        drop_proxy=form.get("drop_proxy") == "yes",
    )
    if form.get("attended") == "yes":
        read.attended = {
            "days": sorted({int(day) for day in form.getlist("day") if day in set("0123456")}),
            "from": form.get("from", ""),
            "to": form.get("to", ""),
        }
        _check_hours(read, read.attended)
    if read.proxy:
        _check_proxy(read)
    return read


def _check_hours(read: Arranged, hours: Mapping[str, Any]) -> None:
    if not hours["days"]:
        read.problems["attended"] = "arranged.no_day"
        return
    try:
        begins, ends = time.fromisoformat(hours["from"]), time.fromisoformat(hours["to"])
    except ValueError:
        read.problems["attended"] = "arranged.no_hour"
        return
    if begins >= ends:
        read.problems["attended"] = "arranged.no_time"


def _check_proxy(read: Arranged) -> None:
    try:
        upstream.Upstream.parse(read.proxy, "proxy")
    except errors.BadSettings:
        read.problems["proxy"] = "arranged.wrong_proxy"


def put(
    session: Session, desk: desks.Desk, account: models.Account, read: Arranged, *, by: int, now: datetime
) -> None:
    """Store what was read, and say so in the chain. Raises VaultError."""
    account.label = read.label
    account.owner_id = register.member(session, read.owner, account.workspace_id) or account.owner_id
    account.attended, account.locale = read.attended, read.locale
    register.record(session, by, "account.arranged", account, now)
    if read.proxy or read.drop_proxy:
        kept = (models.Credential.account_id == account.id, models.Credential.field == sealing.PROXY)
        session.execute(delete(models.Credential).where(*kept))
        account.proxy_shown = _shown(read.proxy) if read.proxy else None
    if read.proxy:
        sealing.seal_credential(session, desk.trusted(), account, sealing.PROXY, read.proxy, by=by, at=now)


def _shown(address: str) -> str:
    """`http://•••@proxy.firm.example:3128`: where it goes, not who goes there."""
    way = upstream.Upstream.parse(address, "proxy")
    host = f"[{way.host}]" if ":" in way.host else way.host
    return f"{way.scheme}://{'•••@' if way.user else ''}{host}:{way.port}"


def hours(attended: Mapping[str, Any] | None) -> str:
    """When somebody can answer, as one says it: `lun., mar. 08:00 – 18:30`."""
    if not attended:
        return speech.say("arranged.any_hour")
    names = day_names()
    days = attended["days"]
    said = speech.say("arranged.every_day") if len(days) == 7 else ", ".join(names[day] for day in days)
    return f"{said} {attended['from']} – {attended['to']}"


def day_names() -> dict[int, str]:
    """Monday is 0."""
    return dict(sorted(dates.get_day_names("abbreviated", locale=speech.locale()).items()))


def languages() -> dict[str, str]:
    """Each locale by its name in the viewer's language."""
    return {name: spoken(name) for name in LOCALES}


def spoken(name: str) -> str:
    return str(Locale.parse(name, sep="-").get_display_name(speech.locale()))
