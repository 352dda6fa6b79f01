"""What a page says of each value that its data name: the same, nothing, or another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cached_property

from core import nouns
from core.extraction import amounts, lines, standing
from core.extraction.einvoice import plain
from core.extraction.einvoice.statement import Statement

#: From here a page's own reading is a statement; from here it has a sure label; from here its sum comes out.
STATED, LABELLED, CLOSED = 0.35, 0.45, 0.75


class Shows(Enum):
    """One value of the data, as a page has it."""

    SAME = "same"
    NOTHING = "nothing"
    OTHER = "other"


@dataclass(frozen=True)
class Page:
    """A reading of the pages, asked about what the data inside them say."""

    reading: nouns.Reading
    said: Statement

    @cached_property
    def days(self) -> set[str]:
        return {day.isoformat() for day in standing.days_meant(self.reading.text)}

    @cached_property
    def figures(self) -> list[amounts.Amount]:
        return list(standing.figures_in(self.reading.text))

    @cached_property
    def amounts(self) -> set[Decimal]:
        """Without their signs: a credit note is printed negative by some and positive by others."""
        return {abs(figure.value) for figure in self.figures}

    @property
    def shows_known_days_only(self) -> bool:
        """No date on it is a day that the data do not know."""
        return self.days <= self.said.everything

    @cached_property
    def letters(self) -> str:
        return plain.squeezed(self.reading.text)

    @cached_property
    def folded(self) -> str:
        return lines.fold(" ".join(self.reading.text.split()))

    def number(self, name: str) -> Shows:
        value, seen = self._both(name)
        if seen and (_key(seen.value) == _key(value) or standing.number_in(seen.value, value)):
            return Shows.SAME
        against = self._against(seen)
        stands = standing.number_in(self.reading.text, value)
        if stands and not (seen and against and seen.confidence >= LABELLED):
            return Shows.SAME
        return Shows.OTHER if against else Shows.NOTHING

    def day(self, name: str) -> Shows:
        value, seen = self._both(name)
        if seen and seen.value == value:
            return Shows.SAME
        if self._against(seen) or (name == "date" and self._is_its_due_day(value, seen)):
            return Shows.OTHER
        return Shows.SAME if value in self.days else Shows.NOTHING

    def total(self, name: str) -> Shows:
        """A total that the page sums up to counts more than the same figure somewhere else on it, which may be its net."""
        value, seen = self._both(name)
        figure = abs(Decimal(value))
        if seen and abs(Decimal(seen.value)) == figure:
            return Shows.SAME
        against, closed = self._against(seen), seen is not None and seen.confidence >= CLOSED
        if figure not in self.amounts:
            return Shows.OTHER if against else Shows.NOTHING
        if self.shows_all_sums:
            return Shows.OTHER if against and closed else Shows.SAME
        if against or closed:
            return Shows.OTHER
        return Shows.NOTHING if self._larger_than(figure) else Shows.SAME

    def part(self, name: str) -> Shows:
        """Net or VAT."""
        value, seen = self._both(name)
        if abs(Decimal(value)) in self.amounts:
            return Shows.SAME
        return Shows.OTHER if seen and seen.confidence >= CLOSED and self._against(seen) else Shows.NOTHING

    def currency(self, name: str) -> Shows:
        value, seen = self._both(name)
        if (seen and seen.value == value) or currency_in(self.reading.text, value):
            return Shows.SAME
        return Shows.OTHER if self._against(seen) else Shows.NOTHING

    def code(self, name: str) -> Shows:
        """An IBAN or a VAT number. The page may show the buyer's too, which the data know as well."""
        value, seen = self._both(name)
        if value in self.letters:
            return Shows.SAME
        return Shows.OTHER if seen and seen.value not in self.said.everything else Shows.NOTHING

    def words(self, name: str) -> Shows:
        value, _ = self._both(name)
        return Shows.SAME if lines.fold(value) in self.folded else Shows.NOTHING

    @cached_property
    def shows_all_sums(self) -> bool:
        """Net, VAT and total, where there is a VAT that tells them apart."""
        parts = [self.said.value(name) for name in ("net", "vat", "total")]
        return all(part and Decimal(part) and abs(Decimal(part)) in self.amounts for part in parts)

    def _is_its_due_day(self, issued: str, seen: nouns.FieldRead | None) -> bool:
        """Does it print the data's day of issue as the day by which to pay, beside another day?"""
        due = self.reading.fields.get("due_date")
        if due is None or due.value != issued or seen is None:
            return False
        return seen.confidence >= STATED or seen.value not in self.said.everything

    def _larger_than(self, total: Decimal) -> bool:
        """Does it print a sum, with its cents, above this one?"""
        return any(abs(figure.value) > total for figure in self.figures if not figure.whole)

    def _both(self, name: str) -> tuple[str, nouns.FieldRead | None]:
        return self.said.reading.fields[name].value, self.reading.fields.get(name)

    def _against(self, seen: nouns.FieldRead | None) -> bool:
        """It states a value that the data do not even know under another name."""
        if seen is None or seen.confidence < STATED:
            return False
        return not {seen.value, plain.squeezed(seen.value)} & self.said.everything


def currency_in(text: str, code: str) -> bool:
    signs = [re.escape(sign) for sign, named in amounts.SIGNS.items() if named == code]
    return bool(re.search(rf"(?<![a-z$])(?:{'|'.join([*signs, code.lower()])})(?![a-z$])", text.lower()))


def _key(number: str) -> str:
    return re.sub(r"[\W_]+", "", number).upper()
