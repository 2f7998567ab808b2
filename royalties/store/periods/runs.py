"""Closed runs: written as a whole, and read back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select

from royalties.domain.royalties.earned_lines import EarnedLine
from royalties.domain.royalties.results import ContractRun, Run
from royalties.store.periods.brought_in import state_brought_in
from royalties.store.tables import (
    allocation,
    brought_in,
    cap_close,
    closed_run,
    contract_close,
    counter_close,
    earned_line,
    payment,
    period,
    reserve_release,
    settlement,
)


class ClosedRun(NamedTuple):
    """A closed run's frozen document, with its provenance.

    ``taxed_at_close`` marks closes of versions that withheld tax at once.
    """

    period_id: int
    closed_at: datetime
    closed_by: str
    document: str
    fingerprint: str
    revision: int
    taxed_at_close: bool


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
    """Freeze a run: all its results, and the revisions it used."""
    connection.execute(insert(closed_run), [closed._asdict()])
    for table, rows in rows_of_run(run, revisions).items():
        _insert_rows(connection, _TABLES[table], rows)


def rows_of_run(
    run: Run, revisions: Mapping[str, UsedRevisions]
) -> dict[str, list[dict[str, Any]]]:
    """The rows that a close freezes of a run beside its document, by table."""
    number = run.period.ordinal
    rows_by_table = {"contract_close": [_contract(number, c, revisions) for c in run.contracts]}
    for table, of_contract in (
        (earned_line, _lines),
        (counter_close, _counters),
        (cap_close, _caps),
        (reserve_release, _releases),
        (brought_in, _brought_in),
        (allocation, _allocations),
    ):
        rows_by_table[table.name] = [
            {"period_id": number, "contract": contract_run.contract.key, **row}
            for contract_run in run.contracts
            for row in of_contract(contract_run)
        ]
    rows_by_table["settlement"] = [
        {
            "period_id": number,
            "beneficiary": settled.beneficiary,
            "currency": settled.currency,
            "brought_forward": settled.brought_forward,
            "allocated": settled.allocated,
            "tax_withheld": settled.tax_withheld,
            "due": settled.due,
            "to_pay": settled.to_pay,
            "tax_rate": settled.tax_rate,
            "tax": settled.tax,
            "net": settled.net,
            "carried_forward": settled.carried_forward,
            "reason": settled.reason.value if settled.reason else "",
        }
        for settled in run.settlements
    ]
    return rows_by_table


def frozen_rows(connection: Connection, table: str, period_id: int) -> dict[str, dict[str, Any]]:
    """The rows of one of a closed run's tables, by key."""
    rows = period_rows(connection, table, period_id)
    return keyed(table, [dict(row._mapping) for row in rows])  # noqa: SLF001 - SQLAlchemy's own


def keyed(table: str, rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rows of a closed run's table by their key without the period."""
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

    closed_at: datetime
    closed_by: str
    fingerprint: str
    revision: int


def find_closing(connection: Connection, period_id: int) -> Closing | None:
    """A close's facts, if the period is closed."""
    row = connection.execute(
        select(*(closed_run.c[name] for name in Closing._fields)).where(
            closed_run.c.period_id == period_id
        )
    ).first()
    return Closing(*row) if row else None


class FoundPeriod(NamedTuple):
    """A period's close if there is one, the latest closed period, and whether money came back."""

    closing: Closing | None
    last: int | None
    is_anything_back: bool


def closing_and_last(connection: Connection, period_id: int) -> FoundPeriod:
    """A close's facts with what goes beside them, in one query.

    ``is_anything_back`` says whether a payment came back while the period was the open one, or
    before and some of it is not taxed again.
    """
    last = select(func.max(closed_run.c.period_id).label("last")).subquery()
    back = (
        select(func.count())
        .where(
            (payment.c.put_back_in == period_id)
            | (
                (payment.c.put_back_in < period_id)
                & (payment.c.tax_kept.is_not(None) | payment.c.taxed_before.is_not(None))
            )
        )
        .scalar_subquery()
    )
    row = connection.execute(
        select(last.c.last, back, *(closed_run.c[name] for name in Closing._fields)).select_from(
            last.outerjoin(closed_run, closed_run.c.period_id == period_id)
        )
    ).one()
    closing = Closing(*row[2:]) if row[2] is not None else None
    return FoundPeriod(closing, row[0], bool(row[1]))


def closed_runs(connection: Connection) -> list[ClosedRun]:
    """All closed runs, the earliest first."""
    rows = connection.execute(
        select(*(closed_run.c[name] for name in ClosedRun._fields)).order_by(closed_run.c.period_id)
    )
    return [ClosedRun(*row) for row in rows]


ContractRow = Any
SettlementRow = Any
"""A row of ``contract_close`` or ``settlement``, with its columns as attributes."""


def earned_lines(connection: Connection, period_id: int) -> dict[str, list[EarnedLine]]:
    """A closed period's earned lines by contract, in order of their numbers."""
    rows = connection.execute(
        select(earned_line)
        .where(earned_line.c.period_id == period_id)
        .order_by(earned_line.c.contract, earned_line.c.line)
    )
    lines_by_contract: dict[str, list[EarnedLine]] = {}
    for row in rows:
        lines_by_contract.setdefault(row.contract, []).append(_line(row))
    return lines_by_contract


def recouped_of(connection: Connection) -> dict[str, tuple[str, int]]:
    """Each contract's currency in closed runs, and what they recouped of its advances."""
    rows = connection.execute(
        select(
            contract_close.c.contract,
            contract_close.c.currency,
            func.sum(contract_close.c.recouped),
        ).group_by(contract_close.c.contract, contract_close.c.currency)
    )
    return {row[0]: (row[1], int(row[2])) for row in rows}


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
        brought_in,
        cap_close,
        contract_close,
        counter_close,
        earned_line,
        reserve_release,
        settlement,
        period,
    )
}


def _insert_rows(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:  # noqa: ANN401
    if rows:
        connection.execute(insert(table), rows)


def _contract(
    number: int, contract_run: ContractRun, revisions: Mapping[str, UsedRevisions]
) -> dict[str, Any]:
    used = revisions[contract_run.contract.key]
    return {
        "period_id": number,
        "contract": contract_run.contract.key,
        "currency": contract_run.contract.currency,
        "contract_revision": used.contract,
        "plan_revision": used.plan,
        "plan_version": contract_run.version.starts,
        "earned": contract_run.earned,
        "brought_forward": contract_run.brought_forward,
        "withheld": contract_run.reserve.withheld,
        "released": contract_run.reserve.released,
        "available": contract_run.available,
        "recouped": contract_run.recouped,
        "payable": contract_run.payable,
        "carried_forward": contract_run.carried_forward,
        "undistributed_before": contract_run.undistributed_before,
        "undistributed": contract_run.undistributed,
    }


def _lines(contract_run: ContractRun) -> list[dict[str, Any]]:
    return [
        {
            **line._asdict(),
            "line": number,
        }
        for number, line in enumerate(contract_run.lines, 1)
    ]


def _line(row: Any) -> EarnedLine:  # noqa: ANN401 - a row of earned_line
    line = EarnedLine(*(getattr(row, name) for name in EarnedLine._fields))
    return line if line.base.denominator > 1 else line._replace(base=line.base.numerator)


def _counters(contract_run: ContractRun) -> list[dict[str, Any]]:
    return [
        {"counter": name, "counted": counted.added}
        for name, counted in contract_run.counters.items()
        if counted.added
    ]


def _caps(contract_run: ContractRun) -> list[dict[str, Any]]:
    return [
        {**key._asdict(), "amount": amount}
        for key, amount in contract_run.cap_use.items()
        if amount
    ]


def _releases(contract_run: ContractRun) -> list[dict[str, Any]]:
    return [
        {"withheld_in": held.period, "amount": held.amount}
        for held in contract_run.reserve.released_from
    ]


def _brought_in(contract_run: ContractRun) -> list[dict[str, Any]]:
    if contract_run.brought_in is None:
        return []
    return [
        {
            "reserves": contract_run.brought_in.reserves,
            "undistributed": contract_run.brought_in.undistributed,
            "state": state_brought_in(contract_run.brought_in),
        }
    ]


def _allocations(contract_run: ContractRun) -> list[dict[str, Any]]:
    return [each._asdict() for each in contract_run.allocations]
