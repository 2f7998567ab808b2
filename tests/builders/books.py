"""Whole books to test with: a small house in a database and a folder, and people at work in it."""

import csv
import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial, wraps
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Dialect, Engine, Select, Table, event, inspect, select, text

from config import Config
from royalties.adapters.files import Files
from royalties.domain.people import Actor, Role
from royalties.runtime import System
from royalties.services.ledger.verifying import verify
from royalties.services.periods.close import Closed, close, show_run
from royalties.services.periods.explain import Explanation, explain
from royalties.services.sales.batches import Corrected, TakenBack, correct, undo
from royalties.services.sales.importing import ImportResult, Request, import_report
from royalties.services.sales.waiting import Released, alias
from royalties.services.statements.issuing import IssuedFiles, write_statements
from royalties.services.terms.setup import Loaded, load
from royalties.services.work import Work
from royalties.store.engine import make_engine
from royalties.store.tables import metadata
from tests.databases import PostgreSQL

Document = dict[str, Any]
Row = dict[str, str]

TESS = Actor("tess", Role.ADMINISTRATOR)
NOW = datetime(2026, 8, 20, 9, 30, tzinfo=UTC)

HARDCOVER = "9781442200012"
EBOOK = "9781442200029"
HANDBOOK = "9781442200036"
ATLAS = "9781442200043"
UNKNOWN = "9781442200050"
UNKNOWN_TOO = "9781442200067"

SALES_COLUMNS = (
    "date",
    "isbn",
    "retailer",
    "kind",
    "units",
    "currency",
    "list_price",
    "net",
    "discount",
    "country",
    "region",
    "city",
    "order",
    "reference",
)


# Setup files


def an_isbn(number: int) -> str:
    """One of many ISBNs, with a right check digit."""
    body = f"979{number:09d}"
    digit = -sum(int(each) * (1, 3)[place % 2] for place, each in enumerate(body)) % 10
    return f"{body}{digit}"


def an_edition(isbn: str = HARDCOVER, format_: str = "hardcover", **more: object) -> Document:
    """An edition at 80 dollars, and at 85 from April 2025 on."""
    prices = [
        {"currency": "USD", "amount": "80.00", "from": "2015-07-01"},
        {"currency": "USD", "amount": "85.00", "from": "2025-04-01"},
    ]
    return {"isbn": isbn, "format": format_, "prices": prices, "unit_cost": "9.10", **more}


def a_title(key: str, *editions: Document, **more: object) -> Document:
    """A title of 2015."""
    return {
        "key": key,
        "title": f"The {key.title()}",
        "authors": ["Kim Foote"],
        "published": "2015-07-01",
        "editions": list(editions),
        **more,
    }


def a_contract(key: str, titles: Sequence[str], **more: object) -> Document:
    """A contract in dollars at a tenth of the list price."""
    return {
        "key": key,
        "titles": list(titles),
        "currency": "USD",
        "starts": "2015-01-01",
        "author": "Kim Foote",
        "rules": [{"name": "All", "basis": "list", "rate": "0.10"}],
        "plan": "cities",
        **more,
    }


def a_beneficiary(key: str, **more: object) -> Document:
    """A nonprofit in the United States."""
    return {"key": key, "name": f"{key.title()} Readers", "country": "US", **more}


def a_plan(key: str, *steps: Document, starts: str = "2015-01-01") -> Document:
    """A plan of one version."""
    return {"key": key, "versions": [{"from": starts, "steps": list(steps)}]}


def remainder(*names: str) -> Document:
    """The last step of a plan, split equally."""
    return {"remainder": True, "to": [{"beneficiary": name} for name in names]}


def a_setup(**parts: object) -> Document:
    """A setup file of a house that sells in three ways and pays in two currencies.

    It has all that changes a figure: editions priced by date, tiers, discounts, a reserve, an
    advance, income, exchange rates, steps of every kind, caps, tax, minimums and openings.
    """
    setup: Document = {
        "publisher": {
            "name": "Example House",
            "currency": "USD",
            "calendar": "half-yearly",
            "first_period": "2025-H1",
        },
        "titles": [
            a_title(
                "collab",
                an_edition(),
                an_edition(EBOOK, "ebook", prices=[], identifiers={"asin": "B0XMPL6928"}),
            ),
            a_title(
                "handbook",
                an_edition(
                    HANDBOOK,
                    "paperback",
                    prices=[
                        {"currency": "GBP", "amount": "15.00", "from": "2015-07-01"},
                        {"currency": "USD", "amount": "20.00", "from": "2015-07-01"},
                    ],
                ),
            ),
            a_title("atlas", an_edition(ATLAS), royalties=False),
        ],
        "retailers": [
            {"key": "amazon", "name": "Amazon", "channel": "online"},
            {
                "key": "bay",
                "name": "Elliott Bay",
                "channel": "bookstore",
                "country": "US",
                "region": "WA",
                "city": "Seattle",
            },
            {"key": "hub", "name": "Book Hub", "channel": "wholesale"},
        ],
        "contracts": [
            a_contract(
                "foot-2015",
                ["collab"],
                rules=[
                    {
                        "name": "Hardcover",
                        "formats": ["hardcover"],
                        "channels": ["online", "bookstore"],
                        "discount": {"below": "0.55"},
                        "basis": "list",
                        "tiers": [{"up_to": 30, "rate": "0.10"}, {"rate": "0.125"}],
                        "counter": {"name": "hardcover", "opening": 12},
                    },
                    {"name": "Everything else", "basis": "net", "rate": "0.1"},
                ],
                subsidiary_rights={"translation": "0.75"},
                reserve={"rate": "0.20", "formats": ["hardcover"], "hold_periods": 1},
                advances=[{"amount": "50.00", "paid_on": "2024-05-01", "recouped": "12.34"}],
            ),
            a_contract(
                "hand-2020",
                ["handbook"],
                currency="GBP",
                rules=[{"name": "Handbook", "basis": "profit", "rate": "0.35"}],
                opening_balance="-3.21",
                plan="halves",
            ),
        ],
        "beneficiaries": [
            a_beneficiary("seattle", region="WA", city="Seattle", ein="91-0000001"),
            a_beneficiary("houston", minimum_payment="25.00"),
            a_beneficiary("tacoma", tax_rate="0.24", opening_balance="7.77"),
            a_beneficiary("spokane", on_hold=True),
            a_beneficiary("author", minimum_payment="1.00", pay_out_at_year_end=True),
        ],
        "plans": [
            a_plan(
                "cities",
                {
                    "fixed": "20.00",
                    "to": [{"beneficiary": "seattle"}],
                    "cap": {"amount": "30.00", "per": "lifetime", "name": "start"},
                },
                {
                    "share": "0.30",
                    "when": {"regions": ["WA"]},
                    "to": [{"beneficiary": "seattle"}],
                },
                {"per_unit": "0.05", "to": [{"beneficiary": "houston"}]},
                {
                    "remainder": True,
                    "to": [
                        {"beneficiary": "tacoma", "weight": 2},
                        {
                            "weight": 1,
                            "steps": [
                                {"share": "0.333", "to": [{"beneficiary": "spokane"}]},
                                remainder("houston", "spokane"),
                            ],
                        },
                    ],
                },
            ),
            a_plan(
                "halves",
                {"share": "0.5", "to": [{"beneficiary": "houston"}]},
                remainder("author"),
            ),
        ],
        "exchange_rates": [
            {"period": period, "from": source, "to": target, "rate": rate}
            for period in ("2025-H1", "2025-H2", "2026-H1")
            for source, target, rate in (("GBP", "USD", "1.2712"), ("USD", "GBP", "0.7867"))
        ],
        "income": [
            {
                "period": "2025-H1",
                "contract": "foot-2015",
                "right": "translation",
                "amount": "100.10",
                "note": "Norwegian",
            }
        ],
    }
    return {**setup, **parts}


# Reports


def a_row(units: int = 1, **columns: object) -> Row:
    """A row of the standard sales file: hardcovers sold by Amazon in March 2025."""
    values: dict[str, object] = {
        "date": "2025-03-14",
        "isbn": HARDCOVER,
        "retailer": "amazon",
        "kind": "return" if units < 0 else "sale",
        "units": units,
        "currency": "USD",
        "list_price": "80.00",
        "discount": "0.5",
        "country": "US",
        **columns,
    }
    return {name: str(value) for name, value in values.items() if value is not None}


def write_rows(path: Path, rows: Iterable[Mapping[str, str]]) -> Path:
    """A standard sales file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, SALES_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


SPRING = (
    a_row(20),
    a_row(5, date="2025-05-02", list_price=None),
    a_row(-3, date="2025-05-20"),
    a_row(4, retailer="bay", discount="0.4", region="WA", city="Seattle"),
    a_row(10, retailer="hub", discount="0.55"),
    a_row(7, isbn=EBOOK, list_price=None, discount=None, net="34.65", region="WA"),
    a_row(2, kind="free", net="0", discount=None),
    a_row(6, isbn=HANDBOOK, list_price="20.00", discount="0.1"),
    a_row(9, isbn=HANDBOOK, retailer="hub", currency="GBP", list_price=None, discount="0.1"),
    a_row(1, isbn=ATLAS),
)
"""What came in for the first half of 2025: every kind of row, of every book."""

AUTUMN = (
    a_row(12, date="2025-08-03"),
    a_row(-4, date="2025-09-03", retailer="bay", region="WA"),
    a_row(3, date="2025-10-10", isbn=EBOOK, list_price=None, discount=None, net="15"),
    a_row(8, date="2025-11-11", isbn=HANDBOOK, currency="GBP", list_price="15.00"),
)
"""What came in for the second half."""


# People at work


class CrashError(Exception):
    """The machine stopped."""


@dataclass(slots=True)
class Office:
    """The desk of a small house, and what people do at it; the clock stands still."""

    system: System
    outside: Path
    begin_with: Callable[["Story"], bool] | None = None
    """Where a story is being told that nothing has happened in yet: begins with the end of another."""
    _files: Iterator[int] = field(default_factory=lambda: count(1))

    @contextmanager
    def work(self, *, read_only: bool = False) -> Iterator[Work]:
        """A unit of work of somebody who may do everything."""
        self.begin_with = None
        with self.system.work(TESS, read_only=read_only) as work:
            yield work

    def write(self, name: str, setup: Document) -> Path:
        """A setup file."""
        path = self.outside / name
        path.write_text(json.dumps(setup), encoding="utf-8")
        return path

    def load(
        self,
        setup: Document,
        name: str = "setup.json",
        *,
        confirm: bool = True,
        ask: bool = False,
    ) -> Loaded:
        """Load a setup, whatever it replaces."""
        with self.work() as work:
            return load(work, self.write(name, setup), name, confirm=confirm, ask=ask)

    def report(self, rows: Iterable[Mapping[str, str]], name: str = "") -> Path:
        """A standard sales file somewhere outside."""
        return write_rows(self.outside / (name or f"report-{next(self._files)}.csv"), rows)

    def bring(
        self,
        rows: Iterable[Mapping[str, str]],
        name: str = "",
        *,
        confirm: bool = True,
        dry_run: bool = False,
    ) -> ImportResult:
        """Import rows as a standard sales file; warnings are confirmed by default."""
        return self.bring_file(self.report(rows, name), confirm=confirm, dry_run=dry_run)

    def bring_file(
        self, path: Path, *, confirm: bool = True, dry_run: bool = False
    ) -> ImportResult:
        """Import a file."""
        request = Request(path, path.name, confirm=confirm, dry_run=dry_run)
        with self.work(read_only=dry_run) as work:
            return import_report(work, request)

    def bring_batch(self, rows: Iterable[Mapping[str, str]], name: str = "") -> int:
        """Import rows that must be recorded, and return the batch's number."""
        document = self.bring(rows, name).document
        assert document["outcome"] == "recorded", document
        return int(document["batch"])

    def undo(self, batch: int) -> TakenBack:
        """Take an import back."""
        with self.work() as work:
            return undo(work, batch)

    def correct(self, batch: int) -> Corrected:
        """Reverse a closed import."""
        with self.work() as work:
            return correct(work, batch)

    def alias(self, identifier: str, isbn: str) -> Released:
        """Match an identifier with an edition."""
        with self.work() as work:
            return alias(work, identifier, isbn)

    def run(self, period: str) -> Document:
        """The run document of a period."""
        with self.work(read_only=True) as work:
            return show_run(work, period)

    def close(self, period: str, *, early: str = "") -> Closed:
        """Close a period; what is missing or waits is confirmed."""
        with self.work() as work:
            return close(work, period, confirm=True, early=early)

    def statements(self, period: str, folder: Path | None = None) -> IssuedFiles:
        """Write a period's statements."""
        return write_statements(self.work, period, folder or self.outside / f"statements {period}")

    def explain(self, number: str, figure: str | None = None) -> Explanation:
        """Explain a figure of a statement."""
        with self.work(read_only=True) as work:
            return explain(work, number, figure)

    def faults(self) -> dict[str, tuple[str, ...]]:
        """What ``verify`` finds: failures by the invariant that does not hold."""
        with self.work(read_only=True) as work:
            return {each.name: each.failures for each in verify(work) if not each.holds}

    def rows(self, sql: str, **values: object) -> list[tuple[Any, ...]]:
        """What the database answers."""
        with self.system.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(sql), values)]

    def execute(self, *statements: str) -> None:
        """Do something to the database that no verb does, in one transaction."""
        with self.system.engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def hashes(self, *but: str) -> dict[str, str]:
        """SHA-256 of every table but some, rows in order of their primary keys.

        Of what the driver answers, to be compared with the same engine's alone: SQLAlchemy takes
        five times as long, mostly for empty tables.
        """
        with self.system.engine.connect() as connection, connection.begin():
            cursor = connection.connection.cursor()
            found = {}
            for name, query in _all_rows(connection.dialect).items():
                if name not in but:
                    cursor.execute(query)
                    found[name] = _hash(cursor.fetchall())
            cursor.close()
            return found

    def hashes_of_values(self) -> dict[str, str]:
        """The same of values, which do not depend on the engine that keeps them."""
        with self.system.engine.connect() as connection:
            return {
                table.name: _hash(connection.execute(_rows(table)))
                for table in metadata.sorted_tables
            }

    @property
    def is_sqlite(self) -> bool:
        """Which engine it runs on."""
        return self.system.engine.dialect.name == "sqlite"

    def another(self, *, busy_seconds: float = 30) -> "Office":
        """The same books at another desk: another process would see them like this."""
        engine = an_engine(self.system.config.database_url, busy_seconds=busy_seconds)
        outside = self.outside / "another"
        outside.mkdir(exist_ok=True)
        return Office(System(self.system.config, engine, self.system.files, lambda: NOW), outside)

    @contextmanager
    def before_statement(self, do: Callable[[int, str], None]) -> Iterator[None]:
        """Call something with its number and text before every statement."""
        number = count(1)

        def hook(
            _connection: Connection, _cursor: object, statement: str, *_others: object
        ) -> None:
            do(next(number), statement)

        def at_commit(_connection: Connection) -> None:
            do(next(number), "COMMIT")

        event.listen(self.system.engine, "before_cursor_execute", hook)
        event.listen(self.system.engine, "commit", at_commit)
        try:
            yield
        finally:
            event.remove(self.system.engine, "before_cursor_execute", hook)
            event.remove(self.system.engine, "commit", at_commit)

    def rewrite_sales(self, *statements: str) -> None:
        """Change sale lines as an earlier release left them, which stored no sums for drafts."""
        self.execute(*statements, "DELETE FROM batch_slice", "DELETE FROM batch_slicing")

    def statements_of(self, do: Callable[["Office"], object]) -> list[str]:
        """Every statement that some work sends, the commit being the last."""
        seen: list[str] = []
        with self.before_statement(lambda _number, statement: seen.append(statement)):
            do(self)
        return seen


def _rows(table: Table) -> Select[Any]:
    return select(table).order_by(*table.primary_key.columns)


@cache
def _all_rows(dialect: Dialect) -> dict[str, str]:
    """The query for every row of each table."""
    return {
        table.name: str(_rows(table).compile(dialect=dialect)) for table in metadata.sorted_tables
    }


def _hash(rows: Iterable[Sequence[object]]) -> str:
    digest = sha256()
    for row in rows:
        digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()


_FIRST: dict[str, Engine] = {}
"""An engine for each kind of database."""


def an_engine(url: str, *, busy_seconds: float = 30) -> Engine:
    """An engine that finds what earlier ones compiled, as a server's one engine does.

    Thousands of tests open books of their own, and compiling takes a fifth of their time.
    """
    engine = make_engine(url, busy_seconds=busy_seconds)
    name = engine.dialect.name
    if name in _FIRST:
        _be_like(_FIRST[name], engine)
    elif name == "sqlite":
        _FIRST[name] = engine
    else:  # what it learns of the server when it first connects is so for all of them
        event.listen(engine, "engine_connect", lambda _: _FIRST.setdefault(name, engine), once=True)
    return engine


def _be_like(first: Engine, engine: Engine) -> None:
    vars(engine.dialect)["initialize"] = _learn_nothing
    engine.dialect = first.dialect
    engine._compiled_cache = first._compiled_cache


def _learn_nothing(_connection: Connection) -> None:
    """The first engine knows the server."""


BANK_KEY = "what encrypts the accounts of tests"


def open_office(url: str, folder: Path) -> Office:
    """An office whose files lie in a folder; the database is not touched."""
    home, outside = folder / "home", folder / "outside"
    home.mkdir(parents=True, exist_ok=True)
    outside.mkdir(exist_ok=True)
    system = System(Config(home, url, bank_key=BANK_KEY), an_engine(url), Files(home), lambda: NOW)
    return Office(system, outside)


# What has happened before a test begins; played once, then copied


Story = Callable[[Office], None]


def nothing(office: Office) -> None:
    """An empty database at the newest migration, which a copy of one is already."""
    if not inspect(office.system.engine).has_table("alembic_version"):
        office.system.migrate()


def told_once(story: Story) -> Story:
    """A story that others begin with: they get a copy of its end."""

    @wraps(story)
    def told(office: Office) -> None:
        if office.begin_with is None or not office.begin_with(told):
            story(office)

    return told


@told_once
def opened(office: Office) -> None:
    """The setup is loaded."""
    nothing(office)
    office.load(a_setup())


@told_once
def spring(office: Office) -> None:
    """The first half's report is imported."""
    opened(office)
    office.bring_batch(SPRING, "spring.csv")


@told_once
def closed(office: Office) -> None:
    """The first half is closed, its statements are issued, and the autumn's report is in."""
    spring(office)
    office.close("2025-H1")
    office.statements("2025-H1")
    office.bring_batch(AUTUMN, "autumn.csv")


def after(story: Story) -> pytest.MarkDecorator:
    """A mark for a test whose ``office`` begins where a story ends."""
    return pytest.mark.story.with_args(story)


_OTHERS_SECONDS = 30


def _wait_for_others(office: Office) -> None:
    """Wait until nobody else is at work: a page's calculation, or a browser's last request.

    A connection that is in use when its engine is disposed of is closed by nobody, and whichever
    test runs when it is collected is blamed for it.
    """
    ends = time.monotonic() + _OTHERS_SECONDS
    while office.system.engine.pool.checkedout() and time.monotonic() < ends:  # type: ignore[attr-defined]
        time.sleep(0.005)


class Shelf:
    """Offices in which a story was played once, copied for every test of all processes."""

    def __init__(self, folder: Path, postgresql: Callable[[], PostgreSQL]) -> None:
        self._folder = folder
        self._postgresql = postgresql
        self._numbers = count(1)
        folder.mkdir(exist_ok=True)

    @contextmanager
    def office(self, kind: str, story: Story, folder: Path) -> Iterator[Office]:
        """A copy of the books at a story's end, on ``sqlite`` or ``postgresql``."""
        url = self._copy(kind, story, folder)
        office = open_office(url, folder)
        try:
            yield office
        finally:
            if kind != "sqlite":
                _wait_for_others(office)
            office.system.dispose()
            if kind != "sqlite":
                self._postgresql().drop(_name(url))

    def _copy(self, kind: str, story: Story, folder: Path) -> str:
        template, name = self._told(kind, story)
        shutil.copytree(template, folder, dirs_exist_ok=True)
        if kind == "sqlite":
            return f"sqlite:///{folder / name}"
        return self._postgresql().url(self._postgresql().create(template=name))

    def _told(self, kind: str, story: Story) -> tuple[Path, str]:
        """Where a story's office lies, and its database's name; another process may play it."""
        assert kind in {"sqlite", "postgresql"}, "a test's own parameter is called kind"
        note = self._folder / f"{kind} {story.__module__}.{story.__qualname__}"
        with note.open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            if not (told := file.read()):
                told = "\n".join(self._tell(kind, story))
                file.write(told)
        folder, name = told.split("\n")
        return Path(folder), name

    def _tell(self, kind: str, story: Story) -> tuple[str, str]:
        folder = self._folder / f"{os.getpid()}-{next(self._numbers)}"
        if story is not nothing:  # every story begins with the newest migration, which takes long
            url = self._copy(kind, nothing, folder)
        elif kind == "sqlite":
            url = f"sqlite:///{folder / 'books.sqlite'}"
        else:
            url = self._postgresql().url(self._postgresql().create())
        office = open_office(url, folder)
        office.begin_with = partial(self._begin, office, office.system, kind, folder, story)
        story(office)
        office.system.dispose()
        return str(folder), _name(url)

    def _begin(
        self, office: Office, usual: System, kind: str, folder: Path, story: Story, first: Story
    ) -> bool:
        """Put the end of another story in the place of an office in which nothing has happened.

        One whose clock or settings were changed tells it in full: the other was told at the usual
        moment.
        """
        if first is story or office.system is not usual:
            return False
        office.begin_with = None
        office.system.dispose()
        if kind == "sqlite":
            self._copy(kind, first, folder)
        else:
            name = _name(usual.config.database_url)
            template, database = self._told(kind, first)
            shutil.copytree(template, folder, dirs_exist_ok=True)
            self._postgresql().drop(name)
            self._postgresql().create(template=database, name=name)
        return True


def _name(url: str) -> str:
    """The name of a database: the last part of its address's path."""
    return url.partition("?")[0].rpartition("/")[2]
