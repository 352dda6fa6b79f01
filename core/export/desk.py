"""What of an Invoice goes into somebody's books, and whose it is there, as people have chosen it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.db import models
from core.export import chosen, kinds, remote_lists
from core.export.chosen import Rule, Settings
from core.export.delivering import Refused


@dataclass(frozen=True)
class Desk:
    """Under which settings, in which version, what goes out; `typed` is what the form of its kind asked."""

    settings: Settings
    version: int
    typed: Mapping[str, Any]
    books: Mapping[str, Any]
    #: The service's vendors: their ids by their names in small letters.
    vendors: Mapping[str, str]
    here: kinds.Here

    @classmethod
    def of(cls, session: Session, destination: models.Destination, here: kinds.Here) -> Desk:
        version, settings = chosen.current(session, destination.id)
        typed = chosen.typed(session, destination.id)[1]
        contacts = remote_lists.kept(session, destination.id)["contacts"]
        vendors = {one["name"].casefold(): one["id"] for one in reversed(contacts)}
        return cls(settings, version, typed, destination.books or {}, vendors, here)

    def takes(self, invoice: models.Invoice) -> bool:
        """Whether this Invoice is for these books at all: ours to pay, in a currency that was on when it came, of a supplier that goes there."""
        goes = self.settings.rule(invoice.supplier).what not in ("nothing", "file")
        ours = invoice.role == "ap" and invoice.merged_into is None
        known = invoice.currency is None or self.settings.takes(invoice.currency, invoice.received_at)
        return goes and ours and known

    def rule(self, invoice: models.Invoice) -> Rule:
        """Where it goes. Raises Refused when nobody said so, or it does not say enough of itself."""
        rule = self.settings.rule(invoice.supplier)
        if rule.what != "bill":
            raise Refused("", "no_mapping")
        if invoice.issued_on is None or invoice.total_minor is None or invoice.currency is None:
            raise Refused("", "not_read")
        return rule

    def vendor(self, invoice: models.Invoice) -> str:
        """The id of who sells: the one that was chosen, else the one in the list that is called so; empty when none is."""
        rule = self.settings.rule(invoice.supplier)
        return rule.contact_id or self.vendors.get(self.called(invoice).casefold(), "")

    def called(self, invoice: models.Invoice) -> str:
        """The name of who sells, as it is wanted there."""
        return self.settings.rule(invoice.supplier).contact or self.named(invoice)

    def named(self, invoice: models.Invoice) -> str:
        """The supplier as people call it."""
        return self.here.supplier_name(invoice.supplier)

    def link(self, invoice: models.Invoice) -> str:
        """Leads from there to the Invoice here; empty where nobody could follow it."""
        url = self.here.public_url
        return f"{url}/invoices/{invoice.id}" if url.startswith("https://") else ""
