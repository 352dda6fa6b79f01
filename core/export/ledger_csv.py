"""Purchase entries as a CSV, for the programs that let one choose which column is what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.export import profiles
from core.export.chart import Chart
from core.export.entries import Entry

TITLES = {
    "fr": ("Journal", "Écriture", "Date", "Compte", "Libellé du compte", "Tiers", "Nom du tiers", "Pièce", "Échéance", "Libellé", "Débit", "Crédit", "Montant en devise", "Devise"),
    "en": ("Journal", "Entry", "Date", "Account", "Account name", "Supplier account", "Supplier", "Reference", "Due", "Label", "Debit", "Credit", "Amount in currency", "Currency"),
}  # fmt: skip


def named(month: str, language: str) -> str:
    return f"{'ecritures-achats' if language == 'fr' else 'purchase-entries'}-{month}.csv"


def written(entries: Sequence[Entry], chart: Chart, language: str) -> bytes:
    return profiles.table(profiles.PROFILES[language], TITLES[language], _rows(entries, chart))


def _rows(entries: Sequence[Entry], chart: Chart) -> Iterator[tuple[profiles.Cell, ...]]:
    for entry in entries:
        foreign = entry.currency != "EUR"
        for line in entry.lines:
            yield (
                chart.journal,
                entry.number,
                entry.day,
                line.account,
                line.name,
                line.auxiliary,
                line.auxiliary_name,
                entry.reference,
                entry.due_on,
                entry.label,
                line.debit,
                line.credit,
                line.original if foreign else None,
                entry.currency if foreign else None,
            )
