"""Who our accounts are, what each portal has ever listed, and what came home. Every call takes a session and a workspace."""

from core.ledger.accounts import (
    AlreadyThere,
    add_account,
    mark_paused,
    new_credentials,
    remove_account,
    resume_account,
)
from core.ledger.budget import count_login, remaining_logins
from core.ledger.lines import Known, baseline, hold, known_lines, note_baseline, receive
from core.ledger.runs import call_due, guard, note, queue_run, wish
from core.ledger.standing import state_of
from core.ledger.views import AccountView, account_view, accounts_with_state, invoices, run_with_events

__all__ = [
    "AccountView",
    "AlreadyThere",
    "Known",
    "account_view",
    "accounts_with_state",
    "add_account",
    "baseline",
    "call_due",
    "count_login",
    "guard",
    "hold",
    "invoices",
    "known_lines",
    "mark_paused",
    "new_credentials",
    "note",
    "note_baseline",
    "queue_run",
    "receive",
    "remaining_logins",
    "remove_account",
    "resume_account",
    "run_with_events",
    "state_of",
    "wish",
]
