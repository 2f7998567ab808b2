"""Migrations on both engines: up, repeated, down, failing half way, and equal to the tables."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from royalties.store.engine import make_engine
from royalties.store.migrate import upgrade
from royalties.store.schema import NotMigratedError, require_newest
from royalties.store.tables import metadata
from tests.builders.books import Office, Shelf, after, closed, nothing

pytestmark = pytest.mark.engines("both")

MIGRATIONS = Path(__file__).parents[2] / "migrations"

BREAKS = """
import sqlalchemy as sa
from alembic import op

revision = "broken"
down_revision = "{newest}"


def upgrade() -> None:
    op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("INSERT INTO half VALUES (1)")
    op.execute("UPDATE retailer SET key = 'changed' WHERE key = 'hub'")
    op.execute("INSERT INTO nowhere VALUES (1)")
"""


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = make_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def migrated(shelf: Shelf, kind: str, tmp_path: Path) -> Iterator[Engine]:
    """Of a database at the newest migration: a copy of one that was migrated in this run."""
    with shelf.office(kind, nothing, tmp_path) as office:
        yield office.system.engine


def config(folder: Path = MIGRATIONS) -> Config:
    made = Config()
    made.set_main_option("script_location", str(folder))
    return made


def run(engine: Engine, verb: str, revision: str, folder: Path = MIGRATIONS) -> None:
    with engine.connect() as connection:
        made = config(folder)
        made.attributes["connection"] = connection
        getattr(command, verb)(made, revision)
        connection.commit()


def everything(engine: Engine) -> set[tuple[str, str]]:
    """Every object of the schema, triggers and functions included, as the database names it.

    The lines of a definition are sorted: where SQLite copies a table, Alembic writes its
    constraints in any order.
    """
    if engine.dialect.name == "sqlite":
        asked = "SELECT type, coalesce(sql, name) FROM sqlite_master"
    else:
        asked = (
            "SELECT 'column', table_name || '.' || column_name || ' ' || data_type "
            "FROM information_schema.columns WHERE table_schema = 'public' "
            "UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public' "
            "UNION ALL SELECT 'trigger', pg_get_triggerdef(oid) FROM pg_trigger "
            "WHERE NOT tgisinternal "
            "UNION ALL SELECT 'function', pg_get_functiondef(p.oid) FROM pg_proc p "
            "JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = 'public' "
            "UNION ALL SELECT 'constraint', conname || ' ' || pg_get_constraintdef(oid) "
            "FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
        )
    with engine.connect() as connection:
        return {
            (row[0], "\n".join(sorted(line.strip(", \t") for line in row[1].splitlines())))
            for row in connection.execute(text(asked))
        }


def test_migrations_have_one_head() -> None:
    scripts = ScriptDirectory.from_config(config())
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1


def test_empty_database_is_upgraded_to_head(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(NotMigratedError, match="royalties init"):
        require_newest(connection)
    assert upgrade(engine) == ScriptDirectory.from_config(config()).get_current_head()
    with engine.connect() as connection:
        require_newest(connection)


def test_upgrading_again_changes_nothing(migrated: Engine) -> None:
    once = everything(migrated)
    upgrade(migrated)
    assert everything(migrated) == once


def test_migrations_create_the_declared_tables(migrated: Engine) -> None:
    with migrated.connect() as connection:
        compared = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(compared, metadata) == []


def test_migrations_create_the_declared_checks(migrated: Engine) -> None:
    """Which a comparison by Alembic does not see."""
    found = inspect(migrated)
    for table in metadata.sorted_tables:
        named = {check["name"] for check in found.get_check_constraints(table.name)}
        wanted = {
            str(each.name)
            for each in table.constraints
            if type(each).__name__ == "CheckConstraint" and each.name
        }
        assert named == wanted, table.name


def test_downgrade_to_base_and_upgrade_again(engine: Engine) -> None:
    upgrade(engine)
    once = everything(engine)
    run(engine, "downgrade", "base")
    left = {what for _, what in everything(engine) if "alembic_version" not in what}
    assert left == set()
    upgrade(engine)
    assert everything(engine) == once


@after(closed)
def test_downgrade_of_books_in_use(office: Office) -> None:
    run(office.system.engine, "downgrade", "base")
    assert inspect(office.system.engine).get_table_names() == ["alembic_version"]


@after(closed)
def test_a_migration_that_fails_leaves_nothing_behind(office: Office, tmp_path: Path) -> None:
    engine = office.system.engine
    newest = ScriptDirectory.from_config(config()).get_current_head()
    folder = tmp_path / "migrations"
    for part in ("versions", "sql"):
        (folder / part).mkdir(parents=True)
        for path in (MIGRATIONS / part).glob("*.*"):
            (folder / part / path.name).write_bytes(path.read_bytes())
    (folder / "env.py").write_bytes((MIGRATIONS / "env.py").read_bytes())
    (folder / "versions" / "9999_broken.py").write_text(BREAKS.format(newest=newest))
    schema, books = everything(engine), office.hashes()
    with pytest.raises(Exception, match="nowhere"):
        run(engine, "upgrade", "head", folder)
    assert everything(engine) == schema
    assert office.hashes() == books
    with engine.connect() as connection:
        require_newest(connection)
    assert office.faults() == {}
