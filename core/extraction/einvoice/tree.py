"""XML opened within bounds: no entity, no DTD, no network, no depth without end; and walked by names without namespaces."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from lxml import etree

from core.extraction import roots

#: As the file declares it; else what a wrong declaration most often hides.
ENCODINGS = (None, "utf-8", "windows-1252")
#: Elements; an invoice of 2,000 lines has half as many.
MOST = 100_000


class Unreadable(Exception):
    """It begins like an invoice and cannot be parsed as one."""


class Node:
    """An element, asked by the names of its children."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element

    @property
    def name(self) -> str:
        return str(self.element.tag).rpartition("}")[2]

    @property
    def text(self) -> str:
        """Without the spaces and line ends of a pretty print."""
        return " ".join("".join(self.element.itertext()).split())

    def told(self, attribute: str) -> str:
        return str(self.element.get(attribute, "")).strip()

    @cached_property
    def named(self) -> dict[str, list[Node]]:
        """The children by their names, looked through once for all questions."""
        found: dict[str, list[Node]] = {}
        for child in self.element:
            if isinstance(child.tag, str):
                found.setdefault(child.tag.rpartition("}")[2], []).append(Node(child))
        return found

    def each(self, path: str) -> list[Node]:
        """Every element at `A/B/C`; a step may name alternatives, `B|B2`."""
        found = [self]
        for step in path.split("/"):
            names = step.split("|")
            found = [child for node in found for name in names for child in node.named.get(name, ())]
        return found

    def first(self, path: str) -> str | None:
        """The text of the first element there that has any."""
        return next((node.text for node in self.each(path) if node.text), None)

    def leaves(self) -> Iterator[Node]:
        """Every element without children, in the order of the file."""
        for element in self.element.iter():
            if isinstance(element.tag, str) and not len(element):
                yield Node(element)


def opened(content: bytes) -> Node:
    """The root of an invoice. Raises Unreadable."""
    if len(content) > roots.CAP:
        raise Unreadable("it is larger than any invoice")
    element = _parsed(content)
    if element.getroottree().docinfo.doctype:
        raise Unreadable("it declares a document type, which no invoice does")
    if element.xpath("count(//*)") > MOST:
        raise Unreadable("it has more elements than any invoice")
    return Node(element)


def _parsed(content: bytes) -> etree._Element:
    """In the first encoding in which it is whole; some writers declare another than they use."""
    problem: Exception | None = None
    for encoding in ENCODINGS:
        try:
            return etree.fromstring(content, _parser(encoding))
        except (etree.XMLSyntaxError, ValueError, LookupError) as err:
            problem = err
    raise Unreadable("it is damaged") from problem


def _parser(encoding: str | None) -> etree.XMLParser:
    return etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
