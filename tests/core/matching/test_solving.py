from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from core import matching
from core.matching import Invoice, Memory, Payment, Rates
from tests.core.matching import company, scoring

RATES = Rates({"USD": {date(2026, 1, 1): Decimal("0.9")}})
DAY = date(2026, 3, 10)


def payment(id: str = "p", cents: int = -4200, label: str = "CB QUILLPRESS 10/03", after: int = 1, **more: object) -> Payment:  # fmt: skip
    return Payment(id, DAY + timedelta(after), cents, "EUR", label, **more)  # type: ignore[arg-type]


def invoice(id: str = "i", cents: int = 4200, number: str = "2026-0117", supplier: str = "Quillpress", **more: object) -> Invoice:  # fmt: skip
    facts: dict[str, object] = {"issued_on": DAY, "currency": "EUR", **more}
    return Invoice(id, supplier, (supplier, f"{supplier} SAS"), number, total_minor=cents, **facts)  # type: ignore[arg-type]


def solved(
    payments: list[Payment], invoices: list[Invoice], memory: Memory | None = None
) -> matching.Solution:
    return matching.solve(payments, invoices, RATES, memory or Memory())


def told(solution: matching.Solution) -> dict[str, tuple[str, ...]]:
    return {link.payment: link.invoices for link in solution.links}


def test_a_name_an_amount_and_a_day_make_a_link_that_says_why() -> None:
    (link,) = solved([payment()], [invoice()]).links
    assert (link.invoices, link.band) == (("i",), "auto")
    assert {reason.code for reason in link.reasons} >= {"name_equal", "amount_equal", "paid_same_day"}


def test_of_twins_the_lower_number_is_linked_whichever_came_first() -> None:
    first, second = invoice("b", number="2026-0117"), invoice("a", number="2026-0118")
    assert told(solved([payment()], [first, second])) == {"p": ("b",)}
    assert told(solved([payment()], [second, first])) == {"p": ("b",)}


def test_a_payment_whose_invoice_is_absent_stays_alone_and_says_so() -> None:
    alone = solved([payment(label="CB UMBRAGATE 10/03")], [invoice()])
    assert not alone.links
    assert [each.reason.code for each in alone.unlinked] == ["no_candidate"]


def test_another_amount_of_the_same_supplier_is_told_by_how_much_it_differs() -> None:
    (alone,) = solved([payment(cents=-4100)], [invoice()]).unlinked
    assert (alone.reason.code, alone.reason.facts["percent"]) == ("amount_differs", -2.4)


def test_a_bank_fee_is_told_as_one() -> None:
    (alone,) = solved([payment(label="FRAIS TENUE DE COMPTE")], [invoice()]).unlinked
    assert alone.reason.code == "fee"


def test_two_invoices_that_nobody_can_tell_apart_are_never_linked_unasked() -> None:
    links = solved([payment()], [invoice("i"), invoice("j", number="2026-0118")]).links
    assert {link.band for link in links} <= {"suggest"}


def test_a_number_in_the_label_decides_between_equals() -> None:
    paid = payment(label="PRLV SEPA QUILLPRESS 2026-0118")
    (link,) = solved([paid], [invoice("i"), invoice("j", number="2026-0118")]).links
    assert link.invoices == ("j",)


def test_one_payment_for_three_invoices_and_a_credit_note() -> None:
    owed = [
        invoice(f"i{n}", cents, f"2026-{n:04}", due_on=DAY + timedelta(20))
        for n, cents in enumerate((4210, 1777, 905))
    ]
    credit = invoice("c", -500, "AV-7", kind="credit_note")
    links = solved([payment(cents=-(4210 + 1777 + 905 - 500), after=20)], [*owed, credit]).links
    assert sorted(links[0].invoices) == ["c", "i0", "i1", "i2"]


def test_two_payments_of_one_invoice() -> None:
    links = solved([payment("a", -1400), payment("b", -2800, after=12)], [invoice()]).links
    assert [(link.payment, link.invoices, link.part) for link in links] == [
        ("a", ("i",), True),
        ("b", ("i",), True),
    ]


def test_an_invoice_in_dollars_meets_its_payment_in_euros() -> None:
    (link,) = solved([payment(cents=-3811)], [invoice(currency="USD")]).links
    assert link.invoices == ("i",)
    assert {"code": "amount_at_rate", "percent": 0.8} in [
        {"code": r.code, "percent": r.facts.get("percent")} for r in link.reasons
    ]


def test_a_refund_meets_its_credit_note_and_never_an_invoice() -> None:
    back = payment("r", 4200, "AVOIR CB QUILLPRESS 12/03", after=2)
    assert told(solved([back], [invoice(), invoice("c", -4200, "AV-9", kind="credit_note")])) == {"r": ("c",)}


def test_copies_of_one_document_are_paid_once() -> None:
    twice = [payment("a"), payment("b", after=3)]
    links = solved(twice, [invoice("portal"), invoice("mail")]).links
    assert len(links) == 1


def test_a_word_of_a_person_stands_and_a_refused_pair_never_comes_back() -> None:
    paid, owed = [payment()], [invoice("i"), invoice("j", number="2026-0118")]
    said = matching.learn([matching.confirmation(paid[0], owed[1])])
    (link,) = solved(paid, owed, said).links
    assert (link.invoices, link.confidence, link.confirmed) == (("j",), 1.0, True)
    no = matching.learn([matching.confirmation(paid[0], each, agreed=False) for each in owed])
    assert not solved(paid, owed, no).links


def test_what_is_left_of_an_invoice_that_a_person_let_be_paid_in_part_still_asks_for_its_money() -> None:
    paid, owed = [payment("a", -1400), payment("b", -2800, after=9)], invoice()
    said = matching.learn([matching.confirmation(paid[0], owed)])
    assert told(solved(paid, [owed], said)) == {"a": ("i",), "b": ("i",)}


def test_an_alias_is_learned_from_three_words_and_lost_by_refusals() -> None:
    months = [payment(f"p{n}", -1000 - n, "CB ZEBRAPAY", after=30 * n) for n in range(4)]
    owed = [invoice(f"i{n}", 1000 + n, f"26-{n:04}", issued_on=DAY + timedelta(30 * n)) for n in range(4)]
    words = [matching.confirmation(p, i) for p, i in zip(months[:3], owed[:3], strict=True)]
    assert told(solved(months[3:], owed[3:], matching.learn(words))) == {"p3": ("i3",)}
    assert not solved(months[3:], owed[3:]).links
    no = [matching.confirmation(p, i, agreed=False) for p, i in zip(months[:3], owed[:3], strict=True)]
    assert not solved(months[3:], owed[3:], matching.learn(no)).links


def test_a_live_workspace_acts_after_three_clean_words_and_stops_at_one_refusal() -> None:
    months = [payment(f"p{n}", -1000 - n, after=30 * n) for n in range(5)]
    owed = [invoice(f"i{n}", 1000 + n, f"26-{n:04}", issued_on=DAY + timedelta(30 * n)) for n in range(5)]
    yes = [matching.confirmation(p, i) for p, i in zip(months[:3], owed[:3], strict=True)]
    no = matching.confirmation(months[3], owed[2], agreed=False)

    def band(words: list[matching.Confirmation]) -> str:
        memory = matching.learn(words, supervised=True)
        return next(link.band for link in solved(months[4:], owed[4:], memory).links)

    assert [band(yes[:2]), band(yes), band([*yes, no])] == ["suggest", "auto", "suggest"]


def test_above_the_cap_nothing_is_linked_unasked() -> None:
    (link,) = solved([payment()], [invoice()], Memory(cap_minor=4000)).links
    assert link.band == "suggest"


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_order_of_arrival_changes_nothing(seed: int, shuffle: int) -> None:
    made = company.company(160, seed)
    first = matching.solve(made.payments, made.invoices, made.rates)
    rnd = random.Random(shuffle)
    other = matching.solve(rnd.sample(made.payments, len(made.payments)), rnd.sample(made.invoices, len(made.invoices)), made.rates)  # fmt: skip
    assert {link.payment: link for link in first.links} == {link.payment: link for link in other.links}


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6))
def test_no_invoice_is_paid_twice_and_sums_are_kept(seed: int) -> None:
    made = company.company(240, seed)
    solution = matching.solve(made.payments, made.invoices, made.rates)
    paid, owed = {p.id: p for p in made.payments}, {i.id: i for i in made.invoices}
    got = [link.payment for link in solution.links] + [each.payment for each in solution.unlinked]
    assert sorted(got) == sorted(paid)
    by_invoice: dict[str, list[str]] = {}
    for a, b, _ in matching.pairs(solution.links):
        by_invoice.setdefault(made.alike.get(b, b), []).append(a)
    for link in solution.links:
        together = {a for each in link.invoices for a in by_invoice[made.alike.get(each, each)]}
        assert len(together) == 1 or link.part
        invoices = [owed[each] for each in link.invoices]
        if {each.currency for each in invoices} == {"EUR"} and "amount_equal" in {
            r.code for r in link.reasons
        }:
            assert -sum(paid[a].amount_minor for a in together) == sum(each.owed for each in invoices)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6))
def test_what_people_said_is_never_broken(seed: int) -> None:
    made = company.company(200, seed)
    rnd = random.Random(seed)
    linked = {a for a, _ in made.links}
    paid, owed = {p.id: p for p in made.payments}, {i.id: i for i in made.invoices}
    words = [
        matching.confirmation(paid[a], owed[i], agreed=rnd.random() < 0.5)
        for a, i in zip(rnd.sample(sorted(linked), 12), rnd.sample(sorted(owed), 12), strict=True)
    ]
    memory = matching.learn(words)
    got = {
        (a, b)
        for a, b, _ in matching.pairs(matching.solve(made.payments, made.invoices, made.rates, memory).links)
    }
    assert memory.confirmed <= got
    assert not memory.refused & got


def test_companies_that_nobody_tuned_to_are_matched_as_well_as_promised() -> None:
    for seed in (31, 32, 33):
        made = company.company(1500, seed)
        links = matching.solve(made.payments, made.invoices, made.rates).links
        every, auto = scoring.score(made, links), scoring.score(made, links, "auto")
        assert every.precision >= 0.975
        assert every.f1 >= 0.925
        assert every.missing_fp <= 0.06
        assert every.noise_fp <= 0.002
        assert every.calibration <= 0.03
        assert auto.precision >= 0.995
        assert auto.recall >= 0.6
