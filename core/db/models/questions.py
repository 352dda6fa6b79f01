"""What portals ask people, and what people ask of the worker."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db.models.base import Base, of_account


class Challenge(Base):
    """A question that a portal asks a person. While one is open, nothing signs in to that account by itself.

    Until `expires_at` its run waits with the portal's page open, and an answer goes there; afterwards a person says that
    they are there, and the portal is asked anew (`core.ledger.questions`).
    """

    __tablename__ = "challenges"
    __table_args__ = (
        of_account(),
        Index(
            "one_open_challenge",
            "account_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    account_id: Mapped[int]
    run_id: Mapped[int]
    #: The error's name: `CodeNeeded`, `Captcha`, `Locked`, `ActionNeeded`.
    kind: Mapped[str]
    #: With `CodeNeeded`: `code`, `approval` or `link`; with `ActionNeeded` what it wants.
    wants: Mapped[str]
    #: By which way the portal sent its code: `sms`, `email`, `app`, or nothing when it did not say.
    medium: Mapped[str] = mapped_column(default="")
    #: The portal's own words, masked; and those with which it refused the last answer.
    said: Mapped[str | None]
    refused_said: Mapped[str | None]
    #: Answers that the portal refused, and how many more it is given.
    tries: Mapped[int] = mapped_column(default=0)
    tries_left: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime]
    #: Until then an answer reaches the waiting visit.
    expires_at: Mapped[datetime | None]
    #: From then on *send again* works; None where the portal has no such button.
    resend_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]


class ChallengeLink(Base):
    """A one-time address that lets somebody answer one Challenge without signing in to Moisson; only its hash is kept."""

    __tablename__ = "challenge_links"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenges.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]
    wrong_tries: Mapped[int] = mapped_column(default=0)
    #: When an answer last came through it.
    used_at: Mapped[datetime | None]


class Wish(Base):
    """What a person asks of the worker: `collect`, `stop`, `new_workspace_key`, `answer` and `send_again` to a Challenge."""

    __tablename__ = "wishes"
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    kind: Mapped[str]
    account_id: Mapped[int | None]
    run_id: Mapped[int | None]
    challenge_id: Mapped[int | None] = mapped_column(ForeignKey("challenges.id", ondelete="CASCADE"))
    #: An answer to the Challenge, sealed for the worker; emptied when it was used.
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: Of `match`: the one Payment or Invoice that changed; neither is all that is open.
    payment_id: Mapped[int | None]
    invoice_id: Mapped[int | None]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
