"""Why a Message, or a file in one, was not taken: the words that are kept, and that pages translate (`mail_reason_<word>`)."""

from __future__ import annotations

from core.ledger import messages

#: Of a Message.
NOT_FINANCIAL = "not_financial"  # nothing in it speaks of an invoice
OTHER_PAPERS = "other_papers"  # it has files, and they are something else
NO_FILE = "no_file"  # it speaks of an invoice and brings none
TOO_LARGE = "too_large"
UNREADABLE = "unreadable"  # broken so that no message can be made out
RULE = "rule"  # a rule of the company says so
GONE = "gone"  # it was deleted before it could be opened
NO_ADDRESS = "no_address"  # no living forwarding address is among its recipients
CONFIRMATION = "confirmation"  # a mail provider asks to confirm that mail may be forwarded here
BEHIND_LOGIN = "behind_login"  # its invoice waits in the customer area of a supplier we have no account with
COLLECTOR_STARTED = "collector_started"
ONE_TIME_CODE = "one_time_code"
CODE_GIVEN = messages.GIVEN  # a visit that waited for it has it
REFUSED = "refused"  # each of its files was refused, for the reason beside the file

OF_MESSAGES = (
    NOT_FINANCIAL,
    OTHER_PAPERS,
    NO_FILE,
    TOO_LARGE,
    UNREADABLE,
    RULE,
    GONE,
    NO_ADDRESS,
    CONFIRMATION,
    BEHIND_LOGIN,
    COLLECTOR_STARTED,
    ONE_TIME_CODE,
    CODE_GIVEN,
    REFUSED,
)

#: Of a file, beside the gate's own words (`core.extraction.gate.SAID`).
KIND = "kind"  # no PDF, no XML
SMALL_PRINT = "small_print"  # general terms beside an invoice
BOMB = "bomb"  # an archive that unpacks to more than is allowed
LOCKED = "locked"  # an archive with a password
TOO_MANY = "too_many"
TOO_DEEP = "too_deep"
NOT_FETCHED = "not_fetched"  # a link that gave no document
NOT_PRINTED = "not_printed"  # a text that could not be printed

OF_FILES = (KIND, SMALL_PRINT, BOMB, LOCKED, TOO_MANY, TOO_DEEP, NOT_FETCHED, NOT_PRINTED)
