"""Drilling into a run: a contract's account, its earned lines, the sale lines behind them."""

from typing import Any

from flask import abort, render_template, request, url_for

from royalties.domain.people import FINANCE
from royalties.domain.royalties.results import ContractRun
from royalties.domain.terms.wording import sentence
from royalties.services.periods.draft import RunView, draft_statement, run_view
from royalties.services.periods.lines import After, SalesOfLine, how_earned
from royalties.services.statements.composing import line_shown
from royalties.web.core.names import names
from royalties.web.core.pages import Pages
from royalties.web.core.paging import page_number
from royalties.web.core.visit import current_work
from royalties.web.finance.periods.closing import SIZE, link, rows_of

PAGES = Pages("runs", __name__, "/finance/periods", FINANCE)


@PAGES.get("/<period>/contracts/<key>")
def contract(period: str, key: str) -> str:
    """A contract's account in a period, step by step."""
    view, contract_run = _find_contract_run(period, key)
    setup, currency = view.setup, contract_run.contract.currency
    page = page_number("page")
    receiving = {allocation.beneficiary for allocation in contract_run.allocations}
    return render_template(
        "finance/periods/contract.html",
        period=period,
        shown=view,
        contract_run=contract_run,
        names={key: beneficiary.name for key, beneficiary in setup.beneficiaries.items()},
        titles=[setup.titles[title] for title in contract_run.contract.titles[:SIZE]],
        lines=[
            (number, line_shown(setup, contract_run, number))
            for number in rows_of(range(1, len(contract_run.lines) + 1), page)
        ],
        page=page,
        size=SIZE,
        sentences=[
            sentence(
                names().step(contract_run.version.steps[allocation.step - 1]),
                allocation.beneficiary,
                currency,
            )
            for allocation in contract_run.allocations
        ],
        settlements=[
            settlement
            for settlement in view.run.settlements
            if settlement.currency == currency and settlement.beneficiary in receiving
        ],
        held_in=[
            (str(view.period.shift(held.period - view.period.ordinal)), held.amount)
            for held in contract_run.reserve.released_from
        ],
        link=link,
    )


@PAGES.get("/<period>/contracts/<key>/lines/<int:number>")
def line(period: str, key: str, number: int) -> str:
    """An earned line: how it was multiplied, and the rows of the reports behind it."""
    view, contract_run = _find_contract_run(period, key)
    if not 1 <= number <= len(contract_run.lines):
        abort(404)
    earned = contract_run.lines[number - 1]
    sales: list[dict[str, Any]] = []
    more = None
    if earned.isbn is not None:
        behind = SalesOfLine(current_work(), view.setup, view.run, contract_run, earned)
        sales, more = behind.page(after_of(request.args.get("after", "")), SIZE)
    return render_template(
        "finance/periods/line.html",
        period=period,
        shown=view,
        contract_run=contract_run,
        number=number,
        line=line_shown(view.setup, contract_run, number),
        how=how_earned(contract_run, earned, names()),
        sales=sales,
        more=after_text(more),
        link=link,
    )


@PAGES.get("/<period>/drafts/<beneficiary>/<currency>")
def draft(period: str, beneficiary: str, currency: str) -> str:
    """What a beneficiary's statement would say if the period were closed now."""
    statement = draft_statement(current_work(), period, beneficiary, currency)

    def why(figure: str) -> str:
        key, _, place = figure.partition("/")
        if not place:
            return ""
        if place.isdecimal():
            return url_for("runs.line", period=period, key=key, number=int(place))
        return url_for("runs.contract", period=period, key=key)

    return render_template(
        "finance/statements/draft.html", period=period, statement=statement, why=why
    )


def after_of(text: str) -> After | None:
    """Where a page of sale lines begins, as the address has it: batch.sheet.row."""
    parts = text.split(".")
    if len(parts) != 3 or not all(p.isascii() and p.isdecimal() and len(p) < 10 for p in parts):  # noqa: PLR2004 - three numbers of a database's size
        return None
    batch, sheet, row = map(int, parts)
    return batch, sheet, row


def after_text(after: After | None) -> str:
    """The same for an address."""
    return ".".join(map(str, after)) if after else ""


def _find_contract_run(period: str, key: str) -> tuple[RunView, ContractRun]:
    view = run_view(current_work(), period)
    contract_run = next((each for each in view.run.contracts if each.contract.key == key), None)
    if contract_run is None:
        abort(404)
    return view, contract_run
