"""How banks of five countries print a line: what the tests' company sees of its payments."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

Style = Callable[[random.Random, str, date, str], str]


def _words(several: str) -> list[str]:
    return several.split()


TOWNS = _words("LILLE TOULOUSE BORDEAUX RENNES LEEDS BRISTOL HAMBURG DRESDEN SEVILLA BILBAO TORINO BOLOGNA")


@dataclass(frozen=True)
class Bank:
    """`card` and `debit` and `transfer` print (name, day of purchase, reference); `noise` are lines that no invoice is for."""

    card: Style
    debit: Style
    transfer: Style
    refund: Style
    noise: tuple[tuple[str, int, int], ...]


def _digits(rnd: random.Random, count: int) -> str:
    return "".join(rnd.choices("0123456789", k=count))


FRENCH = Bank(
    card=lambda r, n, d, ref: f"ACHAT CB {n} {d:%d.%m.%y} {r.choice(TOWNS)}",
    debit=lambda r, n, d, ref: f"PRELEVEMENT {n} RUM {_digits(r, 9)} {ref}".strip(),
    transfer=lambda r, n, d, ref: f"VIR INST POUR {n} MOTIF {ref}".strip(),
    refund=lambda r, n, d, ref: f"REMBOURSEMENT CB {n} {d:%d.%m.%y}",
    noise=(("VIR DE CLIENT {w} {d8}", 20000, 900000), ("FRAIS VIREMENT INTL {d4}", -2500, -200), ("RETRAIT GAB {t}", -20000, -2000), ("ACHAT CB BOULANGERIE DU PORT {t}", -3000, -300), ("PRELEVEMENT MUTUELLE SANTE {d8}", -30000, -5000), ("VIR SALAIRE {w}", -400000, -150000)),
)  # fmt: skip
ENGLISH = Bank(
    card=lambda r, n, d, ref: f"CARD PAYMENT TO {n} ON {d:%d/%m/%Y}",
    debit=lambda r, n, d, ref: f"DIRECT DEBIT PAYMENT TO {n} REF {ref or _digits(r, 8)}",
    transfer=lambda r, n, d, ref: f"FASTER PAYMENT {n} {ref}".strip(),
    refund=lambda r, n, d, ref: f"CARD REFUND FROM {n}",
    noise=(("FASTER PAYMENT RECEIVED {w}", 10000, 700000), ("CASH WITHDRAWAL {t}", -20000, -2000), ("CARD PAYMENT TO THE GREEN OWL CAFE ON {dd}", -2500, -250), ("HMRC VAT {d8}", -900000, -30000), ("NON-STERLING TRANSACTION FEE", -900, -10)),
)  # fmt: skip
GERMAN = Bank(
    card=lambda r, n, d, ref: f"Kartenzahlung {n}//{r.choice(TOWNS).title()}/DE {d:%Y-%m-%d}",
    debit=lambda r, n, d, ref: f"SEPA-Basislastschrift {n} EREF+{_digits(r, 7)} MREF+{_digits(r, 6)} SVWZ+{ref}",
    transfer=lambda r, n, d, ref: f"SEPA-Überweisung {n} RNr {ref}".strip(),
    refund=lambda r, n, d, ref: f"Gutschrift {n} {d:%d.%m.}",
    noise=(("Gehalt {w}", -450000, -150000), ("Bargeldauszahlung {t}", -30000, -2000), ("Kartenzahlung Bäckerei Krümel//{t}/DE", -2500, -200), ("Kontoführung Entgelt", -1500, -300), ("Finanzamt {t} Umsatzsteuer {d8}", -700000, -20000)),
)  # fmt: skip
SPANISH = Bank(
    card=lambda r, n, d, ref: f"COMPRA TARJETA {_digits(r, 4)}**** {n} {r.choice(TOWNS)} {d:%d/%m}",
    debit=lambda r, n, d, ref: f"ADEUDO RECIBO {n} {ref or _digits(r, 10)}",
    transfer=lambda r, n, d, ref: f"TRANSFERENCIA A FAVOR DE {n} {ref}".strip(),
    refund=lambda r, n, d, ref: f"ABONO TARJETA {n} {d:%d/%m}",
    noise=(("NOMINA {w}", -300000, -120000), ("COMISION MANTENIMIENTO", -2000, -300), ("COMPRA TARJETA BAR EL PUERTO {t}", -3000, -200), ("TGSS COTIZACION {d8}", -200000, -20000)),
)  # fmt: skip
ITALIAN = Bank(
    card=lambda r, n, d, ref: f"PAGAMENTO POS {n} DEL {d:%d/%m/%y} CARTA {_digits(r, 4)}",
    debit=lambda r, n, d, ref: f"ADDEBITO SDD {n} {ref}".strip(),
    transfer=lambda r, n, d, ref: f"BONIFICO A FAVORE DI {n} FATT {ref}".strip(),
    refund=lambda r, n, d, ref: f"STORNO POS {n}",
    noise=(("STIPENDIO {w}", -300000, -120000), ("IMPOSTA DI BOLLO", -900, -800), ("PAGAMENTO POS TRATTORIA DA MAURO DEL {dd}", -6000, -900), ("F24 AGENZIA ENTRATE {d8}", -400000, -10000)),
)  # fmt: skip
BANKS = (FRENCH, ENGLISH, GERMAN, SPANISH, ITALIAN)
PEOPLE = _words("HUBER ROSSI GARCIA DUBOIS NOVAK LINDGREN OKAFOR TANAKA WALSH MEIER BIANCHI LEROY")


def noise(rnd: random.Random, bank: Bank, day: date) -> tuple[str, int]:
    """A line that no invoice is for, and its cents."""
    text, low, high = rnd.choice(bank.noise)
    said = text.format(w=rnd.choice(PEOPLE), t=rnd.choice(TOWNS), d4=_digits(rnd, 4), d8=_digits(rnd, 8), dd=f"{day:%d/%m/%Y}")  # fmt: skip
    return said, rnd.choice((rnd.randint(low, high), 100 * (rnd.randint(low, high) // 100))) or low
