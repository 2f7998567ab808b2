"""What each close stores for the next run: one row with the totals of all closed periods.

Books closed by earlier versions have no such rows: the figures of their periods are read one
after the other until the next close, which also stores the rows of the periods before it.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, cast, func, insert, literal, select, union_all

from royalties.domain.periods import Period
from royalties.domain.royalties.allocation import CapKey
from royalties.domain.royalties.carrying import (
    ClosedFigures,
    ContractFigures,
    LeftBefore,
    Sold,
    carry,
)
from royalties.domain.royalties.inputs import ContractState
from royalties.store.periods import brought_in as openings
from royalties.store.periods.earned import earned_groups
from royalties.store.tables import (
    account_carried,
    brought_in,
    cap_close,
    carried,
    closed_run,
    contract_close,
    counter_close,
    entry,
    period_total,
    posting,
    reserve_release,
    settlement,
    statement,
)

State = dict[str, Any]


def left_before(connection: Connection, period: Period) -> LeftBefore:
    """What the closed periods before one leave for contracts and beneficiaries."""
    last = connection.execute(
        select(func.max(carried.c.period_id)).where(carried.c.period_id < period.ordinal)
    ).scalar()
    left = _left_by(connection, last)
    for number in _closed(connection, last, period.ordinal):
        left = carry(left, period.shift(number - period.ordinal), figures(connection, number))
    return left.entering(period)


def carry_forward(connection: Connection, period: Period) -> None:
    """Store what a closing period leaves for later ones, and what earlier ones did not store.

    Everything else that its close writes must be there already.
    """
    last = connection.execute(select(func.max(carried.c.period_id))).scalar()
    left = _left_by(connection, last)
    entries = _entries_until(connection, last)
    for number in _closed(connection, last, period.ordinal + 1):
        left = carry(left, period.shift(number - period.ordinal), figures(connection, number))
        entries = max(entries, _last_entry(connection, number, last))
        _save_accounts(connection, number, last)
        connection.execute(
            insert(carried).values(
                period_id=number,
                state=state_of(left),
                entries=entries,
            )
        )
        last = number
    _save_totals(connection, period.ordinal)


class CarriedPeriod(NamedTuple):
    """What is stored for a closed period (None: nothing), and what its figures add up to.

    ``accounts`` and ``entries`` are the ledger's until its close, ``totals`` the period's sums.
    """

    period_id: int
    kept: "CarriedForward | None"
    computed: "CarriedForward"


class CarriedForward(NamedTuple):
    """What a close stores: for the next run, of the ledger, and its own sums by currency."""

    state: State
    entries: int
    accounts: dict[tuple[str, str], int]
    totals: dict[str, tuple[int, ...]]


def chain(connection: Connection, first: Period) -> Iterator[CarriedPeriod]:
    """Every closed period's step, computed from the first one on from what each close froze."""
    left, accounts, entries = LeftBefore(), dict[tuple[str, str], int](), 0
    last = None
    for number in _closed(connection, None, None):
        period = first.shift(number - first.ordinal)
        left = carry(left, period, figures(connection, number))
        for account, currency, amount in connection.execute(_posted(number, last)):
            accounts[account, currency] = accounts.get((account, currency), 0) + int(amount)
        entries = max(entries, _last_entry(connection, number, last))
        totals = {row[1]: tuple(map(int, row[2:])) for row in connection.execute(totals_of(number))}
        computed = CarriedForward(state_of(left), entries, dict(accounts), totals)
        yield CarriedPeriod(number, _carried_before(connection, number), computed)
        last = number


def _carried_before(connection: Connection, number: int) -> CarriedForward | None:
    row = connection.execute(select(carried).where(carried.c.period_id == number)).first()
    if row is None:
        return None
    accounts = _rows(connection, account_carried, number)
    totals = _rows(connection, period_total, number)
    return CarriedForward(
        row.state,
        row.entries,
        {(each.account, each.currency): each.amount for each in accounts},
        {each.currency: tuple(each[2:]) for each in totals},
    )


def _entries_until(connection: Connection, number: int | None) -> int:
    """The stored number of the ledger's last entry when a period was closed."""
    query = select(carried.c.entries).where(carried.c.period_id == number)
    return connection.execute(query).scalar() or 0


def _last_entry(connection: Connection, number: int, last: int | None) -> int:
    """The highest entry number of a period and of the entries since another; or 0."""
    query = select(func.max(entry.c.id)).where(entry.c.period_id <= number)
    if last is not None:
        query = query.where(entry.c.period_id > last)
    return connection.execute(query).scalar() or 0


def carried_state(connection: Connection, number: int) -> State | None:
    """What a close stored for the next run, as JSON values."""
    state = select(carried.c.state).where(carried.c.period_id == number)
    return connection.execute(state).scalar()


def _left_by(connection: Connection, number: int | None) -> LeftBefore:
    """What was left, as a close stored it; empty if none did."""
    state = None if number is None else carried_state(connection, number)
    return LeftBefore() if state is None else left_of(state)


def figures(connection: Connection, number: int) -> ClosedFigures:
    """What a close froze of its own period, as far as later ones need it."""
    released: dict[str, list[int]] = {}
    for row in _rows(connection, reserve_release, number):
        released.setdefault(row.contract, []).append(row.withheld_in)
    counted: dict[str, dict[str, Fraction]] = {}
    for row in _rows(connection, counter_close, number):
        counted.setdefault(row.contract, {})[row.counter] = row.counted
    caps: dict[str, dict[CapKey, int]] = {}
    for row in _rows(connection, cap_close, number):
        key = CapKey(row.plan, row.version, row.path, row.name)
        caps.setdefault(row.contract, {})[key] = row.amount
    sold: dict[str, dict[str, Sold]] = {}
    for contract, isbn, units, earned in connection.execute(_sold_in(number)):
        sold.setdefault(contract, {})[isbn] = (int(units), int(earned))
    brought_in_by = {
        row.contract: openings.brought_in_of(row.state, row.undistributed)
        for row in _rows(connection, brought_in, number)
    }
    contracts = {
        row.contract: ContractFigures(
            row.carried_forward,
            row.undistributed,
            row.recouped,
            row.withheld,
            released.get(row.contract, ()),
            counted.get(row.contract, {}),
            caps.get(row.contract, {}),
            sold.get(row.contract, {}),
            brought_in_by.get(row.contract),
        )
        for row in _rows(connection, contract_close, number)
    }
    settled = {
        (row.beneficiary, row.currency): row for row in _rows(connection, settlement, number)
    }
    return ClosedFigures(
        contracts,
        {key: row.carried_forward for key, row in settled.items()},
        {key: row.tax_withheld for key, row in settled.items() if row.tax_withheld},
        {key for key, row in settled.items() if row.to_pay},
    )


def state_of(left: LeftBefore) -> State:
    """What was left as JSON values."""
    sold: dict[str, dict[str, list[int]]] = {}
    for (contract, isbn), figures_ in left.sold.items():
        sold.setdefault(contract, {})[isbn] = list(figures_)
    return {
        "contracts": {
            key: {
                "carried_forward": state.brought_forward,
                "undistributed": state.undistributed,
                "recouped": state.recouped,
                "held": openings.reserves_as_json(state.held),
                "counters": _texts(state.counters_life),
                "counters_year": _texts(state.counters_year),
                "caps": openings.caps_as_json(state.caps_life),
                "caps_year": openings.caps_as_json(state.caps_year),
                "sold": sold.get(key, {}),
            }
            for key, state in left.states.items()
        },
        "balances": [[*key, amount] for key, amount in sorted(left.balances.items())],
        **(
            {"withheld": [[*key, amount] for key, amount in sorted(left.withheld.items())]}
            if left.withheld
            else {}
        ),
    }


def left_of(state: State) -> LeftBefore:
    """The inverse of ``state_of``."""
    contracts = state["contracts"]
    return LeftBefore(
        {
            key: ContractState(
                contract["carried_forward"],
                openings.reserves_of(contract["held"]),
                contract["recouped"],
                contract["undistributed"],
                _fractions(contract["counters"]),
                _fractions(contract["counters_year"]),
                openings.caps_of(contract["caps"]),
                openings.caps_of(contract["caps_year"]),
            )
            for key, contract in contracts.items()
        },
        {(name, currency): amount for name, currency, amount in state["balances"]},
        {
            (key, isbn): (units, earned)
            for key, contract in contracts.items()
            for isbn, (units, earned) in contract["sold"].items()
        },
        {(name, currency): amount for name, currency, amount in state.get("withheld", ())},
    )


def _texts(counters: Any) -> dict[str, str]:  # noqa: ANN401 - a mapping of exact numbers
    return {name: str(value) for name, value in counters.items()}


def _fractions(counters: dict[str, str]) -> dict[str, Fraction]:
    return {name: Fraction(value) for name, value in counters.items()}


def _closed(connection: Connection, after: int | None, before: int | None) -> list[int]:
    """Numbers of the closed periods between two, ascending."""
    query = select(closed_run.c.period_id).order_by(closed_run.c.period_id)
    if after is not None:
        query = query.where(closed_run.c.period_id > after)
    if before is not None:
        query = query.where(closed_run.c.period_id < before)
    return list(connection.execute(query).scalars())


def _rows(connection: Connection, table: Any, number: int) -> list[Any]:  # noqa: ANN401
    query = select(table).where(table.c.period_id == number)
    return list(connection.execute(query.order_by(*table.primary_key.columns)))


def _sold_in(number: int) -> Any:  # noqa: ANN401 - SQLAlchemy's Select of four columns
    """(contract, ISBN, net copies, earned) of a closed period."""
    groups = earned_groups([number])
    keys = (groups.c.contract, groups.c.isbn)
    return select(*keys, func.sum(groups.c.units), func.sum(groups.c.earned)).group_by(*keys)


def _posted(number: int, last: int | None) -> Any:  # noqa: ANN401 - a Select of three columns
    """(account, currency, amount): sums of the postings of a period and those since another."""
    query = (
        select(posting.c.account, posting.c.currency, func.sum(posting.c.amount).label("amount"))
        .join(entry, entry.c.id == posting.c.entry_id)
        .where(entry.c.period_id <= number)
        .group_by(posting.c.account, posting.c.currency)
    )
    return query if last is None else query.where(entry.c.period_id > last)


def _save_accounts(connection: Connection, number: int, last: int | None) -> None:
    """Store every account's balance after a period, from the one an earlier close stored."""
    names = ("account", "currency", "amount")
    before = select(*(account_carried.c[name] for name in names))
    both = union_all(
        _posted(number, last), before.where(account_carried.c.period_id == last)
    ).subquery()
    keys = (both.c.account, both.c.currency)
    sums = select(literal(number), *keys, cast(func.sum(both.c.amount), BigInteger)).group_by(*keys)
    connection.execute(
        insert(account_carried).from_select([c.name for c in account_carried.c], sums)
    )


def totals_of(number: int) -> Any:  # noqa: ANN401 - a Select of the columns of period_total
    """A closed period's sums by currency, from its frozen rows."""
    nothing = literal(0)
    parts = union_all(
        select(
            contract_close.c.currency,
            contract_close.c.earned,
            contract_close.c.payable,
            nothing.label("to_pay"),
            nothing.label("statements"),
        ).where(contract_close.c.period_id == number),
        select(settlement.c.currency, nothing, nothing, settlement.c.to_pay, nothing).where(
            settlement.c.period_id == number
        ),
        select(statement.c.currency, nothing, nothing, nothing, literal(1)).where(
            statement.c.period_id == number
        ),
    ).subquery()
    sums = [
        cast(func.sum(parts.c[name]), BigInteger)
        for name in ("earned", "payable", "to_pay", "statements")
    ]
    return select(literal(number), parts.c.currency, *sums).group_by(parts.c.currency)


def _save_totals(connection: Connection, number: int) -> None:
    connection.execute(
        insert(period_total).from_select(
            [column.name for column in period_total.c], totals_of(number)
        )
    )
