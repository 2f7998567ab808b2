"""Books of every released schema: brought up to date, they hold, and work goes on in them."""

import tarfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from royalties.services.statements.issuing import statement as statement_of
from royalties.services.terms.setup import load
from tests.builders.books import TESS, Office, a_row, a_setup, after, closed, open_office
from tests.migrations.test_migrations import config

pytestmark = pytest.mark.engines("both")

BOOKS = Path(__file__).parent / "books"
RELEASED = [
    *("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0009", "0010", "0011", "0012"),
    *("0013", "0014", "0015", "0018", "0021", "0022", "0023", "0024", "0025", "0026", "0027"),
    "0028",
    "0029",
    "0030",
]
"""The others were never the newest: they came together with the one after them."""


def old(schema: str, folder: Path) -> Office:
    """Books as a release left them, made with its own code (``books/make_books.py``)."""
    home = folder / "home"
    with tarfile.open(BOOKS / f"{schema}.tar.xz") as found:
        found.extractall(home)  # noqa: S202 - our own archive; Python 3.11.2 has no filters
    return open_office(f"sqlite:///{home / 'royalties.sqlite'}", folder)


def at(office: Office) -> str:
    return str(office.rows("SELECT version_num FROM alembic_version")[0][0])


def works(office: Office, issued: dict[Path, bytes]) -> None:
    """Everything holds, what was issued stays, and the next period comes to its end."""
    assert office.system.deviations()[0] == []
    assert office.faults() == {}
    with office.work() as work:
        path = office.write("setup.json", a_setup())
        load(work, path, path.name, confirm=True)
    office.bring_batch([a_row(4, date="2025-10-01"), a_row(1, date="2025-10-02")], "more.csv")
    draft = office.run("2025-H2")
    assert draft["status"] == "draft"
    office.close("2025-H2")
    assert office.run("2025-H2")["contracts"] == draft["contracts"]
    office.statements("2025-H2")
    office.statements("2025-H1")
    assert office.faults() == {}
    for path, data in issued.items():
        assert (office.system.config.home / path).read_bytes() == data


def issued_files(home: Path) -> dict[Path, bytes]:
    found = {
        path.relative_to(home): path.read_bytes()
        for path in (home / "issued").rglob("*")
        if path.is_file()
    }
    assert found
    return found


def test_sample_books_exist_for_every_released_schema() -> None:
    known = {each.revision for each in ScriptDirectory.from_config(config()).walk_revisions()}
    kept = {path.name.partition(".")[0] for path in BOOKS.glob("*.tar.xz")}
    assert set(RELEASED) == kept <= known
    [head] = ScriptDirectory.from_config(config()).get_heads()
    after_these = {each for each in known if RELEASED[-1] < each < head}
    assert not after_these, "a migration that follows them has to bring books of these schemas"
    assert all(path.stat().st_size < 300_000 for path in BOOKS.glob("*.tar.xz"))


@pytest.mark.thorough("further books", but_one_in=11)
@pytest.mark.parametrize("schema", RELEASED)
def test_books_of_a_release_are_upgraded(schema: str, tmp_path: Path) -> None:
    office = old(schema, tmp_path)
    assert at(office) == schema
    issued = issued_files(office.system.config.home)
    office.system.migrate()
    works(office, issued)
    office.system.dispose()


def test_tax_taken_from_what_is_carried_forward_is_given_back(tmp_path: Path) -> None:
    """A close of 0024 took 49.59 from 206.63 that were on hold; and 148.81 of what is to pay."""
    office = old("0024", tmp_path)
    [(kept,)] = office.rows("SELECT document FROM closed_run")
    statements = office.rows("SELECT number, content, fingerprint FROM statement")
    office.system.migrate()
    assert office.rows("SELECT document FROM closed_run") == [(kept,)]
    assert office.rows("SELECT number, content, fingerprint FROM statement") == statements
    before = {each["key"]: each for each in office.run("2025-H1")["beneficiaries"]}
    assert _named(before["spokane"], "due", "to_pay", "tax", "tax_withheld", "carried_forward") == (
        *("157.04", "0.00", "0.00", "49.59", "157.04"),
    )
    assert _named(before["tacoma"], "due", "to_pay", "tax", "net", "tax_withheld") == (
        *("479.01", "479.01", "0.00", "479.01", "148.81"),
    )
    accounts = dict(
        office.rows(
            "SELECT account, sum(amount) FROM posting WHERE account LIKE 'liability:to-pay:%' OR "
            "account IN ('liability:payments', 'liability:tax') GROUP BY account"
        )
    )
    assert accounts["liability:to-pay:tacoma"] == -47901
    assert accounts["liability:tax"] == -(4959 + 14881)
    assert "liability:payments" not in accounts
    assert office.faults() == {}
    office.close("2025-H2")
    after = {each["key"]: each for each in office.run("2025-H2")["beneficiaries"]}
    spokane = after["spokane"]
    assert (spokane["brought_forward"], spokane["tax_withheld"]) == ("157.04", "-49.59")
    due = Decimal("157.04") + Decimal(spokane["allocated"]) + Decimal("49.59")
    assert Decimal(spokane["due"]) == Decimal(spokane["carried_forward"]) == due
    assert "tax_withheld" not in after["tacoma"]
    [(left,)] = office.rows("SELECT sum(amount) FROM posting WHERE account = 'liability:tax'")
    assert left == -14881
    assert office.faults() == {}
    with office.work() as work:
        said = statement_of(work, "2025-H2-005")
    assert (said.payee.key, said.tax_withheld) == ("spokane", -4959)
    office.system.dispose()


def _named(settled: dict[str, str], *names: str) -> tuple[str, ...]:
    return tuple(settled[name] for name in names)


@pytest.fixture
def there(postgresql_url: str, tmp_path: Path) -> Iterator[Office]:
    office = open_office(postgresql_url, tmp_path / "there")
    yield office
    office.system.dispose()


@pytest.mark.thorough("further books", but_one_in=len(RELEASED))
@pytest.mark.parametrize("schema", RELEASED)
def test_books_of_a_release_are_moved_to_postgresql(
    schema: str, there: Office, tmp_path: Path
) -> None:
    """A backup that is older than the program: migrated there, from the schema that it had."""
    office = old(schema, tmp_path / "old")
    issued = issued_files(office.system.config.home)
    file = tmp_path / "old.backup"
    assert office.system.back_up(TESS, file).schema == schema
    office.system.dispose()
    assert there.system.restore(TESS, file).schema == schema
    works(there, issued)


# Books that count as migrated and are not

LACKS = {
    "column": (
        ["DROP INDEX ix_order_draft_expires_at", "ALTER TABLE order_draft DROP COLUMN expires_at"],
        "column expires_at of table order_draft",
    ),
    "table": (["DROP TABLE quote_link"], "table quote_link"),
    "index": (["DROP INDEX ix_mail_about"], "index ix_mail_about of table mail"),
    "unique index": (["DROP INDEX uq_job_active"], "index uq_job_active of table job"),
}
GUARDS = {
    "log_no_update": "log",
    "entry_balances": "entry",
    "invoice_no_delete": "invoice",
    "carried_no_update": "carried",
}
"""Of each migration that makes some."""


@pytest.mark.thorough("combinations", but_one_in=4)
@pytest.mark.parametrize("what", LACKS)
@after(closed)
def test_missing_table_or_column_is_named(office: Office, what: str) -> None:
    assert office.system.deviations() == ([], [])
    statements, named = LACKS[what]
    office.execute(*statements)
    lacks, beside = office.system.deviations()
    assert named in lacks
    assert beside == []


@after(closed)
def test_missing_guard_is_named(office: Office) -> None:
    """Without it the log, a closed run or an invoice could be changed, and nobody would know."""
    for name, table in GUARDS.items():
        office.execute(f"DROP TRIGGER {name}" + ("" if office.is_sqlite else f" ON {table}"))
    lacks, beside = office.system.deviations()
    assert lacks == sorted(f"guard {name} of table {table}" for name, table in GUARDS.items())
    assert beside == []


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
@after(closed)
def test_guard_that_is_switched_off_counts_as_missing(office: Office) -> None:
    office.execute('ALTER TABLE "statement" DISABLE TRIGGER statement_no_update')
    assert office.system.deviations()[0] == ["guard statement_no_update of table statement"]


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
@after(closed)
def test_keys_checks_and_types_are_compared(office: Office) -> None:
    """Only PostgreSQL can drop them one by one."""
    office.execute(
        "ALTER TABLE posting DROP CONSTRAINT ck_posting_amount",
        "ALTER TABLE invoice DROP CONSTRAINT uq_invoice_number",
        "ALTER TABLE quote_link DROP CONSTRAINT fk_quote_link_order_id",
        "ALTER TABLE upload ALTER COLUMN size TYPE integer",
        "ALTER TABLE upload ALTER COLUMN size DROP NOT NULL",
        "ALTER TABLE upload ADD COLUMN colour text",
        "CREATE TABLE somebody_elses (id integer)",
    )
    lacks, beside = office.system.deviations()
    assert "\n".join(lacks) == (
        "check ck_posting_amount of table posting\n"
        "column size of table upload: its nullable is True, not False\n"
        "column size of table upload: its type is INTEGER, not BIGINT\n"
        "foreign key fk_quote_link_order_id of table quote_link\n"
        "key uq_invoice_number of table invoice"
    )
    assert beside == ["column colour of table upload", "table somebody_elses"]
