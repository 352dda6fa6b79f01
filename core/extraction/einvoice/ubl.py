"""Invoices and credit notes in OASIS's Universal Business Language 2, as Peppol and XRechnung use it."""

from __future__ import annotations

from collections.abc import Sequence

from core.extraction.einvoice import told
from core.extraction.einvoice.tree import Node

SELLER, BUYER = "AccountingSupplierParty/Party", "AccountingCustomerParty/Party"
SUMS = "LegalMonetaryTotal"
NAME = "PartyLegalEntity/RegistrationName"

PLAIN = {
    "BT-1": "ID",
    "BT-2": "IssueDate",
    "BT-3": "InvoiceTypeCode|CreditNoteTypeCode",
    "BT-5": "DocumentCurrencyCode",
    "BT-9": "DueDate",
    "BT-12": "ContractDocumentReference/ID",
    "BT-13": "OrderReference/ID",
    "BT-24": "CustomizationID",
    "BT-27": f"{SELLER}/{NAME}",
    "BT-28": f"{SELLER}/PartyName/Name",
    "BT-44": f"{BUYER}/{NAME}",
    "BT-45": f"{BUYER}/PartyName/Name",
    "BT-72": "Delivery/ActualDeliveryDate",
    "BT-73": "InvoicePeriod/StartDate",
    "BT-74": "InvoicePeriod/EndDate",
    "BT-84": "PaymentMeans/PayeeFinancialAccount/ID",
    "BT-91": "PaymentMeans/PaymentMandate/PayerFinancialAccount/ID",
    "BT-106": f"{SUMS}/LineExtensionAmount",
    "BT-107": f"{SUMS}/AllowanceTotalAmount",
    "BT-108": f"{SUMS}/ChargeTotalAmount",
    "BT-109": f"{SUMS}/TaxExclusiveAmount",
    "BT-112": f"{SUMS}/TaxInclusiveAmount",
    "BT-113": f"{SUMS}/PrepaidAmount",
    "BT-115": f"{SUMS}/PayableAmount",
}
#: A credit note has no due date of its own; some write it here.
LATE_DUE = "PaymentMeans/PaymentDueDate", "PaymentTerms/PaymentDueDate|InstallmentDueDate"


def read(root: Node) -> told.Told:
    terms = {term: root.first(path) for term, path in PLAIN.items()}
    terms["BT-3"] = terms["BT-3"] or ("381" if root.name == "CreditNote" else None)
    terms["BT-5"] = terms["BT-5"] or _currency_borne(root)
    total = _tax_total(root, terms["BT-5"])
    terms |= {
        "BT-9": terms["BT-9"] or next(filter(None, map(root.first, LATE_DUE)), None),
        "BT-30": _french(root.each(f"{SELLER}/PartyLegalEntity/CompanyID")),
        "BT-31": _vat_number(root.each(f"{SELLER}/PartyTaxScheme")),
        "BT-46": _own_number(root.each(f"{BUYER}/PartyIdentification/ID")),
        "BT-48": _vat_number(root.each(f"{BUYER}/PartyTaxScheme")),
        "BT-110": total.first("TaxAmount") if total else None,
    }
    return told.Told(
        {term: text for term, text in terms.items() if text},
        tuple(map(_rate, total.each("TaxSubtotal") if total else ())),
        tuple(map(_line, root.each("InvoiceLine|CreditNoteLine"))),
    )


def _tax_total(root: Node, currency: str | None) -> Node | None:
    """The VAT is also told in the currency of the books (BT-111), without a breakdown, where that is another."""
    totals = root.each("TaxTotal")
    ours = [node for node in totals if _bears(node, currency)]
    return next((node for node in ours if node.each("TaxSubtotal")), next(iter(ours or totals), None))


def _bears(total: Node, currency: str | None) -> bool:
    return any(amount.told("currencyID") in ("", currency) for amount in total.each("TaxAmount"))


def _currency_borne(root: Node) -> str | None:
    """The one of the sums, where they bear one."""
    borne = {node.told("currencyID") for node in root.each(f"{SUMS}/TaxInclusiveAmount|PayableAmount")} - {""}
    return borne.pop() if len(borne) == 1 else None


def _french(ids: Sequence[Node]) -> str | None:
    """SIREN or SIRET, by the scheme's number (ISO 6523)."""
    return next((node.text for node in ids if node.told("schemeID") in ("0002", "0009")), None)


def _vat_number(schemes: Sequence[Node]) -> str | None:
    vat = [scheme for scheme in schemes if (scheme.first("TaxScheme/ID") or "VAT").upper() == "VAT"]
    return next(filter(None, (scheme.first("CompanyID") for scheme in vat)), None)


def _own_number(ids: Sequence[Node]) -> str | None:
    """What the seller calls the buyer; an identifier of a public scheme is not the seller's."""
    return next((node.text for node in ids if not node.told("schemeID")), None)


def _rate(subtotal: Node) -> told.Rate:
    return told.Rate(
        subtotal.first("TaxCategory/Percent") or subtotal.first("Percent") or "0",
        subtotal.first("TaxableAmount") or "",
        subtotal.first("TaxAmount") or "",
    )


def _line(line: Node) -> told.Line:
    quantities = line.each("InvoicedQuantity|CreditedQuantity")
    return told.Line(
        name=line.first("Item/Name") or line.first("Item/Description") or "",
        quantity=quantities[0].text if quantities else "",
        unit=quantities[0].told("unitCode") if quantities else "",
        net=line.first("LineExtensionAmount") or "",
        rate=line.first("Item/ClassifiedTaxCategory/Percent") or "",
    )
