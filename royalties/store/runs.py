"""Closed runs: writing one whole, and reading what they left for the next."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select

from royalties.domain.allocation import CapKey
from royalties.domain.earning import EarnedLine
from royalties.domain.run import ContractRun, ContractState, Held, Run
from royalties.store.tables import (
    allocation,
    cap_close,
    closed_run,
    contract_close,
    counter_close,
    earned_line,
    period,
    reserve_release,
    settlement,
)


class ClosedRun(NamedTuple):
    """A closed run's frozen document and what vouches for it."""

    period_id: int
    closed_at: str
    closed_by: str
    document: str
    fingerprint: str
    revision: int


class UsedRevisions(NamedTuple):
    """Which revisions of a contract and its plan a closed run used."""

    contract: int
    plan: int


def write_run(
    connection: Connection,
    run: Run,
    closed: ClosedRun,
    revisions: Mapping[str, UsedRevisions],
) -> None:
    """Freeze a run: everything it gave, and the revisions it used."""
    connection.execute(insert(closed_run), [closed._asdict()])
    for table, rows in rows_of_run(run, revisions).items():
        _insert(connection, _TABLES[table], rows)


def rows_of_run(
    run: Run, revisions: Mapping[str, UsedRevisions]
) -> dict[str, list[dict[str, Any]]]:
    """What a close freezes of a run beside its document, by table."""
    number = run.period.ordinal
    found = {"contract_close": [_contract(number, c, revisions) for c in run.contracts]}
    for table, of_contract in (
        (earned_line, _lines),
        (counter_close, _counters),
        (cap_close, _caps),
        (reserve_release, _releases),
        (allocation, _allocations),
    ):
        found[table.name] = [
            {"period_id": number, "contract": done.contract.key, **row}
            for done in run.contracts
            for row in of_contract(done)
        ]
    found["settlement"] = [
        {
            "period_id": number,
            "beneficiary": each.beneficiary,
            "currency": each.currency,
            "brought_forward": each.brought_forward,
            "allocated": each.allocated,
            "tax_rate": str(each.tax_rate),
            "tax": each.tax,
            "due": each.due,
            "paid": each.paid,
            "carried_forward": each.carried_forward,
            "reason": each.reason,
        }
        for each in run.settlements
    ]
    return found


def frozen_rows(connection: Connection, table: str, period_id: int) -> dict[str, dict[str, Any]]:
    """The rows of one of a closed run's tables, by what they are about."""
    rows = period_rows(connection, table, period_id)
    return keyed(table, [dict(row._mapping) for row in rows])  # noqa: SLF001 - SQLAlchemy's own


def keyed(table: str, rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rows of a closed run's table by what they are about: their key without the period."""
    names = [column.name for column in _TABLES[table].primary_key if column.name != "period_id"]
    return {" ".join(str(row[name]) for name in names if row[name] != ""): row for row in rows}


def find_closed(connection: Connection, period_id: int) -> ClosedRun | None:
    """A closed run, if the period is closed."""
    row = connection.execute(
        select(*(closed_run.c[name] for name in ClosedRun._fields)).where(
            closed_run.c.period_id == period_id
        )
    ).first()
    return ClosedRun(*row) if row else None


class Closing(NamedTuple):
    """Who closed a period and when, without the frozen document."""

    closed_at: str
    closed_by: str
    fingerprint: str
    revision: int


def find_closing(connection: Connection, period_id: int) -> Closing | None:
    """What is known of a close, if the period is closed."""
    row = connection.execute(
        select(*(closed_run.c[name] for name in Closing._fields)).where(
            closed_run.c.period_id == period_id
        )
    ).first()
    return Closing(*row) if row else None


def closing_and_last(connection: Connection, period_id: int) -> tuple[Closing | None, int | None]:
    """The same, with the latest period that is closed, by one query."""
    last = select(func.max(closed_run.c.period_id).label("last")).subquery()
    row = connection.execute(
        select(last.c.last, *(closed_run.c[name] for name in Closing._fields)).select_from(
            last.outerjoin(closed_run, closed_run.c.period_id == period_id)
        )
    ).one()
    return (Closing(*row[1:]) if row[1] is not None else None), row[0]


def closed_runs(connection: Connection) -> list[ClosedRun]:
    """All closed runs, the earliest first."""
    rows = connection.execute(
        select(*(closed_run.c[name] for name in ClosedRun._fields)).order_by(closed_run.c.period_id)
    )
    return [ClosedRun(*row) for row in rows]


def contract_states(
    connection: Connection, first_of_year: int, before: int
) -> dict[str, ContractState]:
    """What closed periods before ``before`` left of each contract.

    Args:
        first_of_year: the first period of the run's calendar year, for what resets yearly.
        before: the run's own period.
    """
    accounts = _rows(connection, contract_close, before)
    released = {
        (row.contract, row.withheld_in): row.period_id
        for row in _rows(connection, reserve_release, before)
    }
    life, year = _counted(connection, before, first_of_year)
    caps_life, caps_year = _caps_used(connection, before, first_of_year)
    states: dict[str, ContractState] = {}
    for row in accounts:
        earlier = states.get(row.contract)
        held = earlier.held if earlier else ()
        if row.withheld and (row.contract, row.period_id) not in released:
            held = (*held, Held(row.period_id, row.withheld))
        states[row.contract] = ContractState(
            row.carried_forward,
            held,
            row.recouped + (earlier.recouped if earlier else 0),
            row.undistributed,
            life.get(row.contract, {}),
            year.get(row.contract, {}),
            caps_life.get(row.contract, {}),
            caps_year.get(row.contract, {}),
        )
    return states


def balances_before(connection: Connection, before: int) -> dict[tuple[str, str], int]:
    """What each beneficiary last carried forward, by (beneficiary, currency)."""
    return {
        (row.beneficiary, row.currency): row.carried_forward
        for row in _rows(connection, settlement, before)
    }


ContractRow = Any
SettlementRow = Any
"""A row of ``contract_close`` or ``settlement``, with its columns as attributes."""


def contract_rows(
    connection: Connection, period_id: int
) -> tuple[list[ContractRow], dict[str, int]]:
    """A closed period's contract accounts, and what was earned back before it, by contract."""
    rows = connection.execute(
        select(contract_close)
        .where(contract_close.c.period_id <= period_id)
        .order_by(contract_close.c.contract)
    )
    now, recouped = [], dict[str, int]()
    for row in rows:
        if row.period_id == period_id:
            now.append(row)
        else:
            recouped[row.contract] = recouped.get(row.contract, 0) + row.recouped
    return now, recouped


def earned_lines(connection: Connection, period_id: int) -> dict[str, list[EarnedLine]]:
    """A closed period's earned lines by contract, in order of their numbers."""
    rows = connection.execute(
        select(earned_line)
        .where(earned_line.c.period_id == period_id)
        .order_by(earned_line.c.contract, earned_line.c.line)
    )
    found: dict[str, list[EarnedLine]] = {}
    for row in rows:
        found.setdefault(row.contract, []).append(_line(row))
    return found


def life_to_date(
    connection: Connection, contracts: Sequence[str], before: int
) -> dict[tuple[str, str], tuple[int, int]]:
    """(net copies, earned) of closed periods before ``before``, by (contract, ISBN).

    An edition's copies are counted once for each group of earned lines, whatever its tiers.
    """
    per_group = (
        select(
            earned_line.c.contract,
            earned_line.c.isbn,
            func.max(earned_line.c.units).label("units"),
            func.sum(earned_line.c.earned).label("earned"),
        )
        .where(
            earned_line.c.period_id < before,
            earned_line.c.isbn.is_not(None),
            earned_line.c.contract.in_(list(contracts)),
        )
        .group_by(
            earned_line.c.contract,
            earned_line.c.isbn,
            earned_line.c.period_id,
            earned_line.c.rule_place,
            earned_line.c.retailer,
            earned_line.c.kind,
            earned_line.c.currency,
            earned_line.c.exchange_rate,
        )
        .subquery()
    )
    rows = connection.execute(
        select(
            per_group.c.contract,
            per_group.c.isbn,
            func.sum(per_group.c.units),
            func.sum(per_group.c.earned),
        ).group_by(per_group.c.contract, per_group.c.isbn)
    )
    return {(row[0], row[1]): (int(row[2]), int(row[3])) for row in rows}


def period_rows(connection: Connection, table: str, period_id: int | None = None) -> list[Any]:
    """All rows of one of a closed run's tables, as ``verify`` reads them."""
    chosen = _TABLES[table]
    query = select(chosen).order_by(*chosen.primary_key.columns)
    if period_id is not None:
        query = query.where(chosen.c.period_id == period_id)
    return list(connection.execute(query))


_TABLES = {
    each.name: each
    for each in (
        allocation,
        cap_close,
        contract_close,
        counter_close,
        earned_line,
        reserve_release,
        settlement,
        period,
    )
}


def _rows(connection: Connection, table: Any, before: int) -> list[Any]:  # noqa: ANN401
    return list(
        connection.execute(
            select(table).where(table.c.period_id < before).order_by(table.c.period_id)
        )
    )


def _counted(
    connection: Connection, before: int, first_of_year: int
) -> tuple[dict[str, dict[str, Fraction]], dict[str, dict[str, Fraction]]]:
    life: dict[str, dict[str, Fraction]] = {}
    year: dict[str, dict[str, Fraction]] = {}
    for row in _rows(connection, counter_close, before):
        for sums in (life, year) if row.period_id >= first_of_year else (life,):
            of_contract = sums.setdefault(row.contract, {})
            counted = of_contract.get(row.counter, Fraction(0))
            of_contract[row.counter] = counted + Fraction(row.counted)
    return life, year


def _caps_used(
    connection: Connection, before: int, first_of_year: int
) -> tuple[dict[str, dict[CapKey, int]], dict[str, dict[CapKey, int]]]:
    life: dict[str, dict[CapKey, int]] = {}
    year: dict[str, dict[CapKey, int]] = {}
    for row in _rows(connection, cap_close, before):
        key = CapKey(row.plan, row.version, row.path, row.name)
        for sums in (life, year) if row.period_id >= first_of_year else (life,):
            of_contract = sums.setdefault(row.contract, {})
            of_contract[key] = of_contract.get(key, 0) + row.amount
    return life, year


def _insert(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:  # noqa: ANN401
    if rows:
        connection.execute(insert(table), rows)


def _contract(
    number: int, done: ContractRun, revisions: Mapping[str, UsedRevisions]
) -> dict[str, Any]:
    used = revisions[done.contract.key]
    return {
        "period_id": number,
        "contract": done.contract.key,
        "currency": done.contract.currency,
        "contract_revision": used.contract,
        "plan_revision": used.plan,
        "plan_version": done.version.starts.isoformat(),
        "earned": done.earned,
        "brought_forward": done.brought_forward,
        "withheld": done.reserve.withheld,
        "released": done.reserve.released,
        "available": done.available,
        "recouped": done.recouped,
        "payable": done.payable,
        "carried_forward": done.carried_forward,
        "undistributed_before": done.undistributed_before,
        "undistributed": done.undistributed,
    }


def _lines(done: ContractRun) -> list[dict[str, Any]]:
    return [
        {
            **line._asdict(),
            "line": number,
            "portion": str(line.portion),
            "base": str(line.base),
            "exchange_rate": str(line.exchange_rate),
            "rate": str(line.rate),
        }
        for number, line in enumerate(done.lines, 1)
    ]


def _line(row: Any) -> EarnedLine:  # noqa: ANN401 - a row of earned_line
    base = Fraction(row.base)
    return EarnedLine(
        row.rule_place,
        row.rule,
        row.isbn,
        row.retailer,
        row.kind,
        row.currency,
        row.tier,
        row.units,
        Fraction(row.portion),
        base.numerator if base.denominator == 1 else base,
        Fraction(row.exchange_rate),
        Fraction(row.rate),
        row.earned,
    )


def _counters(done: ContractRun) -> list[dict[str, Any]]:
    return [
        {"counter": name, "counted": str(counted.added)}
        for name, counted in done.counters.items()
        if counted.added
    ]


def _caps(done: ContractRun) -> list[dict[str, Any]]:
    return [{**key._asdict(), "amount": amount} for key, amount in done.cap_use.items() if amount]


def _releases(done: ContractRun) -> list[dict[str, Any]]:
    return [
        {"withheld_in": held.period, "amount": held.amount} for held in done.reserve.released_from
    ]


def _allocations(done: ContractRun) -> list[dict[str, Any]]:
    return [each._asdict() for each in done.allocations]
