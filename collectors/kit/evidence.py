"""What a failed visit leaves to look at, masked before it leaves the page: no secret, no IBAN, no address of a person, no token."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parsel import Selector

from collectors.kit.mask import DOTS, Mask
from core import errors

if TYPE_CHECKING:
    from playwright.async_api import Frame, JSHandle, Page

    from collectors.kit.reply import Reply

#: Seconds for each piece.
PATIENCE = 5
#: Bytes. More of a page than this helps nobody.
LARGEST_PAGE, LARGEST_PICTURE = 400_000, 3_000_000


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing to look at. `kind` is `screenshot` (PNG), `page` (HTML), `steps` (text) or `shape` (JSON)."""

    kind: str
    content: bytes

    def __repr__(self) -> str:
        return f"<Evidence {self.kind}, {len(self.content)} bytes>"


async def gathered(
    page: Page | None, last: Reply | None, taken: Iterable[tuple[str, Mapping[str, Any]]], mask: Mask
) -> list[Evidence]:
    """Everything there is, as far as it can be had: what cannot be taken is said among the steps. Never raises."""
    found, told = [], list(taken)
    ways = {"screenshot": _picture(page, mask), "page": _source(page, last, mask), "shape": _shape(last)}
    for kind, way in ways.items():
        try:
            async with asyncio.timeout(PATIENCE):
                piece = await way
        except Exception as err:  # noqa: BLE001 - a page that fails may fail in any way; that too is told, by its kind only
            told.append((f"no {kind}", {"because": type(err).__name__}))
        else:
            found += [piece] if piece else []
    return [_steps(told, mask), *found]


def words_of(error: BaseException) -> dict[str, str]:
    """An error of ours speaks for itself; of any other only its kind is told, as its text may hold anything."""
    if isinstance(error, errors.MoissonError):
        return {"error": type(error).__name__, "step": error.step, "said": str(error)}
    return {"error": type(error).__name__}


async def _source(page: Page | None, last: Reply | None, mask: Mask) -> Evidence | None:
    """The browser's page; without one, the last answer, if it was a page."""
    if page is not None:
        return page_of(await page.content(), mask)
    return page_of(last.text, mask) if last is not None and "html" in last.media_type else None


async def _shape(last: Reply | None) -> Evidence | None:
    if last is None or "json" not in last.media_type:
        return None
    return Evidence("shape", json.dumps(shape(last.json()), ensure_ascii=False, indent=1).encode())


def page_of(source: str, mask: Mask) -> Evidence:
    """A page's HTML without scripts, values of fields and everything the mask hides."""
    tree = Selector(source)
    for each in tree.xpath("//script | //noscript | //template | //comment()"):
        each.drop()
    for each in tree.xpath("//input | //textarea | //meta[@content]"):
        for name in {"value", "content"} & set(each.root.attrib):
            each.root.attrib[name] = DOTS
        if each.root.tag == "textarea":
            each.root.text = DOTS
    return Evidence("page", mask(tree.get() or "").encode()[:LARGEST_PAGE])


def _steps(taken: Iterable[tuple[str, Mapping[str, Any]]], mask: Mask) -> Evidence:
    lines = (f"{key} {json.dumps(dict(words), ensure_ascii=False, default=str)}" for key, words in taken)
    return Evidence("steps", mask("\n".join(lines)).encode())


def shape(value: Any, depth: int = 12) -> Any:
    """The skeleton of a JSON answer: names and types only; of a list, the skeleton its members share."""
    if depth == 0:
        return "…"
    if isinstance(value, Mapping):
        return {_name(str(key)): shape(inner, depth - 1) for key, inner in list(value.items())[:200]}
    if isinstance(value, list):
        return _together([shape(inner, depth - 1) for inner in value[:50]])
    return {str: "text", bool: "true or false", int: "number", float: "number"}.get(type(value), "null")


def _name(key: str) -> str:
    """A key that is itself a datum (a contract's number, a login) is not told."""
    return "*" if re.search(r"\d{3}|@", key) or len(key) > 40 else key


def _together(shapes: Sequence[Any]) -> list[Any]:
    distinct: list[Any] = []
    for each in shapes:
        if each not in distinct:
            distinct.append(each)
    return distinct[:5]


async def _picture(page: Page | None, mask: Mask) -> Evidence | None:
    """What the page looks like, once everything secret is painted out; None when that cannot be made sure.

    The page is no good for anything afterwards: its scripts are off, lest they write back what was painted out.
    """
    if page is None:
        return None
    session = await page.context.new_cdp_session(page)
    await session.send("Emulation.setScriptExecutionDisabled", {"value": True})
    for frame in page.frames:
        await _paint_out(frame, mask)
    if any([await _left(frame, mask) for frame in page.frames]):
        return None
    content = await page.screenshot(type="png", timeout=PATIENCE * 1000, animations="disabled", caret="hide")
    return Evidence("screenshot", content) if len(content) <= LARGEST_PICTURE else None


async def _paint_out(frame: Frame, mask: Mask) -> None:
    """The page is told what to write where, never what it is that must not be seen: it may be a stranger's."""
    pieces = await frame.evaluate_handle(_PIECES)
    anew = mask.changes(await _texts(pieces))
    await pieces.evaluate(
        "(pieces, anew) => anew.forEach(([place, text]) => pieces[place][1](text))", [*anew.items()]
    )
    await frame.evaluate(_BLINDS)


async def _left(frame: Frame, mask: Mask) -> bool:
    return bool(mask.changes(await _texts(await frame.evaluate_handle(_PIECES))))


async def _texts(pieces: JSHandle) -> list[str]:
    return [str(text) for text in await pieces.evaluate("pieces => pieces.map(([text]) => text)")]


_PIECES = """() => {
  const pieces = [];
  const walk = root => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.currentNode; node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE && !/^(SCRIPT|STYLE)$/.test(node.parentNode?.nodeName))
        pieces.push([node.data, text => { node.data = text; }]);
      if (/^(INPUT|TEXTAREA)$/.test(node.nodeName)) {
        if (typeof node.value === 'string') pieces.push([node.value, text => { node.type = 'text'; node.value = text; }]);
        pieces.push([node.placeholder || '', text => { node.placeholder = text; }]);
      }
      if (node.shadowRoot) walk(node.shadowRoot);
    }
  };
  walk(document);
  return pieces;
}"""

_BLINDS = """() => {
  const shut = root => root.querySelectorAll('*').forEach(each => {
    if (each.matches('input[type=password]')) { each.value = ''; each.style.background = '#888'; }
    if (each.matches('img, picture, video, canvas, embed, object, svg image')) each.style.visibility = 'hidden';
    if (each.shadowRoot) shut(each.shadowRoot);
  });
  shut(document);
}"""
