"""Beneficiaries: list, details, what they carry, amend."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request

from royalties.domain.money import number_text
from royalties.domain.notes import NoteSubject
from royalties.domain.payments.life import name_of
from royalties.domain.terms.plans import beneficiaries_of
from royalties.domain.terms.wording import percent
from royalties.services.books import setup_in_force
from royalties.services.payments import accounts as bank_accounts
from royalties.services.payments import listing as payments
from royalties.services.statements import documents
from royalties.services.terms import amending as terms
from royalties.services.terms import balances
from royalties.web.core.charts import Series, amount_series
from royalties.web.core.formats import METHODS
from royalties.web.core.names import abort_unknown
from royalties.web.core.paging import part_of
from royalties.web.core.visit import current_work
from royalties.web.finance.terms.beneficiary_form import BeneficiaryForm
from royalties.web.finance.terms.editing import PAGES, Editor
from royalties.web.forms.notes import notes_panel
from royalties.web.forms.numbers import as_read

_PART = "beneficiaries"


@PAGES.get("/beneficiaries")
def beneficiaries() -> str:
    """Every beneficiary, by name, with what they carry forward."""
    work = current_work()
    setup = setup_in_force(work)
    searched = request.args.get("q", "").strip()[:200]
    matching = [
        payee
        for payee in sorted(setup.beneficiaries.values(), key=lambda each: each.name.casefold())
        if searched.casefold() in f"{payee.key} {payee.name} {payee.city}".casefold()
    ]
    listed = part_of(matching)
    return render_template(
        "finance/terms/beneficiaries.html",
        found=listed,
        payees=[(payee, percent(payee.tax_rate_on(work.today))) for payee in listed.items],
        balances=balances.carried_balances(work),
        number_text=number_text,
        currency=setup.publisher.currency,
        q=searched,
    )


_CHARTED = (
    ("Allocated", "allocated"),
    ("To pay", "to_pay"),
    ("Carried forward", "carried_forward"),
)


def _charts(settlements: Sequence[Any]) -> list[tuple[str, list[str], list[Series]]]:
    """By currency the last closed periods, the earliest first, and bars of what was settled."""
    charts = []
    for currency in sorted({settlement.currency for settlement in settlements}):
        mine = [
            settlement for settlement in reversed(settlements) if settlement.currency == currency
        ]
        series = [
            amount_series(words, (getattr(settlement, name) for settlement in mine), currency)
            for words, name in _CHARTED
        ]
        charts.append((currency, [settlement.name for settlement in mine], series))
    return charts


@PAGES.get("/beneficiaries/<key>")
def beneficiary(key: str) -> str:
    """One beneficiary: details, accounts, people, plans, and earlier versions."""
    work = current_work()
    setup = setup_in_force(work)
    payee = setup.beneficiaries.get(key)
    if payee is None:
        abort_unknown(_PART, key)
    balance = balances.payee_balance(work, key)
    return render_template(
        "finance/terms/beneficiary.html",
        payee=payee,
        tax_rates=[(each.starts, percent(each.rate)) for each in payee.tax_rates],
        number_text=number_text,
        currency=setup.publisher.currency,
        plans=sorted(
            plan.key
            for plan in setup.plans.values()
            if any(key in beneficiaries_of(version.steps) for version in plan.versions)
        ),
        balance=balance,
        charts=_charts(balance.settlements),
        earlier=[each for each in documents.documents(work, key) if each.removed_at is None],
        bank=bank_accounts.accounts(work, key),
        history=terms.history(work, _PART, key, as_read),
        waiting=terms.waiting_for(work, _PART, key),
        notes=notes_panel(NoteSubject.BENEFICIARY, key),
        account=payments.payee_account(work, key),
        name_of_payment=name_of,
        methods=METHODS,
    )


def _beside_form() -> dict[str, Any]:
    return {"currency": setup_in_force(current_work()).publisher.currency}


Editor(_PART, "beneficiary", BeneficiaryForm, _beside_form, dict).add_pages()
