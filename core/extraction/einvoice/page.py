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
        return {day.isoformat() for day in standing.days_in(self.reading.text)}

    @cached_property
    def amounts(self) -> set[Decimal]:
        """Without their signs: a credit note is printed negative by some and positive by others."""
        return {abs(amount) for amount in standing.amounts_in(self.reading.text)}

    @cached_property
    def letters(self) -> str:
        return plain.squeezed(self.reading.text)

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
        turned = seen and value in {day.isoformat() for day in standing.days_in(seen.raw)}
        if seen and (seen.value == value or turned):
            return Shows.SAME
        against = self._against(seen)
        if value in self.days and not (seen and against and seen.confidence >= LABELLED):
            return Shows.SAME
        return Shows.OTHER if against else Shows.NOTHING

    def total(self, name: str) -> Shows:
        """A total that the page sums up to counts more than the same figure somewhere else on it."""
        value, seen = self._both(name)
        if seen and abs(Decimal(seen.value)) == abs(Decimal(value)):
            return Shows.SAME
        against = self._against(seen)
        if abs(Decimal(value)) not in self.amounts:
            return Shows.OTHER if against else Shows.NOTHING
        if seen is None or seen.confidence <= STATED:
            return Shows.SAME
        if seen.confidence >= CLOSED:
            return Shows.SAME if self.shows_all_sums and not against else Shows.OTHER
        return Shows.SAME if self.shows_all_sums or not against else Shows.OTHER

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
        shown = lines.fold(value) in lines.fold(" ".join(self.reading.text.split()))
        return Shows.SAME if shown else Shows.NOTHING

    @cached_property
    def shows_all_sums(self) -> bool:
        """Net, VAT and total, where there is a VAT that tells them apart."""
        parts = [self.said.value(name) for name in ("net", "vat", "total")]
        return all(part and Decimal(part) and abs(Decimal(part)) in self.amounts for part in parts)

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
