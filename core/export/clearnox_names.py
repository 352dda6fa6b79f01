"""What things are called at one company's Clearnox. Its reference is given to its customers only: every name here is a setting.

The defaults are ours. A path is `$.a.b`, from the answer's root; alternatives have `|` between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Self

from core import errors
from core.export.kinds import Field

_CHOICES = {
    "auth": ("basic", "bearer", "header"),
    "list_method": ("GET", "POST"),
    "upload_method": ("POST", "PUT"),
    "upload_content": ("multipart", "zip"),
}


@dataclass(frozen=True)
class Names:
    """As a version of the settings has them; an empty name is something that this Clearnox does not have."""

    auth: str = "basic"
    user: str = ""
    #: The header that carries the secret, when `auth` is `header`.
    header: str = "X-API-KEY"
    list_method: str = "GET"
    list_path: str = "/entries/without-document"
    page_param: str = "page"
    size_param: str = "size"
    first_page: str = "0"
    #: What is added for the next page: 1 where pages are counted, `size` where entries are.
    page_step: str = "1"
    size: str = "100"
    items_path: str = "$.content | $.items | $"
    #: Says `true` on the last page.
    last_path: str = "$.last"
    #: Says what the next page is called, where pages are not counted.
    next_path: str = ""
    entry_id: str = "id"
    entry_number: str = "documentNumber, reference, invoiceNumber"
    entry_date: str = "date"
    entry_amount: str = "amount"
    entry_currency: str = "currency"
    #: Whose entry it is: the customer's account.
    entry_account: str = "account"
    upload_method: str = "POST"
    upload_path: str = "/documents"
    upload_content: str = "multipart"
    upload_field: str = "file"
    upload_filename: str = "documents.zip"
    metadata_file: str = "metadata.json"
    metadata_root: str = "documents"
    file_key: str = "fileName"
    entries_key: str = "entryIds"
    hash_key: str = "sha256"
    number_key: str = "documentNumber"
    #: Files in one zip, and its bytes in MiB.
    most_files: str = "200"
    largest_mib: str = "20"

    @classmethod
    def of(cls, typed: Mapping[str, Any]) -> Self:
        """Of what was typed in the form."""
        return cls(**{one.name: str(typed[one.name]).strip() for one in fields(cls) if one.name in typed})

    def whole(self, name: str) -> int:
        """A setting that is a number. Raises BadSettings."""
        told = str(getattr(self, name))
        if not told.isascii() or not told.isdecimal():
            raise errors.BadSettings(f"{name}: {told[:40]!r} is no whole number", step=name)
        return int(told)

    def rows(self, body: Any) -> list[Mapping[str, Any]]:
        """The entries of one page. Raises PartnerChanged."""
        found = next((one for one in _all(self.items_path, body) if isinstance(one, list)), None)
        if found is None or not all(isinstance(one, dict) for one in found):
            raise errors.PartnerChanged(f"no list of entries at {self.items_path}", step="items_path")
        return found

    def is_last(self, body: Any) -> bool:
        return next(_all(self.last_path, body), None) is True

    def after(self, page: str, body: Any) -> str:
        """What the page after this one is called; empty: there is none."""
        if self.next_path:
            told = next(_all(self.next_path, body), None)
            return "" if told is None else str(told)
        return str(int(page) + self.whole("page_step")) if page.isdecimal() else ""

    def entry(self, row: Mapping[str, Any]) -> Entry:
        """Raises PartnerChanged when it has no id."""
        id_ = _text(self.entry_id, row)
        if not id_:
            raise errors.PartnerChanged(f"an entry without {self.entry_id}", step="entry_id")
        numbers = tuple(filter(None, (_text(name, row) for name in self.entry_number.split(","))))
        day, amount = _day(_text(self.entry_date, row)), _amount(_text(self.entry_amount, row))
        currency = _text(self.entry_currency, row).upper() or None
        return Entry(id_, numbers, day, amount, currency, _text(self.entry_account, row))


@dataclass(frozen=True, slots=True)
class Entry:
    """A booking entry there that has no document. `amount` is in the major unit, with the sign that it has there."""

    id: str
    numbers: tuple[str, ...]
    day: date | None
    amount: Decimal | None
    currency: str | None
    account: str


def _asked(*names: str, rare: bool) -> Iterator[Field]:
    for name in names:
        default, choices = str(getattr(Names(), name)), _CHOICES.get(name, ())
        yield Field(name, default=default, choices=choices, needed=False, rare=rare)


#: What everybody is asked; the rest is folded away.
_FIRST = ("auth", "user")
_RARE = tuple(one.name for one in fields(Names) if one.name not in _FIRST)
FIELDS = (
    Field("url"),
    *_asked(*_FIRST, rare=False),
    Field("secret", secret=True),
    *_asked(*_RARE, rare=True),
)


def _all(paths: str, body: Any) -> Iterator[Any]:
    """What stands at each of the alternatives, where something does."""
    for path in paths.split("|"):
        found = body
        for word in path.strip().removeprefix("$").strip(".").split("."):
            if word:
                found = found.get(word) if isinstance(found, dict) else None
        if path.strip() and found is not None:
            yield found


def _text(name: str, row: Mapping[str, Any]) -> str:
    """A field as text; an object or a list has none."""
    told = next(_all(name, row), None)
    return str(told).strip() if isinstance(told, str | int | Decimal) else ""


def _day(told: str) -> date | None:
    for text, form in ((told[:10], "%Y-%m-%d"), (told, "%d/%m/%Y")):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def _amount(told: str) -> Decimal | None:
    try:
        found = Decimal(told.replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
