"""Contracts: list, terms in plain words, amend, preview."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request

from royalties.domain.notes import NoteSubject
from royalties.domain.terms.contracts import Contract
from royalties.domain.terms.wording import (
    counter_sentence,
    percent,
    reserve_sentence,
    rule_sentence,
)
from royalties.services.books import Setup, setup_in_force
from royalties.services.terms import amending as terms
from royalties.services.terms import balances
from royalties.services.terms.warnings import warnings_about
from royalties.web.core.charts import Series, amount_bar, amount_series
from royalties.web.core.names import abort_unknown, names
from royalties.web.core.paging import part_of
from royalties.web.core.visit import current_work
from royalties.web.finance.terms.contract_form import ContractForm
from royalties.web.finance.terms.editing import PAGES, Editor
from royalties.web.forms.notes import notes_panel
from royalties.web.forms.numbers import as_read

_PART = "contracts"


@PAGES.get("/contracts")
def contracts() -> str:
    """Every contract, by key."""
    setup = setup_in_force(current_work())
    searched = request.args.get("q", "").strip()[:200]
    matching = [
        contract
        for _, contract in sorted(setup.contracts.items())
        if not searched or searched.casefold() in _words_of(contract, setup)
    ]
    listed = part_of(matching)
    return render_template(
        "finance/terms/contracts.html",
        found=listed,
        titles=setup.titles,
        q=searched,
        has_plans=bool(setup.plans),
    )


def _words_of(contract: Contract, setup: Setup) -> str:
    titles = (setup.titles[key].title for key in contract.titles if key in setup.titles)
    return " ".join(
        (contract.key, contract.author, names().of("plans", contract.plan), *titles)
    ).casefold()


@PAGES.get("/contracts/<key>")
def contract(key: str) -> str:
    """One contract: its terms as sentences, its balances, and earlier versions."""
    work = current_work()
    setup = setup_in_force(work)
    contract = setup.contracts.get(key)
    if contract is None:
        abort_unknown(_PART, key)
    balance, currency = balances.contract_balance(work, setup, contract), contract.currency
    closes = balance.closes[::-1]
    return render_template(
        "finance/terms/contract.html",
        contract=contract,
        closes=closes,
        series=_series(closes, currency),
        unearned=[amount_bar(each.name, each.unearned, currency) for each in closes],
        titles=[setup.titles[each] for each in contract.titles if each in setup.titles],
        rules=[
            (rule, rule_sentence(names().rule(rule), contract.currency), counter_sentence(rule))
            for rule in contract.rules
        ],
        ended=dict(contract.rights_ended),
        rights=[(right, percent(share)) for right, share in contract.rights],
        reserve=reserve_sentence(contract.reserve) if contract.reserve else "",
        balance=balance,
        history=terms.history(work, _PART, key, as_read),
        waiting=terms.waiting_for(work, _PART, key),
        warnings=warnings_about(work, _PART, key),
        notes=notes_panel(NoteSubject.CONTRACT, key),
    )


def _series(closes: Sequence[Any], currency: str) -> list[Series]:
    """What was earned in closed periods, and what became of it, as far as there is any."""
    figures = {
        "Earned": [close.earned for close in closes],
        "Withheld": [close.withheld for close in closes],
        "Released": [close.released for close in closes],
        "Recouped": [close.recouped for close in closes],
    }
    return [
        amount_series(words, amounts, currency)
        for words, amounts in figures.items()
        if words == "Earned" or any(amounts)
    ]


def _start() -> dict[str, Any]:
    return {"currency": setup_in_force(current_work()).publisher.currency}


Editor(_PART, "contract", ContractForm, dict, _start).add_pages()
