from __future__ import annotations

import dataclasses
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import matching
from core.matching import solving, stage
from core.matching.survey import Survey
from tests.core.matching import company

NOBODY = matching.Memory()


def known(made: company.Company) -> Survey:
    payments, invoices = solving.in_order(made.payments), solving.in_order_of_issue(made.invoices)
    return stage.look(payments, invoices, made.rates, NOBODY).known


def _sure(field: matching.Field) -> matching.Link:
    """The same one in every run: links have no order of their own."""
    whole = (
        each for each in field.links.values() if len(each.invoices) == 1 and not (each.part or each.second)
    )
    return max(whole, key=lambda link: (link.confidence, link.payment))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_arriving_one_by_one_in_any_order_gives_what_the_whole_pile_gives(seed: int) -> None:
    made, rnd = company.company(150, seed, belated=0.2), random.Random(seed)
    survey = known(made)
    whole = matching.Field(made.payments, made.invoices, made.rates, known=survey).links
    late_payments, late_invoices = set(rnd.sample(made.payments, 30)), set(rnd.sample(made.invoices, 30))
    field = matching.Field(
        [each for each in made.payments if each not in late_payments],
        [each for each in made.invoices if each not in late_invoices],
        made.rates,
        known=survey,
    )
    arrivals: list[matching.Payment | matching.Invoice] = [*late_payments, *late_invoices]
    rnd.shuffle(arrivals)
    for each in arrivals:
        if isinstance(each, matching.Payment):
            field.add_payment(each)
        else:
            field.add_invoice(each)
    assert field.links == whole


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_what_came_and_went_leaves_what_the_rest_gives(seed: int) -> None:
    made, rnd = company.company(150, seed, belated=0.2), random.Random(seed)
    survey = known(made)
    gone = set(rnd.sample(made.payments, 25)), set(rnd.sample(made.invoices, 25))
    whole = matching.Field(
        [each for each in made.payments if each not in gone[0]],
        [each for each in made.invoices if each not in gone[1]],
        made.rates,
        known=survey,
    )
    field = matching.Field(made.payments, made.invoices, made.rates, known=survey)
    leaving: list[matching.Payment | matching.Invoice] = [*gone[0], *gone[1]]
    rnd.shuffle(leaving)
    for each in leaving:
        (field.take_payment if isinstance(each, matching.Payment) else field.take_invoice)(each.id)
    assert field.links == whole.links
    assert field.payments.keys() == whole.payments.keys()


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10**6))
def test_a_field_is_planted_as_a_pile_is_solved(seed: int) -> None:
    made = company.company(200, seed, belated=0.2)
    field, whole = matching.Field(made.payments, made.invoices, made.rates), matching.solve(made.payments, made.invoices, made.rates)  # fmt: skip
    assert sorted(field.planted.links, key=str) == sorted(whole.links, key=str)
    assert sorted(field.planted.unlinked, key=str) == sorted(whole.unlinked, key=str)


def test_a_payment_that_lost_its_invoice_says_why() -> None:
    made = company.company(200, 4)
    link = _sure(matching.Field(made.payments, made.invoices, made.rates))
    paid = next(each for each in made.payments if each.id == link.payment)
    owed = next(each for each in made.invoices if each.id == link.invoices[0])
    field = matching.Field([paid], [owed], made.rates, known=known(made))
    assert field.links.keys() == {paid.id}
    assert field.take_invoice(owed.id).links == {paid.id: None}
    (told,) = field.why_not({paid.id})
    assert (told.payment, told.reason.code) == (paid.id, "no_candidate")


def test_an_arrival_tells_which_links_changed() -> None:
    made = company.company(300, 5)
    survey = known(made)
    link = _sure(matching.Field(made.payments, made.invoices, made.rates, known=survey))
    late = [
        each for each in made.invoices if each.id in link.invoices or made.alike.get(each.id) in link.invoices
    ]
    field = matching.Field(
        made.payments, [each for each in made.invoices if each not in late], made.rates, known=survey
    )
    assert field.links.get(link.payment) != link
    changes = [field.add_invoice(each) for each in late]
    assert any(link.payment in change.links for change in changes)
    assert field.links[link.payment] == link


def test_what_is_here_cannot_arrive_again() -> None:
    made = company.company(60, 1)
    field = matching.Field(made.payments, made.invoices, made.rates)
    with pytest.raises(ValueError, match="already"):
        field.add_payment(made.payments[0])
    with pytest.raises(ValueError, match="already"):
        field.add_invoice(made.invoices[0])


def test_a_refreshed_field_knows_what_people_said_since() -> None:
    made = company.company(300, 9)
    field = matching.Field(made.payments, made.invoices, made.rates)
    link = _sure(field)
    paid = next(each for each in made.payments if each.id == link.payment)
    owed = [each for each in made.invoices if each.id in link.invoices]
    refused = matching.learn([matching.confirmation(paid, each, agreed=False) for each in owed])
    after = field.refresh(refused).links.get(paid.id)
    assert after is None or not set(after.invoices) & set(link.invoices)


def test_what_people_confirmed_stays_through_a_refresh() -> None:
    made = company.company(200, 3)
    a, b = sorted(made.links)[0]
    paid = next(each for each in made.payments if each.id == a)
    owed = next(each for each in made.invoices if each.id == b)
    memory = matching.learn([matching.confirmation(paid, owed)])
    field = matching.Field(made.payments, made.invoices, made.rates, memory)
    assert field.links[a].confirmed
    assert field.refresh().links[a].confirmed


def test_a_copy_that_arrives_changes_no_link() -> None:
    made = company.company(200, 4)
    field = matching.Field(made.payments, made.invoices, made.rates)
    before = field.links
    link = _sure(field)
    owed = next(each for each in made.invoices if each.id == link.invoices[0])
    field.add_invoice(dataclasses.replace(owed, id="z-copy", number="", copy_of=owed.id))
    assert field.links == before
