"""One visit as its account's: what it holds is typed or sent where it belongs, and its people are asked what it does not hold."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from collectors.kit import asking, challenge, hand, keys, question
from collectors.kit.window import Window
from core import errors

if TYPE_CHECKING:
    from playwright.async_api import Locator


class Guest(Window):
    """The part of a Portal that holds what signs in."""

    answers: question.Answers | None = None

    def __init__(self, *of: Any, **visit: Any) -> None:
        super().__init__(*of, **visit)
        #: Whether a secret of the account may have stood on a page.
        self.typed_secret = False
        self._credentials: Mapping[str, challenge.Secret] = {}

    async def grant(self, credentials: Mapping[str, challenge.Secret]) -> None:
        """What signs in, given just before `sign_in`; from here on it is masked in all that the visit shows."""
        self._credentials = credentials
        self._user_agent = ""  # the browser that signs in says who it is
        self.mask.hide(*(secret.reveal() for secret in credentials.values()))
        if self.manifest.sign_in == "keys":
            asking.keep_fields(self)
            self._guard = keys.guard(
                self.manifest,
                [
                    self.key(spec.name).reveal()
                    for spec in self.manifest.fields
                    if spec.secret and self.has(spec.name)
                ],
            )

    def has(self, field: str) -> bool:
        """Whether the account's form has this field filled in."""
        return field in self._credentials and bool(self._credentials[field].reveal())

    def told(self, field: str) -> str:
        """What the account says in a field of kind `text`, for an address; the others are only ever typed."""
        shown = self.has(field) and not self.manifest.spec(field).secret
        return self._credentials[field].reveal() if shown else ""

    def key(self, field: str) -> challenge.Secret:
        """A key of the account, for requests to a supplier that is asked with keys; any other's secrets are only ever typed."""
        if self.manifest.sign_in != "keys":
            raise errors.BadManifest(f"{self.manifest.id}: only sign_in = 'keys' gives a key to its requests")
        if not self.has(field):
            raise errors.ActionNeeded(f"this account has no {field}", step="the keys")
        return self._credentials[field]

    async def fill(self, field: str, where: str | Locator, *, name: str) -> None:
        """Types a field of the account if page and frame are at a declared origin. Raises ForeignOrigin.

        For a field of kind `totp` it types the code of the moment.
        """
        if not self.has(field):
            raise errors.ActionNeeded(f"the portal asks for {name}, and this account has none", step=name)
        kind = self.manifest.spec(field).kind
        touch = await self._touch()
        self.typed_secret |= kind != "text"
        if kind == "totp":
            await asyncio.sleep(challenge.rest(self._credentials[field].reveal()))
        rest = hand.DIGIT if kind == "totp" else 0.0
        await touch.type(lambda: self._said(field, kind), where, name, whole=kind == "password", rest=rest)

    def _said(self, field: str, kind: str) -> str:
        secret = self._credentials[field].reveal()
        if kind != "totp":
            return secret
        code = challenge.totp(secret)
        self.mask.hide(code)
        return code

    async def ask(self, asked: question.Question) -> question.Answer:
        """Asks a person, with the page left open meanwhile. Raises CodeNeeded when nobody can be asked, or answers in time."""
        if self.answers is None:
            raise errors.CodeNeeded(asked.said, step=asked.step, wants=asked.kind, medium=asked.medium)
        if asked.fresh:
            self.step("code_asked", kind=asked.kind, medium=asked.medium)
        await self._give_way()
        answer = await self.answers(asked)
        if answer.text is not None:
            self.mask.hide(*question.spellings(answer.text.reveal()))
        return answer

    async def settled(self) -> None:
        """The portal has taken the last answer, and let us in."""
        if self.answers is not None:
            await self.answers.settled()
        self.step("code_taken")

    async def type_code(self, answer: challenge.Secret, where: str | Locator, *, name: str) -> None:
        """Types what a person answered, without its spaces and dashes, if page and frame are at a declared origin."""
        self.typed_secret = True
        await (await self._touch()).type(
            lambda: question.bare(answer.reveal()), where, name, whole=False, rest=hand.DIGIT
        )
