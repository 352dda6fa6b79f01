"""Alembic's environment: the engine comes from `core.db.migrate`, never from a file."""

from alembic import context

from core.db import models

engine = context.config.attributes["engine"]

with engine.execution_options(writes=True).connect() as connection:
    context.configure(connection=connection, target_metadata=models.Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
