"""The whole pile, solved: every link with its confidence, band and reasons, and why every other payment stays alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from core.matching import columns, confidence, labels, purchases, stage, why
from core.matching.board import Board, Choice
from core.matching.features import Scene
from core.matching.values import Band, Invoice, Link, Memory, Payment, Rates, Reason, Solution, Unlinked

NOTHING = Memory()


def solve(
    payments: Sequence[Payment], invoices: Sequence[Invoice], rates: Rates, memory: Memory = NOTHING
) -> Solution:
    """Learns from the pile first. The order of payments and of invoices does not matter."""
    listed, owed = in_order(payments), in_order_of_issue(invoices)
    sight = stage.look(listed, owed, rates, memory)
    return settle(listed, owed, rates, memory, sight)


def in_order(payments: Iterable[Payment]) -> list[Payment]:
    return sorted(payments, key=lambda each: (each.booked_on, each.id))


def in_order_of_issue(invoices: Iterable[Invoice]) -> list[Invoice]:
    """Twins of one day go by their numbers, not by which of them came first."""
    return sorted(invoices, key=lambda each: (each.issued_on, not each.number, each.number, each.id))


def settle(
    payments: Sequence[Payment],
    invoices: Sequence[Invoice],
    rates: Rates,
    memory: Memory,
    sight: stage.Sight,
) -> Solution:
    """Both in order, as they were looked at."""
    said = confirmed(payments, invoices, memory)
    closed = {link.payment for link in said}
    free = [each for each in payments if each.id not in closed] if closed else payments
    scene, seen = sight.scene, sight.seen
    if said:
        read = stage.pile(free, still_owed(payments, invoices, said), rates, sight.known)
        scene = stage.set_up(read, memory, sight.known.taught(memory))
        seen = scene.seen(*stage.candidates(scene))
    edges = stage.weighed(seen).without(refused(scene, memory))
    everything = np.ones(len(scene.lines), bool), np.ones(len(scene.units), bool)
    nothing = np.zeros(len(scene.lines), bool), np.zeros(len(scene.units), bool)
    board = Board(scene, edges, *everything, *nothing, refused(scene, memory))
    choice = board.choose()
    watched = memory.supervised or memory.cap_minor is not None
    links = shown(scene, edges, choice, memory, {each.id: each for each in free} if watched else {})
    links = purchases.watched(scene, edges, links)
    return Solution([*said, *links], alone(scene, edges, choice, links))


def confirmed(payments: Sequence[Payment], invoices: Sequence[Invoice], memory: Memory) -> list[Link]:
    """What people said, as it was said, of payments and invoices that are here."""
    if not memory.confirmed:
        return []
    here, owed = {each.id for each in payments}, {each.id for each in invoices}
    several: dict[str, list[str]] = defaultdict(list)
    payers: dict[str, set[str]] = defaultdict(set)
    for payment, invoice in sorted(memory.confirmed):
        if payment in here and invoice in owed:
            several[payment].append(invoice)
            payers[invoice].add(payment)
    return [
        Link(
            payment, tuple(paid), 1.0, "auto", (Reason("confirmed"),),
            part=any(len(payers[each]) > 1 for each in paid), confirmed=True,
        )
        for payment, paid in several.items()
    ]  # fmt: skip


def still_owed(payments: Sequence[Payment], invoices: Sequence[Invoice], said: list[Link]) -> list[Invoice]:
    """Invoices without those that people closed; of one that they paid in part, what is left of it."""
    if not said:
        return list(invoices)
    by_id = {each.id: each for each in payments}
    copies = {each.id: columns.document(each) for each in invoices}
    paid: dict[object, int | None] = {}
    for link in said:
        for invoice in link.invoices:
            paid[copies[invoice]] = _paid(by_id[link.payment], link, paid.get(copies[invoice], 0))
    return [left for each in invoices if (left := _left(each, paid, copies[each.id]))]


def _paid(payment: Payment, link: Link, before: int | None) -> int | None:
    """None where it cannot be told in the invoice's money, which closes it."""
    return None if before is None or len(link.invoices) > 1 else before - payment.amount_minor


def _left(invoice: Invoice, paid: Mapping[object, int | None], document: object) -> Invoice | None:
    if document not in paid:
        return invoice
    so_far = paid[document]
    if so_far is None or invoice.owed <= 0 or so_far >= 0.98 * invoice.owed or so_far <= 0:
        return None
    return replace(invoice, total_minor=invoice.owed - so_far)


def refused(scene: Scene, memory: Memory) -> frozenset[tuple[int, int]]:
    """Line and unit of what people refused, any copy of the document."""
    if not memory.refused:
        return frozenset()
    lines = {each: at for at, each in enumerate(scene.lines.ids)}
    units = {member: at for at, members in enumerate(scene.units.members) for member in members}
    return frozenset((lines[a], units[b]) for a, b in memory.refused if a in lines and b in units)


def shown(
    scene: Scene, edges: stage.Edges, choice: Choice, memory: Memory, payments: Mapping[str, Payment]
) -> list[Link]:
    """The choice in words, where it is sure enough to be shown."""
    links = [*_pair_links(scene, edges, choice), *_group_links(scene, choice)]
    sellers = {
        members[0]: scene.units.suppliers[int(supplier)]
        for members, supplier in zip(scene.units.members, scene.units.supplier, strict=True)
    }
    return [_held(link, sellers, memory, payments) for link in links]


def alone(scene: Scene, edges: stage.Edges, choice: Choice, links: Sequence[Link]) -> list[Unlinked]:
    """The payments that got nothing, and why."""
    linked = {link.payment for link in links}
    got = {each for link in links for each in link.invoices}
    taken = {at for at, members in enumerate(scene.units.members) if members[0] in got}
    weak = {
        int(edges.seen.line[at]): (int(edges.seen.unit[at]), float(sure))
        for at, sure in zip(choice.pairs.tolist(), choice.sure.tolist(), strict=True)
        if sure < confidence.SHOWN
    }
    lines = [at for at, each in enumerate(scene.lines.ids) if each not in linked]
    reasons = why.alone(scene, edges, lines, taken, weak)
    return [Unlinked(scene.lines.ids[at], reason) for at, reason in zip(lines, reasons, strict=True)]


def _pair_links(scene: Scene, edges: stage.Edges, choice: Choice) -> Iterable[Link]:
    auto = confidence.may_act(scene, edges, choice.pairs, choice.where, choice.sure)
    for place, at in enumerate(choice.pairs.tolist()):
        if choice.sure[place] < confidence.SHOWN:
            continue
        second = int(choice.where.second[place])
        yield Link(
            scene.lines.ids[int(edges.seen.line[at])],
            (scene.units.members[int(edges.seen.unit[at])][0],),
            round(float(choice.sure[place]), 4),
            _band(bool(auto[place])),
            why.of_pair(scene, edges, at, choice.where, place),
            scene.units.members[second][0] if second >= 0 else None,
        )


def _group_links(scene: Scene, choice: Choice) -> Iterable[Link]:
    for group, sure in zip(choice.groups, choice.groups_sure.tolist(), strict=True):
        if sure < confidence.SHOWN:
            continue
        reasons = why.of_group(scene, group)
        invoices = tuple(scene.units.members[unit][0] for unit in group.units)
        band = _band(confidence.group_may_act(group, sure))
        for line in group.lines:
            yield Link(
                scene.lines.ids[line], invoices, round(sure, 4), band, reasons, part=len(group.lines) > 1
            )


def _band(auto: bool) -> Band:
    return "auto" if auto else "suggest"


def _held(link: Link, sellers: Mapping[str, str], memory: Memory, payments: Mapping[str, Payment]) -> Link:
    """Never unasked above the cap, nor, where a person still watches, what has not earned it."""
    if link.band == "suggest" or not (memory.supervised or memory.cap_minor is not None):
        return link
    payment = payments[link.payment]
    above = memory.cap_minor is not None and abs(payment.amount_minor) > memory.cap_minor
    unearned = memory.supervised and not _earned(link, payment, sellers, memory)
    return replace(link, band="suggest") if above or unearned else link


def _earned(link: Link, payment: Payment, sellers: Mapping[str, str], memory: Memory) -> bool:
    suppliers = {sellers[each] for each in link.invoices}
    return all((labels.core_of(payment.label), supplier) in memory.earned for supplier in suppliers)
