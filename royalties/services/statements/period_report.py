"""A period for finance: everything that came in, was earned and given, and that it ties."""

from collections.abc import Iterator, Mapping

from royalties.domain.money import micro_text
from royalties.domain.periods import Period
from royalties.domain.royalties.postings import SETTLED, TAX, to_pay_account
from royalties.domain.royalties.results import Run
from royalties.domain.royalties.statements import (
    AllocationShown,
    BatchShown,
    Check,
    ContractShown,
    ExceptionShown,
    PeriodReport,
    SettlementShown,
    WaitingShown,
)
from royalties.services.books import Setup
from royalties.services.closed_run import closed_run
from royalties.services.names import Names
from royalties.services.statements.composing import Composer
from royalties.services.work import Work
from royalties.store.ledger import entries as ledger
from royalties.store.periods import closing, figures
from royalties.store.periods import runs as store
from royalties.store.sales import batches
from royalties.store.statements import statements as statement_store


def period_report(work: Work, setup: Setup, period: Period, draft: Run | None) -> PeriodReport:
    """Compose the period's workbook: of a draft run, or of the closed one as it was frozen."""
    closed = None if draft is not None else store.find_closed(work.connection, period.ordinal)
    run = draft if draft is not None else closed_run(work, period)
    numbers = statement_store.numbers_by_payee(work.connection, period.ordinal)
    composer, names = Composer(work, setup, run), Names(setup)
    return PeriodReport(
        publisher=setup.publisher_on(period.ends),
        period=str(period),
        starts=period.starts,
        ends=period.ends,
        status="closed" if closed else "draft",
        dated=period.ends,
        contracts=tuple(_contracts(run, names)),
        settlements=tuple(_settlements(run, names, numbers)),
        allocations=tuple(
            AllocationShown(
                names.of("contracts", contract_run.contract.key),
                contract_run.contract.currency,
                allocation.step,
                names.of("beneficiaries", allocation.beneficiary),
                allocation.amount,
            )
            for contract_run in run.contracts
            for allocation in contract_run.allocations
        ),
        lines=tuple(
            (names.of("contracts", contract_run.contract.key), line, contract_run.contract.currency)
            for contract_run in run.contracts
            for line in composer.lines(contract_run)
        ),
        batches=tuple(_batches(work, period, names)),
        exceptions=tuple(
            ExceptionShown(
                names.of("contracts", exception.contract) if exception.contract else "",
                exception.isbn,
                names.of("retailers", exception.retailer),
                exception.channel.value,
                exception.units,
                exception.reason,
            )
            for exception in run.exceptions
        ),
        waiting=tuple(WaitingShown(*row) for row in batches.waiting_summary(work.connection)),
        checks=(
            _copies_check(run, composer),
            _imports_check(work, period),
            *_checks(work, run, period, closed=closed is not None),
        ),
    )


def _copies_check(run: Run, composer: Composer) -> Check:
    """Every copy recorded on a contract's titles is in its earned lines or exceptions."""
    in_lines = recorded = 0
    for contract_run in run.contracts:
        groups = {line.group: line.units for line in contract_run.lines}
        in_lines += sum(groups.values())
        recorded += sum(composer.copies_of(title) for title in contract_run.contract.titles)
    excepted = sum(each.units for each in run.exceptions if each.contract)
    return Check(
        "Copies recorded = copies in earned lines and exceptions", "", recorded, in_lines + excepted
    )


def _imports_check(work: Work, period: Period) -> Check:
    """The copies of all imports are those that are counted by period, retailer and month."""
    imported = sum(
        each.sold + each.returned for each in figures.batch_sums(work.connection, period.ordinal)
    )
    counted = closing.units_by_period(work.connection, [period.ordinal]).get(period.ordinal, 0)
    return Check("Copies of all imports = copies counted in the period", "", imported, counted)


def _checks(work: Work, run: Run, period: Period, *, closed: bool) -> Iterator[Check]:
    """Figures reached on two ways; every difference is zero when the period is in order."""
    for currency in sorted({contract_run.contract.currency for contract_run in run.contracts}):
        yield from _run_checks(run, currency)
    if closed:
        yield from _ledger_checks(work, run, period)


def _run_checks(run: Run, currency: str) -> Iterator[Check]:
    contracts = [
        contract_run for contract_run in run.contracts if contract_run.contract.currency == currency
    ]
    settlements = [settlement for settlement in run.settlements if settlement.currency == currency]
    lines = sum(line.earned for contract_run in contracts for line in contract_run.lines)
    allocated = sum(
        allocation.amount for contract_run in contracts for allocation in contract_run.allocations
    )
    yield Check(
        "Earned lines = earned",
        currency,
        lines,
        sum(contract_run.earned for contract_run in contracts),
    )
    yield Check(
        "Earned + brought forward + released = withheld + recouped + payable + carried forward",
        currency,
        sum(
            contract_run.earned + contract_run.brought_forward + contract_run.reserve.released
            for contract_run in contracts
        ),
        sum(
            contract_run.reserve.withheld
            + contract_run.recouped
            + contract_run.payable
            + contract_run.carried_forward
            for contract_run in contracts
        ),
    )
    yield Check(
        "Payable + undistributed before = allocated + undistributed",
        currency,
        sum(contract_run.payable + contract_run.undistributed_before for contract_run in contracts),
        allocated + sum(contract_run.undistributed for contract_run in contracts),
    )
    yield Check(
        "Allocated by plans = allocated to beneficiaries",
        currency,
        allocated,
        sum(settlement.allocated for settlement in settlements),
    )
    yield Check(
        "Brought forward + allocated = to pay + carried forward",
        currency,
        sum(settlement.brought_forward + settlement.allocated for settlement in settlements),
        sum(
            settlement.tax_withheld + settlement.to_pay + settlement.carried_forward
            for settlement in settlements
        ),
    )


def _ledger_checks(work: Work, run: Run, period: Period) -> Iterator[Check]:
    """The ledger's movements of the period against the run's figures."""
    moved: dict[tuple[str, str], int] = {}
    moved_by_close: dict[tuple[str, str], int] = {}
    for line in ledger.journal_of(work.connection, period.ordinal):
        key = (line.account, line.currency)
        moved[key] = moved.get(key, 0) + line.amount
        if line.event == SETTLED:
            moved_by_close[key] = moved_by_close.get(key, 0) + line.amount
    for currency in sorted({currency for _, currency in moved}):
        yield Check(
            "Debits = credits in the ledger",
            currency,
            sum(value for key, value in moved.items() if key[1] == currency and value > 0),
            -sum(value for key, value in moved.items() if key[1] == currency and value < 0),
        )
        settlements = [
            settlement for settlement in run.settlements if settlement.currency == currency
        ]
        yield Check(
            "Ledger: set aside = to pay",
            currency,
            -sum(
                moved_by_close.get((to_pay_account(settlement.beneficiary), currency), 0)
                for settlement in settlements
            ),
            sum(settlement.to_pay for settlement in settlements),
        )
        yield Check(
            "Ledger: tax = tax withheld by the close",
            currency,
            -moved_by_close.get((TAX, currency), 0),
            sum(settlement.tax_withheld for settlement in settlements),
        )


def _contracts(run: Run, names: Names) -> Iterator[ContractShown]:
    for contract_run in run.contracts:
        yield ContractShown(
            names.of("contracts", contract_run.contract.key),
            contract_run.contract.author,
            contract_run.contract.currency,
            contract_run.earned,
            contract_run.brought_forward,
            contract_run.reserve.withheld,
            contract_run.reserve.released,
            contract_run.available,
            contract_run.recouped,
            contract_run.payable,
            contract_run.carried_forward,
            contract_run.undistributed_before,
            contract_run.undistributed,
        )


def _settlements(
    run: Run, names: Names, numbers: Mapping[tuple[str, str], str]
) -> Iterator[SettlementShown]:
    for settlement in run.settlements:
        yield SettlementShown(
            settlement.beneficiary,
            names.of("beneficiaries", settlement.beneficiary),
            numbers.get((settlement.beneficiary, settlement.currency), ""),
            settlement.currency,
            settlement.brought_forward,
            settlement.allocated,
            settlement.tax_withheld,
            settlement.due,
            settlement.to_pay,
            settlement.tax,
            settlement.net,
            settlement.carried_forward,
        )


def _batches(work: Work, period: Period, names: Names) -> Iterator[BatchShown]:
    """What each import brought into the period."""
    sums: dict[int, list[figures.BatchSum]] = {}
    for batch_sum in figures.batch_sums(work.connection, period.ordinal):
        sums.setdefault(batch_sum.batch, []).append(batch_sum)
    for row in batches.batches(work.connection, sums):
        mine = sums[row.id]
        yield BatchShown(
            row.id,
            row.file_name,
            row.report,
            names.of("retailers", row.retailer) if row.retailer else "several",
            work.day_of(row.recorded_at).isoformat(),
            row.document.get("rows", row.rows),
            sum(batch_sum.lines for batch_sum in mine),
            sum(batch_sum.sold for batch_sum in mine),
            -sum(batch_sum.returned for batch_sum in mine),
            sum(batch_sum.free for batch_sum in mine),
            tuple((batch_sum.currency, micro_text(batch_sum.net, 2)) for batch_sum in mine),
        )
