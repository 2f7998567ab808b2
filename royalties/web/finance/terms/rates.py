"""Exchange rates and other income of the open period."""

import itertools
from collections.abc import Iterator
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from royalties.domain.money import NotAnAmountError, number_text
from royalties.domain.people import FINANCE
from royalties.domain.periods import Period
from royalties.domain.problems import SetupFault
from royalties.domain.terms.wording import percent
from royalties.ingest.setup import SetupError
from royalties.services.books import Setup, setup_in_force
from royalties.services.terms import balances as stands
from royalties.services.terms import catalogue
from royalties.services.terms.replacing import UnconfirmedError
from royalties.services.terms.warnings import warnings_about
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import all_or_nothing, current_work
from royalties.web.finance.terms.editing import confirmed
from royalties.web.finance.terms.title_form import Confirmed
from royalties.web.forms.numbers import as_plain

_MOST_LISTED = 300

PAGES = Pages("rates", __name__, "/finance", FINANCE)


def _stripped(text: str | None) -> str:
    return (text or "").strip()


class RateForm(Confirmed):
    """What one unit of a currency is worth in another."""

    source = StringField(
        "From",
        [InputRequired("Write the currency that sales came in."), Length(max=3)],
        filters=[_stripped, str.upper],
        description="Three letters, such as GBP.",
    )
    target = StringField(
        "To",
        [InputRequired("Write the contract’s currency."), Length(max=3)],
        filters=[_stripped, str.upper],
        description="The contract’s currency.",
    )
    rate = StringField(
        "Rate",
        [InputRequired("Write the rate."), Length(max=40)],
        filters=[_stripped],
        description="What one unit of the first is in the second, such as 1.2712.",
    )


class IncomeForm(Confirmed):
    """What a subsidiary right brought in."""

    contract = StringField(
        "Contract",
        [InputRequired("Write the contract’s key."), Length(max=64)],
        filters=[_stripped],
        description="Its key, such as foot-2015.",
        render_kw={"list": "with-rights", "autocomplete": "off"},
    )
    right = StringField(
        "Right",
        [InputRequired("Write which right brought it in."), Length(max=120)],
        filters=[_stripped],
        description="One of which the contract gives a share, such as translation.",
    )
    amount = StringField(
        "Received",
        [InputRequired("Write the amount."), Length(max=40)],
        filters=[_stripped],
        description="In the contract’s currency; a negative amount takes some back.",
    )
    note = StringField(
        "Note",
        [Length(max=500)],
        filters=[_stripped],
        description="What it was for; it stands on statements and tells two incomes apart.",
    )


@PAGES.get("/rates")
def rates() -> str:
    """Rates and income of the open period, what is missing, and what closed ones used."""
    return _page(RateForm(formdata=None, **_asked_for()), IncomeForm(formdata=None))


def _asked_for() -> dict[str, str]:
    """The pair that a link of the missing ones names."""
    return {name: request.args.get(name, "")[:3] for name in ("source", "target")}


@PAGES.post("/rates")
def enter_rate() -> Answer:
    """Enter a rate, or mend one."""
    form = RateForm()
    if not form.validate():
        return _page(form, IncomeForm(formdata=None)), 422
    period = str(stands.open_period(current_work(), setup_in_force(current_work())))
    body = {
        "period": period,
        "from": form.source.data,
        "to": form.target.data,
        "rate": form.rate.data or "",
    }
    named = {"from": form.source, "to": form.target, "rate": form.rate}
    return _entered(form, "exchange_rates", body, named) or (
        _page(form, IncomeForm(formdata=None)),
        409 if form.asked else 422,
    )


@PAGES.post("/income")
def enter_income() -> Answer:
    """Enter income of a right, or mend it."""
    form = IncomeForm()
    if not form.validate():
        return _page(RateForm(formdata=None), form), 422
    body = {
        "period": str(stands.open_period(current_work(), setup_in_force(current_work()))),
        "contract": form.contract.data,
        "right": form.right.data,
        "amount": form.amount.data or "",
        "note": form.note.data or "",
    }
    named = {name: form[name] for name in ("contract", "right", "amount", "note")}
    return _entered(form, "income", body, named) or (
        _page(RateForm(formdata=None), form),
        409 if form.asked else 422,
    )


def _entered(form: Any, part: str, body: dict[str, Any], named: dict[str, Any]) -> Answer | None:  # noqa: ANN401 - an untyped form
    """Record an entry and go back to the list; None if the form is to be shown again."""
    number = "rate" if part == "exchange_rates" else "amount"
    try:
        body[number] = as_plain(body[number])
    except NotAnAmountError as error:
        _blame(form, SetupFault(number, str(error)), named)
        return None
    try:
        with all_or_nothing():
            loaded = catalogue.enter(current_work(), part, body, confirmed())
    except UnconfirmedError as error:
        form.asked, form.token = error.asked, error.token
        return None
    except SetupError as error:
        for fault in error.faults:
            _blame(form, fault, named)
        return None
    if loaded.added:
        flash("Entered. The next calculation uses it.", "good")
    elif loaded.amended:
        flash("Amended. The next calculation uses it; what it was stays in the history.", "good")
    else:
        flash("It stood so already; nothing was recorded.", "warn")
    return redirect(url_for("rates.rates"), 303)


def _blame(form: Any, fault: SetupFault, named: dict[str, Any]) -> None:  # noqa: ANN401 - an untyped form
    field = named.get(fault.path.rpartition(".")[2])
    if field is None:
        form.form_errors.append(fault.message)
    else:
        field.errors = [*field.errors, fault.message]


def _page(rate_form: RateForm, income_form: IncomeForm) -> str:
    work = current_work()
    setup = setup_in_force(work)
    period = stands.open_period(work, setup)
    return render_template(
        "finance/terms/rates.html",
        number_text=number_text,
        period=period,
        rates=_rates_of(setup, str(period)),
        income=_income_of(setup, str(period)),
        before=_earlier(setup, str(period)),
        contracts=dict(itertools.islice(_with_rights(setup, period), _MOST_LISTED)),
        missing=stands.rates_needed(work, setup, period),
        warnings=warnings_about(work, "exchange_rates", ""),
        rate_form=rate_form,
        income_form=income_form,
        wrong=rate_form if rate_form.errors or rate_form.form_errors else income_form,
    )


def _with_rights(setup: Setup, period: Period) -> Iterator[tuple[str, list[str]]]:
    """Contracts that have begun and give a share of rights, with what those are called."""
    for key, contract in sorted(setup.contracts.items()):
        if contract.rights and contract.starts <= period.ends:
            yield key, [f"{right} ({percent(share)})" for right, share in contract.rights]


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
    named = {each.period for each in setup.exchange_rates}
    named = {each for each in named | {each.period for each in setup.income} if each < period}
    return [
        (each, _rates_of(setup, each), _income_of(setup, each))
        for each in sorted(named, reverse=True)[:4]
    ]
