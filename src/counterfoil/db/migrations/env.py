"""How Alembic runs here: on the connection, and inside the transaction, that schema.upgrade has opened and locked."""

from alembic import context

from counterfoil.db.console_tables import staff_view

# SQLite cannot alter columns in place: batch mode rebuilds the table.
context.configure(
    connection=context.config.attributes["connection"], target_metadata=staff_view.metadata, render_as_batch=True
)
context.run_migrations()
