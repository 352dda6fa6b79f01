"""The index of words that stands beside `invoice_texts`; the database itself keeps it up to date."""

from __future__ import annotations

from sqlalchemy import DDL

_OUT = (
    "INSERT INTO invoice_search (invoice_search, rowid, words) VALUES ('delete', old.invoice_id, old.words);"
)
_IN = "INSERT INTO invoice_search (rowid, words) VALUES (new.invoice_id, new.words);"

_SQLITE = (
    "CREATE VIRTUAL TABLE invoice_search USING fts5(words, content='invoice_texts', content_rowid='invoice_id')",
    f"CREATE TRIGGER invoice_texts_added AFTER INSERT ON invoice_texts BEGIN {_IN} END",
    f"CREATE TRIGGER invoice_texts_gone AFTER DELETE ON invoice_texts BEGIN {_OUT} END",
    f"CREATE TRIGGER invoice_texts_changed AFTER UPDATE ON invoice_texts BEGIN {_OUT} {_IN} END",
)
_POSTGRESQL = "CREATE INDEX invoice_search ON invoice_texts USING gin (to_tsvector('simple', words))"

#: For a database that is made of the models; the migrations say the same.
MADE = tuple(
    DDL(statement).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
    for dialect, statements in (("sqlite", _SQLITE), ("postgresql", (_POSTGRESQL,)))
    for statement in statements
)
