"""One invented bill in every syntax and profile, and in PDFs that carry it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pypdf

from tests.core.extraction import papers

CII_SPACES = (
    'xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"'
    ' xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"'
    ' xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"'
)
FERD_SPACES = (
    'xmlns:rsm="urn:ferd:CrossIndustryDocument:invoice:1p0"'
    ' xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:12"'
    ' xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:15"'
)
#: ZUGFeRD 1's names for what Factur-X calls otherwise.
FERD_NAMES = {
    "CrossIndustryInvoice": "CrossIndustryDocument",
    "rsm:ExchangedDocumentContext": "rsm:SpecifiedExchangedDocumentContext",
    "rsm:ExchangedDocument>": "rsm:HeaderExchangedDocument>",
    "rsm:SupplyChainTradeTransaction": "rsm:SpecifiedSupplyChainTradeTransaction",
    "ApplicableHeaderTrade": "ApplicableSupplyChainTrade",
    "SpecifiedTradeSettlementHeaderMonetarySummation": "SpecifiedTradeSettlementMonetarySummation",
    "RateApplicablePercent": "ApplicablePercent",
    "SpecifiedLineTradeSettlement": "SpecifiedSupplyChainTradeSettlement",
    "SpecifiedLineTradeDelivery": "SpecifiedSupplyChainTradeDelivery",
    "SpecifiedTradeSettlementLineMonetarySummation": "SpecifiedTradeSettlementMonetarySummation",
    "IssuerAssignedID": "ID",
}
PROFILES = {
    "minimum": "urn:factur-x.eu:1p0:minimum",
    "basicwl": "urn:factur-x.eu:1p0:basicwl",
    "basic": "urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic",
    "en16931": "urn:cen.eu:en16931:2017",
    "extended": "urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended",
    "xrechnung": "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0",
}


@dataclass(frozen=True)
class Bill:
    """Two lines at two rates; `sign` -1 writes every amount below zero."""

    number: str = "TR-2026-0117"
    issued: str = "2026-10-05"
    due: str | None = "2026-11-04"
    code: str = "380"
    currency: str = "EUR"
    sign: int = 1
    net: str = "150.00"
    vat: str = "25.50"
    total: str = "175.50"
    payable: str = "125.50"
    rates: tuple[tuple[str, str, str], ...] = (("20.00", "105.00", "21.00"), ("10.00", "45.00", "4.50"))
    lines: tuple[tuple[str, str, str], ...] = (
        ("Pommes séchées", "105.00", "20"),
        ("Jus trouble", "45.00", "10"),
    )
    seller: str = "Vergers du Tilleul SARL"
    seller_vat: str = "FR40123456824"
    siren: str = "123456824"
    buyer_vat: str = "FR14987654321"
    iban: str | None = "FR7630006000011234567890189"

    def money(self, amount: str) -> str:
        return amount if self.sign > 0 else str(-Decimal(amount))


BILL = Bill()
#: What any reader of it should find, in the names of our fields.
FIELDS = {
    "number": "TR-2026-0117",
    "date": "2026-10-05",
    "due_date": "2026-11-04",
    "total": "175.50",
    "net": "150.00",
    "vat": "25.50",
    "payable": "125.50",
    "currency": "EUR",
    "supplier": "Vergers du Tilleul SARL",
    "supplier_vat": "FR40123456824",
    "supplier_siren": "123456824",
    "iban": "FR7630006000011234567890189",
    "buyer": "Atelier Claire Fontaine",
    "buyer_vat": "FR14987654321",
    "customer_ref": "C-4711",
    "contract": "CT-9",
    "period_from": "2026-09-01",
    "period_to": "2026-09-30",
}
PAGE = (
    "Facture n° TR-2026-0117",
    "Date de facture : 5 octobre 2026",
    "Échéance : 4 novembre 2026",
    "Vergers du Tilleul SARL",
    "TVA intracommunautaire : FR40123456824",
    "IBAN : FR76 3000 6000 0112 3456 7890 189",
    "Total HT : 150,00 €",
    "TVA : 25,50 €",
    "Total TTC : 175,50 €",
    "Acompte versé : 50,00 €",
    "Net à payer : 125,50 €",
)


def cii(bill: Bill = BILL, profile: str = "en16931") -> bytes:
    """Factur-X, ZUGFeRD 2 and XRechnung; `minimum` holds no rates, no dates but one and no IBAN, `basicwl` no lines."""
    small = profile == "minimum"
    day = '<udt:DateTimeString format="102">{}</udt:DateTimeString>'.format
    issued, due = bill.issued.replace("-", ""), (bill.due or "").replace("-", "")
    lines = (
        "" if profile in ("minimum", "basicwl") else "".join(_cii_line(bill, *line) for line in bill.lines)
    )
    rates = "" if small else "".join(_cii_rate(bill, *rate) for rate in bill.rates)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice {CII_SPACES}>
<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>{PROFILES[profile]}</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>{bill.number}</ram:ID><ram:TypeCode>{bill.code}</ram:TypeCode><ram:IssueDateTime>{day(issued)}</ram:IssueDateTime></rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction>{lines}
<ram:ApplicableHeaderTradeAgreement>
 <ram:SellerTradeParty><ram:Name>{bill.seller}</ram:Name><ram:SpecifiedLegalOrganization><ram:ID schemeID="0002">{bill.siren}</ram:ID></ram:SpecifiedLegalOrganization>
  <ram:SpecifiedTaxRegistration><ram:ID schemeID="FC">12/345/67890</ram:ID></ram:SpecifiedTaxRegistration>
  <ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">{bill.seller_vat}</ram:ID></ram:SpecifiedTaxRegistration></ram:SellerTradeParty>
 <ram:BuyerTradeParty>{"" if small else "<ram:ID>C-4711</ram:ID>"}<ram:Name>Atelier Claire Fontaine</ram:Name>
  <ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">{bill.buyer_vat}</ram:ID></ram:SpecifiedTaxRegistration></ram:BuyerTradeParty>
 {"" if small else "<ram:ContractReferencedDocument><ram:IssuerAssignedID>CT-9</ram:IssuerAssignedID></ram:ContractReferencedDocument>"}
</ram:ApplicableHeaderTradeAgreement>
<ram:ApplicableHeaderTradeDelivery/>
<ram:ApplicableHeaderTradeSettlement>
 <ram:InvoiceCurrencyCode>{bill.currency}</ram:InvoiceCurrencyCode>
 {f"<ram:SpecifiedTradeSettlementPaymentMeans><ram:TypeCode>58</ram:TypeCode><ram:PayeePartyCreditorFinancialAccount><ram:IBANID>{bill.iban}</ram:IBANID></ram:PayeePartyCreditorFinancialAccount></ram:SpecifiedTradeSettlementPaymentMeans>" if bill.iban and not small else ""}
 {rates}
 {"" if small else f"<ram:BillingSpecifiedPeriod><ram:StartDateTime>{day('20260901')}</ram:StartDateTime><ram:EndDateTime>{day('20260930')}</ram:EndDateTime></ram:BillingSpecifiedPeriod>"}
 {f"<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime>{day(due)}</ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>" if due and not small else ""}
 <ram:SpecifiedTradeSettlementHeaderMonetarySummation>
  {"" if small else f"<ram:LineTotalAmount>{bill.money(bill.net)}</ram:LineTotalAmount>"}
  <ram:TaxBasisTotalAmount>{bill.money(bill.net)}</ram:TaxBasisTotalAmount>
  <ram:TaxTotalAmount currencyID="PLN">99.99</ram:TaxTotalAmount>
  <ram:TaxTotalAmount currencyID="{bill.currency}">{bill.money(bill.vat)}</ram:TaxTotalAmount>
  <ram:GrandTotalAmount>{bill.money(bill.total)}</ram:GrandTotalAmount>
  {"" if small else "<ram:TotalPrepaidAmount>50.00</ram:TotalPrepaidAmount>"}
  <ram:DuePayableAmount>{bill.money(bill.payable)}</ram:DuePayableAmount>
 </ram:SpecifiedTradeSettlementHeaderMonetarySummation>
</ram:ApplicableHeaderTradeSettlement>
</rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>""".encode()


def ferd(bill: Bill = BILL) -> bytes:
    """ZUGFeRD 1."""
    text = cii(bill).decode().replace(CII_SPACES, FERD_SPACES)
    for today, then in FERD_NAMES.items():
        text = text.replace(today, then)
    return text.encode()


def ubl(bill: Bill = BILL) -> bytes:
    """An Invoice, or for type 381 a CreditNote, which has no due date of its own."""
    root = "CreditNote" if bill.code == "381" else "Invoice"
    due = f"<cbc:DueDate>{bill.due}</cbc:DueDate>" if bill.due and root == "Invoice" else ""
    late = f"<cbc:PaymentDueDate>{bill.due}</cbc:PaymentDueDate>" if bill.due and not due else ""
    account = (
        f"<cac:PayeeFinancialAccount><cbc:ID>{bill.iban}</cbc:ID></cac:PayeeFinancialAccount>"
        if bill.iban
        else ""
    )
    amount = f'currencyID="{bill.currency}"'
    rates = "".join(
        f"<cac:TaxSubtotal><cbc:TaxableAmount {amount}>{bill.money(base)}</cbc:TaxableAmount><cbc:TaxAmount {amount}>{bill.money(vat)}</cbc:TaxAmount>"
        f"<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>{rate}</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal>"
        for rate, base, vat in bill.rates
    )
    quantity = "CreditedQuantity" if root == "CreditNote" else "InvoicedQuantity"
    lines = "".join(
        f'<cac:{root}Line><cbc:ID>1</cbc:ID><cbc:{quantity} unitCode="KGM">3</cbc:{quantity}><cbc:LineExtensionAmount {amount}>{bill.money(net)}</cbc:LineExtensionAmount>'
        f"<cac:Item><cbc:Name>{name}</cbc:Name><cac:ClassifiedTaxCategory><cbc:Percent>{rate}</cbc:Percent></cac:ClassifiedTaxCategory></cac:Item></cac:{root}Line>"
        for name, net, rate in bill.lines
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2" xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0</cbc:CustomizationID>
<cbc:ID>{bill.number}</cbc:ID><cbc:IssueDate>{bill.issued}</cbc:IssueDate>{due}
<cbc:{root}TypeCode>{bill.code}</cbc:{root}TypeCode><cbc:DocumentCurrencyCode>{bill.currency}</cbc:DocumentCurrencyCode>
<cac:InvoicePeriod><cbc:StartDate>2026-09-01</cbc:StartDate><cbc:EndDate>2026-09-30</cbc:EndDate></cac:InvoicePeriod>
<cac:ContractDocumentReference><cbc:ID>CT-9</cbc:ID></cac:ContractDocumentReference>
<cac:AccountingSupplierParty><cac:Party>
 <cac:PartyName><cbc:Name>Le Tilleul</cbc:Name></cac:PartyName>
 <cac:PartyTaxScheme><cbc:CompanyID>12/345/67890</cbc:CompanyID><cac:TaxScheme><cbc:ID>FC</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
 <cac:PartyTaxScheme><cbc:CompanyID>{bill.seller_vat}</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
 <cac:PartyLegalEntity><cbc:RegistrationName>{bill.seller}</cbc:RegistrationName><cbc:CompanyID schemeID="0002">{bill.siren}</cbc:CompanyID></cac:PartyLegalEntity>
</cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party>
 <cac:PartyIdentification><cbc:ID schemeID="0009">98765432100017</cbc:ID></cac:PartyIdentification>
 <cac:PartyIdentification><cbc:ID>C-4711</cbc:ID></cac:PartyIdentification>
 <cac:PartyTaxScheme><cbc:CompanyID>{bill.buyer_vat}</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
 <cac:PartyLegalEntity><cbc:RegistrationName>Atelier Claire Fontaine</cbc:RegistrationName></cac:PartyLegalEntity>
</cac:Party></cac:AccountingCustomerParty>
<cac:PaymentMeans><cbc:PaymentMeansCode>58</cbc:PaymentMeansCode>{late}{account}</cac:PaymentMeans>
<cac:TaxTotal><cbc:TaxAmount currencyID="PLN">99.99</cbc:TaxAmount></cac:TaxTotal>
<cac:TaxTotal><cbc:TaxAmount {amount}>{bill.money(bill.vat)}</cbc:TaxAmount>{rates}</cac:TaxTotal>
<cac:LegalMonetaryTotal>
 <cbc:LineExtensionAmount {amount}>{bill.money(bill.net)}</cbc:LineExtensionAmount><cbc:TaxExclusiveAmount {amount}>{bill.money(bill.net)}</cbc:TaxExclusiveAmount>
 <cbc:TaxInclusiveAmount {amount}>{bill.money(bill.total)}</cbc:TaxInclusiveAmount><cbc:PrepaidAmount {amount}>50.00</cbc:PrepaidAmount>
 <cbc:PayableAmount {amount}>{bill.money(bill.payable)}</cbc:PayableAmount>
</cac:LegalMonetaryTotal>{lines}</{root}>""".encode()


def order() -> bytes:
    """Order-X: of the same family, and no invoice."""
    return cii().replace(b"CrossIndustryInvoice", b"SCRDMCCBDACIOMessageStructure")


def carried(
    *attached: bytes,
    page: Sequence[papers.Row | str] = PAGE,
    title: str = "",
    names: Iterable[str] = ("factur-x.xml", "second.xml", "third.xml"),
) -> bytes:
    """A PDF with these rows on its page and these files in it."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(papers.drawn(page, title=title)))
    for name, body in zip(names, attached, strict=False):
        writer.add_attachment(name, body)
    kept = io.BytesIO()
    writer.write(kept)
    return kept.getvalue()


def _cii_line(bill: Bill, name: str, net: str, rate: str) -> str:
    return f"""<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument><ram:LineID>1</ram:LineID></ram:AssociatedDocumentLineDocument>
 <ram:SpecifiedTradeProduct><ram:Name>{name}</ram:Name></ram:SpecifiedTradeProduct>
 <ram:SpecifiedLineTradeDelivery><ram:BilledQuantity unitCode="KGM">3</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery>
 <ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax><ram:RateApplicablePercent>{rate}</ram:RateApplicablePercent></ram:ApplicableTradeTax>
  <ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>{bill.money(net)}</ram:LineTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement>
</ram:IncludedSupplyChainTradeLineItem>"""


def _cii_rate(bill: Bill, rate: str, base: str, vat: str) -> str:
    return (
        f"<ram:ApplicableTradeTax><ram:CalculatedAmount>{bill.money(vat)}</ram:CalculatedAmount><ram:TypeCode>VAT</ram:TypeCode>"
        f"<ram:BasisAmount>{bill.money(base)}</ram:BasisAmount><ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>{rate}</ram:RateApplicablePercent></ram:ApplicableTradeTax>"
    )
