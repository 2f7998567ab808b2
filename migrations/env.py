"""How Alembic runs the migrations: on the desk's own engine, one transaction each."""

from alembic import context

from config import from_environment
from royalties.store.engine import make_engine
from royalties.store.tables import metadata

options = context.config.attributes
if context.is_offline_mode():
    raise SystemExit("migrations need a database: run them with 'royalties init'")

connection = options.get("connection")
engine = None
if connection is None:
    engine = make_engine(from_environment().database_url)
    connection = engine.connect()
try:
    context.configure(
        connection=connection, target_metadata=metadata, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()
finally:
    if engine is not None:
        connection.close()
        engine.dispose()
