"""The words that suppliers print beside what we look for, in French, English, German, Dutch, Spanish and Italian.

Patterns are matched against folded lines: lower case, no accents, straight quotes. Where two of a family overlap the longer one
counts, so "total ht" is never a "total". A weight says how surely the words mean this role.
"""

from __future__ import annotations

SURE, LIKELY, MAYBE, WEAK = 1.0, 0.7, 0.5, 0.4

NUMBER = "number"
NOT_NUMBER = "not_number"
DATE = "date"
DUE = "due_date"
OTHER_DATE = "other_date"
TOTAL = "total"
PAYABLE = "payable"
NET = "net"
VAT = "vat"
OTHER_AMOUNT = "other_amount"
CUSTOMER = "customer_ref"
CONTRACT = "contract"

#: Roles that speak of the same kind of value; only within one family does a longer label silence a shorter.
FAMILIES = {
    NUMBER: "number", NOT_NUMBER: "number", CUSTOMER: "customer", CONTRACT: "contract",
    DATE: "date", DUE: "date", OTHER_DATE: "date",
    TOTAL: "amount", PAYABLE: "amount", NET: "amount", VAT: "amount", OTHER_AMOUNT: "amount",
}  # fmt: skip

#: "number", as a word or a sign; "reference" and "code" beside it.
_NO = r"(?:n ?\.? ?[°o*]\b|n ?\.?[°*]|n\.|no\b|nr\b|nro\b|num(?:ero|ber|mer)?\b|nummer|id\b|#)\.?"
_REF = rf"(?:{_NO}|(?:ref|rif|cod)\b\.?|referen(?:ce|cia|tie|z)|riferimento|code|codigo|codice|identifi(?:ant|er))"
_OF = r"(?:de |d'|of |der |des |del |della |di |van |van de )?(?:la |l'|le |votre |your |the |notre )?"
INVOICE = r"(?:facture|avoir|note de credit|note d'honoraires|invoice|bill|credit (?:note|memo)|receipt|rechnung|gutschrift|factuur|creditnota|creditfactuur|factura(?: ordinaria| simplificada| electronica)?|nota de (?:credito|abono)|abono|fattura(?: immediata| differita| elettronica| accompagnatoria)?|bolletta|parcella|ricevuta|recibo|quittance|bescheid|nota (?:di )?credito)"
_OUR = r"(?:notre|votre|our|your|this|unsere|ihre|onze|uw|nuestra|su|nostra|vostra|sua|la|the)"
_TAX = r"(?:t\.?v\.?a\.?|taxes|vat|sales tax|tax|gst|hst|qst|pst|tps|tvq|mwst\.?|ust\.?|umsatzsteuer|mehrwertsteuer|btw|i\.?v\.?a\.?|imposta|impuestos?)"
_PERCENT = r"\(?\d+(?:[.,]\d+)? ?%\)?"
#: What stands before the name of an older paper that this one is about.
_ABOUT = r"(?:zu(?:r)?|sur|suite a|betreft|betr\.?|bezug|rif\.?|riferimento|rectifica|anula|annule|corrige|concerne|relati(?:f|ve) a|storno|corrects|against|for|in reference to)(?: la| the| die| der| de| votre| your| our)?:?"
#: The currency that some print behind the word.
_IN = r"(?: ?\(?(?:in |en )?(?:eur|euros?|usd|gbp|chf|€|\$|£)\)?)"
#: A label that is a whole cell, or ends with a colon.
_CELL, _ENDS = r"(?:^|(?<=  ))", r"(?= ?:| -|$|  )"

WORDS: dict[str, dict[float, tuple[str, ...]]] = {
    NUMBER: {
        SURE: (
            rf"(?!#){_NO} ?{_OF}(?:{INVOICE})(?: :)?",
            rf"(?:tax |vat )?{INVOICE}(?: d'avoir)?(?: electronique)?(?: ?\([^)]{{2,40}}\))* ?-?{_NO}",
            rf"{INVOICE} (?:reference|referencia|referentie)",
            rf"referen(?:ce|cia) {_OF}{INVOICE}",
            rf"(?:handels|beitrags|abschlags|schluss|monats)?(?:rechnung|gutschrift)s?(?: ?\([^)]{{2,40}}\))* ?-?{_NO}",
            rf"rechnung des .{{3,30}} {_NO}",
            r"(?:rechnungs|gutschrifts?|faktura)[-.]{0,2} ?(?:nummer|nr\.?)|re\.?[- ]{0,2}nr\.?",
            rf"(?:factuur|creditnota|nota) ?-?{_NO}",
        ),
        LIKELY: (
            rf"(?:document[oe]?|piece|belegs?|(?:kassa|kassen)?bon) ?-?(?:nummer|{_NO})", rf"{_NO} ?{_OF}(?:document[oe]?|piece|beleg)", rf"(?:ref|rif)\.? {INVOICE}",
            r"(?:^|(?<=  ))#(?= ?\w)", rf"serie ?/ ?{_NO}",
        ),
        MAYBE: (
            rf"{_CELL}(?:numero|number|nummer|n ?[°o]\.?){_ENDS}",
            rf"{_CELL}(?:numero|number|nummer)(?=:? \S*\d\S*(?:$|  ))",
            rf"{_CELL}(?:n ?[°o]?\.|nr\.?|n ?[°o])(?= ?[\w/.-]*\d[\w/.-]*,? (?:vom|du|of|dated|van|del?)\b)",
            rf"{INVOICE}(?= [\w/.-]*\d[\w/.-]*,? (?:vom|du|of|dated|van|del?|d\.d\.|issued|en date|de fecha|emitida|in data)\b)",
        ),
        WEAK: (
            rf"{_CELL}n ?[°o]\.?(?= ?[a-z]{{0,4}}[-/]?\d[\d ]{{3}})",
            rf"(?:^|(?<=  )|(?<=- )|(?<=/ ))(?:votre |your )?(?:tax )?{INVOICE}(?:/[a-z]+)?(?![a-z])",
            rf"{_OUR} {INVOICE}(?= \S*\d)",
            rf"{_CELL}(?:reference|referenz|referencia|riferimento|referentie)(?= ?:)",
        ),
    },
    NOT_NUMBER: {
        SURE: (
            rf"{_NO} ?(?:de |d')?(?:la )?facture (?:associee|d'origine|initiale|precedente|annulee|rectifiee|concernee)",
            rf"facture (?:associee|d'origine|initiale|precedente|annulee) ?(?:{_NO})?",
            rf"(?:original|previous|related|corrected) invoice ?(?:{_NO})?",
            rf"(?:ursprungliche|zur|korrigierte|stornierte) rechnung ?(?:{_NO})?|(?:factura|fattura) (?:original|rectificada|originale|di riferimento) ?(?:{_NO})?",
            r"date de (?:la )?facture associee",
            rf"{_ABOUT} {INVOICE} ?-?(?:{_NO})?(?: ?:)?",
            rf"(?:order|purchase order|po|delivery note|customer|account|contract|agreement|registration|company|phone|tax|vat) ?{_REF}",
            rf"{_REF} ?(?:de |du |d'|di |del )?(?:commande|bon|contrat|client|compte|ligne|tva|siret|telephone|pedido|contrato|cliente|ordine|contratto|albaran|serie)",
            r"(?:auftrags|bestell|kunden|kd\.?|vertrags|lieferschein|steuer|order|klant|debiteur|relatie|contract|abonnements?|artikel|kvk)[-.]{0,2} ?(?:nummer|nr\.?)",
            rf"(?:commande|pedido|ordine|bestelling|contrat|client|cliente|contratto|contrato) ?{_NO}",
        ),
    },
    DATE: {
        SURE: (
            r"date (?:de |d'|of )(?:la |votre |the )?(?:facture|facturation|emission|edition|invoice|bill|receipt|l'avoir)|date facture",
            r"(?:facture|avoir) (?:du|emise? le|etablie le|editee le)",
            r"(?:invoice|bill|billing|issue|statement|document|receipt|credit note) date",
            r"date (?:of issue|issued)",
            rf"(?:{INVOICE}|\w{{0,12}}rechnung)\b[^\d]{{0,60}}\d\S{{0,40}}(?: vom| du| of| dated| van| d\.?d\.?| del?| en date du| de fecha| in data|,? issued on| emitida el)(?= ?$| \w)",
            r"(?:und |/ ?)?(?:rechnungs|beleg|ausstellungs|gutschrifts|faktura)-?datum|rechnung vom",
            r"liefer- und rechnungsdatum",
            r"(?:factuur|nota)datum|datum (?:van )?(?:de )?(?:factuur|nota|uitgifte|facturatie)|uitgiftedatum",
            rf"{_CELL}(?:n\.|nr\.?|n ?°) ?\S*\d\S* (?:del|du|vom|van)(?= \d)",
            r"fecha (?:de )?(?:la )?(?:factura(?:cion)?|emision|expedicion|documento)",
            r"data (?:di |della |del )?(?:fattura|emissione|documento|fatturazione)",
        ),
        LIKELY: (
            r"(?:emise?|etablie?|editee?|facturee?|fait(?: a \w+)?,?) le", r"issued(?: on)?", r"dated", r"ausgestellt am|emitid[oa] el|emess[oa] il",
            rf"{_CELL}(?:date|datum|fecha|data){_ENDS}",
        ),
        MAYBE: (rf"{_CELL}[a-z][a-z .'-]{{2,25}}, (?:den |le |il |el |li |the )?(?=(?:\d{{1,2}}(?:er)?[. /-]|[a-z]{{3,9}} \d))",),
        WEAK: (
            r"\bdate\b", r"\bdatum\b", r"\bfecha\b", r"\bdata(?= ?:)", r"\bdu(?= \d)", r"\bvom\b", r"\ble(?= \d)", rf"{_CELL}del(?= \d)",
        ),
    },
    DUE: {
        SURE: (
            r"(?:date )?(?:d'|de l')?echeance(?: de paiement)?(?: le| au)?",
            r"date limite (?:de |du )?(?:paiement|reglement)",
            r"(?:a |montant |somme )?(?:payer|regler|payable)(?: [^\d]{1,30})? (?:avant|au plus tard|jusqu'au|pour)(?: le)?",
            r"(?:payable|paiement du|exigible|a payer|a regler|soit) le|avant le",
            r"(?:payment |balance |amount )?due (?:date|by|on|before)|date due|payable (?:by|before|on)|pay(?:ment)? (?:by|before)|payment due(?: date)?",
            rf"{_CELL}due(?= ?:| -|$|  | \d| [a-z]{{3,9}} \d)|please pay (?:by|before)|(?:is|are) due (?:on|by)",
            r"spatestens (?:bis|am|zum)(?: zum)?|uberweisen sie (?:[a-z ]{0,30})?bis(?: zum)?|fallig(?:keit|keitsdatum|keitstag)?(?: am| bis| zum)?|zahlbar (?:bis|am)(?: zum)?|(?:zu )?zahlen (?:sie )?bis(?: zum)?|zahlungsziel|zahlungsfrist|bis zum",
            r"verval(?:datum|dag)|(?:wordt|zal) (?:op|rond|omstreeks|per|uiterlijk)|(?:uiterste |uiterlijke )?betaaldatum|(?:uiterlijk )?(?:te )?(?:betalen|voldoen) (?:voor|op|uiterlijk(?: op)?)",
            r"(?:fecha (?:de |limite (?:de )?)?)(?:vencimiento|pago|cargo|cobro)|vencimiento|\bvto\b\.?|vence(?: el)?|fecha limite|(?:a )?pagar antes del?",
            r"(?:data (?:di )?)?(?:scadenz[ae]|scad\.)(?: pagamento)?|scade il|(?:da )?pagare entro(?: il)?|entro (?:il|e non oltre il)",
        ),
        LIKELY: (
            r"preleve(?:e|ment)?(?: automatique)?(?: le| a partir du| a compter du)|date (?:de |du )?(?:paiement|reglement|prelevement)", r"debited on|will be (?:charged|collected) on",
            r"netto bis|wird (?:am|zum)|abgebucht am", r"\bdue(?= \d{1,2} [a-z]| [a-z]{3,9} \d)|antes del|\bentro(?= il| \d)|afgeschreven op|wordt op|voor(?= \d)|\bby(?= \d)|before(?= \d)",
        ),
    },
    OTHER_DATE: {
        SURE: (
            r"date (?:de |d')(?:la )?(?:livraison|commande|debut|fin|prestation|naissance|souscription|prelevement)(?: de prestation)?",
            r"date de (?:la )?facture associee",
            rf"{_ABOUT} {INVOICE}\b[^\d]{{0,60}}\d\S{{0,40}}(?: vom| du| of| dated| van| d\.?d\.?| del?| en date du| de fecha| in data)(?= ?$| \w)",
            r"prochaine (?:facture|facturation)|proxima factura\w*|prossima fattura|nachste rechnung|volgende factuur",
            r"(?:delivery|order|ship|shipping|start|end|service|next (?:billing|invoice|payment)|print|transaction|renewal|registration) date",
            r"(?:(?:billing|service|usage) )?period",
            r"periode?o?(?: de facturation| de facturacion| di fatturazione)?(?: du| del| dal)?|\bdu(?= .{6,20} au )|\bau(?= \d)|\bfrom\b|\bto\b",
            r"(?:liefer|leistungs|bestell|auftrags|versand|druck|abrechnungs|verbrauchs)-?(?:datum|zeitraum|periode)|liefer- und leistungsdatum|zeitraum",
            r"bestellung vom|\bbis(?= \d)|vom(?= .{6,20} bis )",
            r"orderdatum|leverdatum|besteldatum|factuurperiode|van(?= .{6,20} (?:tot|t/m) )|\btot(?: en met)?(?= \d)|t/m",
            r"fecha (?:de )?(?:pedido|entrega|operacion|alta|servicio|inicio|fin)|desde|hasta|\bal(?= \d)|del(?= .{6,20} al )",
            r"data (?:di |dell')?(?:ordine|consegna|spedizione|nascita|inizio|fine)|competenza(?: dal)?|dal(?= .{6,20} al )",
            r"capital|stand\b|version ?:? ?[\d.]* ?(?:vom|du)?",
        ),
    },
    TOTAL: {
        SURE: (
            r"(?:montant |total |prix )?(?:general |global )?(?:t\.?t\.?c\.?)(?= |$|:|\))",
            r"(?:(?:montant )?total )?(?:de (?:la |votre )?facture )?(?:toutes taxes comprises|t\.?t\.?c\.?)(?: en euros?)?",
            r"(?:montant|total|somme|net) (?:total )?(?:a payer|du|a regler|preleve)(?: t\.?t\.?c\.?)?",
            r"montant (?:de votre facture|du prelevement)|a payer|somme de",
            r"(?:total )?(?:amount|sum) (?:due|payable|to pay)(?: on)?",
            r"(?:grand|invoice) total|total (?:due|payable|to pay|charges|amount (?:due|payable)|including (?:vat|tax)|incl\.? ?(?:vat|tax|gst)?)",
            r"total (?:for this invoice|credit|(?:de la |de votre )?facture)|gross (?:total|amount)|invoice amount|total general",
            rf"(?:grand )?(?:total|summe|betrag|amount|gesamtbetrag|rechnungsbetrag|endbetrag|montant|totaal)(?: [a-z]+){{0,3}} \(?(?:including|inclusief|with|inkl|incl?|inc)\.? ?(?:{_PERCENT} ?)?{_TAX}\)?",
            r"(?:rechnungs)?(?:rechnungs|gesamt|end|brutto|zahl|gutschrifts?|forderungs|termijn|termin)-?(?:betrag|summe|bedrag)(?: \(?brutto\)?)?(?: \(?(?:inkl|incl)\.? ?(?:mwst|ust)\.?\)?)?(?! der)|rechnungssumme brutto|zu zahlen(?:der betrag)?",
            r"(?:gesamt|summe) (?:brutto|inkl\.? ?(?:mwst|ust))\.?",
            r"(?:totaal|factuur|eind)(?:bedrag|totaal)|totaal(?: \(?incl(?:usief)?\.? btw\)?)|te (?:betalen|voldoen)(?: bedrag)?|totaal te (?:betalen|voldoen)",
            r"(?:importe )?total (?:a pagar|a abonar|factura|con iva|general|euros?|(?:\(?iva incl(?:uido|\.)?\)?))|importe (?:total|a pagar|liquido)|liquido a percibir",
            r"totale (?:fattura|bolletta|documento|da pagare|a pagare|complessivo|ivato|generale|dovuto|(?:\(?iva inclusa\)?))|(?:netto|totale) a pagare|importo (?:totale|da pagare|dovuto)",
        ),
        LIKELY: (
            rf"{_CELL}(?:totale?|totaal|gesamt|summe)(?={_IN}?(?: ?:|$| [\d$€£(.-]|  ))", r"gesamtpreis", r"total amount", r"montant total", r"total", r"totale", r"totaal", r"gesamt",
        ),
        WEAK: (r"\bmontant\b", r"\bamount\b", r"\bbetrag\b", r"\bbedrag\b", r"\bimporte\b", r"\bimporto\b", r"\bpaid\b|\bpaye\b"),
    },
    PAYABLE: {
        SURE: (
            r"(?:reste|solde|restant) (?:net )?(?:a payer|du|a regler)(?: t\.?t\.?c\.?)?",
            r"(?:remaining |outstanding )?balance(?: due| to pay| payable)?|amount outstanding",
            r"nach(?:zahlung|forderung)(?:sbetrag)?|rest(?:betrag|zahlung|summe)|offener (?:betrag|saldo)|noch zu zahlen|verbleibende[rn]? (?:betrag|zahlung)",
            r"nog te (?:betalen|voldoen)|restbedrag|openstaand(?: bedrag| saldo)?",
            r"pendiente(?: de pago)?|resto a pagar|saldo pendiente",
            r"(?:saldo|residuo|rimanenza) (?:da pagare|dovuto|a pagare)|residuo",
        ),
    },
    NET: {
        SURE: (
            r"(?:(?:montant|total|base|sous-total|net|somme|prix) ){0,3}(?:eur )?(?:h\.?t\.?v?a?\.?)(?= |$|:|\))",
            r"(?:(?:montant|total|prix) ){0,2}hors (?:taxes?|tva)",
            r"sub-?s?total|subs?total less discount|less discount",
            r"(?:total|amount|subtotal)(?: [a-z]+){0,3} \(?(?:excluding|excl\.?|before|without|ex\.?) (?:vat|tax|gst)\)?",
            r"(?:total|summe|importe|totale) \((?:base imponible|imponibile|netto|neto|net|ht|h\.t\.)\)",
            r"net (?:total|amount)|total net|taxable amount",
            rf"(?:zwischentotal|zwischensumme|total|summe|betrag|gesamtbetrag) \(?(?:exkl|excl?|ohne|zzgl)\.? ?{_TAX}\)?|zwischensumme \(?netto\)?",
            r"(?:summe|gesamt|rechnungssumme|rechnungsbetrag|gesamtbetrag|betrag) \(?netto\)?|netto-?(?:betrag|summe|wert|warenwert)|rechnungssumme ohne ust\.?|warenwert",
            r"(?:totaal |bedrag )?\(?ex(?:cl(?:usief)?)?\.? ?btw\)?|subtotaal|nettobedrag",
            r"b(?:ase|\.) ?imponible(?: total)?|(?:total|importe) (?:neto|sin iva)|totale? (?:imponibile|netto|merce)|imponibile(?: totale)?|subtotale",
        ),
        LIKELY: (r"sous-?total", r"zwischen(?:summe|total)", rf"{_CELL}base(?= ?:| ?\d|$|  )", r"\bnetto\b", r"\bneto\b", r"positionssumme", r"charges", rf"{_CELL}(?:suma|net){_ENDS}"),
    },
    VAT: {
        SURE: (
            rf"(?:total |montant )(?:de la |des |de )?(?:t\.?v\.?a\.?|taxes)(?: a? ?{_PERCENT})?",
            rf"(?:plus |add |zzgl\.? |zuzuglich )?(?:{_PERCENT} ?)?{_TAX}(?: amount| total| rate)?(?: ?(?:a|@|at|al|von|hoog|laag))?(?: ?{_PERCENT})",
            rf"(?:zzgl\.?|zuzuglich|plus)? ?{_PERCENT} ?{_TAX}(?![a-z])",
            rf"t\.?v\.?a\.? au taux (?:de |normal |reduit |normal de |reduit de )?{_PERCENT}",
            r"total (?:tax|vat)|(?:vat|tax) amount|sales tax|mwst\.?|umsatzsteuer|mehrwertsteuer|ust\.?(?= |$|:)",
            r"steuerbetrag|ust\.?-betrag|(?:totaal )?btw(?:[- ]?bedrag)?|ust\.? gesamt|summe (?:mwst|ust)\.?",
            r"(?:cuota (?:de )?|importe |importo |totale? )?(?:i\.?v\.?a\.?|imposta|impuestos)(?= |$|:|\d)",
        ),
        LIKELY: (r"\bt\.?v\.?a\.?(?= |$|:)", r"\bvat\b", r"\btax\b", r"\btaxes\b", r"\bgst\b"),
    },
    OTHER_AMOUNT: {
        SURE: (
            r"(?:t\.?v\.?a\.?|vat|tax|btw|ust\.?-?|iva)[ -]?(?:intra\w*|n[°o]|number|nummer|id\b|nr|reg\w*|identifi\w*|payee|acquittee|verlegd|exempt)",
            rf"{_NO} ?(?:de )?(?:t\.?v\.?a|vat|siret|siren|tel|iva|btw)",
            r"(?:p|part|partita)\.? ?i\.?v\.?a\.?|capitale sociale",
            r"gesamtbetrag der (?:zu|ab)schlage",
            r"(?:tax|vat) rate|taux|steuersatz|mwst\.?-satz|aliquota|rabais|remise|discount|rabatt|nachlass|korting|descuento|dto\.?|sconto",
            r"acomptes?(?: verse)?|deja (?:paye|regle|verse)e?|prepaid|(?:amount |already )paid|applied (?:balance|credits?)|(?:balance|credits?) applied|(?:less:? )?deposit(?: paid)?|anzahlung\w*|(?:abzgl\.? )?(?:geleistete )?abschlag\w*|(?:abzgl\.? )?(?:geleistete )?abschlage\w*|ritenuta(?: d'acconto)?|retencion(?: irpf)?|mahngebuhr\w*|bereits (?:ge|be)zahlt|voorschot|aanbetaling|reeds (?:betaald|voldaan)|anticipo|a cuenta|pagado|acconto(?: versato)?|gia (?:pagato|versato)",
            r"ancien solde|solde (?:precedent|anterieur)|previous balance|balance (?:brought )?forward|opening balance|report de solde|saldo (?:anterior|precedente)|vorheriger saldo|vorig saldo",
            r"indemnite forfaitaire|au capital|capital (?:social )?de",
            r"(?:unit|einzel|netto|brutto|stuk)-?(?:price|preis|prijs)|prix unitaire|precio(?: unitario)?|prezzo(?: unitario)?|p\.? ?u\.?(?: ht)?|qte|quantite|qty|menge|cantidad|aantal",
        ),
    },
    CUSTOMER: {
        SURE: (
            rf"{_REF} ?{_OF}(?:client|compte client|abonne|cliente|customer|klant|kunde)",
            rf"(?:client|compte client|compte|abonne|customer|account|cliente|id cliente) ?{_REF}",
            rf"(?:kunden|kd\.?|klant(?:en)?|debitoren|debiteur(?:en)?|relatie)[-.]{{0,2}} ?(?:{_REF}|-id|code)",
            r"(?:client|customer|account|cliente) (?:id|code|reference)",
        ),
        MAYBE: (
            rf"{_CELL}(?:your |votre )?(?:account|compte|customer){_ENDS}",
            rf"{_CELL}(?:compte client|customer account)",
        ),
        WEAK: (rf"{_CELL}(?:client|cliente|kunde|klant|customer)(?=  |$)",),
    },
    CONTRACT: {
        SURE: (
            rf"{_REF} ?{_OF}(?:contrat|contract|contrato|contratto|agreement)",
            rf"(?:contrat|contract|contrato|contratto|agreement|overeenkomst|subscription|abonnement) ?{_REF}",
            rf"(?:vertrags?|contract|overeenkomst|abonnements?|police)[-.]{{0,2}} ?(?:{_NO}|konto)",
        ),
    },
}  # fmt: skip
