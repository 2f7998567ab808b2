"""Compose what statements say of a run, from the run and the sales behind it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from royalties.domain.currencies import exponent
from royalties.domain.earning import EarnedLine
from royalties.domain.money import amount_text, micro_text, number_text
from royalties.domain.periods import period_of
from royalties.domain.plain_words import concerns, sentence
from royalties.domain.plans import beneficiaries_of
from royalties.domain.run import ContractRun, Held, Run, Settlement
from royalties.domain.run_document import base_text
from royalties.domain.sales import Kind
from royalties.domain.statements import (
    AdvanceShown,
    ContractAccount,
    CorrectionShown,
    EarnedLineShown,
    LifeToDateShown,
    MonthShown,
    Payee,
    ReserveShown,
    ShareShown,
    Statement,
)
from royalties.services.books import Setup
from royalties.services.work import Work
from royalties.store import figures, runs


@dataclass(slots=True)
class Composer:
    """Everything that the statements of one run share, read once."""

    work: Work
    setup: Setup
    run: Run
    _title_of: dict[str, str] = field(init=False)
    _months: dict[str, list[figures.MonthSum]] = field(init=False)
    _late: dict[str, list[figures.LateSum]] = field(init=False)
    _life: dict[tuple[str, str], tuple[int, int]] = field(init=False)
    _held: dict[str, tuple[Held, ...]] = field(init=False)
    _accounts: dict[str, ContractAccount] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        period, connection = self.run.period, self.work.connection
        self._title_of = {
            edition.isbn: title.key
            for title in self.setup.titles.values()
            for edition in title.editions
        }
        self._months, self._late = {}, {}
        for month in figures.sales_by_month(connection, period.ordinal):
            self._months.setdefault(self._title_of[month.isbn], []).append(month)
        for late in figures.late_sales(
            connection,
            period.ordinal,
            period.starts.isoformat(),
            self.setup.first_period.starts.isoformat(),
        ):
            self._late.setdefault(self._title_of[late.isbn], []).append(late)
        keys = [done.contract.key for done in self.run.contracts]
        self._life = runs.life_to_date(connection, keys, period.ordinal)
        states = runs.contract_states(connection, period.ordinal - period.place + 1, period.ordinal)
        self._held = {key: state.held for key, state in states.items()}

    def statement(self, settlement: Settlement, number: str | None, dated: date) -> Statement:
        """A beneficiary's whole statement in one currency."""
        payee = self.setup.beneficiaries[settlement.beneficiary]
        place = ", ".join(part for part in (payee.city, payee.region, payee.country) if part)
        return Statement(
            number=number,
            dated=dated,
            period=str(self.run.period),
            starts=self.run.period.starts,
            ends=self.run.period.ends,
            publisher=self.setup.publisher,
            payee=Payee(
                payee.key,
                payee.name,
                payee.address or ((place,) if place else ()),
                payee.email,
                payee.ein,
            ),
            currency=settlement.currency,
            brought_forward=settlement.brought_forward,
            allocated=settlement.allocated,
            tax_rate=number_text(settlement.tax_rate),
            tax=settlement.tax,
            due=settlement.due,
            paid=settlement.paid,
            carried_forward=settlement.carried_forward,
            outcome=self._outcome(settlement),
            contracts=tuple(
                self._account(done, settlement.beneficiary)
                for done in self.run.contracts
                if done.contract.currency == settlement.currency
                and settlement.beneficiary in beneficiaries_of(done.version.steps)
            ),
        )

    def copies_of(self, title: str) -> int:
        """Net copies of a title that were recorded in the period, free ones left out."""
        return sum(month.units for month in self._months.get(title, ()))

    def lines(self, done: ContractRun) -> tuple[EarnedLineShown, ...]:
        """A contract's earned lines as printed, numbered as they are explained."""
        return tuple(self._line(done, number, line) for number, line in enumerate(done.lines, 1))

    def _account(self, done: ContractRun, beneficiary: str) -> ContractAccount:
        key, currency = done.contract.key, done.contract.currency
        if key not in self._accounts:
            self._accounts[key] = self._whole_account(done)
        given = {
            each.step: each.amount for each in done.allocations if each.beneficiary == beneficiary
        }
        shares = tuple(
            ShareShown(place, sentence(step, beneficiary, currency), given.get(place, 0))
            for place, step in enumerate(done.version.steps, 1)
            if concerns(step, beneficiary)
        )
        return replace(self._accounts[key], shares=shares, allocated=sum(given.values()))

    def _whole_account(self, done: ContractRun) -> ContractAccount:
        contract = done.contract
        titles = [self.setup.titles[key] for key in contract.titles]
        return ContractAccount(
            contract=contract.key,
            author=contract.author,
            titles=tuple(title.title for title in titles),
            currency=contract.currency,
            earned=done.earned,
            brought_forward=done.brought_forward,
            withheld=done.reserve.withheld,
            released=done.reserve.released,
            available=done.available,
            recouped=done.recouped,
            payable=done.payable,
            carried_forward=done.carried_forward,
            undistributed_before=done.undistributed_before,
            undistributed=done.undistributed,
            plan_in_force_since=done.version.starts,
            shares=(),
            allocated=0,
            reserves=self._reserves(done),
            advances=tuple(
                AdvanceShown(
                    each.advance.paid_on,
                    each.advance.amount,
                    each.before,
                    each.now,
                    each.outstanding,
                )
                for each in done.advances
            ),
            lines=self.lines(done),
            corrections=tuple(self._corrections(contract.titles)),
            months=tuple(self._by_month(contract.titles)),
            life_to_date=tuple(self._life_to_date(done)),
        )

    def _line(self, done: ContractRun, number: int, line: EarnedLine) -> EarnedLineShown:
        title, format_ = "", ""
        if line.isbn is not None:
            found = self.setup.titles[self._title_of[line.isbn]]
            title = found.title
            format_ = next(e.format.value for e in found.editions if e.isbn == line.isbn)
        rules = done.contract.rules
        basis = rules[line.rule_place].basis.value if line.tier is not None else "income"
        return EarnedLineShown(
            id=f"{done.contract.key}/{number}",
            rule=line.rule,
            basis=basis,
            title=title,
            isbn=line.isbn or "",
            format=format_,
            retailer=self._retailer(line.retailer),
            kind=line.kind,
            tier=line.tier,
            units=line.units,
            currency=line.currency,
            base=base_text(line),
            portion=str(line.portion),
            exchange_rate=number_text(line.exchange_rate),
            rate=number_text(line.rate),
            earned=line.earned,
        )

    def _retailer(self, key: str | None) -> str:
        return self.setup.retailers[key].name if key else ""

    def _reserves(self, done: ContractRun) -> tuple[ReserveShown, ...]:
        """What is held after this run, and when the terms in force release it."""
        period = self.run.period
        released = {held.period for held in done.reserve.released_from}
        held = [
            each for each in self._held.get(done.contract.key, ()) if each.period not in released
        ]
        if done.reserve.withheld:
            held.append(Held(period.ordinal, done.reserve.withheld))
        hold = done.contract.reserve.hold_periods if done.contract.reserve else 0
        return tuple(
            ReserveShown(
                str(period.shift(each.period - period.ordinal)),
                each.amount,
                str(period.shift(max(each.period + hold - period.ordinal, 1))),
            )
            for each in held
        )

    def _corrections(self, titles: Iterable[str]) -> Iterable[CorrectionShown]:
        for late in (each for key in titles for each in self._late.get(key, ())):
            day = date.fromisoformat(f"{late.month}-01")
            title = self.setup.titles[self._title_of[late.isbn]]
            yield CorrectionShown(
                period=str(period_of(day, self.setup.calendar)),
                isbn=late.isbn,
                title=title.title,
                retailer=self._retailer(late.retailer),
                kind=Kind(late.kind).word,
                units=late.units,
                currency=late.currency,
                net=micro_text(late.net, exponent(late.currency)),
                corrects=f"takes back import {late.corrects}" if late.corrects else "late report",
            )

    def _by_month(self, titles: Iterable[str]) -> Iterable[MonthShown]:
        sums: dict[tuple[str, str, str], tuple[int, int]] = {}
        for each in (each for key in titles for each in self._months.get(key, ())):
            key = (each.month, self._retailer(each.retailer), each.currency)
            units, net = sums.get(key, (0, 0))
            sums[key] = (units + each.units, net + each.net)
        for (month, retailer, currency), (units, net) in sorted(sums.items()):
            yield MonthShown(month, retailer, units, currency, micro_text(net, exponent(currency)))

    def _life_to_date(self, done: ContractRun) -> Iterable[LifeToDateShown]:
        earned: dict[str, int] = {}
        groups: dict[str, dict[tuple[int, str | None, str, str], int]] = {}
        for line in done.lines:
            if line.isbn is not None:
                earned[line.isbn] = earned.get(line.isbn, 0) + line.earned
                group = (line.rule_place, line.retailer, line.kind, line.currency)
                groups.setdefault(line.isbn, {})[group] = line.units
        for key in done.contract.titles:
            title = self.setup.titles[key]
            for edition in title.editions:
                units_before, earned_before = self._life.get(
                    (done.contract.key, edition.isbn), (0, 0)
                )
                units = sum(groups.get(edition.isbn, {}).values())
                now = earned.get(edition.isbn, 0)
                yield LifeToDateShown(
                    edition.isbn,
                    title.title,
                    edition.format.value,
                    units,
                    units_before + units,
                    now,
                    earned_before + now,
                )

    def _outcome(self, settlement: Settlement) -> str:
        currency = settlement.currency
        due = f"{currency} {amount_text(settlement.due, currency)}"
        payee = self.setup.beneficiaries[settlement.beneficiary]
        match settlement.reason:
            case "on hold":
                return f"Your account is on hold; {due} is carried forward."
            case "debit balance":
                return f"Your account is in debit by {due.replace('-', '')}; it is carried forward."
            case "below minimum":
                least = f"{currency} {number_text(payee.minimum_payment)}"
                return f"{due} is below your minimum payment of {least} and is carried forward."
        if settlement.paid:
            return f"{due} is paid to you for this period."
        return "Nothing is due for this period."
