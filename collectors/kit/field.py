"""One field that is typed into: held itself and not by its selector, so that once its page has gone, nothing is typed into the next one.

It is found by the focus that it was given. Playwright's own hold on an element costs its whole script once more on each page.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from collectors.kit import browsers, troubles

if TYPE_CHECKING:
    from playwright.async_api import Frame, JSHandle, Page

T = TypeVar("T")

#: Who has the keys in a document; nobody where a frame in it has them.
_HOLD = """() => {
  let field = document.hasFocus() ? document.activeElement : null;
  while (field?.shadowRoot?.activeElement) field = field.shadowRoot.activeElement;
  return { field: field?.matches('body, iframe, frame') ? null : field };
}"""
_LENGTH = "({ field }) => field.isConnected ? (field.value ?? '').length : null"
_READY = "({ field }) => field.matches(':read-write')"
#: A page may give the keys away, and what is typed goes to whoever has them.
_HAS_THEM = "field => field.isConnected && field.getRootNode().activeElement === field"
_ORIGIN = f"({{ field }}) => field && ({_HAS_THEM})(field) ? location.origin : null"
_FOCUS = (
    f"({{ field }}) => {{ field.focus(); if (!({_HAS_THEM})(field)) throw new Error('it has no keys'); }}"
)
#: In place of what stands there: all at once but the last character, and that as a key, since some pages hear input and others keys.
#: The last one may send it, so the field is asked before whether it took the others: what was sent is never typed again.
_PUT = f"""(held, text) => {{
  const [field, last, has] = [held.field, [...text].pop(), {_HAS_THEM}];
  const others = text.slice(0, text.length - last.length);
  const hears = kind => field.dispatchEvent(new KeyboardEvent(kind, {{ key: last, bubbles: true, cancelable: true, composed: true }}));
  field.focus();
  if (!others || !has(field)) return false;
  field.select?.();
  document.execCommand('insertText', false, others);
  if (({_LENGTH})(held) !== others.length) return false;
  if (hears('keydown') && hears('keypress') && has(field)) document.execCommand('insertText', false, last);
  hears('keyup');
  return true;
}}"""
_EMPTY = "({ field }) => { field.select?.(); document.execCommand('delete'); }"


class Told(Protocol):
    """Does something to the page; its failure is raised in our words."""

    async def __call__(self, doing: Awaitable[T], step: str, expected: str) -> T: ...


@dataclass(frozen=True, repr=False)
class Field:
    """`held` is an object of its own document that has it, `origin` what that document says of itself, `name` what people call it.

    `patience`, in seconds, is how long it may take to be ready.
    """

    frame: Frame
    held: JSHandle
    origin: str
    name: str
    told: Told
    patience: float

    async def enter(self, text: str, rest: float) -> None:
        """At once, as a password manager does; with a `rest` (seconds after each key), and where the page takes it no other way, key by key."""
        if rest or not text or not await self._done(self.held.evaluate(_PUT, text)):
            await self._type(text, rest)

    async def _type(self, text: str, rest: float) -> None:
        """The focus is given again after emptying: the page may have made the field anew, or gone on to another."""
        await self._done(self.frame.wait_for_function(_READY, arg=self.held, timeout=self.patience * 1000))
        await self._done(self.held.evaluate(_FOCUS))
        await self._done(self.held.evaluate(_EMPTY))
        await self._done(self.held.evaluate(_FOCUS))
        await self._done(self.frame.page.keyboard.type(text, delay=rest * 1000))

    async def _done(self, doing: Awaitable[T]) -> T:
        return await self.told(doing, self.name, f"{self.name} to take what is typed")

    async def length(self) -> int | None:
        """How much it holds; None when it has gone, as with a form that sends itself."""
        try:
            return cast("int | None", await self.held.evaluate(_LENGTH))
        except browsers.Error:
            return None


async def with_the_focus(page: Page, name: str, told: Told, patience: float) -> Field | None:
    """The field that has the keys of `page`, in whichever frame; None when none has. Raises what Playwright says of a page that has gone."""
    for frame in page.frames:
        try:
            held = await frame.evaluate_handle(_HOLD)
            origin = await held.evaluate(_ORIGIN)
        except browsers.Error as err:
            if frame is page.main_frame or not troubles.of(err).moved:
                raise
            continue  # frames of strangers come and go while the page stays
        if origin is not None:
            return Field(frame, held, str(origin), name, told, patience)
    return None
