"""Signing in to an IMAP server: with a password once, with the token of a consent."""

from __future__ import annotations

import imaplib
from collections.abc import Callable

from core import errors
from core.db import models
from core.mailbox import line
from core.mailbox.line import Box
from core.partners import Means


def to(mailbox: models.Mailbox, means: Means) -> Box:
    """Raises PartnerRefused for a password, ConsentEnded for a token that is not taken, PartnerDown when the server cannot do it now."""
    place = mailbox.place
    login = str(place.get("login") or mailbox.address)
    if place.get("provider"):
        return _with_token(mailbox, login, means)
    box = _box(mailbox, means)
    _expect(box, lambda: _with_password(box, login, means), errors.PartnerRefused)
    return box


def _box(mailbox: models.Mailbox, means: Means) -> Box:
    place = mailbox.place
    return Box(means.door, place["host"], int(place["port"]), place["security"])


def _with_password(box: Box, login: str, means: Means) -> None:
    password = means.secrets()["password"].reveal()
    if login.isascii() and password.isascii():
        box.login(login, password, None)
    else:
        box.login_utf8(login, password, None)


def _with_token(mailbox: models.Mailbox, login: str, means: Means) -> Box:
    """A token may be over before its time, or withdrawn: then one more is asked for, and no third."""
    box, token = _box(mailbox, means), means.token().reveal()
    try:
        _expect(box, lambda: box.xoauth2(login, token, None), errors.ConsentEnded)
    except errors.ConsentEnded:
        box, another = _box(mailbox, means), means.token(but=token).reveal()
        _expect(box, lambda: box.xoauth2(login, another, None), errors.ConsentEnded)
    return box


def _expect(box: Box, act: Callable[[], object], refused: type[errors.PartnerError]) -> None:
    """Or the line is cut, and the error says why."""
    try:
        _named(act, refused)
    except BaseException:
        box.client.shutdown()
        raise


def _named(act: Callable[[], object], refused: type[errors.PartnerError]) -> None:
    try:
        act()
    except imaplib.IMAP4.abort as err:
        raise errors.PartnerDown(line.said(err), step="signing in") from None
    except line.REFUSALS as err:
        # RFC 5530: the server may say that it is not the secret's fault.
        if "UNAVAILABLE" in str(err) or "INUSE" in str(err):
            raise errors.PartnerDown(line.said(err), step="signing in") from None
        raise refused(line.said(err), step="signing in") from None
