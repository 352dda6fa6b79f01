"""Reviews and what is undone of them, templates that people teach, and the words that are searched."""

import sqlalchemy as sa
from alembic import op

from core.db.types import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("anchors", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("live_at", Instant(), nullable=True),
        sa.Column("retired_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by"],
            ["people.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workspace_id", "supplier", "layout", "version"),
    )
    op.create_table(
        "invoice_texts",
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("invoice_id"),
    )
    op.create_table(
        "review_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["by"],
            ["people.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "invoice_id"], ["invoices.workspace_id", "invoices.id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("review_acts", schema=None) as batch_op:
        batch_op.create_index("acts_of_invoice", ["invoice_id", "id"], unique=False)

    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("act_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("box", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["act_id"], ["review_acts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "invoice_id"], ["invoices.workspace_id", "invoices.id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("corrections", schema=None) as batch_op:
        batch_op.create_index("corrections_of_invoice", ["invoice_id", "field"], unique=False)

    op.create_table(
        "template_samples",
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("expected", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["template_id"], ["templates.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("template_id", "document_id"),
    )
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("first_page", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("last_page", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("own_sha256", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("own_size", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("quarantined_for", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("failed_as", sa.Text(), nullable=True))

    # With the reference in the column itself no table is made anew, which on SQLite would take its children along.
    for name, other in (("reviewed_by", "people"), ("merged_into", "invoices")):
        column = sa.Column(name, sa.Integer(), sa.ForeignKey(f"{other}.id"), nullable=True)
        op.add_column("invoices", column, inline_references=True)
    with op.batch_alter_table("invoices", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("net_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("vat_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("period_from", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("period_to", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("seller", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("seller_id", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("iban", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("customer_ref", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("asks_review", sa.Boolean(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("reviewed_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("rejected_for", sa.Text(), nullable=True))
        batch_op.create_index("invoices_by_number", ["workspace_id", "supplier", "number"], unique=False)
        batch_op.create_index("invoices_by_seller", ["workspace_id", "seller_id"], unique=False)
        batch_op.create_index(
            "invoices_to_review",
            ["workspace_id", "id"],
            unique=False,
            sqlite_where=sa.text(
                "asks_review AND reviewed_at IS NULL AND rejected_for IS NULL AND merged_into IS NULL"
            ),
            postgresql_where=sa.text(
                "asks_review AND reviewed_at IS NULL AND rejected_for IS NULL AND merged_into IS NULL"
            ),
        )
    with op.batch_alter_table("readings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("doubts", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("withdrawn_at", Instant(), nullable=True))

    if op.get_bind().dialect.name == "sqlite":
        gone = "INSERT INTO invoice_search (invoice_search, rowid, words) VALUES ('delete', old.invoice_id, old.words);"
        come = "INSERT INTO invoice_search (rowid, words) VALUES (new.invoice_id, new.words);"
        op.execute(
            "CREATE VIRTUAL TABLE invoice_search USING fts5(words, content='invoice_texts', content_rowid='invoice_id')"
        )
        op.execute(f"CREATE TRIGGER invoice_texts_added AFTER INSERT ON invoice_texts BEGIN {come} END")
        op.execute(f"CREATE TRIGGER invoice_texts_gone AFTER DELETE ON invoice_texts BEGIN {gone} END")
        op.execute(
            f"CREATE TRIGGER invoice_texts_changed AFTER UPDATE ON invoice_texts BEGIN {gone} {come} END"
        )
    else:
        op.execute("CREATE INDEX invoice_search ON invoice_texts USING gin (to_tsvector('simple', words))")
    # What is here already is found by its supplier and number at once, and by its pages once they are read again.
    op.execute(
        "INSERT INTO invoice_texts (invoice_id, workspace_id, words) SELECT id, workspace_id,"
        " lower(replace(supplier, '_', ' ') || ' ' || coalesce(number, '') || ' ' ||"
        " replace(replace(coalesce(number, ''), '-', ''), ' ', '')) FROM invoices"
    )
