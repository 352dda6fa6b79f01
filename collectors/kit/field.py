"""One field that is typed into: held itself and not by its selector, so that once its page has gone, nothing is typed into the next one.

It is found by the focus that it was given. Playwright's own hold on an element costs its whole script once more on each page.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from collectors.kit import browsers

if TYPE_CHECKING:
    from playwright.async_api import Frame, JSHandle, Page

T = TypeVar("T")

#: Who has the keys in a document; nobody where a frame in it has them.
_HOLD = """() => {
  let field = document.hasFocus() ? document.activeElement : null;
  while (field?.shadowRoot?.activeElement) field = field.shadowRoot.activeElement;
  return { field: field?.matches('body, iframe, frame') ? null : field };
}"""
_ORIGIN = "({ field }) => field && location.origin"
_LENGTH = "({ field }) => field.isConnected ? (field.value ?? '').length : null"
_READY = "({ field }) => field.matches(':read-write')"
_FOCUS = "({ field }) => { if (!field.isConnected) throw new Error('it has gone'); field.focus(); }"
#: In place of what stands there, and so that the page hears of it; the keys that follow are for this field too.
_PUT = f"""(held, text) => {{
  held.field.select?.();
  document.execCommand(text ? 'insertText' : 'delete', false, text);
  held.field.focus();
  return ({_LENGTH})(held);
}}"""


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
        """Types it; with a `rest` (seconds after each key), and where the page takes it no other way, key by key."""
        expected = f"{self.name} to take what is typed"
        put = 0 if rest else await self._put(text)
        if not put:
            ready = self.frame.wait_for_function(_READY, arg=self.held, timeout=self.patience * 1000)
            await self.told(ready, self.name, expected)
            await self.told(self.held.evaluate(_PUT, ""), self.name, expected)
            await self.told(self.held.evaluate(_FOCUS), self.name, expected)
        await self.told(self.frame.page.keyboard.type(text[put:], delay=rest * 1000), self.name, expected)

    async def _put(self, text: str) -> int:
        """All at once but the last key, as with a password manager: some pages hear input, others keys. How much the field took, else 0.

        The last key may send it, so it is looked at before: what was sent is never typed again.
        """
        if not text[-1:].isascii():
            return 0  # the browser makes no key of it
        try:
            put = await self.held.evaluate(_PUT, text[:-1])
        except browsers.Error:
            return 0
        return put if put == len(text) - 1 else 0

    async def length(self) -> int | None:
        """How much it holds; None when it has gone, as with a form that sends itself."""
        try:
            return cast("int | None", await self.held.evaluate(_LENGTH))
        except browsers.Error:
            return None


async def with_the_focus(page: Page, name: str, told: Told, patience: float) -> Field | None:
    """The field that has the keys of `page`, in whichever frame; None when none has."""
    for frame in page.frames:
        try:
            held = await frame.evaluate_handle(_HOLD)
            origin = await held.evaluate(_ORIGIN)
        except browsers.Error:
            continue  # it has gone; frames of strangers come and go
        if origin is not None:
            return Field(frame, held, str(origin), name, told, patience)
    return None
