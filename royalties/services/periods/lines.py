"""What is behind one earned line: how it was multiplied, and the sale lines it sums up."""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from royalties.domain.money import MICRO, amount_text, number_text, rounded
from royalties.domain.royalties.days import Claim, claim
from royalties.domain.royalties.earned_lines import EarnedLine
from royalties.domain.royalties.matching import rule_place
from royalties.domain.royalties.results import ContractRun, Run
from royalties.domain.royalties.run import in_force
from royalties.domain.royalties.run_document import base_text
from royalties.domain.sales.slices import Place, SaleKind, Slice
from royalties.domain.terms.catalogue import Channel, Edition
from royalties.domain.terms.contracts import Contract
from royalties.domain.terms.discounts import DiscountLimit, discount_class, discount_limits
from royalties.domain.terms.wording import percent, rule_sentence
from royalties.services.books import Setup, rates_of
from royalties.services.names import Names
from royalties.services.sales.batches import sale_shown, with_changes
from royalties.services.work import Work
from royalties.store.sales import batches

After = tuple[int, int, int]
"""Batch, sheet and row of the last sale line of a page."""


def how_earned(contract_run: ContractRun, line: EarnedLine, names: Names) -> list[str]:
    """How a contract's line came to what it earned, in sentences."""
    contract = contract_run.contract
    if line.tier is None:
        share = percent(line.rate)
        income = f"{base_text(line)} {line.currency}"
        return [f"income for the right “{line.rule}”: {income} × share {share}, rounded"]
    rule = contract.rules[line.rule_place]
    residual = line.residual(contract.currency)
    product = (
        f"{base_text(line)} {line.currency} (base) × {line.portion} (portion) × "
        f"{number_text(line.exchange_rate)} (exchange rate) × {number_text(line.rate)} "
        f"(rate) = {amount_text(line.earned, contract.currency)} {contract.currency}, "
        f"rounded; {number_text(residual)} of a minor unit was left out"
    )
    return [
        f"rule “{rule.name}”: {rule_sentence(names.rule(rule), contract.currency)}",
        f"tier {line.tier} of {len(rule.tiers)} takes {line.portion} of the base",
        product,
    ]


@dataclass(slots=True)
class SalesOfLine:
    """The sale lines whose first matching rule is one earned line's."""

    work: Work
    setup: Setup
    run: Run
    done: ContractRun
    line: EarnedLine
    _edition: Edition = field(init=False)
    _limits: tuple[DiscountLimit, ...] = field(init=False)
    _countries: set[str] = field(init=False)
    _channels: dict[str, Channel] = field(init=False)
    _turned: dict[int | None, Fraction] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._edition = next(
            edition
            for title in self.setup.titles.values()
            for edition in title.editions
            if edition.isbn == self.line.isbn
        )
        contracts = in_force(list(self.setup.contracts.values()), self.run.period)
        self._limits = tuple(discount_limits(contracts))
        self._countries = {c for each in contracts for r in each.rules for c in r.countries or ()}
        self._channels = {key: each.channel for key, each in self.setup.retailers.items()}

    def all(self) -> Iterator[dict[str, Any]]:
        """Every one, in order of file and row."""
        return with_changes(self.work, (sale_shown(row) for row in self._rows(None)))

    def page(self, after: After | None, size: int) -> tuple[list[dict[str, Any]], After | None]:
        """So many behind ``after``, and where the next page begins, if there is one."""
        lines: list[tuple[Any, ...]] = []
        with closing(self._rows(after)) as rows:
            for row in rows:
                if len(lines) == size:
                    last = lines[-1]
                    return self._documents(lines), (last[0], last[3], last[4])
                lines.append(row)
        return self._documents(lines), None

    def _documents(self, lines: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
        return list(with_changes(self.work, map(sale_shown, lines)))

    def _rows(self, after: After | None) -> Generator[tuple[Any, ...], None, None]:
        line = self.line
        group = (
            line.isbn or "",
            line.retailer or "",
            SaleKind[line.kind.upper()].value,
            line.currency,
        )
        period = self.run.period.ordinal
        like = [
            other
            for other in self.done.lines
            if (other.isbn, other.retailer, other.kind, other.currency)
            == (line.isbn, line.retailer, line.kind, line.currency)
        ]
        others = any(other.rule_place != line.rule_place for other in like)
        alone = not others and not self.run.exceptions
        turned_alike = all(
            other.exchange_rate == line.exchange_rate
            for other in like
            if other.rule_place == line.rule_place
        )
        ends = [each for each in self._listed() if each.last_day is not None]
        with closing(batches.lines_of_group(self.work.connection, period, group, after)) as rows:
            for row in rows:
                if ends and not self._is_theirs(row):
                    continue
                if (alone or self._rule_of(row) == line.rule_place) and (
                    turned_alike or self._rate_of(row[-1]) == line.exchange_rate
                ):
                    yield row

    def _listed(self) -> list[Contract]:
        """The contracts that list the line's title."""
        title = next(
            title.key
            for title in self.setup.titles.values()
            if any(edition.isbn == self.line.isbn for edition in title.editions)
        )
        known = in_force(list(self.setup.contracts.values()), self.run.period)
        return [each for each in known if title in each.titles]

    def _is_theirs(self, row: tuple[Any, ...]) -> bool:
        """Whether the contract takes a sale line on its day."""
        contract = self.done.contract
        others = [each for each in self._listed() if each.key != contract.key]
        day = date.fromisoformat(row[6])
        return claim(contract, others, day, SaleKind(row[9]), row[-1]) is Claim.COUNTS

    def _rate_of(self, reverses: int | None) -> Fraction:
        """The rate of exchange at which a sale line was turned."""
        rate = self._turned.get(reverses)
        if rate is None:
            rates = rates_of(self.work, self.setup, self.run.period, {reverses}).for_reversal_of(
                reverses
            )
            rate = rates.rate(self.line.currency, self.done.contract.currency)
            self._turned[reverses] = rate
        return rate

    def _rule_of(self, row: tuple[Any, ...]) -> int | None:
        units, currency, list_price, net, discount, country = row[10:16]
        price = list_price
        if price is None:
            price = self._edition.price_of_sale(row[6], currency)
        if discount is None and price and units:
            discount = MICRO - rounded(Fraction(net * MICRO, units * price))
        slice_ = Slice(
            self.line.isbn or "",
            self.line.retailer or "",
            SaleKind(row[9]),
            currency,
            price is not None,
            discount_class(self._limits, Fraction(discount or 0, MICRO)),
            Place(country if country in self._countries else ""),
            units,
            net,
            units * (price or 0),
        )
        return rule_place(
            self.done.contract, slice_, self._edition.format, self._channels, self._limits
        )
