"""Explain a figure of a statement: how it came about, down to the file and row of each sale."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from royalties.domain.money import amount_text
from royalties.domain.royalties.statements import ContractAccount, PaymentShown, Statement
from royalties.domain.terms.wording import percent
from royalties.services.books import setup_in_force
from royalties.services.closed_run import NotClosedError
from royalties.services.names import names_of
from royalties.services.periods.draft import shown_closed
from royalties.services.periods.lines import After, SalesOfLine, how_earned
from royalties.services.statements.issuing import statement as statement_of
from royalties.services.work import RefusedError, Work


@dataclass(slots=True)
class Explanation:
    """How one figure came about.

    ``parts`` are the figures it was made of, as (name to ask for next, amount); ``sales`` the
    sale lines behind it, each with file, sheet and row; ``after`` the last of them, if only
    some were asked for and there are more.
    """

    statement: str
    figure: str
    amount: str
    currency: str
    how: list[str] = field(default_factory=list)
    parts: list[tuple[str, str]] = field(default_factory=list)
    sales: list[dict[str, Any]] = field(default_factory=list)
    after: After | None = None

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


class NoFigureError(RefusedError):
    """A statement was asked for a figure that it does not have."""


def explain(
    work: Work,
    number: str,
    figure: str | None,
    *,
    after: After | None = None,
    most: int | None = None,
) -> Explanation:
    """Explain a figure of a numbered statement; without one, the amount due.

    Sale lines, which name files and customers' orders, are for finance only; with ``most``, only
    so many behind ``after`` are read.

    Figures: ``due``, ``to_pay``, ``tax``, ``net``, ``allocated``, ``brought_forward``,
    ``carried_forward``; ``CONTRACT`` and ``CONTRACT/earned`` and the other amounts of its
    account; ``CONTRACT/12`` for its twelfth earned line.

    Raises:
        NoStatementError: there is no such statement.
        NoFigureError: no such figure on it; the message lists them.
    """
    statement = statement_of(work, number)
    figure_name = figure or "due"
    if figure_name in _TOP:
        return _top(statement, figure_name)
    contract, _, part = figure_name.partition("/")
    account = next((each for each in statement.contracts if each.contract == contract), None)
    if account is None and len(statement.contracts) == 1:
        account, part = statement.contracts[0], figure_name
    if account is not None and part in {"", *_ACCOUNT, "allocated"}:
        return _of_account(statement, account, part or "allocated")
    number_of = {str(place): place for place in range(1, len(account.lines) + 1)} if account else {}
    if account is not None and part in number_of:
        return _ExplainedLine(work, statement, account, number_of[part]).explain(after, most)
    raise NoFigureError(
        f"statement {number} has no figure {figure_name!r}: ask for {_names(statement)}"
    )


_TOP = ("due", "to_pay", "tax", "net", "allocated", "brought_forward", "carried_forward")
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
            taken = ("tax_withheld",) if statement.tax_withheld else ()
            explained.how = ["brought forward + allocated" + " − tax withheld" * len(taken)]
            explained.parts = [
                (part, text(part)) for part in ("brought_forward", "allocated", *taken)
            ]
        case "to_pay" | "carried_forward":
            explained.how = [statement.outcome]
            explained.parts = [("due", text("due"))]
        case "allocated":
            explained.how = ["the sum of what the contracts' plans gave"]
            explained.parts = [
                (account.contract, amount_text(account.allocated, statement.currency))
                for account in statement.contracts
            ]
        case "tax":
            rate = percent(Fraction(statement.tax_rate))
            explained.how = [f"expected when it is sent: {rate} of what is to pay, rounded"]
            if statement.taxed_before:
                before = amount_text(statement.taxed_before, statement.currency)
                explained.how.append(f"without {before}, which was taxed in an earlier year")
            explained.parts = [("to_pay", text("to_pay"))]
        case "net":
            explained.how = ["to pay − the tax that is expected"]
            explained.parts = [(part, text(part)) for part in ("to_pay", "tax")]
        case _:
            explained.how = ["what the last statement carried forward, or the opening balance"]
            explained.how += [
                f"of it an adjustment: {amount_text(adjustment.amount, statement.currency)}, "
                f"{adjustment.reason}"
                for adjustment in statement.adjustments
            ]
            explained.how += [
                f"of it a payment that came back: "
                f"{amount_text(payment.amount, statement.currency)}, {payment.reason}"
                + _kept_words(payment, statement.currency)
                for payment in statement.payments
                if payment.came_back
            ]
    return explained


def _kept_words(payment: PaymentShown, currency: str) -> str:
    if not payment.tax_kept:
        return ""
    return f"; {amount_text(payment.tax_kept, currency)} tax stays withheld: its year was over"


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
class _ExplainedLine:
    """One earned line of a closed run, explained."""

    work: Work
    statement: Statement
    account: ContractAccount
    number: int

    def explain(self, after: After | None, most: int | None) -> Explanation:
        period = setup_in_force(self.work).period(self.statement.period)
        view = shown_closed(self.work, period)
        if view is None:
            raise NotClosedError(period)
        contract_run = next(
            each for each in view.run.contracts if each.contract.key == self.account.contract
        )
        line = contract_run.lines[self.number - 1]
        currency = contract_run.contract.currency
        explained = Explanation(
            self.statement.number or "",
            f"{self.account.contract}/{self.number}",
            amount_text(line.earned, currency),
            currency,
            how_earned(contract_run, line, names_of(self.work)),
        )
        if line.isbn is not None and self.work.actor.sees_all:
            sales = SalesOfLine(self.work, view.setup, view.run, contract_run, line)
            if most is None:
                explained.sales = list(sales.all())
            else:
                explained.sales, explained.after = sales.page(after, most)
        return explained
