"""Exchange rates and other income of the open period."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from wtforms.validators import DataRequired

from royalties.domain.money import number_text
from royalties.domain.people import FINANCE
from royalties.domain.periods import Period
from royalties.domain.problems import SetupFault
from royalties.domain.terms.replacing import Replaced
from royalties.domain.terms.wording import percent
from royalties.ingest.setup import SetupError, models
from royalties.services.books import Setup, setup_in_force
from royalties.services.terms import balances, catalogue
from royalties.services.terms.replacing import UnconfirmedError
from royalties.services.terms.warnings import warnings_about
from royalties.web.core.names import in_names
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import all_or_nothing, current_work
from royalties.web.finance.terms.editing import confirmed
from royalties.web.forms.choices import Picker
from royalties.web.forms.entries import EntryForm, Written
from royalties.web.forms.model_fields import fields_of

_MOST_LISTED = 300

PAGES = Pages("rates", __name__, "/finance", FINANCE)


_rate = fields_of(models.ExchangeRate)
_income = fields_of(models.Income)


class PeriodForm(EntryForm):
    """An entry of the open period; what it replaces that has counted, and the token for that."""

    part = ""
    replaced: Sequence[Replaced] = ()
    token = ""


class RateForm(PeriodForm):
    """What one unit of a currency is worth in another."""

    part = "exchange_rates"
    source = _rate(
        "from",
        validators=[DataRequired("Write the currency that sales came in.")],
        hint="Three letters, such as GBP.",
        short=True,
    )
    target = _rate(
        "to",
        validators=[DataRequired("Write the contract’s currency.")],
        hint="The contract’s currency.",
        short=True,
    )
    rate = _rate(
        "rate",
        validators=[DataRequired("Write the rate.")],
        hint="What one unit of the first is in the second, such as 1.2712.",
        short=True,
    )


class IncomeForm(PeriodForm):
    """What a subsidiary right brought in."""

    part = "income"
    contract = _income(
        "contract",
        kind=Picker,
        of="contracts",
        validators=[DataRequired("Choose the contract.")],
        hint="By its author or title.",
    )
    right = _income(
        "right",
        validators=[DataRequired("Write which right brought it in.")],
        hint="One of which the contract gives a share, such as translation.",
        short=True,
    )
    amount = _income(
        "amount",
        validators=[DataRequired("Write the amount.")],
        hint="In the contract’s currency; a negative amount takes some back.",
        short=True,
    )
    note = _income(
        "note", hint="What it was for; it stands on statements and tells two incomes apart."
    )


@PAGES.get("/rates")
def rates() -> str:
    """Rates and income of the open period, what is missing, and what closed ones used."""
    form = RateForm()
    for each in (form.source, form.target):
        each.data = request.args.get(each.name, "")[:3]
    return _rates_page(form, IncomeForm())


@PAGES.post("/rates")
def enter_rate() -> Answer:
    """Enter a rate, or mend one."""
    form = RateForm(request.form)
    return _saved(form) or (_rates_page(form, IncomeForm()), 409 if form.replaced else 422)


@PAGES.post("/income")
def enter_income() -> Answer:
    """Enter income of a right, or mend it."""
    form = IncomeForm(request.form)
    return _saved(form) or (_rates_page(RateForm(), form), 409 if form.replaced else 422)


def _saved(form: PeriodForm) -> Answer | None:
    """Record an entry and go back to the list; None if the form is to be shown again."""
    if not form.validate():
        return None
    work = current_work()
    period = str(balances.open_period(work, setup_in_force(work)))
    written = form.written()
    if written.faults:
        _blame(form, written, written.faults)
        return None
    try:
        with all_or_nothing():
            body = {"period": period, **written.body}
            loaded = catalogue.enter(work, form.part, body, confirmed())
    except UnconfirmedError as error:
        form.replaced, form.token = error.replaced, error.token
        return None
    except SetupError as error:
        _blame(form, written, error.faults)
        return None
    if loaded.added:
        flash("Entered. The next calculation uses it.", "good")
    elif loaded.amended:
        flash("Amended. The next calculation uses it; what it was stays in the history.", "good")
    else:
        flash("It stood so already; nothing was recorded.", "warn")
    return redirect(url_for("rates.rates"), 303)


def _blame(form: PeriodForm, written: Written, faults: Iterable[SetupFault]) -> None:
    for fault in faults:
        name = written.field_of(fault.path.rpartition(".")[2])
        if name:
            form[name].errors.append(in_names(fault.message))
        else:
            form.form_errors.append(in_names(fault.message))


def _rates_page(rate_form: RateForm, income_form: IncomeForm) -> str:
    work = current_work()
    setup = setup_in_force(work)
    period = balances.open_period(work, setup)
    return render_template(
        "finance/terms/rates.html",
        number_text=number_text,
        period=period,
        rates=_rates_of(setup, str(period)),
        income=_income_of(setup, str(period)),
        before=_earlier(setup, str(period)),
        contracts=dict(itertools.islice(_with_rights(setup, period), _MOST_LISTED)),
        missing=balances.rates_needed(work, setup, period),
        warnings=warnings_about(work, "exchange_rates", ""),
        rate_form=rate_form,
        income_form=income_form,
        wrong=rate_form if rate_form.errors or rate_form.form_errors else income_form,
    )


def _with_rights(setup: Setup, period: Period) -> Iterator[tuple[str, list[str]]]:
    """Contracts that have begun and give a share of rights, with what those are called."""
    for key, contract in sorted(setup.contracts.items()):
        offered = contract.rights_on(period.starts)
        if offered and contract.starts <= period.ends:
            shares = dict(contract.rights)
            yield key, [f"{right} ({percent(shares[right])})" for right in offered]


def _rates_of(setup: Setup, period: str) -> list[Any]:
    found = [each for each in setup.exchange_rates if each.period == period]
    return sorted(found, key=lambda each: (each.source, each.target))


def _income_of(setup: Setup, period: str) -> list[tuple[Any, str]]:
    return [
        (each, setup.contracts[each.contract].currency)
        for each in sorted(setup.income, key=lambda each: (each.contract, each.right, each.note))
        if each.period == period
    ]


def _earlier(setup: Setup, period: str) -> list[tuple[str, list[Any], list[tuple[Any, str]]]]:
    """Rates and income of the four periods before, the newest first."""
    named = {rate.period for rate in setup.exchange_rates}
    named = {each for each in named | {each.period for each in setup.income} if each < period}
    return [
        (name, _rates_of(setup, name), _income_of(setup, name))
        for name in sorted(named, reverse=True)[:4]
    ]
