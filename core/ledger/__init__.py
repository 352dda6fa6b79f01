"""Who our accounts are, what each portal has ever listed, and what came home. Every call takes a session and a workspace."""

from core.ledger.accounts import (
    AlreadyThere,
    add_account,
    close_challenge,
    forget_trial,
    mark_paused,
    new_credentials,
    remove_account,
    resume_account,
    try_again,
)
from core.ledger.budget import count_login, give_back_login, grant_login, remaining_logins
from core.ledger.lines import (
    Known,
    baseline,
    decimals,
    hold,
    known_lines,
    minor,
    money,
    note_baseline,
    receive,
)
from core.ledger.runs import awake, call_due, due_accounts, guard, next_visit, note, queue_run, tell, wish
from core.ledger.standing import state_of
from core.ledger.views import AccountView, account_view, accounts_with_state, invoices, run_with_events

__all__ = [
    "AccountView",
    "AlreadyThere",
    "Known",
    "account_view",
    "accounts_with_state",
    "add_account",
    "awake",
    "baseline",
    "call_due",
    "close_challenge",
    "count_login",
    "decimals",
    "due_accounts",
    "forget_trial",
    "give_back_login",
    "grant_login",
    "guard",
    "hold",
    "invoices",
    "known_lines",
    "mark_paused",
    "minor",
    "money",
    "new_credentials",
    "next_visit",
    "note",
    "note_baseline",
    "queue_run",
    "receive",
    "remaining_logins",
    "remove_account",
    "resume_account",
    "run_with_events",
    "state_of",
    "tell",
    "try_again",
    "wish",
]
