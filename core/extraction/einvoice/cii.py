"""Factur-X, ZUGFeRD and XRechnung in UN/CEFACT's syntax: Cross Industry Invoice, and the names it bore in ZUGFeRD 1."""

from __future__ import annotations

from collections.abc import Sequence

from core.extraction.einvoice import told
from core.extraction.einvoice.tree import Node

PAPER = "ExchangedDocument|HeaderExchangedDocument"
DEAL = "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction"
AGREED = f"{DEAL}/ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement"
DELIVERED = f"{DEAL}/ApplicableHeaderTradeDelivery|ApplicableSupplyChainTradeDelivery"
SETTLED = f"{DEAL}/ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement"
SUMS = f"{SETTLED}/SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
SELLER, BUYER = f"{AGREED}/SellerTradeParty", f"{AGREED}/BuyerTradeParty"
PAID = f"{SETTLED}/SpecifiedTradeSettlementPaymentMeans"
LINE = f"{DEAL}/IncludedSupplyChainTradeLineItem"
#: Lines that sum up or explain others, in the profile EXTENDED.
STATUS = "AssociatedDocumentLineDocument/LineStatusReasonCode"
NOT_COUNTED = ("GROUP", "INFORMATION")
LINE_SETTLED = "SpecifiedLineTradeSettlement|SpecifiedSupplyChainTradeSettlement"

PLAIN = {
    "BT-1": f"{PAPER}/ID",
    "BT-2": f"{PAPER}/IssueDateTime",
    "BT-3": f"{PAPER}/TypeCode",
    "BT-5": f"{SETTLED}/InvoiceCurrencyCode",
    "BT-12": f"{AGREED}/ContractReferencedDocument/IssuerAssignedID|ID",
    "BT-13": f"{AGREED}/BuyerOrderReferencedDocument/IssuerAssignedID|ID",
    "BT-24": "ExchangedDocumentContext|SpecifiedExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID",
    "BT-27": f"{SELLER}/Name",
    "BT-28": f"{SELLER}/SpecifiedLegalOrganization/TradingBusinessName",
    "BT-44": f"{BUYER}/Name",
    "BT-46": f"{BUYER}/ID",
    "BT-72": f"{DELIVERED}/ActualDeliverySupplyChainEvent/OccurrenceDateTime",
    "BT-73": f"{SETTLED}/BillingSpecifiedPeriod/StartDateTime",
    "BT-74": f"{SETTLED}/BillingSpecifiedPeriod/EndDateTime",
    "BT-84": f"{PAID}/PayeePartyCreditorFinancialAccount/IBANID",
    "BT-91": f"{PAID}/PayerPartyDebtorFinancialAccount/IBANID",
    "BT-106": f"{SUMS}/LineTotalAmount",
    "BT-107": f"{SUMS}/AllowanceTotalAmount",
    "BT-108": f"{SUMS}/ChargeTotalAmount",
    "BT-109": f"{SUMS}/TaxBasisTotalAmount",
    "BT-112": f"{SUMS}/GrandTotalAmount",
    "BT-113": f"{SUMS}/TotalPrepaidAmount",
    "BT-115": f"{SUMS}/DuePayableAmount",
}


def read(root: Node) -> told.Told:
    terms = {term: root.first(path) for term, path in PLAIN.items()}
    terms |= {
        "BT-9": _last_due(root),
        "BT-30": _scheme(root.each(f"{SELLER}/SpecifiedLegalOrganization/ID"), ("0002", "0009")),
        "BT-31": _scheme(root.each(f"{SELLER}/SpecifiedTaxRegistration/ID"), ("VA", "VAT")),
        "BT-48": _scheme(root.each(f"{BUYER}/SpecifiedTaxRegistration/ID"), ("VA", "VAT")),
        "BT-110": _in_currency(root.each(f"{SUMS}/TaxTotalAmount"), terms["BT-5"]),
    }
    terms["BT-5"] = terms["BT-5"] or _currency_borne(root)
    return told.Told(
        {term: text for term, text in terms.items() if text},
        tuple(map(_rate, root.each(f"{SETTLED}/ApplicableTradeTax"))),
        tuple(_line(line) for line in root.each(LINE) if line.first(STATUS) not in NOT_COUNTED),
    )


def _last_due(root: Node) -> str | None:
    """Terms with a discount name an earlier day too."""
    return max(
        (
            node.text
            for node in root.each(f"{SETTLED}/SpecifiedTradePaymentTerms/DueDateDateTime")
            if node.text
        ),
        default=None,
    )


def _scheme(ids: Sequence[Node], schemes: Sequence[str]) -> str | None:
    return next((node.text for node in ids if node.told("schemeID").upper() in schemes), None)


def _in_currency(amounts: Sequence[Node], currency: str | None) -> str | None:
    """The VAT is also told in the currency of the books (BT-111) where that is another."""
    ours = [node for node in amounts if node.told("currencyID") in ("", currency)]
    return next((node.text for node in ours or amounts), None)


def _currency_borne(root: Node) -> str | None:
    """The one of the sums, where they bear one."""
    borne = {
        node.told("currencyID")
        for node in root.each(f"{SUMS}/GrandTotalAmount|TaxTotalAmount|DuePayableAmount")
    } - {""}
    return borne.pop() if len(borne) == 1 else None


def _rate(tax: Node) -> told.Rate:
    return told.Rate(
        tax.first("RateApplicablePercent|ApplicablePercent") or "0",
        tax.first("BasisAmount") or "",
        tax.first("CalculatedAmount") or "",
    )


def _line(line: Node) -> told.Line:
    quantities = line.each("SpecifiedLineTradeDelivery|SpecifiedSupplyChainTradeDelivery/BilledQuantity")
    sums = "SpecifiedTradeSettlementLineMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
    return told.Line(
        name=line.first("SpecifiedTradeProduct/Name") or "",
        quantity=quantities[0].text if quantities else "",
        unit=quantities[0].told("unitCode") if quantities else "",
        net=line.first(f"{LINE_SETTLED}/{sums}/LineTotalAmount") or "",
        rate=line.first(f"{LINE_SETTLED}/ApplicableTradeTax/RateApplicablePercent|ApplicablePercent") or "",
    )
