"""A closed run again as a value, from what was frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from royalties.domain.periods import Period
from royalties.domain.royalties.allocation import Allocation
from royalties.domain.royalties.earned_lines import EarnedLine
from royalties.domain.royalties.inputs import ContractState, HeldReserve
from royalties.domain.royalties.results import ContractRun, NotPaid, Run, Settlement, Withheld
from royalties.domain.royalties.run import brought_in_of, recoup
from royalties.services.books import Setup, left_before, setup_used_by
from royalties.services.work import Work
from royalties.store.periods import runs as store


class NotClosedError(ValueError):
    """A period was asked for as closed that is open."""

    def __init__(self, period: Period) -> None:
        super().__init__(f"{period} is not closed yet: close it first")


def closed_run(work: Work, period: Period) -> Run:
    """A closed period as it was, from the frozen tables and the setup of that time.

    What a close does not store (counters' values, caps' use) is left empty.

    Raises:
        NotClosedError: the period is open.
    """
    closed = store.find_closing(work.connection, period.ordinal)
    if closed is None:
        raise NotClosedError(period)
    return frozen_run(work, setup_used_by(work, closed.revision), period)


def frozen_run(work: Work, setup: Setup, period: Period) -> Run:
    """The same, with the setup that the close used."""
    return _Closed(work, setup, period).run()


@dataclass(slots=True)
class _Closed:
    """The frozen tables of one period, each read once."""

    work: Work
    setup: Setup
    period: Period
    _lines: dict[str, list[EarnedLine]] = field(init=False)
    _releases: dict[str, list[HeldReserve]] = field(init=False)
    _allocations: dict[str, list[Allocation]] = field(init=False)
    _rows: list[store.ContractRow] = field(init=False)
    _before: Mapping[str, ContractState] = field(init=False)
    _balances: Mapping[tuple[str, str], int] = field(init=False)

    def __post_init__(self) -> None:
        connection, number = self.work.connection, self.period.ordinal
        self._lines = store.earned_lines(connection, number)
        self._rows = store.period_rows(connection, "contract_close", number)
        left = left_before(self.work, self.period)
        self._before, self._balances = left.states, left.balances
        self._releases, self._allocations = {}, {}
        for row in store.period_rows(connection, "reserve_release", number):
            self._releases.setdefault(row.contract, []).append(
                HeldReserve(row.withheld_in, row.amount)
            )
        for row in store.period_rows(connection, "allocation", number):
            allocation = Allocation(row.step, row.beneficiary, row.amount)
            self._allocations.setdefault(row.contract, []).append(allocation)

    def run(self) -> Run:
        """The whole run again."""
        connection, number = self.work.connection, self.period.ordinal
        settlements = store.period_rows(connection, "settlement", number)
        return Run(
            self.period,
            tuple(self._contract(row) for row in self._rows),
            (),
            tuple(self._settlement(row) for row in settlements),
        )

    def _contract(self, row: store.ContractRow) -> ContractRun:
        contract = self.setup.contracts[row.contract]
        version = self.setup.plans[contract.plan].on(row.plan_version)
        if version is None:
            raise NotClosedError(self.period)
        known = self._before.get(row.contract)
        before = known.recouped if known else 0
        return ContractRun(
            contract=contract,
            version=version,
            lines=tuple(self._lines.get(row.contract, ())),
            counters={},
            earned=row.earned,
            brought_forward=row.brought_forward,
            reserve=Withheld(
                0, row.withheld, row.released, tuple(self._releases.get(row.contract, ()))
            ),
            available=row.available,
            advances=recoup(contract, row.available, before, self.period.ends),
            recouped=row.recouped,
            payable=row.payable,
            carried_forward=row.carried_forward,
            undistributed_before=row.undistributed_before,
            allocations=tuple(self._allocations.get(row.contract, ())),
            undistributed=row.undistributed,
            cap_use={},
            brought_in=brought_in_of(contract, self.period.calendar) if known is None else None,
        )

    def _settlement(self, row: store.SettlementRow) -> Settlement:
        is_first = (row.beneficiary, row.currency) not in self._balances
        payee = self.setup.beneficiaries[row.beneficiary]
        return Settlement(
            row.beneficiary,
            row.currency,
            row.brought_forward,
            row.allocated,
            row.due,
            row.to_pay,
            row.tax_rate,
            row.tax,
            row.net,
            row.carried_forward,
            NotPaid(row.reason) if row.reason else None,
            payee.adjustments(row.currency) if is_first else (),
            row.tax_withheld,
        )
