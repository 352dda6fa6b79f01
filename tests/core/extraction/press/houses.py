"""Suppliers and customers that nobody has: names, legal lines, numbers whose check digits hold."""

from __future__ import annotations

import random
from dataclasses import dataclass

FORMS = {
    "fr": ("SAS", "SARL", "SA", "EURL", "SASU", "", ""), "en": ("Ltd", "Inc.", "LLC", "Limited", "PLC", "", ""),
    "de": ("GmbH", "AG", "GmbH & Co. KG", "UG (haftungsbeschränkt)", "e.K.", ""), "es": ("S.L.", "S.A.", "SL", "S.L.U.", ""),
    "it": ("S.r.l.", "S.p.A.", "SRL", "S.n.c.", ""), "nl": ("B.V.", "BV", "N.V.", "V.O.F.", ""),
}  # fmt: skip
FIRST = ("Vald", "Ombr", "Tricor", "Lumen", "Quar", "Bost", "Merid", "Zeph", "Arbol", "Nord", "Pell", "Kest", "Fior", "Hal", "Sylv", "Brix", "Ond", "Tarn", "Vigo", "Cass")  # fmt: skip
LAST = (
    "ine",
    "ex",
    "alis",
    "ora",
    "mont",
    "ium",
    "wick",
    "elle",
    "ano",
    "is",
    "eo",
    "dal",
    "stad",
    "berg",
    "ique",
    "ia",
)
TRADES = {
    "fr": ("Télécom", "Énergie", "Bureautique", "Conseil", "Logistique", "Informatique", "", "", "Services", "et Fils"),
    "en": ("Cloud", "Networks", "Supplies", "Software", "Consulting", "Labs", "", "", "Utilities", "& Sons"),
    "de": ("Energie", "Technik", "Bürobedarf", "Versicherung", "Logistik", "Software", "", "", "Stadtwerke", "& Söhne"),
    "es": ("Energía", "Telecomunicaciones", "Suministros", "Consultores", "", "", "Servicios", "Hermanos"),
    "it": ("Energia", "Telecomunicazioni", "Forniture", "Consulenza", "", "", "Servizi", "Fratelli"),
    "nl": ("Energie", "Telecom", "Kantoor", "Advies", "", "", "Diensten", "Groothandel"),
}  # fmt: skip
STREETS = {
    "fr": ("{n} rue des Lilas", "{n} avenue de la Gare", "{n} bis boulevard Voltaire", "ZA du Moulin"), "en": ("{n} High Street", "{n} Market Road", "Unit {n}, Mill Lane", "{n} Harbour Way"),
    "de": ("Hauptstraße {n}", "Lindenweg {n}", "Am Markt {n}"), "es": ("Calle Mayor, {n}", "Avda. del Puerto, {n}"),
    "it": ("Via Garibaldi, {n}", "Corso Italia {n}"), "nl": ("Kerkstraat {n}", "Dorpsweg {n}"),
}  # fmt: skip
CITIES = {
    "fr": ("75011 Paris", "69003 Lyon", "33000 Bordeaux", "59000 LILLE"), "en": ("Leeds LS1 4AP", "London EC2A 4NE", "Austin, TX 78701", "Bristol BS1 5TR"),
    "de": ("10115 Berlin", "80331 München", "50667 Köln"), "es": ("28013 Madrid", "46002 Valencia"),
    "it": ("20121 Milano", "00184 Roma"), "nl": ("1012 AB Amsterdam", "3511 LX Utrecht"),
}  # fmt: skip
IBAN_DIGITS = {"FR": 23, "DE": 18, "ES": 20, "GB": 14, "IT": 22, "NL": 10}
LANDS = {"fr": "FR", "en": "GB", "de": "DE", "es": "ES", "it": "IT", "nl": "NL"}
TITLES = ("Mme", "M.", "Herr", "Ms", "Sra.", "Sig.")
PEOPLE = ("Claire Fontaine", "Jonas Weber", "Marta Ruiz", "Piet de Vries", "Anna Conti", "Sam Taylor")


@dataclass(frozen=True, slots=True)
class House:
    """One company as it signs: `brand` is the name without its legal form."""

    brand: str
    form: str
    street: str
    city: str
    vat: str
    siren: str
    iban: str
    site: str

    @property
    def name(self) -> str:
        return f"{self.brand} {self.form}".strip()


def invented(chance: random.Random, language: str) -> House:
    trade = chance.choice(TRADES[language])
    brand = f"{chance.choice(FIRST)}{chance.choice(LAST)} {trade}".strip()
    if chance.random() < 0.15:
        brand = brand.upper()
    siren = _siren(chance)
    land = LANDS[language]
    return House(
        brand=brand,
        form=chance.choice(FORMS[language]),
        street=chance.choice(STREETS[language]).format(n=chance.randint(1, 199)),
        city=chance.choice(CITIES[language]),
        vat=_vat(chance, land, siren),
        siren=siren if land == "FR" else "",
        iban=_iban(chance, land),
        site=brand.split()[0].lower() + {"GB": ".com"}.get(land, f".{land.lower()}"),
    )


def legal_line(house: House, language: str, chance: random.Random) -> str:
    """The small print at the foot: form, capital, register."""
    capital = chance.choice(("10 000", "50 000", "1 250 000"))
    lines = {
        "fr": f"{house.name} - {house.form or 'SAS'} au capital de {capital} € - RCS Paris {spaced(house.siren)} - APE 6201Z",
        "en": f"{house.name}. Registered in England and Wales No. {chance.randint(10**6, 10**7)}. Registered office: {house.street}, {house.city}",
        "de": f"{house.name} · {house.street} · {house.city} · Amtsgericht Charlottenburg HRB {chance.randint(1000, 99999)} · Geschäftsführer: {chance.choice(PEOPLE)}",
        "es": f"{house.name}. Inscrita en el Registro Mercantil de Madrid, Tomo {chance.randint(100, 9999)}, Folio {chance.randint(1, 200)}",
        "it": f"{house.name} - Capitale sociale € {capital.replace(' ', '.')},00 i.v. - REA MI-{chance.randint(10**5, 10**6)}",
        "nl": f"{house.name} - {house.street}, {house.city} - KvK {chance.randint(10**7, 10**8)}",
    }  # fmt: skip
    return lines[language]


def printed_vat(vat: str, chance: random.Random) -> str:
    """As it is, or with spaces; Italians leave their country out."""
    if vat.startswith("IT") and chance.random() < 0.4:
        return vat[2:]
    grouped = {
        "FR": f"{vat[:4]} {spaced(vat[4:])}",
        "DE": f"DE {spaced(vat[2:])}",
        "GB": f"GB {vat[2:5]} {vat[5:9]} {vat[9:]}",
    }
    return grouped.get(vat[:2], vat) if chance.random() < 0.3 else vat


def spaced(code: str, by: int = 3) -> str:
    return " ".join(code[at : at + by] for at in range(0, len(code), by))


def _siren(chance: random.Random) -> str:
    digits = [chance.randint(1, 9), *(chance.randint(0, 9) for _ in range(7))]
    # Luhn: from the right, every second digit doubled; the check digit itself stands first from the right.
    doubled = sum(sum(divmod(digit * (2 if at % 2 == 0 else 1), 10)) for at, digit in enumerate(digits[::-1]))
    return "".join(map(str, digits)) + str(-doubled % 10)


def _vat(chance: random.Random, land: str, siren: str) -> str:
    def some(count: int) -> str:
        return "".join(str(chance.randint(0, 9)) for _ in range(count))

    shapes = {
        "FR": f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}", "DE": f"DE{some(9)}", "ES": f"ESB{some(8)}",
        "IT": f"IT{some(11)}", "NL": f"NL{some(9)}B0{chance.randint(1, 9)}", "GB": f"GB{some(9)}",
    }  # fmt: skip
    return shapes[land]


def _iban(chance: random.Random, land: str) -> str:
    digits = "".join(str(chance.randint(0, 9)) for _ in range(IBAN_DIGITS[land]))
    bank = "".join(chance.choice("ABCDEFGHKLMNPRST") for _ in range(4)) if land in ("GB", "NL") else ""
    body = ("X" + digits) if land == "IT" else bank + digits
    number = "".join(str(int(letter, 36)) for letter in f"{body}{land}00")
    return f"{land}{98 - int(number) % 97:02d}{body}"
