"""What is chosen on a field, by payment, and how it is shown: held while an earlier purchase that it may be for has nothing."""

from __future__ import annotations

from collections.abc import Sequence, Set

from core.matching import purchases
from core.matching.ground import Ground
from core.matching.values import Link


class Shown:
    """`links` are as they are shown now."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._chosen: dict[str, Link] = {}
        self.links: dict[str, Link] = {}

    def drop(self, payment: str) -> None:
        self._chosen.pop(payment, None)
        self.links.pop(payment, None)

    def replace(self, payments: Set[str], found: Sequence[Link]) -> dict[str, Link | None]:
        """This was chosen for these payments. Gives whose link is another now, None where it is lost: also where a purchase no longer waits."""
        before = payments & self._chosen.keys()
        for each in before:
            del self._chosen[each]
        self._chosen.update((link.payment, link) for link in found)
        graph = self._ground.graph
        other = before ^ {link.payment for link in found}
        return self._show(payments | graph.beside((), graph.after(other))[0])

    def _show(self, payments: Set[str]) -> dict[str, Link | None]:
        shown = {each: self._watched(self._chosen.get(each)) for each in payments}
        changed = {each: link for each, link in shown.items() if self.links.get(each) != link}
        for each, link in changed.items():
            if link is None:
                del self.links[each]
            else:
                self.links[each] = link
        return changed

    def _watched(self, link: Link | None) -> Link | None:
        if link is None or not purchases.may_be_held(link):
            return link
        earlier = self._ground.graph.earlier.get(self._ground.document_of[link.invoices[0]], ())
        return link if all(each in self._chosen for each in earlier) else purchases.held(link)
