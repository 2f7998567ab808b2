"""Closed runs computed again from their sales and the setup of their time, to be compared."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest
from typing import Any

from royalties.domain.periods import Period, parse_period
from royalties.domain.royalties.postings import (
    ORDER_EVENTS,
    PAYMENT_EVENTS,
    LedgerBefore,
    Posting,
    entries_of_close,
)
from royalties.domain.royalties.results import Run
from royalties.domain.royalties.run import run
from royalties.domain.royalties.run_document import run_document
from royalties.domain.royalties.statements import ContractAccount, Statement
from royalties.services.books import Setup, books_of, setup_used_by
from royalties.services.statements.composing import Composer
from royalties.services.statements.numbering import statement_of
from royalties.services.work import Work
from royalties.store.ledger import checks
from royalties.store.ledger import entries as ledger
from royalties.store.periods import runs as store
from royalties.store.statements import statements as statement_store

Failures = Iterator[str]
Facts = dict[str, object]

DAMAGE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What reading books that were tampered with may end with."""


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A closed run, computed again; ``before`` is what the ledger held when it was closed."""

    closed: store.ClosedRun
    period: Period
    setup: Setup
    run: Run
    before: LedgerBefore


def recomputed(work: Work) -> Iterator[tuple[str, str]]:
    """Compute every closed run again and compare it, one after the other.

    Yields:
        Which of ``COMPARISONS`` fails, and a sentence that says where; a run that cannot be
        computed again fails the first.
    """
    names = {row.id: row.name for row in checks.rows(work.connection, "period")}
    before = LedgerBefore({}, frozenset(), frozenset())
    for closed in checks.closed_runs(work.connection):
        name = names.get(closed.period_id, str(closed.period_id))
        try:
            setup = setup_used_by(work, closed.revision)
            period = parse_period(name, setup.calendar)
            books = books_of(work, setup, period)
            again = run(replace(books, taxed_at_close=closed.taxed_at_close))
        except DAMAGE as error:
            yield "document", f"the closed run of {name} cannot be computed again: {error!r}"
            continue
        yield from _compared(work, Recomputed(closed, period, setup, again, before))
        before = _after(before, again)


def _compared(work: Work, again: Recomputed) -> Iterator[tuple[str, str]]:
    for name, compare in COMPARISONS.items():
        try:
            for fault in compare(work, again):
                yield name, fault
        except DAMAGE as error:
            yield name, f"what stands in the database cannot be read: {error!r}"


def _after(before: LedgerBefore, closed_run: Run) -> LedgerBefore:
    """What the ledger holds after a close."""
    advances = {
        contract.contract.key: sum(
            recouped.advance.amount - recouped.advance.recouped for recouped in contract.advances
        )
        for contract in closed_run.contracts
    }
    return LedgerBefore(
        {**before.advances, **advances},
        before.contracts | {contract.contract.key for contract in closed_run.contracts},
        before.beneficiaries
        | {(settlement.beneficiary, settlement.currency) for settlement in closed_run.settlements},
    )


def documents_differ(_work: Work, again: Recomputed) -> Failures:
    """What the frozen document says, against the run's.

    Compared by what it contained then: what later versions add is no fault. That its
    bytes are those that were frozen is another check.
    """
    try:
        recorded = json.loads(again.closed.document)
    except ValueError:
        recorded = None
    if not _reproduces(run_document(again.run, "closed"), recorded):
        yield f"the closed run of {again.period}, computed again, gives other figures"


def _reproduces(computed: object, recorded: object) -> bool:
    """Whether everything in the recorded document is computed again, exactly."""
    if isinstance(recorded, dict):
        return isinstance(computed, dict) and all(
            key in computed and _reproduces(computed[key], value) for key, value in recorded.items()
        )
    if isinstance(recorded, list):
        return (
            isinstance(computed, list)
            and len(computed) == len(recorded)
            and all(map(_reproduces, computed, recorded))
        )
    return type(computed) is type(recorded) and computed == recorded


def rows_differ(work: Work, again: Recomputed) -> Failures:
    """Every row that the close froze, against the run's: amounts, counters, caps, revisions."""
    used = again.setup.revisions
    expected = store.rows_of_run(
        again.run,
        {
            contract_run.contract.key: store.UsedRevisions(
                used["contracts", contract_run.contract.key],
                used["plans", contract_run.contract.plan],
            )
            for contract_run in again.run.contracts
        },
    )
    for table, rows in expected.items():
        stand = store.frozen_rows(work.connection, table, again.period.ordinal)
        computed = store.keyed(table, rows)
        for key in sorted({*stand, *computed}):
            where = f"{again.period}, {table} {key}"
            if key not in stand:
                yield f"{where}: is missing"
            elif key not in computed:
                yield f"{where}: is too much"
            else:
                yield from _columns_differ(where, stand[key], computed[key])


def _columns_differ(where: str, stands: dict[str, Any], computed: dict[str, Any]) -> Failures:
    for name, value in computed.items():
        if stands[name] != value:
            yield f"{where}: {name} stands as {stands[name]}, computed again it is {value}"


def entries_differ(work: Work, again: Recomputed) -> Failures:
    """The ledger's entries of a period, but those of orders and payments, against the run's."""
    stand: dict[int, tuple[str, str, date, list[Posting]]] = {}
    for line in ledger.journal_of(work.connection, again.period.ordinal):
        if line.event in ORDER_EVENTS | PAYMENT_EVENTS:
            continue
        entry = stand.setdefault(line.entry, (line.event, line.subject, line.dated, []))
        entry[3].append(Posting(line.account, line.currency, line.amount))
    expected = [
        (each.event, each.subject, again.period.ends, list(each.postings))
        for each in entries_of_close(again.run, again.before)
    ]
    remaining = list(expected)
    for number, booked in stand.items():
        if booked in remaining:
            remaining.remove(booked)
        else:
            yield f"{again.period}, entry {number} ({booked[0]} {booked[1]}): is not the run's"
    for event, subject, _, _ in remaining:
        yield f"{again.period}: the run's entry '{event} {subject}' is not in the ledger"


def statements_differ(work: Work, again: Recomputed) -> Failures:
    """What numbered statements say, against what the run and the sales give.

    Compared by facts: wording and what later versions show beside them are no faults.
    """
    composer = Composer(work, again.setup, again.run)
    rows = checks.statements(work.connection, again.period.ordinal)
    settlements = again.run.settlements
    for place, (row, settlement) in enumerate(zip_longest(rows, settlements), 1):
        if row is None or settlement is None:
            _, count = statement_store.issued_of(work.connection, again.period.ordinal)
            yield f"{again.period}: {count} statements, but {len(settlements)} settlements"
            return
        number = f"{again.period}-{place:03d}"
        try:
            stands = statement_of(row)
        except DAMAGE:
            yield f"statement {row.number} cannot be read"
            continue
        computed = composer.statement(settlement, number, stands.dated)
        if (row.number, row.beneficiary, row.currency) != (
            number,
            settlement.beneficiary,
            settlement.currency,
        ):
            yield f"statement {row.number} is not {number} of {settlement.beneficiary}"
        for (name, stated), value in zip(
            _facts(stands).items(), _facts(computed).values(), strict=True
        ):
            if stated != value:
                yield f"statement {row.number}: {name} is not what its closed run gave"
        for account, other in zip_longest(stands.contracts, computed.contracts):
            yield from _accounts_differ(row.number, account, other)


COMPARISONS: dict[str, Callable[[Work, Recomputed], Failures]] = {
    "document": documents_differ,
    "rows": rows_differ,
    "entries": entries_differ,
    "statements": statements_differ,
}
"""What of a closed run is compared with the run computed again."""


def _accounts_differ(
    number: str, account: ContractAccount | None, computed: ContractAccount | None
) -> Failures:
    if account is None or computed is None:
        yield f"statement {number}: has other contracts than its closed run"
        return
    stated, expected = _account_facts(account), _account_facts(computed)
    for name, value in expected.items():
        if stated[name] != value:
            yield (
                f"statement {number}, contract {account.contract}: {name} is not what its closed "
                f"run gave"
            )


def _facts(statement: Statement) -> Facts:
    return {
        **{name: getattr(statement, name) for name in _TOP},
        "the publisher": (statement.publisher.name, statement.publisher.currency),
        "the payee": (
            statement.payee.key,
            statement.payee.name,
            statement.payee.address,
            statement.payee.email,
            statement.payee.ein,
        ),
    }


_TOP = (
    "number",
    "period",
    "currency",
    "brought_forward",
    "allocated",
    "tax_withheld",
    "due",
    "to_pay",
    "tax_rate",
    "tax",
    "net",
    "carried_forward",
)
_ACCOUNT = (
    "contract",
    "author",
    "titles",
    "currency",
    "earned",
    "brought_forward",
    "withheld",
    "released",
    "available",
    "recouped",
    "payable",
    "carried_forward",
    "undistributed_before",
    "undistributed",
    "plan_in_force_since",
    "allocated",
    "advances",
)
_LINE = (
    "id",
    "rule",
    "title",
    "isbn",
    "format",
    "retailer",
    "kind",
    "tier",
    "units",
    "currency",
    "base",
    "portion",
    "exchange_rate",
    "rate",
    "earned",
)


def _account_facts(account: ContractAccount) -> Facts:
    return {
        **{name: getattr(account, name) for name in _ACCOUNT},
        "what the steps gave": [(share.step, share.amount) for share in account.shares],
        "the reserve": [(reserve.withheld_in, reserve.amount) for reserve in account.reserves],
        "the earned lines": [
            tuple(getattr(line, name) for name in _LINE) for line in account.lines
        ],
        "the prior-period sales": [
            (
                correction.period,
                correction.isbn,
                correction.retailer,
                correction.units,
                correction.currency,
                correction.net,
            )
            for correction in account.corrections
        ],
        "the sales by month": [
            (month.month, month.retailer, month.units, month.currency, month.net)
            for month in account.months
        ],
        "the life to date": [
            (
                edition.isbn,
                edition.units_period,
                edition.units_life,
                edition.earned_period,
                edition.earned_life,
            )
            for edition in account.life_to_date
        ],
    }
