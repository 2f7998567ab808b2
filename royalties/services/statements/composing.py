"""Compose what statements say of a run, from the run and the sales behind it."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from royalties.domain.currencies import exponent
from royalties.domain.money import MICRO, amount_text, micro_text, number_text, rounded
from royalties.domain.periods import first_of_month, period_of
from royalties.domain.royalties.exchange import Rates
from royalties.domain.royalties.inputs import BroughtIn, HeldReserve
from royalties.domain.royalties.results import ContractRun, NotPaid, Run, Settlement
from royalties.domain.royalties.run_document import base_text
from royalties.domain.royalties.statements import (
    AdjustmentShown,
    AdvanceShown,
    ContractAccount,
    CorrectionShown,
    EarnedLineShown,
    ExchangeRateShown,
    LifeToDateShown,
    MonthShown,
    Payee,
    PaymentShown,
    PlaceShown,
    ReserveShown,
    ShareShown,
    Statement,
)
from royalties.domain.sales.slices import SaleKind
from royalties.domain.terms.contracts import Basis
from royalties.domain.terms.plans import beneficiaries_of
from royalties.domain.terms.wording import concerns, sentence
from royalties.services.books import Setup, left_before, rates_of, what_came_back
from royalties.services.cache import extent_of
from royalties.services.names import Names
from royalties.services.work import Work
from royalties.store.payments.files import MovedRow, moved_in
from royalties.store.payments.taxed import CameBack
from royalties.store.periods import figures
from royalties.store.sales.slices import reversed_periods

_MOST_PLACES = 200


@dataclass(frozen=True, slots=True)
class _Details:
    """What statements alone show: free copies by ISBN, and sales by place of each title."""

    free: dict[str, int]
    places: dict[str, list[figures.PlaceSum]]


@dataclass(slots=True)
class Composer:
    """Everything that the statements of one run share, read once."""

    work: Work
    setup: Setup
    run: Run
    _title_of: dict[str, str] = field(init=False)
    _months: dict[str, list[figures.MonthSum]] = field(init=False)
    _late: dict[str, list[figures.LateSum]] = field(init=False)
    _life: Mapping[tuple[str, str], tuple[int, int]] = field(init=False)
    _held: dict[str, tuple[HeldReserve, ...]] = field(init=False)
    _rates: Rates = field(init=False)
    _moved: list[MovedRow] = field(init=False)
    _back: CameBack = field(init=False)
    _names: Names = field(init=False)
    _details: _Details | None = field(init=False, default=None)
    _accounts: dict[str, ContractAccount] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        period, connection = self.run.period, self.work.connection
        self._title_of = {
            edition.isbn: title.key
            for title in self.setup.titles.values()
            for edition in title.editions
        }
        self._names = Names(self.setup)
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
        left = left_before(self.work, period)
        self._life = left.sold
        self._held = {key: state.held for key, state in left.states.items()}
        may_take_back = extent_of(self.work, (period.ordinal,)).has_corrections
        taken_back = reversed_periods(connection, period.ordinal) if may_take_back else ()
        self._rates = rates_of(self.work, self.setup, period, taken_back)
        self._moved = moved_in(connection, period.ordinal)
        self._back = what_came_back(self.work, period)

    def read_all(self) -> None:
        """Read now what would be read when it is first needed."""
        self._read_details()

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
            publisher=self.setup.publisher_on(dated),
            payee=Payee(
                payee.key,
                payee.name,
                payee.address or ((place,) if place else ()),
                payee.email,
                payee.ein,
                payee.city,
                _minimum(payee.minimum_payment, settlement.currency),
            ),
            currency=settlement.currency,
            brought_forward=settlement.brought_forward,
            allocated=settlement.allocated,
            due=settlement.due,
            to_pay=settlement.to_pay,
            tax_rate=number_text(settlement.tax_rate),
            tax=settlement.tax,
            net=settlement.net,
            carried_forward=settlement.carried_forward,
            outcome=self._outcome(settlement),
            contracts=tuple(
                self._account(contract_run, settlement.beneficiary)
                for contract_run in self.run.contracts
                if contract_run.contract.currency == settlement.currency
                and settlement.beneficiary in beneficiaries_of(contract_run.version.steps)
            ),
            pays_by=self.setup.publisher.pays_by(self.run.period) if settlement.to_pay else None,
            adjustments=tuple(
                AdjustmentShown(each.reason, each.amount) for each in settlement.adjustments
            ),
            tax_withheld=settlement.tax_withheld,
            payments=self._payments(settlement.beneficiary, settlement.currency),
            taxed_before=min(
                settlement.to_pay,
                self._back.taxed.get((settlement.beneficiary, settlement.currency), 0),
            ),
        )

    def _payments(self, beneficiary: str, currency: str) -> tuple[PaymentShown, ...]:
        """What was sent since the last statement, then what came back."""
        payee = (beneficiary, currency)
        mine = [
            payment for payment in self._moved if (payment.beneficiary, payment.currency) == payee
        ]
        sent = [
            PaymentShown(
                payment.sent_on,
                payment.reference,
                payment.gross,
                payment.tax,
                taxed_before=payment.taxed_before,
            )
            for payment in mine
            if payment.sent_here
        ]
        back = [
            PaymentShown(
                payment.ended_on or payment.sent_on,
                payment.reference,
                payment.gross - payment.tax_kept,
                payment.tax,
                came_back=True,
                reason=payment.reason,
                tax_kept=payment.tax_kept,
            )
            for payment in mine
            if payment.put_back_here
        ]
        return (*sent, *back)

    def copies_of(self, title: str) -> int:
        """Net copies of a title that were recorded in the period, free ones left out."""
        return sum(month.units for month in self._months.get(title, ()))

    def lines(self, contract_run: ContractRun) -> tuple[EarnedLineShown, ...]:
        """A contract's earned lines as printed, numbered as they are explained."""
        notes = self._notes(contract_run)
        return tuple(
            line_shown(self.setup, contract_run, number, notes.get(number, ""))
            for number in range(1, len(contract_run.lines) + 1)
        )

    def _account(self, contract_run: ContractRun, beneficiary: str) -> ContractAccount:
        key, currency = contract_run.contract.key, contract_run.contract.currency
        if key not in self._accounts:
            self._accounts[key] = self._whole_account(contract_run)
        amounts_by_step = {
            each.step: each.amount
            for each in contract_run.allocations
            if each.beneficiary == beneficiary
        }
        shares = tuple(
            ShareShown(
                place,
                sentence(self._names.step(step), beneficiary, currency),
                amounts_by_step.get(place, 0),
            )
            for place, step in enumerate(contract_run.version.steps, 1)
            if concerns(step, beneficiary)
        )
        account, allocated = self._accounts[key], sum(amounts_by_step.values())
        return replace(
            account,
            shares=shares,
            allocated=allocated,
            share_of_pool=_fraction(allocated, account.pool),
        )

    def _whole_account(self, contract_run: ContractRun) -> ContractAccount:
        contract = contract_run.contract
        titles = [self.setup.titles[key] for key in contract.titles]
        details = self._read_details()
        return ContractAccount(
            contract=contract.key,
            author=contract.author,
            titles=tuple(title.title for title in titles),
            currency=contract.currency,
            earned=contract_run.earned,
            brought_forward=contract_run.brought_forward,
            withheld=contract_run.reserve.withheld,
            released=contract_run.reserve.released,
            available=contract_run.available,
            recouped=contract_run.recouped,
            payable=contract_run.payable,
            carried_forward=contract_run.carried_forward,
            undistributed_before=contract_run.undistributed_before,
            undistributed=contract_run.undistributed,
            plan_in_force_since=contract_run.version.starts,
            shares=(),
            allocated=0,
            reserves=self._reserves(contract_run),
            advances=tuple(
                AdvanceShown(
                    advance.advance.paid_on,
                    advance.advance.amount,
                    advance.before,
                    advance.now,
                    advance.outstanding,
                )
                for advance in contract_run.advances
            ),
            lines=self.lines(contract_run),
            corrections=tuple(self._corrections(contract.titles)),
            months=tuple(self._by_month(contract.titles)),
            life_to_date=tuple(self._life_to_date(contract_run, details.free)),
            plan=contract.plan,
            pool=contract_run.payable + contract_run.undistributed_before,
            exchange_rates=tuple(self._exchange_rates(contract_run)),
            places=places_shown(
                each for key in contract.titles for each in details.places.get(key, ())
            ),
        )

    def _read_details(self) -> _Details:
        if self._details is None:
            connection, period = self.work.connection, self.run.period.ordinal
            places: dict[str, list[figures.PlaceSum]] = {}
            for place in figures.sales_by_place(connection, period):
                places.setdefault(self._title_of[place.isbn], []).append(place)
            self._details = _Details(figures.free_copies(connection, period), places)
        return self._details

    def _notes(self, contract_run: ContractRun) -> dict[int, str]:
        """The notes of other income by line, as ``earning.income_lines`` orders its entries."""
        numbers = [number for number, line in enumerate(contract_run.lines, 1) if line.tier is None]
        entries = [
            entry
            for entry in self.setup.income
            if entry.contract == contract_run.contract.key and entry.period == str(self.run.period)
        ]
        entries.sort(key=lambda entry: (entry.right, entry.note, entry.amount))
        if [contract_run.lines[number - 1].rule for number in numbers] != [
            each.right for each in entries
        ]:
            return {}  # entries that came after the period was closed
        return dict(zip(numbers, (entry.note for entry in entries), strict=True))

    def _exchange_rates(self, contract_run: ContractRun) -> Iterable[ExchangeRateShown]:
        """The rates that the lines were multiplied by, and those of the costs behind profits."""
        contract, house = contract_run.contract, self.setup.publisher.currency
        period, rates = self.run.period, self._rates
        used: dict[int, dict[tuple[str, str], Fraction]] = {}
        for line in contract_run.lines:
            basis = contract.rules[line.rule_place].basis if line.tier is not None else Basis.UNIT
            if basis is Basis.UNIT:
                continue
            pair = (line.currency, contract.currency)
            for number in _turned_in(rates, pair, line.exchange_rate):
                if line.currency != contract.currency:
                    used.setdefault(number, {})[pair] = line.exchange_rate
                cost = rates.for_reversal_of(number).given.get((house, line.currency))
                if basis is Basis.PROFIT and cost is not None:
                    used.setdefault(number, {}).setdefault((house, line.currency), cost)
        for number in sorted(used, key=lambda number: (number != period.ordinal, number)):
            name = str(period.shift(number - period.ordinal))
            for (source, target), rate in sorted(used[number].items()):
                yield ExchangeRateShown(source, target, number_text(rate), name)

    def _retailer(self, key: str | None) -> str:
        return self.setup.retailers[key].name if key else ""

    def _reserves(self, contract_run: ContractRun) -> tuple[ReserveShown, ...]:
        """What is held after this run, and when the terms in force release it."""
        period = self.run.period
        released = {held.period for held in contract_run.reserve.released_from}
        held = [
            each
            for each in self._held.get(
                contract_run.contract.key, (contract_run.brought_in or BroughtIn()).held
            )
            if each.period not in released
        ]
        if contract_run.reserve.withheld:
            held.append(HeldReserve(period.ordinal, contract_run.reserve.withheld))
        hold = contract_run.contract.reserve.hold_periods if contract_run.contract.reserve else 0
        shown = []
        for reserve in held:
            due = reserve.period + hold if reserve.release is None else reserve.release
            release = period.shift(max(due - period.ordinal, 1))
            withheld_in = period.shift(reserve.period - period.ordinal)
            shown.append(ReserveShown(str(withheld_in), reserve.amount, str(release), release.ends))
        return tuple(shown)

    def _corrections(self, titles: Iterable[str]) -> Iterable[CorrectionShown]:
        for late in (each for key in titles for each in self._late.get(key, ())):
            day = first_of_month(late.month)
            title = self.setup.titles[self._title_of[late.isbn]]
            yield CorrectionShown(
                period=str(period_of(day, self.setup.calendar)),
                isbn=late.isbn,
                title=title.title,
                retailer=self._retailer(late.retailer),
                kind=SaleKind(late.kind).word,
                units=late.units,
                currency=late.currency,
                net=micro_text(late.net, exponent(late.currency)),
                corrects="takes back an earlier report" if late.corrects else "late report",
            )

    def _by_month(self, titles: Iterable[str]) -> Iterable[MonthShown]:
        sums: dict[tuple[str, str, str], tuple[int, int, int]] = {}
        for month_sum in (month_sum for key in titles for month_sum in self._months.get(key, ())):
            key = (month_sum.month, self._retailer(month_sum.retailer), month_sum.currency)
            units, net, back = sums.get(key, (0, 0, 0))
            sums[key] = (units + month_sum.units, net + month_sum.net, back + month_sum.returned)
        for (month, retailer, currency), (units, net, back) in sorted(sums.items()):
            received = micro_text(net, exponent(currency))
            yield MonthShown(month, retailer, units, currency, received, units - back, back)

    def _life_to_date(
        self, contract_run: ContractRun, free: dict[str, int]
    ) -> Iterable[LifeToDateShown]:
        currency = contract_run.contract.currency
        earned: dict[str, int] = {}
        groups: dict[str, dict[Hashable, int]] = {}
        before = contract_run.brought_in.sold if contract_run.brought_in else {}
        for line in contract_run.lines:
            if line.isbn is not None:
                earned[line.isbn] = earned.get(line.isbn, 0) + line.earned
                groups.setdefault(line.isbn, {})[line.group] = line.units
        for key in contract_run.contract.titles:
            title = self.setup.titles[key]
            sold, returned = self._sold_and_returned(key)
            for edition in title.editions:
                price = edition.price_on(self.run.period.ends, currency)
                units_before, earned_before = self._life.get(
                    (contract_run.contract.key, edition.isbn), before.get(edition.isbn, (0, 0))
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
                    title.authors,
                    title.published,
                    "" if price is None else micro_text(price, exponent(currency)),
                    sold.get(edition.isbn, 0),
                    returned.get(edition.isbn, 0),
                    free.get(edition.isbn, 0),
                )

    def _sold_and_returned(self, title: str) -> tuple[dict[str, int], dict[str, int]]:
        """A title's copies of the period by ISBN."""
        sold: dict[str, int] = {}
        returned: dict[str, int] = {}
        for each in self._months.get(title, ()):
            sold[each.isbn] = sold.get(each.isbn, 0) + each.units - each.returned
            returned[each.isbn] = returned.get(each.isbn, 0) + each.returned
        return sold, returned

    def _outcome(self, settlement: Settlement) -> str:
        currency = settlement.currency
        due = f"{currency} {amount_text(settlement.due, currency)}"
        payee = self.setup.beneficiaries[settlement.beneficiary]
        match settlement.reason:
            case NotPaid.ON_HOLD:
                return f"Your account is on hold; {due} is carried forward."
            case NotPaid.DEBIT_BALANCE:
                return f"Your account is in debit by {due.replace('-', '')}; it is carried forward."
            case NotPaid.BELOW_MINIMUM:
                least = f"{currency} {_minimum(payee.minimum_payment, currency)}"
                return f"{due} is below your minimum payment of {least} and is carried forward."
        if settlement.to_pay:
            return f"{due} is set aside to be paid to you."
        return "Nothing is due for this period."


def _turned_in(rates: Rates, pair: tuple[str, str], rate: Fraction) -> list[int]:
    """The periods whose rates a line was turned at: the run's own, or one that it takes back."""
    own = rates.period.ordinal
    if pair[0] == pair[1]:
        return [own, *rates.used]
    if rates.given.get(pair, rate) == rate:
        return [own]
    return [each for each in sorted(rates.used) if rates.used[each].get(pair) == rate][:1] or [own]


def line_shown(
    setup: Setup, contract_run: ContractRun, number: int, note: str = ""
) -> EarnedLineShown:
    """A contract's earned line of a number as it is printed."""
    line = contract_run.lines[number - 1]
    title, format_ = "", ""
    if line.isbn is not None:
        titles = (setup.titles[key] for key in contract_run.contract.titles)
        title, format_ = next(
            (each.title, edition.format.value)
            for each in titles
            for edition in each.editions
            if edition.isbn == line.isbn
        )
    rules = contract_run.contract.rules
    return EarnedLineShown(
        id=f"{contract_run.contract.key}/{number}",
        rule=line.rule,
        basis=rules[line.rule_place].basis.value if line.tier is not None else "income",
        title=title,
        isbn=line.isbn or "",
        format=format_,
        retailer=setup.retailers[line.retailer].name if line.retailer else "",
        kind=line.kind,
        tier=line.tier,
        units=line.units,
        currency=line.currency,
        base=base_text(line),
        portion=str(line.portion),
        exchange_rate=number_text(line.exchange_rate),
        rate=number_text(line.rate),
        earned=line.earned,
        note=note,
    )


def _minimum(units: Fraction, currency: str) -> str:
    """A minimum payment as exact text with the currency's digits; empty if there is none."""
    return micro_text(rounded(units * MICRO), exponent(currency)) if units > 0 else ""


def _fraction(part: int, total: int) -> str:
    """A part as an exact text of at most six digits; empty if there is no whole."""
    if total <= 0:
        return ""
    return number_text(Fraction(rounded(Fraction(part, total) * MICRO), MICRO))


def places_shown(sums: Iterable[figures.PlaceSum]) -> tuple[PlaceShown, ...]:
    """Places with the most copies first; what is beyond the limit is one row, so that it ties."""
    units: dict[tuple[str, str, str], int] = {}
    net: dict[tuple[str, str, str], dict[str, int]] = {}
    for place_sum in sums:
        place = (place_sum.country, place_sum.region, place_sum.city)
        units[place] = units.get(place, 0) + place_sum.units
        _add(net.setdefault(place, {}), {place_sum.currency: place_sum.net})
    if not any(country for country, _, _ in units):
        return ()
    largest = sorted(units, key=lambda place: (-units[place], place))
    shown, beyond = largest[:_MOST_PLACES], largest[_MOST_PLACES:]
    rows = [PlaceShown(*place, units[place], _receipts(net[place])) for place in shown]
    if beyond:
        net_beyond: dict[str, int] = {}
        for place in beyond:
            _add(net_beyond, net[place])
        copies = sum(units[place] for place in beyond)
        rows.append(PlaceShown("", "", "", copies, _receipts(net_beyond), len(beyond)))
    return tuple(rows)


def _add(sums: dict[str, int], more: dict[str, int]) -> None:
    for currency, micro in more.items():
        sums[currency] = sums.get(currency, 0) + micro


def _receipts(net: dict[str, int]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (currency, micro_text(micro, exponent(currency))) for currency, micro in sorted(net.items())
    )
