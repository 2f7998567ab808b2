"""Column types: values go in and come back, are compared as what they are, and stored as before."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, insert, select, text
from sqlalchemy.exc import StatementError

from royalties.domain.orders.life import State
from royalties.domain.orders.order import Address
from royalties.domain.orders.price_lists import Option
from royalties.store.engine import make_engine
from royalties.store.tables import orders
from royalties.store.tables.types import (
    Day,
    Exact,
    Flag,
    Json,
    Moment,
    UnreadableValueError,
    Word,
)

pytestmark = pytest.mark.engines("both")

DAY = date(2026, 4, 3)
NOON = datetime(2026, 4, 3, 12, 30, tzinfo=UTC)
ADDRESS = Address(120, "Łódź library", ("Floor 2",), "Seattle", "WA", "98101", "US")

TABLE = Table(
    "typed",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("day", Day),
    Column("moment", Moment),
    Column("flag", Flag),
    Column("exact", Exact),
    Column("word", Word(State, 16)),
    Column("json", Json),
    Column("options", orders.c.options.type),
    Column("ship_to", orders.c.ship_to.type),
)


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    engine = make_engine(database_url)
    with engine.begin() as connection:
        TABLE.create(connection)
        yield connection
    engine.dispose()


def keep(connection: Connection, name: str, *values: object) -> None:
    rows = [{"id": number, name: value} for number, value in enumerate(values, 1)]
    connection.execute(insert(TABLE), rows)


def stored(connection: Connection, name: str) -> list[Any]:
    return list(connection.execute(text(f"SELECT {name} FROM typed ORDER BY id")).scalars())


def values(connection: Connection, name: str) -> list[Any]:
    return list(connection.execute(select(TABLE.c[name]).order_by(TABLE.c.id)).scalars())


@pytest.mark.parametrize(
    ("name", "value", "as_stored"),
    [
        ("day", DAY, "2026-04-03"),
        ("day", date.max, "9999-12-31"),
        ("moment", NOON, "2026-04-03T12:30:00+00:00"),
        ("moment", NOON.replace(microsecond=250_000), "2026-04-03T12:30:00.250000+00:00"),
        ("flag", True, 1),
        ("flag", False, 0),
        ("exact", Fraction(5, 7), "5/7"),
        ("exact", Fraction(3), "3"),
        ("word", State.PROOF_SENT, "proof-sent"),
        ("json", {"b": [1, None], "a": "Łódź"}, '{"a": "Łódź", "b": [1, null]}'),
        ("json", False, "false"),
        ("options", (Option.STICKER, Option.OWN_ISBN), '["sticker", "own-isbn"]'),
        (
            "ship_to",
            (ADDRESS,),
            (
                '[{"copies": 120, "name": "Łódź library", "lines": ["Floor 2"], "city": "Seattle", '
                '"region": "WA", "postcode": "98101", "country": "US"}]'
            ),
        ),
    ],
)
def test_value_reads_back_and_is_stored_as_before(
    connection: Connection, name: str, value: object, as_stored: object
) -> None:
    keep(connection, name, value, None)
    assert stored(connection, name) == [as_stored, None]
    found = values(connection, name)
    assert found == [value, None]
    assert type(found[0]) is type(value)


def test_moment_of_another_zone_is_stored_in_utc(connection: Connection) -> None:
    keep(connection, "moment", NOON.astimezone(timezone(timedelta(hours=-7))))
    assert stored(connection, "moment") == ["2026-04-03T12:30:00+00:00"]
    assert values(connection, "moment")[0].tzinfo is UTC


def test_day_in_json_is_text(connection: Connection) -> None:
    keep(connection, "json", {"on": DAY, "at": NOON})
    assert values(connection, "json") == [{"on": "2026-04-03", "at": "2026-04-03T12:30:00+00:00"}]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("day", "2026-04-03"),
        ("day", NOON),
        ("moment", "2026-04-03T12:30:00+00:00"),
        ("moment", DAY),
        ("moment", datetime(2026, 4, 3)),
        ("flag", "yes"),
        ("flag", 2),
        ("exact", 0.5),
        ("exact", "1/2"),
        ("word", "lost"),
        ("json", {1, 2}),
    ],
)
def test_value_of_another_kind_is_refused(connection: Connection, name: str, value: object) -> None:
    with pytest.raises(StatementError):
        keep(connection, name, value)
    with pytest.raises(StatementError):
        connection.execute(select(TABLE.c.id).where(TABLE.c[name] == value))


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("day", "20260403"),
        ("day", "soon"),
        ("moment", "soon"),
        ("flag", 2),
        ("exact", "1/0"),
        ("exact", "much"),
        ("word", "lost"),
        ("json", "{"),
        ("options", '["gold"]'),
        ("ship_to", "[{}]"),
    ],
)
def test_unreadable_value_is_named(connection: Connection, name: str, found: object) -> None:
    connection.execute(text(f"INSERT INTO typed (id, {name}) VALUES (1, :found)"), {"found": found})
    with pytest.raises(UnreadableValueError) as raised:
        values(connection, name)
    assert str(raised.value).startswith(f"{found!r} is stored where ")


@pytest.mark.parametrize(
    ("found", "moment"),
    [
        ("2026-04-03T12:30:00.5+00:00", NOON.replace(microsecond=500_000)),
        ("2026-04-03T14:30:00+02:00", NOON),
        ("2026-04-03T12:30:00Z", NOON),
        ("2026-04-03 12:30", NOON),
    ],
)
def test_moment_of_another_precision_is_read(
    connection: Connection, found: str, moment: datetime
) -> None:
    connection.execute(text("INSERT INTO typed (id, moment) VALUES (1, :found)"), {"found": found})
    assert values(connection, "moment") == [moment]


@pytest.mark.parametrize(
    ("name", "ordered"),
    [
        ("day", [date(999, 12, 31), DAY, DAY + timedelta(1), date.max]),
        ("moment", [NOON, NOON.replace(microsecond=1), NOON + timedelta(seconds=1)]),
        ("flag", [False, True]),
    ],
)
def test_values_compare_by_meaning_in_sql(
    connection: Connection, name: str, ordered: list[Any]
) -> None:
    column = TABLE.c[name]
    keep(connection, name, *reversed(ordered))
    assert list(connection.execute(select(column).order_by(column)).scalars()) == ordered
    for place, value in enumerate(ordered):
        before = connection.execute(select(column).where(column < value).order_by(column))
        assert list(before.scalars()) == ordered[:place]
        same = connection.execute(select(column).where(column.in_([value])))
        assert list(same.scalars()) == [value]
