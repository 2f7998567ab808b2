"""Explain a figure of a statement: how it came about, down to the file and row of each sale."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from royalties.domain.discounts import discount_class, discount_limits
from royalties.domain.earning import EarnedLine, rule_place
from royalties.domain.money import MICRO, amount_text, number_text, rounded
from royalties.domain.people import Verb
from royalties.domain.plain_words import rule_sentence
from royalties.domain.run import ContractRun, Run, in_force
from royalties.domain.run_document import base_text
from royalties.domain.sales import Kind, Place, Slice
from royalties.domain.statements import ContractAccount, Statement
from royalties.services.batches import sale_shown
from royalties.services.books import Setup, setup_used_by, sold_of
from royalties.services.closed import closed_run
from royalties.services.statements import find_statement
from royalties.services.work import RefusedError, Work
from royalties.store import batches, periods
from royalties.store import runs as store


@dataclass(slots=True)
class Explanation:
    """How one figure came about.

    ``parts`` are the figures it was made of, as (name to ask for next, amount); ``sales`` the
    sale lines behind it, each with file, sheet and row.
    """

    statement: str
    figure: str
    amount: str
    currency: str
    how: list[str] = field(default_factory=list)
    parts: list[tuple[str, str]] = field(default_factory=list)
    sales: list[dict[str, Any]] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """The explanation as plain JSON values."""
        return {
            "statement": self.statement,
            "figure": self.figure,
            "amount": self.amount,
            "currency": self.currency,
            "how": self.how,
            "parts": [{"figure": name, "amount": amount} for name, amount in self.parts],
            "sales": self.sales,
        }


def explain(work: Work, number: str, figure: str | None) -> Explanation:
    """Explain a figure of a numbered statement; without one, the amount due.

    Figures: ``due``, ``paid``, ``allocated``, ``tax``, ``brought_forward``,
    ``carried_forward``; ``CONTRACT`` and ``CONTRACT/earned`` and the other amounts of its
    account; ``CONTRACT/12`` for its twelfth earned line.

    Raises:
        RefusedError: no such statement, or no such figure on it; the message lists them.
    """
    work.actor.require(Verb.READ)
    statement = find_statement(work, number)
    wanted = figure or "due"
    if wanted in _TOP:
        return _top(statement, wanted)
    contract, _, rest = wanted.partition("/")
    account = next((each for each in statement.contracts if each.contract == contract), None)
    if account is None and len(statement.contracts) == 1:
        account, rest = statement.contracts[0], wanted
    if account is not None and rest in {"", *_ACCOUNT, "allocated"}:
        return _of_account(statement, account, rest or "allocated")
    if account is not None and rest.isdecimal() and 1 <= int(rest) <= len(account.lines):
        return _Line(work, statement, account, int(rest)).explain()
    raise RefusedError(f"statement {number} has no figure {wanted!r}: ask for {_names(statement)}")


_TOP = ("due", "paid", "allocated", "tax", "brought_forward", "carried_forward")
_ACCOUNT = (
    "earned",
    "withheld",
    "released",
    "brought_forward",
    "available",
    "recouped",
    "payable",
    "carried_forward",
)
_MADE_OF = {
    "available": ("earned", "withheld", "released", "brought_forward"),
    "payable": ("available", "recouped"),
    "carried_forward": ("available", "recouped", "payable"),
}
_HOW = {
    "available": "earned − withheld + released + brought forward",
    "payable": "available − recouped, but never less than nothing",
    "carried_forward": "what is left below zero: available − recouped − payable",
    "withheld": "the reserve's rate of what its formats and channels earned, rounded once",
    "released": "withheld in earlier periods and due for release now",
    "brought_forward": "the debit balance with which the last period closed",
    "recouped": "earned back of advances, the oldest first, as far as available reaches",
    "earned": "the sum of the earned lines",
}


def _names(statement: Statement) -> str:
    lines = [
        f"{account.contract}/1 to {account.contract}/{len(account.lines)}"
        for account in statement.contracts
        if account.lines
    ]
    accounts = [f"{account.contract}/earned" for account in statement.contracts]
    return ", ".join([*_TOP, *accounts, *lines])


def _top(statement: Statement, name: str) -> Explanation:
    def text(figure: str) -> str:
        return amount_text(getattr(statement, figure), statement.currency)

    explained = Explanation(statement.number or "", name, text(name), statement.currency)
    match name:
        case "due":
            explained.how = ["brought forward + allocated − tax"]
            explained.parts = [
                (part, text(part)) for part in ("brought_forward", "allocated", "tax")
            ]
        case "paid" | "carried_forward":
            explained.how = [statement.outcome]
            explained.parts = [("due", text("due"))]
        case "allocated":
            explained.how = ["the sum of what the contracts' plans gave"]
            explained.parts = [
                (account.contract, amount_text(account.allocated, statement.currency))
                for account in statement.contracts
            ]
        case "tax":
            explained.how = [f"{statement.tax_rate} of allocated, rounded"]
            explained.parts = [("allocated", text("allocated"))]
        case _:
            explained.how = ["what the last statement carried forward, or the opening balance"]
    return explained


def _of_account(statement: Statement, account: ContractAccount, name: str) -> Explanation:
    def text(figure: str) -> str:
        return amount_text(getattr(account, figure), account.currency)

    explained = Explanation(
        statement.number or "", f"{account.contract}/{name}", text(name), account.currency
    )
    if name == "allocated":
        explained.how = [
            f"step {share.step}: {share.sentence} → {amount_text(share.amount, account.currency)}"
            for share in account.shares
        ]
        explained.parts = [(f"{account.contract}/payable", text("payable"))]
        if account.undistributed_before:
            before = amount_text(account.undistributed_before, account.currency)
            explained.how.append(f"{before} stood undistributed before and was added")
        return explained
    explained.how = [_HOW[name]]
    explained.parts = [
        (f"{account.contract}/{part}", text(part)) for part in _MADE_OF.get(name, ())
    ]
    if name == "earned":
        explained.parts = [
            (line.id, amount_text(line.earned, account.currency)) for line in account.lines
        ]
    if name == "recouped":
        explained.how += [
            f"advance of {each.paid_on}: {amount_text(each.recouped_now, account.currency)} of "
            f"{amount_text(each.amount, account.currency)}"
            for each in account.advances
        ]
    return explained


@dataclass(slots=True)
class _Line:
    """One earned line of a closed run, explained."""

    work: Work
    statement: Statement
    account: ContractAccount
    number: int
    setup: Setup = field(init=False)
    run: Run = field(init=False)

    def explain(self) -> Explanation:
        closed = next(
            each
            for each in store.closed_runs(self.work.connection)
            if self._period_name(each.period_id) == self.statement.period
        )
        self.setup = setup_used_by(self.work, closed.revision)
        self.run = closed_run(self.work, self.setup.period(self.statement.period))
        done = next(
            each for each in self.run.contracts if each.contract.key == self.account.contract
        )
        line = done.lines[self.number - 1]
        currency = done.contract.currency
        explained = Explanation(
            self.statement.number or "",
            f"{self.account.contract}/{self.number}",
            amount_text(line.earned, currency),
            currency,
            self._how(done, line),
        )
        if line.isbn is not None:
            explained.sales = self._sales(done, line, closed.period_id)
        return explained

    def _period_name(self, period_id: int) -> str:
        return next(
            row.name for row in periods.known_periods(self.work.connection) if row.id == period_id
        )

    def _how(self, done: ContractRun, line: EarnedLine) -> list[str]:
        contract = done.contract
        if line.tier is None:
            share = number_text(line.rate)
            income = f"{base_text(line)} {line.currency}"
            return [f"income for the right {line.rule!r}: {income} × share {share}, rounded"]
        rule = contract.rules[line.rule_place]
        residual = line.residual(contract.currency)
        product = (
            f"{base_text(line)} {line.currency} (base) × {line.portion} (portion) × "
            f"{number_text(line.exchange_rate)} (exchange rate) × {number_text(line.rate)} "
            f"(rate) = {amount_text(line.earned, contract.currency)} {contract.currency}, "
            f"rounded; {number_text(residual)} of a minor unit was left out"
        )
        return [
            f"rule {rule.name!r}: {rule_sentence(rule, contract.currency)}",
            f"tier {line.tier} of {len(rule.tiers)} takes {line.portion} of the base",
            product,
        ]

    def _sales(self, done: ContractRun, line: EarnedLine, period_id: int) -> list[dict[str, Any]]:
        """The sale lines whose first matching rule is this line's."""
        kind = Kind[line.kind.upper()]
        rows = batches.sales_behind(
            self.work.connection,
            period_id,
            line.isbn or "",
            line.retailer or "",
            kind.value,
            line.currency,
        )
        return [
            sale_shown(row) for row in rows if self._rule_of(done, line, row) == line.rule_place
        ]

    def _rule_of(self, done: ContractRun, line: EarnedLine, row: tuple[Any, ...]) -> int | None:
        units, currency, list_price, net, discount, country = row[10:16]
        edition = next(
            each
            for title in self.setup.titles.values()
            for each in title.editions
            if each.isbn == line.isbn
        )
        price = list_price
        if price is None:
            price = edition.price_on(date.fromisoformat(row[6]), currency)
        if discount is None and price and units:
            discount = MICRO - rounded(Fraction(net * MICRO, units * price))
        contracts = in_force(list(self.setup.contracts.values()), self.run.period)
        limits = discount_limits(contracts)
        asked = {c for each in contracts for r in each.rules for c in r.countries or ()}
        slice_ = Slice(
            line.isbn or "",
            line.retailer or "",
            Kind(row[9]),
            currency,
            price is not None,
            discount_class(limits, Fraction(discount or 0, MICRO)),
            Place(country if country in asked else ""),
            units,
            net,
            units * (price or 0),
        )
        channels = {key: retailer.channel for key, retailer in self.setup.retailers.items()}
        return rule_place(
            done.contract, slice_, sold_of(self.setup)[line.isbn or ""].format, channels, limits
        )
