"""One field that is typed into: held itself and not by its selector, so that once its page has gone, nothing is typed into the next one."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from collectors.kit import browsers

if TYPE_CHECKING:
    from playwright.async_api import ElementHandle, Frame

T = TypeVar("T")


class Told(Protocol):
    """Does something to the page; its failure is raised in our words."""

    async def __call__(self, doing: Awaitable[T], step: str, expected: str) -> T: ...


@dataclass(frozen=True, repr=False)
class Field:
    """`name` is what people call it; `patience`, in seconds, is how long it may take to be ready."""

    element: ElementHandle
    name: str
    told: Told
    patience: float

    async def frame(self) -> Frame | None:
        return await self.told(self.element.owner_frame(), self.name, f"{self.name} to be in a page")

    async def put(self, text: str) -> int:
        """All at once but the last key, as with a password manager: some pages hear input, others keys. How much the field took, else 0.

        The last key may send it, so it is looked at before: what was sent is never typed again.
        """
        if not text[-1:].isascii():
            return 0  # the browser makes no key of it
        try:
            await self.element.fill(text[:-1], timeout=self.patience * 1000)
        except browsers.Error:
            return 0
        put = len(text) - 1
        return put if await self.length() == put else 0

    async def open(self) -> None:
        """It takes keys, and nothing stands in it."""
        opening = self.element.wait_for_element_state("editable", timeout=self.patience * 1000)
        await self.told(opening, self.name, f"{self.name} to take what is typed")
        if await self.length():
            emptying = self.element.fill("", timeout=self.patience * 1000)
            await self.told(emptying, self.name, f"{self.name} to be emptied")

    async def type(self, text: str, rest: float) -> None:
        """Key by key, with so many seconds after each."""
        typing = self.element.type(text, delay=rest * 1000)
        await self.told(typing, self.name, f"{self.name} to take what is typed")

    async def length(self) -> int | None:
        """How much it holds; None when it has gone, as with a form that sends itself."""
        try:
            length: int | None = await self.element.evaluate(
                "field => field.isConnected ? (field.value ?? '').length : null"
            )
        except browsers.Error:
            return None
        return length
