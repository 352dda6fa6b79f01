"""Errors that name their remedy. A class's docstring is the sentence an owner reads; `scheduler.policy` acts on the remedy."""

from __future__ import annotations

from enum import StrEnum


class Remedy(StrEnum):
    """What would help when a Run fails."""

    OWNER = "owner"
    ENGINE = "engine"
    LATER = "later"
    MENDER = "mender"
    BUG = "bug"


class MoissonError(Exception):
    """Something went wrong inside the farm."""

    code = "MOISSON-B100"
    remedy = Remedy.BUG

    def __init__(self, said: str = "", *, step: str = "") -> None:
        """`said` is what the other side said, in its own words and without any secret; `step` the human name of the step."""
        super().__init__(said or self.sentence())
        self.said = said
        self.step = step

    @classmethod
    def sentence(cls) -> str:
        return (cls.__doc__ or "").strip().splitlines()[0]


class PortalError(MoissonError):
    """The portal did not give what the collector needs."""


class BadCredentials(PortalError):
    """The portal refused the user name or the password."""

    code = "MOISSON-P101"
    remedy = Remedy.OWNER


class Locked(PortalError):
    """The portal has locked this sign-in for now."""

    code = "MOISSON-P102"
    remedy = Remedy.OWNER


class ActionNeeded(PortalError):
    """The portal wants something from its customer before it lets anyone in: terms, a new password, a right."""

    code = "MOISSON-P103"
    remedy = Remedy.OWNER

    def __init__(self, said: str = "", *, step: str = "", wants: str = "action") -> None:
        """`wants` is one of `terms`, `new_password`, `enable_mfa`, `no_permission`, `action`; `origins` when its sign-in has moved."""
        super().__init__(said, step=step)
        self.wants = wants


class CodeNeeded(PortalError):
    """The portal asks for a code that only a person can give."""

    code = "MOISSON-P104"
    remedy = Remedy.OWNER

    def __init__(
        self,
        said: str = "",
        *,
        step: str = "",
        wants: str = "code",
        medium: str = "",
        refused: bool = False,
    ) -> None:
        """`wants` is one of `code`, `approval`, `link`; `medium` the way it went: `sms`, `email`, `app`, or nothing.

        `refused`: the portal has taken none of the answers that it was given, and `said` is why.
        """
        super().__init__(said, step=step)
        self.wants = wants
        self.medium = medium
        self.refused = refused


class Captcha(PortalError):
    """The portal asks to prove that a person is there."""

    code = "MOISSON-P105"
    remedy = Remedy.OWNER


class SessionExpired(PortalError):
    """The portal has ended the session."""

    code = "MOISSON-P106"
    remedy = Remedy.ENGINE


class PortalDown(PortalError):
    """The portal is not available."""

    code = "MOISSON-P201"
    remedy = Remedy.LATER

    def __init__(self, said: str = "", *, step: str = "", retry_after: float | None = None) -> None:
        """`retry_after` is in seconds, as the portal asked (RFC 9110 10.2.3)."""
        super().__init__(said, step=step)
        self.retry_after = retry_after


class TooFast(PortalDown):
    """The portal asks us to slow down."""

    code = "MOISSON-P202"


class Timeout(PortalDown):
    """The portal did not answer in time."""

    code = "MOISSON-P203"


class Untrusted(PortalDown):
    """The portal's certificate is not one that we can trust, so nothing was typed or read."""

    code = "MOISSON-P204"


class Blocked(PortalError):
    """The portal refuses visits from this address."""

    code = "MOISSON-P205"
    remedy = Remedy.LATER


class PortalChanged(PortalError):
    """The portal is no longer as the collector knows it."""

    code = "MOISSON-P301"
    remedy = Remedy.MENDER

    def __init__(self, said: str = "", *, step: str = "", expected: str = "", seen: str = "") -> None:
        """`expected` and `seen` are short and masked: what was looked for, and what the portal showed instead."""
        super().__init__(said or f"{step}: expected {expected}, seen {seen}", step=step)
        self.expected = expected
        self.seen = seen


class NotAnInvoice(PortalError):
    """What the portal sent as an invoice is not one that can be kept."""

    code = "MOISSON-P302"
    remedy = Remedy.MENDER

    def __init__(self, said: str = "", *, step: str = "", reason: str = "") -> None:
        """`reason` is one of the gate's words: `empty`, `too_large`, `html`, `json`, `zip`, `xml`, `truncated`, `not_pdf`, `unreadable`, `other_customer`."""
        super().__init__(said, step=step)
        self.reason = reason


class ForeignOrigin(PortalError):
    """The page that asks for a secret is not one where this supplier's secrets may be typed."""

    code = "MOISSON-P303"
    remedy = Remedy.MENDER


class DoorClosed(PortalError):
    """The visit tried to reach an address outside the supplier's hosts."""

    code = "MOISSON-P304"
    remedy = Remedy.MENDER


class PartnerError(MoissonError):
    """A mail provider or an accounting service did not give what was asked of it."""


class ConsentEnded(PartnerError):
    """The consent has ended or was withdrawn: renew it, and everything goes on where it stopped."""

    code = "MOISSON-X801"
    remedy = Remedy.OWNER


class PartnerRefused(PartnerError):
    """It refuses what signs in here, or lacks a right that is needed."""

    code = "MOISSON-X802"
    remedy = Remedy.OWNER


class PartnerDown(PartnerError):
    """It is not available; nothing of this request was done there."""

    code = "MOISSON-X803"
    remedy = Remedy.LATER

    def __init__(self, said: str = "", *, step: str = "", retry_after: float | None = None) -> None:
        """`retry_after` is in seconds, as it asked (RFC 9110 10.2.3)."""
        super().__init__(said, step=step)
        self.retry_after = retry_after


class PartnerBusy(PartnerDown):
    """It asks us to wait before the next request."""

    code = "MOISSON-X804"


class PartnerSilent(PartnerDown):
    """Its answer was lost: whether it did what was asked is not known."""

    code = "MOISSON-X805"


class PartnerChanged(PartnerError):
    """It answered in a way that is not known here."""

    code = "MOISSON-X806"
    remedy = Remedy.MENDER


class PrivateAddress(PartnerError):
    """Its address lies in a private network, where the farm never goes: give it a public name, or a folder on the farm's machine."""

    code = "MOISSON-X807"
    remedy = Remedy.OWNER


class FarmError(MoissonError):
    """The farm itself cannot go on; nothing is lost, and it tries again."""

    remedy = Remedy.LATER


class DiskFull(FarmError):
    """There is no room left on the disk; what was being fetched stays at the portal."""

    code = "MOISSON-F401"


class LeaseLost(FarmError):
    """Another worker has taken this visit over; this one writes nothing more."""

    code = "MOISSON-F402"


class ReaderFailed(FarmError):
    """The document could not be read within its limits."""

    code = "MOISSON-F403"

    def __init__(self, said: str = "", *, step: str = "", way: str = "crashed") -> None:
        """`way` is one of `time`, `memory`, `crashed`, `confused`; or `gone`: the reader was ended, and not by the document."""
        super().__init__(said, step=step)
        self.way = way


class NoBrowser(FarmError):
    """There is no browser that the farm can use."""

    code = "MOISSON-F404"


class BrowserLost(FarmError):
    """The browser stopped in the middle of the visit; nothing is lost."""

    code = "MOISSON-F405"


class ClockOff(FarmError):
    """This machine's clock is wrong, so the portal refused the code of the moment."""

    code = "MOISSON-F406"
    remedy = Remedy.OWNER


class VaultError(MoissonError):
    """The vault cannot open this secret."""

    code = "MOISSON-V501"
    remedy = Remedy.OWNER


class VaultClosed(VaultError):
    """The vault's key is missing or wrong: collecting is stopped, nothing else is."""

    code = "MOISSON-V502"


class BudgetSpent(MoissonError):
    """This account has used up its sign-ins of the last 24 hours."""

    code = "MOISSON-L601"
    remedy = Remedy.LATER


class BadManifest(MoissonError):
    """The collector's file says something that cannot be used."""

    code = "MOISSON-C701"
    remedy = Remedy.MENDER


class BadSettings(MoissonError):
    """The settings hold something that cannot be used."""

    code = "MOISSON-C702"
    remedy = Remedy.OWNER


class NoSuchAccount(MoissonError):
    """There is no such account."""

    code = "MOISSON-L602"
    remedy = Remedy.OWNER


class Frozen(MoissonError):
    """This account waits for a person; nothing signs in until then."""

    code = "MOISSON-L603"
    remedy = Remedy.OWNER


class Busy(MoissonError):
    """This account is being visited already."""

    code = "MOISSON-L604"
    remedy = Remedy.LATER


class NotAStatement(MoissonError):
    """This is no bank file that can be read."""

    code = "MOISSON-S801"
    remedy = Remedy.OWNER

    def __init__(self, said: str = "", *, step: str = "", reason: str = "unknown") -> None:
        """`reason` is one of `empty`, `too_large`, `unknown`, `damaged`."""
        super().__init__(said, step=step)
        self.reason = reason
