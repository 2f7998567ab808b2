"""A closed run again as a value, from what was frozen."""

from datetime import date
from fractions import Fraction

from royalties.domain.allocation import Allocation
from royalties.domain.periods import Period
from royalties.domain.run import ContractRun, Held, Recouped, Run, Settlement, Withheld, recoup
from royalties.services.books import Setup, setup_used_by
from royalties.services.work import Work
from royalties.store import runs as store


class NotClosedError(ValueError):
    """A period was asked for as closed that is open."""

    def __init__(self, period: Period) -> None:
        super().__init__(f"{period} is not closed: 'royalties close {period}' closes it")


def closed_run(work: Work, period: Period) -> Run:
    """A closed period as it was, from the frozen tables and the setup of that time.

    What a close does not keep (counters' stands, caps' use) is left empty.

    Raises:
        NotClosedError: the period is open.
    """
    closed = store.find_closed(work.connection, period.ordinal)
    if closed is None:
        raise NotClosedError(period)
    setup = setup_used_by(work, closed.revision)
    return Run(
        period,
        tuple(
            _contract(work, setup, period, row)
            for row in store.contract_rows(work.connection, period.ordinal)
        ),
        (),
        tuple(
            Settlement(
                row.beneficiary,
                row.currency,
                row.brought_forward,
                row.allocated,
                Fraction(row.tax_rate),
                row.tax,
                row.due,
                row.paid,
                row.carried_forward,
                row.reason,
            )
            for row in store.period_rows(work.connection, "settlement", period.ordinal)
        ),
    )


def _contract(work: Work, setup: Setup, period: Period, row: store.ContractRow) -> ContractRun:
    contract = setup.contracts[row.contract]
    version = setup.plans[contract.plan].on(date.fromisoformat(row.plan_version))
    if version is None:
        raise NotClosedError(period)
    connection, number = work.connection, period.ordinal
    before = sum(
        each.recouped
        for each in store.period_rows(connection, "contract_close")
        if each.contract == row.contract and each.period_id < number
    )
    advances: tuple[Recouped, ...] = recoup(contract, row.available, before, period.ends)
    return ContractRun(
        contract=contract,
        version=version,
        lines=tuple(line for _, line in store.earned_lines(connection, number, row.contract)),
        counters={},
        earned=row.earned,
        brought_forward=row.brought_forward,
        reserve=Withheld(
            0,
            row.withheld,
            row.released,
            tuple(
                Held(each.withheld_in, each.amount)
                for each in store.period_rows(connection, "reserve_release", number)
                if each.contract == row.contract
            ),
        ),
        available=row.available,
        advances=advances,
        recouped=row.recouped,
        payable=row.payable,
        carried_forward=row.carried_forward,
        undistributed_before=row.undistributed_before,
        allocations=tuple(
            Allocation(each.step, each.beneficiary, each.amount)
            for each in store.period_rows(connection, "allocation", number)
            if each.contract == row.contract
        ),
        undistributed=row.undistributed,
        cap_use={},
    )
