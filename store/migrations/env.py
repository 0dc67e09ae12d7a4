"""How does alembic reach the database? Through the connection that store/migrate.py hands it."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
